/**
 * Campaigns, the ledger, dispatch, REST and metrics. Read {@link dev.gupfuzz.coordinator.Coordinator} for what is put
 * together, then {@code ledger} for how ranges are counted exactly once, {@code conservation} for how that is checked,
 * {@code book} for the thread that owns it all, {@code dispatch}, {@code kafka}, {@code http} and {@code metrics} as
 * needed. What travels through Kafka is defined in the campaign module.
 */
@NullMarked
package dev.gupfuzz.coordinator;

import org.jspecify.annotations.NullMarked;
