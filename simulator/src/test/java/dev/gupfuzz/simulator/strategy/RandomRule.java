package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.Mix;

/** The random walk written for clarity: what {@link RandomWalk} must choose, on any model. */
final class RandomRule extends Rule {

    private final long[] key;
    private final int[] waited;
    private long lane;
    private int known;

    RandomRule(Pending pending) {
        super(pending);
        key = new long[pending.threads];
        waited = new int[pending.threads];
    }

    @Override
    void begin(long seed) {
        lane = Mix.mix64(seed ^ Mix.ready(Mix.name("random-walk")));
        known = 0;
    }

    @Override
    int choose(int enabled) {
        int best = -1;
        long bestDraw = 0;
        for (int t = 0; t < pending.threads; t++) {
            if ((enabled >> t & 1) == 0) {
                continue;
            }
            if ((known >> t & 1) == 0) {
                known |= 1 << t;
                key[t] = pending.arrive(lane, t);
                waited[t] = 0;
            }
            // the lowest bits of a draw give way to the thread's number
            long draw = (Mix.key(key[t], waited[t]++) & -16L) | t;
            if (best < 0 || draw > bestDraw) {
                best = t;
                bestDraw = draw;
            }
        }
        return best;
    }

    @Override
    void takes(int t) {
        known &= ~(1 << t);
    }
}
