package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.routine.Step;

/**
 * Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010): strict random priorities,
 * and {@code depth - 1} random points at which the running thread falls below everybody. A bug that needs {@code depth}
 * ordering constraints is hit with probability at least {@code 1 / (n k^(depth - 1))} a run, n threads and at most k
 * decisions.
 */
final class Pct extends Scheduler {

    private static final long LANE = Mix.ready(Mix.name("pct"));
    private static final long CHANGE_POINT = Mix.ready(Mix.name("change point"));

    private static final int POINT_SHIFT = 32;
    /** A point that no run comes to. */
    private static final int NEVER = Integer.MAX_VALUE;

    private static final int THREAD_BITS = 4;
    private static final int THREAD = Machine.THREADS_MAX - 1;

    private final int depth;
    private final int k;
    /** For each thread its role, ready to be folded into a seed. */
    private final long[] roles;

    private final long[] draws;
    /** For each thread its priority, with the thread itself in the lowest bits. */
    private final int[] priority;
    /** The change points in their order, each with the priority that it gives in the lowest bits; one more ends them. */
    private final long[] changes;

    Pct(Machine machine, int depth, int k) {
        super(machine);
        this.depth = depth;
        this.k = k;
        int threads = machine.threads;
        roles = new long[threads];
        draws = new long[threads];
        priority = new int[threads];
        changes = new long[Math.max(0, depth - 1) + 1];
        for (int t = 0; t < threads; t++) {
            roles[t] = Mix.ready(Mix.name(machine.scenario.threads().get(t)));
        }
    }

    private void deal(long lane) {
        int n = roles.length;
        for (int t = 0; t < n; t++) {
            draws[t] = Mix.mix64(lane ^ roles[t]) >> 1; // differences do not overflow
            priority[t] = ((depth + t) << THREAD_BITS) | t;
        }
        // Ranks without a jump, which nobody could predict: each pair lifts one and lowers the other.
        for (int t = 1; t < n; t++) {
            for (int u = 0; u < t; u++) {
                int below = (int) ((draws[t] - draws[u]) >>> 63) << THREAD_BITS;
                priority[t] -= below;
                priority[u] += below;
            }
        }
        long points = Mix.mix64(lane ^ CHANGE_POINT);
        long draw = 0;
        int last = changes.length - 1;
        for (int j = 0; j < last; j++) {
            int point = NEVER; // more change points than places
            if (j < k) {
                do {
                    point = 1 + Mix.below(Mix.key(points, draw++), k);
                } while (taken(point, j));
            }
            int i = j;
            for (; i > 0 && point < point(changes[i - 1]); i--) {
                changes[i] = changes[i - 1];
            }
            changes[i] = (long) point << POINT_SHIFT | j + 1;
        }
        changes[last] = (long) NEVER << POINT_SHIFT;
    }

    private boolean taken(int point, int n) {
        boolean taken = false;
        for (int i = 0; i < n; i++) {
            taken |= point(changes[i]) == point;
        }
        return taken;
    }

    private static int point(long change) {
        return (int) (change >> POINT_SHIFT);
    }

    private int highest(int enabled) {
        int best = 0;
        for (int rest = enabled; rest != 0; rest &= rest - 1) {
            best = Math.max(best, priority[Integer.numberOfTrailingZeros(rest)]);
        }
        return best & THREAD;
    }

    @Override
    public void run(long seed) {
        final Machine m = this.m;
        final int[] s = m.s;
        m.reset();
        m.choices.draw(seed);
        deal(Mix.mix64(seed ^ LANE));
        int passed = 0;
        int next = point(changes[0]);
        int decided = 0;
        int enabled;
        while ((enabled = s[Sched.ENABLED]) > 0 && s[Sched.TAKEN] < STEPS_MAX) {
            if ((enabled & (enabled - 1)) == 0) {
                Step.run(m, Integer.numberOfTrailingZeros(enabled), STEPS_MAX);
            } else {
                int t = highest(enabled);
                if (++decided == next) {
                    // below everyone's first priority, at the place that belongs to this change point
                    priority[t] = (int) changes[passed] << THREAD_BITS | t;
                    next = point(changes[++passed]);
                    t = highest(enabled);
                }
                if (record == null) {
                    decided += Step.run(m, t, next - decided) - 1;
                } else {
                    record.add(t);
                    Step.run(m, t, 1);
                }
            }
        }
        decisions = decided;
        finish(seed);
    }
}
