/** Which ranges are issued when: {@code IssueOrder} within a campaign, {@code IssueWindow} across all of them. */
@NullMarked
package dev.gupfuzz.coordinator.dispatch;

import org.jspecify.annotations.NullMarked;
