package dev.gupfuzz.coordinator;

/** Faults planted to show that the conservation law notices them; none outside tests. */
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
}
