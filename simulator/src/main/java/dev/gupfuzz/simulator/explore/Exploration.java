package dev.gupfuzz.simulator.explore;

import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What the search through states found out.
 *
 * @param plan what was asked
 * @param ended why it stopped
 * @param states different states with a decision, and those at which runs ended or broke something
 * @param transitions steps taken from states with a decision, one for each enabled thread and value of its data choice
 * @param ends different states at which nobody could go on
 * @param levels most transitions on a shortest path to a state
 * @param reached goals that some schedule reached, as a mask
 * @param broken for each failure a shortest way to it; with reductions, a shortest of those that were left
 * @param extent how far it came, and what it took
 * @param endings whether every schedule ends
 */
public record Exploration(
        StateSearch.Plan plan,
        Ended ended,
        long states,
        long transitions,
        long ends,
        int levels,
        long reached,
        SortedMap<Long, Way> broken,
        Extent extent,
        Endings endings)
        implements Covered {

    /**
     * How far an exploration came, and what it took. Equal whatever {@code frontierBytes} is: it depends a little on which core packed
     * which states, everything else on no such thing.
     *
     * @param waiting states that were found and not expanded
     * @param widths states to expand, level by level
     * @param tableBytes memory for the states that were visited
     * @param frontierBytes most memory that states which waited to be expanded took
     */
    public record Extent(long waiting, List<Long> widths, long tableBytes, long frontierBytes) {
        /** Nothing. */
        public static final Extent NONE = new Extent(0, List.of(), 0, 0);

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Extent extent
                    && waiting == extent.waiting
                    && tableBytes == extent.tableBytes
                    && widths.equals(extent.widths);
        }

        @Override
        public int hashCode() {
            return Objects.hash(waiting, widths, tableBytes);
        }
    }

    /** Why an exploration stopped. */
    public enum Ended {
        /** Nothing is left. */
        COMPLETE,
        /** Nothing is left with as many preemptions as were allowed. */
        PREEMPTIONS,
        /** It was to stop at a failure. */
        AT_FAILURE,
        /** As many states as were allowed. */
        STATES,
        /** As much memory as was allowed. */
        MEMORY,
        /** A schedule became so long that it may have no end. */
        LENGTH,
        /** It was told to stop. */
        STOPPED
    }

    /** One transition: a thread, and the value of its data choice, 0 where there is none. */
    public record Move(int thread, int choice) {}

    /**
     * How a failure is come to.
     *
     * @param moves from the start
     * @param preemptions switches away from a thread that could have gone on, the fewest that any way to the failure has; -1
     *     when that was not asked
     */
    public record Way(List<Move> moves, int preemptions) {}

    Exploration with(Endings told) {
        return new Exploration(plan, ended, states, transitions, ends, levels, reached, broken, extent, told);
    }

    /** Chance, at most, that two states shared a fingerprint of 64 bits, so that one of them was not looked at. */
    public double collisionProbability() {
        return Math.min(1, 0x1p-65 * states * states);
    }
}
