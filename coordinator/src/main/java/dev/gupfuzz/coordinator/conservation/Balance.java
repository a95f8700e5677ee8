package dev.gupfuzz.coordinator.conservation;

import dev.gupfuzz.coordinator.ledger.RangeCounts;
import java.util.BitSet;

/**
 * The conservation law of one campaign, {@code issued = queued + leased + done + dead + cancelled}, at one cut through the
 * topics. Each side comes from a fold of its own: {@code issued} from what was sent and from the job records, the ends
 * from the result records, and what is outstanding from the share group's start offset.
 *
 * @param issued distinct ranges sent or found in the jobs topic
 * @param queued outstanding ranges that no worker is known to have begun
 * @param leased outstanding ranges that a worker has begun
 * @param done counted ends, one by one as the fold counted them; likewise {@code dead} and {@code cancelled}
 * @param gone issued ranges that are neither outstanding nor ended: a job or a result was lost
 * @param unissued ended ranges for which there is no job record
 * @param miscounted difference between the ends as counted and the set of ended ranges: something was folded twice
 */
public record Balance(
        long issued,
        long queued,
        long leased,
        long done,
        long dead,
        long cancelled,
        BitSet gone,
        BitSet unissued,
        long miscounted) {

    /** A campaign of which nothing has been issued yet. */
    public static final Balance NONE = new Balance(0, 0, 0, 0, 0, 0, new BitSet(), new BitSet(), 0);

    /** What the folds hold at the cut, as sets of range indexes. */
    public record Folds(
            /* Sent by this coordinator's dispatcher. */
            BitSet sent,
            /* Read back from the jobs topic. */
            BitSet jobs,
            /* Of those, the ones at or above the share group's start offset. */
            BitSet deliverable,
            /* Ended with an engine error and not issued again yet. */
            BitSet failed,
            /* With a record of a beginning. */
            BitSet started,
            /* Read back from the results topic. */
            BitSet ended) {}

    /** Sets the folds against one another. */
    public static Balance of(Folds folds, RangeCounts counts) {
        BitSet issued = union(folds.sent(), folds.jobs());
        BitSet outstanding = without(union(folds.deliverable(), folds.failed()), folds.ended());
        BitSet leased = (BitSet) outstanding.clone();
        leased.and(folds.started());
        return new Balance(
                issued.cardinality(),
                outstanding.cardinality() - leased.cardinality(),
                leased.cardinality(),
                counts.done(),
                counts.dead(),
                counts.cancelled(),
                without(without(issued, outstanding), folds.ended()),
                without(folds.ended(), folds.jobs()),
                counts.terminal() - folds.ended().cardinality());
    }

    /**
     * How many ranges break the law. Every kind of breach is counted on its own, so that a lost range and a range
     * counted twice do not cancel out.
     */
    public long imbalance() {
        return gone.cardinality() + unissued.cardinality() + Math.abs(miscounted);
    }

    private static BitSet union(BitSet a, BitSet b) {
        BitSet union = (BitSet) a.clone();
        union.or(b);
        return union;
    }

    private static BitSet without(BitSet a, BitSet b) {
        BitSet rest = (BitSet) a.clone();
        rest.andNot(b);
        return rest;
    }
}
