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

    private static final long FAIR = Mix.ready(Mix.name("fair"));
    /** Far beyond the longest run: nothing in the simulated kernels polls. */
    private static final int FAIR_FROM = STEPS_MAX / 10;

    private static final int THREAD_BITS = 4;
    private static final int THREAD = Machine.THREADS_MAX - 1;

    private final int depth;
    /** For each thread its role, ready to be folded into a seed. */
    private final long[] roles;

    private final long[] draws;
    /** For each thread its priority, with the thread itself in the lowest bits. */
    private final int[] priority;
    /** Where the running thread falls, to the priority that tells when the point was drawn. */
    private final ChangePoints changes;

    private final Openings openings;

    /** Decisions after which the rest of a run is a random walk: strict priorities would let a thread that polls run for ever. */
    private final int fairFrom;

    Pct(Machine machine, int depth, int k) {
        this(machine, depth, k, FAIR_FROM);
    }

    Pct(Machine machine, int depth, int k, int fairFrom) {
        super(machine);
        this.depth = depth;
        this.fairFrom = fairFrom;
        int threads = machine.threads;
        roles = new long[threads];
        draws = new long[threads];
        priority = new int[threads];
        changes = new ChangePoints(depth - 1, k);
        openings = new Openings(machine);
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
        changes.draw(lane);
    }

    /** The ranks of all threads, {@link #THREAD_BITS} bits each. */
    private long order() {
        long order = 0;
        for (int p : priority) {
            order = order << THREAD_BITS | (p >> THREAD_BITS) - depth;
        }
        return order;
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
        m.choices.draw(seed);
        long lane = Mix.mix64(seed ^ LANE);
        deal(lane);
        int passed = 0;
        int next = changes.decision(0);
        int decided = 0;
        if (depth > 1 && record == null && m.log == null && !m.precise) {
            decided = openings.begin(order(), next);
        } else {
            m.reset();
        }
        int enabled;
        while ((enabled = s[Sched.ENABLED]) > 0 && decided < fairFrom && s[Sched.TAKEN] < STEPS_MAX) {
            if ((enabled & (enabled - 1)) == 0) {
                Step.run(m, Integer.numberOfTrailingZeros(enabled), STEPS_MAX);
            } else {
                int t = highest(enabled);
                if (++decided == next) {
                    if (passed == 0) {
                        openings.reached(decided - 1);
                    }
                    // below everyone's first priority, at the place that belongs to this change point
                    priority[t] = changes.order(passed) << THREAD_BITS | t;
                    next = changes.decision(++passed);
                    t = highest(enabled);
                }
                if (record == null) {
                    decided += Step.run(m, t, Math.min(next, fairFrom + 1) - decided) - 1;
                } else {
                    record.add(t);
                    Step.run(m, t, 1);
                }
            }
        }
        openings.ended(decided);
        if (decided >= fairFrom) {
            decided = walk(Mix.mix64(lane ^ FAIR), decided);
        }
        decisions = decided;
        finish(seed);
    }

    /** The rest of a long run, each thread as likely as the other at every decision. */
    private int walk(long lane, int before) {
        int decided = before;
        int enabled;
        while ((enabled = m.s[Sched.ENABLED]) > 0 && m.s[Sched.TAKEN] < STEPS_MAX) {
            int choices = Integer.bitCount(enabled);
            int rest = enabled;
            if (choices > 1) {
                for (int skip = Mix.below(Mix.key(lane, decided++), choices); skip > 0; skip--) {
                    rest &= rest - 1;
                }
                if (record != null) {
                    record.add(Integer.numberOfTrailingZeros(rest));
                }
            }
            Step.run(m, Integer.numberOfTrailingZeros(rest), 1);
        }
        return decided;
    }
}
