package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.Mix;
import java.util.Arrays;

/**
 * What the threads of a run are about to do, as a {@link Rule} sees it: the simulated machine, or a small model of a test.
 * It also names each pending operation for keyed draws: (role, label, how often that label stood at a decision before).
 */
abstract class Pending {

    /** Bit of {@link #kind} that says that the access writes. */
    static final int WRITES = 2;
    /** Bit of {@link #kind} that says that the access reads. */
    static final int READS = 1;

    /** In place of the name of a label that no step has. */
    static final long UNUSED = 0;

    /** Occurrences whose keys are kept. */
    private static final int KEPT = 8;

    private static final int EPOCH_SHIFT = 20;

    final int threads;
    final long[] roles;
    private final long[] labels;
    /** For (occurrence, thread, label): the operation's key, ready to be folded into a seed; 0 where nobody asked for it yet. */
    private final long[] operations;
    /** For (thread, label): run number and occurrences in it. */
    private final int[] occurrences;

    private int epoch;

    /**
     * A view of threads with these names.
     *
     * @param roles for each thread its name
     * @param labels for each label its name, or {@link #UNUSED}
     */
    Pending(long[] roles, long[] labels) {
        this.threads = roles.length;
        this.roles = roles.clone();
        this.labels = labels.clone();
        operations = new long[threads * labels.length * KEPT];
        occurrences = new int[threads * labels.length];
    }

    private long operation(int t, int label, int occurrence) {
        return Mix.mix64(Mix.keyed(0, roles[t], labels[label], occurrence) + Mix.GOLDEN);
    }

    /** A run begins: no label has stood at a decision. */
    final void begin() {
        if (++epoch == 1 << (31 - EPOCH_SHIFT)) {
            Arrays.fill(occurrences, 0);
            epoch = 1;
        }
    }

    /** The key in {@code lane} of the thread's pending operation, which is at a decision for the first time. */
    final long arrive(long lane, int t) {
        int label = label(t);
        int slot = t * labels.length + label;
        int seen = occurrences[slot];
        int occurrence = seen >>> EPOCH_SHIFT == epoch ? seen & (1 << EPOCH_SHIFT) - 1 : 0;
        occurrences[slot] = epoch << EPOCH_SHIFT | occurrence + 1;
        if (occurrence >= KEPT) {
            return Mix.mix64(lane ^ operation(t, label, occurrence));
        }
        int at = occurrence * occurrences.length + slot;
        long operation = operations[at];
        if (operation == 0) {
            operation = operation(t, label, occurrence);
            operations[at] = operation;
        }
        return Mix.mix64(lane ^ operation);
    }

    final int labels() {
        return labels.length;
    }

    final long labelName(int label) {
        return labels[label];
    }

    /** Label of the thread's pending step. */
    abstract int label(int t);

    /** Object that the pending step accesses. */
    abstract int word(int t);

    /** How: {@link #READS}, {@link #WRITES} or both. */
    abstract int kind(int t);

    /** Objects are numbered below this. */
    abstract int words();

    /** The threads that steps of thread {@code t} start, as a mask. */
    abstract int starts(int t);

    /** Groups of objects that belong together. */
    abstract int groups();

    /** Whether an object is of a group; one object may be of several. */
    abstract boolean inGroup(int word, int group);
}
