package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.Mix;

/**
 * Uniform random walk (Zhao, Wolff, Mathur, Roychoudhury, "Selectively Uniform Concurrency Testing", ASPLOS 2025): a thread
 * is chosen with a probability proportional to the steps that it has left, so that with exact counts and no locks every
 * interleaving is as likely as any other. Steps of a thread that is not yet started count for the one that starts it.
 *
 * <p>The choice is drawn as a race of exponential clocks whose rates are the weights: an operation sets its clock when it is
 * first at a decision, keyed by its name, and the first clock to ring wins. What waits needs no new draw: what is left of an
 * exponential time is distributed as the whole.
 */
final class UrwRule extends Rule {

    private static final long LANE = Mix.ready(Mix.name("urw"));

    /** For each thread the steps of a run. */
    private final int[] steps;

    private final int[] left;
    private long lane;
    private double now;
    private int known;
    /** Threads that have been able to run. */
    private int started;

    private final int[] label;
    private final long[] key;
    private final int[] redraws;
    private final double[] clock;

    UrwRule(Pending pending, int[] steps) {
        super(pending);
        this.steps = steps.clone();
        int n = pending.threads;
        left = new int[n];
        label = new int[n];
        key = new long[n];
        redraws = new int[n];
        clock = new double[n];
    }

    @Override
    void begin(long seed) {
        lane = Mix.mix64(seed ^ LANE);
        System.arraycopy(steps, 0, left, 0, left.length);
        now = 0;
        known = 0;
        started = 0;
    }

    @Override
    int choose(int enabled) {
        started |= enabled;
        int best = -1;
        for (int rest = enabled; rest != 0; rest &= rest - 1) {
            int t = Integer.numberOfTrailingZeros(rest);
            if ((known >> t & 1) == 0 || label[t] != pending.label(t)) {
                known |= 1 << t;
                label[t] = pending.label(t);
                key[t] = pending.arrive(lane, t);
                redraws[t] = 0;
                clock[t] = now + Exponential.of(Mix.mix64(key[t])) / weight(t);
            } else if (clock[t] < now) { // it rang while the thread could not run
                clock[t] = now + Exponential.of(Mix.key(key[t], ++redraws[t])) / weight(t);
            }
            best = best < 0 || clock[t] < clock[best] ? t : best;
        }
        now = clock[best];
        return best;
    }

    private int weight(int t) {
        int weight = left[t];
        for (int rest = pending.starts(t) & ~started; rest != 0; rest &= rest - 1) {
            weight += left[Integer.numberOfTrailingZeros(rest)];
        }
        return Math.max(1, weight);
    }

    @Override
    void takes(int t) {
        known &= ~(1 << t);
        started |= 1 << t;
        left[t]--;
    }
}
