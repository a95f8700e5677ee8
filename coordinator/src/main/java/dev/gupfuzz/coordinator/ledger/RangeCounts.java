package dev.gupfuzz.coordinator.ledger;

/**
 * Ranges of one campaign by how they ended, as the fold counted them one by one.
 *
 * @param dead ended by repeated engine errors
 * @param cancelled ended by a worker because the campaign was cancelled
 * @param identical results beyond the first with the same digest
 * @param divergent results beyond the first with another digest
 * @param late results for a range that had ended without counts
 * @param errors engine errors reported, whatever became of their ranges
 */
public record RangeCounts(
        long clean,
        long violation,
        long budgetExhausted,
        long dead,
        long cancelled,
        long identical,
        long divergent,
        long late,
        long errors) {
    /** Ranges whose counts are in. */
    public long done() {
        return clean + violation + budgetExhausted;
    }

    /** Ranges that need no further delivery. */
    public long terminal() {
        return done() + dead + cancelled;
    }
}
