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

    /** For (thread, label, occurrence): the operation's key, ready to be folded into a seed. */
    private final long[] operations;

    private final long[] waits = new long[WAITS];
    private final long[] roles;
    /** For (thread, label): run number and occurrences in it. */
    private final int[] occurrences;

    private final long[] hash;
    private final int[] waited;
    private int epoch;

    RandomWalk(Machine machine) {
        super(machine);
        int threads = machine.threads;
        operations = new long[threads * Pc.LABELS * READY];
        roles = new long[threads];
        occurrences = new int[threads * Pc.LABELS];
        hash = new long[threads];
        waited = new int[threads];
        for (int w = 0; w < WAITS; w++) {
            waits[w] = Mix.mix64(w + Mix.GOLDEN);
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
        while ((enabled = m.s[Sched.ENABLED]) != 0 && m.s[Sched.TAKEN] < STEPS_MAX) {
            int t = Integer.numberOfTrailingZeros(enabled);
            if ((enabled & (enabled - 1)) == 0) {
                known &= ~enabled;
                Step.run(m, t, STEPS_MAX); // alone: on until somebody else can run
            } else {
                decided++;
                long best = Long.MIN_VALUE;
                for (int rest = enabled; rest != 0; rest &= rest - 1) {
                    int u = Integer.numberOfTrailingZeros(rest);
                    if (((known >> u) & 1) == 0) {
                        known |= 1 << u;
                        hash[u] = arrive(lane, u);
                        waited[u] = 0;
                    }
                    int w = waited[u]++;
                    long draw = Mix.mix64(hash[u] ^ (w < WAITS ? waits[w] : Mix.mix64(w + Mix.GOLDEN)));
                    if (draw > best) {
                        best = draw;
                        t = u;
                    }
                }
                if (record != null) {
                    record.add(t);
                }
                known &= ~(1 << t);
                Step.run(m, t, 1);
            }
            if (m.violated >= 0) {
                break;
            }
        }
        decisions = decided;
        finish(seed);
    }

    private long arrive(long lane, int t) {
        int label = Pc.label(m.s[Frame.at(t) + Frame.PC]);
        int slot = t * Pc.LABELS + label;
        int seen = occurrences[slot];
        int occurrence = seen >>> EPOCH_SHIFT == epoch ? seen & (1 << EPOCH_SHIFT) - 1 : 0;
        occurrences[slot] = epoch << EPOCH_SHIFT | occurrence + 1;
        long operation = occurrence < READY ? operations[slot * READY + occurrence] : operation(t, label, occurrence);
        return Mix.mix64(lane ^ operation);
    }
}
