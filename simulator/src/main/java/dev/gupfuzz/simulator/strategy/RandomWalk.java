package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.routine.Step;

/**
 * Uniform choice among the threads that can run: at each decision the one with the largest {@code keyed(seed; operation,
 * decisions it has been pending)}, where an operation is (role, label, how often that label stood at a decision before).
 * Without the last key a thread's draw would stand still while it waits, which is another strategy.
 */
final class RandomWalk extends Scheduler {

    private static final long LANE = Mix.ready(Mix.name("random-walk"));
    private static final int WAITS = 64;
    /** Bits of a draw that give way to the thread's number, so that the largest draw says whose it is. */
    private static final int THREAD = Machine.THREADS_MAX - 1;

    private static final int WORDS_SHIFT = 2;
    private static final int KEY = 0;
    private static final int WAITED = 1;
    private static final int DRAW = 2;

    private final MachinePending operations;
    private final long[] waits = new long[WAITS];

    /**
     * For each thread four words about its pending operation: its key, the decisions that it has been pending at,
     * and its draw at the next one, with the thread itself in the lowest bits.
     */
    private final long[] pending;

    RandomWalk(MachinePending operations) {
        super(operations.machine());
        this.operations = operations;
        pending = new long[operations.threads << WORDS_SHIFT];
        for (int w = 0; w < WAITS; w++) {
            waits[w] = Mix.ready(w);
        }
    }

    @Override
    public void run(long seed) {
        final Machine m = this.m;
        final int[] s = m.s;
        m.reset();
        m.choices.draw(seed);
        long lane = Mix.mix64(seed ^ LANE);
        operations.begin();
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
                known |= enabled;
                int others = enabled & enabled - 1;
                if ((others & others - 1) == 0) {
                    // A jump, not a maximum: a wrong guess shows as soon as the draws do, not at the step's own jump.
                    int u = Integer.numberOfTrailingZeros(others);
                    if (drawn(t) > drawn(u)) {
                        waits(u);
                        known &= ~(1 << t);
                        move(t);
                    } else {
                        waits(t);
                        known &= ~(1 << u);
                        move(u);
                    }
                } else {
                    t = highest(enabled);
                    for (int rest = enabled & ~(1 << t); rest != 0; rest &= rest - 1) {
                        waits(Integer.numberOfTrailingZeros(rest));
                    }
                    known &= ~(1 << t);
                    move(t);
                }
            }
        }
        decisions = decided;
        finish(seed);
    }

    private long drawn(int t) {
        return pending[(t << WORDS_SHIFT) + DRAW];
    }

    private int highest(int enabled) {
        long best = Long.MIN_VALUE;
        for (int rest = enabled; rest != 0; rest &= rest - 1) {
            best = Math.max(best, drawn(Integer.numberOfTrailingZeros(rest)));
        }
        return (int) best & THREAD;
    }

    /** The thread could have moved and does not. Its next draw need not wait for the step, whose jump nobody can predict. */
    private void waits(int t) {
        int at = t << WORDS_SHIFT;
        int waited = (int) ++pending[at + WAITED];
        long wait = waits[waited & WAITS - 1];
        if (waited >= WAITS) {
            wait = Mix.ready(waited);
        }
        pending[at + DRAW] = draw(pending[at + KEY] ^ wait, t);
    }

    private void move(int t) {
        if (record != null) {
            record.add(t);
        }
        Step.run(m, t, 1);
    }

    /** The thread's pending operation is at a decision for the first time. */
    private void arrive(long lane, int t) {
        long key = operations.arrive(lane, t);
        int at = t << WORDS_SHIFT;
        pending[at + KEY] = key;
        pending[at + WAITED] = 0;
        pending[at + DRAW] = draw(key ^ waits[0], t);
    }

    private static long draw(long key, int t) {
        return (Mix.mix64(key) & -(THREAD + 1L)) | t;
    }
}
