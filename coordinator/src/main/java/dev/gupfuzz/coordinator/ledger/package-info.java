/**
 * The accounts of a campaign, without clock, thread or Kafka. Read {@link dev.gupfuzz.coordinator.ledger.RangeLedger}
 * first: it folds result records into range states and counts, each range exactly once. {@code OrderedMerge} makes the
 * counts independent of the order of arrival, {@code ClosedSegment} is what a restart begins with.
 */
@NullMarked
package dev.gupfuzz.coordinator.ledger;

import org.jspecify.annotations.NullMarked;
