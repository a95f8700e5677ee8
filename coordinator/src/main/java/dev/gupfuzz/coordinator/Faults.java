package dev.gupfuzz.coordinator;

import dev.gupfuzz.coordinator.book.Snapshot;

/**
 * Faults planted to show that the conservation law notices them, and an eye on what it notices; none outside tests. All of
 * it is called on the bookkeeper's thread.
 */
public interface Faults {
    Faults NONE = new Faults() {};

    /** Whether the dispatcher takes this job for sent although it was not. */
    default boolean loseJob(String campaign, int index, int attempt) {
        return false;
    }

    /** Whether the ledger counts this range twice. */
    default boolean foldTwice(String campaign, int index) {
        return false;
    }

    /** Shows every snapshot, in order, before anybody else can see it. */
    default void published(Snapshot snapshot) {}
}
