package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Sched;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Pct}'s runs have in common: with one order of priorities all of them are alike up to the first change point, unless a
 * data choice comes before it, and to the end where they do not come to it. The state there is kept, and the next such run begins
 * with it. Which runs were before makes no difference to any result, only to how long it takes.
 */
final class Openings {

    /** Room for states: a fraction of what a core has of second-level cache, or keeping them would not pay. */
    private static final int ROOM = 1 << 20;

    private static final int SLOTS_MAX = 1 << 10;
    private static final int NONE = -1;
    /** In place of a change point: the end of a run that comes to none. */
    private static final int END = -1;

    private final Machine m;
    private final int mask;
    private final long[] orders;
    /** The decision that is the first change point, or {@link #END}; 0 in a slot that is empty. Who comes first stays. */
    private final int[] points;
    /** Decisions behind the state. */
    private final int[] decisions;
    /** The state; null where runs have none in common. */
    private final int[] @Nullable [] states;
    /** The labels that were passed until then. */
    private final int[] @Nullable [] labels;
    /** Labels that were covered before the run that is being learnt. */
    private final boolean[] covered;

    private int learning = NONE;

    Openings(Machine machine) {
        m = machine;
        int slots = Integer.highestOneBit(Math.max(1, Math.min(SLOTS_MAX, ROOM / Integer.BYTES / m.s.length)));
        mask = slots - 1;
        orders = new long[slots];
        points = new int[slots];
        decisions = new int[slots];
        states = new int[slots][];
        labels = new int[slots][];
        covered = new boolean[m.covered.length];
    }

    private int slot(long order, int point) {
        return (int) Mix.mix64(order ^ Mix.GOLDEN * point) & mask;
    }

    /** Whether the slot has a state of runs of this order. */
    private boolean has(int slot, long order, int point) {
        return states[slot] != null && orders[slot] == order && points[slot] == point;
    }

    /**
     * Begins a run: behind what it has in common with others, or at the start of the scenario.
     *
     * @param order the order of the threads' priorities
     * @param point the decision that is its first change point
     * @return the decisions that are behind it
     */
    int begin(long order, int point) {
        int slot = slot(order, END);
        if (has(slot, order, END) && decisions[slot] < point) {
            return resume(slot);
        }
        slot = slot(order, point);
        if (has(slot, order, point)) {
            return resume(slot);
        }
        m.reset();
        if (points[slot] == 0) {
            orders[slot] = order;
            points[slot] = point;
            learning = slot;
            System.arraycopy(m.covered, 0, covered, 0, covered.length);
            Arrays.fill(m.covered, false);
        }
        return 0;
    }

    private int resume(int slot) {
        m.restore(states[slot]);
        for (int label : labels[slot]) {
            m.covered[label] = true;
        }
        return decisions[slot];
    }

    /** The run is in front of its first change point. @param decided decisions behind it */
    void reached(int decided) {
        if (learning != NONE) {
            keep(learning, decided);
            stopLearning();
        }
    }

    /** The run comes to no change point. @param decided decisions behind it */
    void ended(int decided) {
        if (learning != NONE) {
            int slot = slot(orders[learning], END);
            if (states[slot] == null && m.s[Sched.ENABLED] == 0) { // neither broken nor cut
                orders[slot] = orders[learning];
                points[slot] = END;
                keep(slot, decided);
            }
            stopLearning();
        }
    }

    private void keep(int slot, int decided) {
        if (m.choices.count() == 0) {
            decisions[slot] = decided;
            states[slot] = m.s.clone();
            labels[slot] = IntStream.range(0, m.covered.length)
                    .filter(label -> m.covered[label])
                    .toArray();
        }
    }

    private void stopLearning() {
        for (int label = 0; label < covered.length; label++) {
            m.covered[label] |= covered[label];
        }
        learning = NONE;
    }
}
