/** What the coordinator exports: {@code CampaignMeters} reads from snapshots, {@code CoordinatorMetrics} does the rest. */
@NullMarked
package dev.gupfuzz.coordinator.metrics;

import org.jspecify.annotations.NullMarked;
