package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.routine.Step;
import java.util.Arrays;

/**
 * Uniform choice among the threads that can run: at each decision the one with the largest {@code keyed(seed; operation,
 * decisions it has been pending)}, where an operation is (role, label, how often that label stood at a decision before).
 * Without the last key a thread's draw would stand still while it waits, which is another strategy.
 */
final class RandomWalk extends Scheduler {

    private static final long LANE = Mix.ready(Mix.name("random-walk"));
    /** Occurrences whose keys are kept ready. */
    private static final int READY = 8;

    private static final int WAITS = 64;
    private static final int EPOCH_SHIFT = 20;
    /** Bits of a draw that give way to the thread's number, so that the largest draw says whose it is. */
    private static final int THREAD = Machine.THREADS_MAX - 1;

    private static final int WORDS_SHIFT = 2;
    private static final int KEY = 0;
    private static final int WAITED = 1;
    private static final int DRAW = 2;

    /** For (thread, label, occurrence): the operation's key, ready to be folded into a seed. */
    private final long[] operations;

    private final long[] waits = new long[WAITS];
    private final long[] roles;
    /** For (thread, label): run number and occurrences in it. */
    private final int[] occurrences;

    /**
     * For each thread four words about its pending operation: its key, the decisions that it has been pending at,
     * and its draw at the next one, with the thread itself in the lowest bits.
     */
    private final long[] pending;

    private int epoch;

    RandomWalk(Machine machine) {
        super(machine);
        int threads = machine.threads;
        operations = new long[threads * Pc.LABELS * READY];
        roles = new long[threads];
        occurrences = new int[threads * Pc.LABELS];
        pending = new long[threads << WORDS_SHIFT];
        for (int w = 0; w < WAITS; w++) {
            waits[w] = Mix.ready(w);
        }
        for (int t = 0; t < threads; t++) {
            roles[t] = Mix.name(machine.scenario.threads().get(t));
            for (int label = 0; label < Pc.LABELS; label++) {
                if (Labels.defined(label)) {
                    for (int i = 0; i < READY; i++) {
                        operations[(t * Pc.LABELS + label) * READY + i] = operation(t, label, i);
                    }
                }
            }
        }
    }

    private long operation(int t, int label, int occurrence) {
        return Mix.mix64(Mix.keyed(0, roles[t], Labels.key(label), occurrence) + Mix.GOLDEN);
    }

    @Override
    public void run(long seed) {
        final Machine m = this.m;
        final int[] s = m.s;
        final long[] pending = this.pending;
        final long[] waits = this.waits;
        m.reset();
        m.choices.draw(seed);
        long lane = Mix.mix64(seed ^ LANE);
        if (++epoch == 1 << (31 - EPOCH_SHIFT)) {
            Arrays.fill(occurrences, 0);
            epoch = 1;
        }
        int decided = 0;
        int known = 0;
        int enabled;
        while ((enabled = s[Sched.ENABLED]) > 0 && s[Sched.TAKEN] < STEPS_MAX) {
            int t = Integer.numberOfTrailingZeros(enabled);
            if ((enabled & (enabled - 1)) == 0) {
                known &= ~enabled;
                Step.run(m, t, STEPS_MAX); // alone: on until somebody else can run
            } else {
                decided++;
                for (int fresh = enabled & ~known; fresh != 0; fresh &= fresh - 1) {
                    arrive(lane, Integer.numberOfTrailingZeros(fresh));
                }
                long best = Long.MIN_VALUE;
                for (int rest = enabled; rest != 0; rest &= rest - 1) {
                    best = Math.max(best, pending[(Integer.numberOfTrailingZeros(rest) << WORDS_SHIFT) + DRAW]);
                }
                t = (int) best & THREAD;
                known = (known | enabled) & ~(1 << t);
                // The next draws of those who wait need not wait for the step, whose jump nobody can predict.
                for (int rest = enabled & known; rest != 0; rest &= rest - 1) {
                    int at = Integer.numberOfTrailingZeros(rest) << WORDS_SHIFT;
                    int waited = (int) ++pending[at + WAITED];
                    long wait = waits[waited & WAITS - 1];
                    if (waited >= WAITS) {
                        wait = Mix.ready(waited);
                    }
                    pending[at + DRAW] = draw(pending[at + KEY] ^ wait, at >> WORDS_SHIFT);
                }
                if (record != null) {
                    record.add(t);
                }
                Step.run(m, t, 1);
            }
        }
        decisions = decided;
        finish(seed);
    }

    /** The thread's pending operation is at a decision for the first time. */
    private void arrive(long lane, int t) {
        int label = Pc.label(m.s[Frame.at(t) + Frame.PC]);
        int slot = t * Pc.LABELS + label;
        int seen = occurrences[slot];
        int occurrence = seen >>> EPOCH_SHIFT == epoch ? seen & (1 << EPOCH_SHIFT) - 1 : 0;
        occurrences[slot] = epoch << EPOCH_SHIFT | occurrence + 1;
        long operation = occurrence < READY ? operations[slot * READY + occurrence] : operation(t, label, occurrence);
        long key = Mix.mix64(lane ^ operation);
        int at = t << WORDS_SHIFT;
        pending[at + KEY] = key;
        pending[at + WAITED] = 0;
        pending[at + DRAW] = draw(key ^ waits[0], t);
    }

    private static long draw(long key, int t) {
        return (Mix.mix64(key) & -(THREAD + 1L)) | t;
    }
}
