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

    private final int depth;
    private final int k;
    /** For each thread its role, ready to be folded into a seed. */
    private final long[] roles;

    private final long[] draws;
    private final int[] priority;
    private final int[] changeAt;

    Pct(Machine machine, int depth, int k) {
        super(machine);
        this.depth = depth;
        this.k = k;
        int threads = machine.threads;
        roles = new long[threads];
        draws = new long[threads];
        priority = new int[threads];
        changeAt = new int[Math.max(0, depth - 1)];
        for (int t = 0; t < threads; t++) {
            roles[t] = Mix.ready(Mix.name(machine.scenario.threads().get(t)));
        }
    }

    private void deal(long lane) {
        int n = roles.length;
        for (int t = 0; t < n; t++) {
            draws[t] = Mix.mix64(lane ^ roles[t]);
        }
        for (int t = 0; t < n; t++) {
            int rank = 0;
            for (int u = 0; u < n; u++) {
                if (draws[u] < draws[t]) {
                    rank++;
                }
            }
            priority[t] = depth + rank;
        }
        long points = Mix.mix64(lane ^ CHANGE_POINT);
        long draw = 0;
        for (int j = 0; j < changeAt.length; j++) {
            if (j >= k) {
                changeAt[j] = Integer.MAX_VALUE; // more change points than places
                continue;
            }
            boolean taken;
            do {
                int point = 1 + Mix.below(Mix.key(points, draw++), k);
                taken = false;
                for (int i = 0; i < j; i++) {
                    taken |= changeAt[i] == point;
                }
                changeAt[j] = point;
            } while (taken);
        }
    }

    private int highest(int enabled) {
        int best = -1;
        int t = 0;
        for (int rest = enabled; rest != 0; rest &= rest - 1) {
            int u = Integer.numberOfTrailingZeros(rest);
            if (priority[u] > best) {
                best = priority[u];
                t = u;
            }
        }
        return t;
    }

    private int nextChange(int after) {
        int next = Integer.MAX_VALUE;
        for (int at : changeAt) {
            if (at > after && at < next) {
                next = at;
            }
        }
        return next;
    }

    /** The thread falls to the place that belongs to this change point, below everyone's first priority. */
    private void demote(int t, int at) {
        for (int j = 0; j < changeAt.length; j++) {
            if (changeAt[j] == at) {
                priority[t] = j + 1;
            }
        }
    }

    @Override
    public void run(long seed) {
        final Machine m = this.m;
        m.reset();
        m.choices.draw(seed);
        deal(Mix.mix64(seed ^ LANE));
        int next = nextChange(0);
        int decided = 0;
        int enabled;
        while ((enabled = m.s[Sched.ENABLED]) != 0 && m.s[Sched.TAKEN] < STEPS_MAX) {
            if ((enabled & (enabled - 1)) == 0) {
                Step.run(m, Integer.numberOfTrailingZeros(enabled), STEPS_MAX);
            } else {
                int t = highest(enabled);
                if (++decided == next) {
                    demote(t, next);
                    next = nextChange(next);
                    t = highest(enabled);
                }
                if (record == null) {
                    decided += Step.run(m, t, next - decided) - 1;
                } else {
                    record.add(t);
                    Step.run(m, t, 1);
                }
            }
            if (m.violated >= 0) {
                break;
            }
        }
        decisions = decided;
        finish(seed);
    }
}
