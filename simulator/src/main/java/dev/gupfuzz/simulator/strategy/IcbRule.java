package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.Mix;

/**
 * Schedules with few preemptions, as context-bounded search orders them (Musuvathi and Qadeer, PLDI 2007), but sampled: a
 * thread runs on until it waits or ends, and another one, all alike, takes its place; at {@code preemptions} random
 * decisions the running thread has to stop although it could go on.
 */
final class IcbRule extends Rule {

    private static final long LANE = Mix.ready(Mix.name("icb"));

    private final ChangePoints points;
    private long lane;
    private int running;
    private int decided;
    private int passed;
    /** Preemptions whose decision has come and at which nobody could be stopped. */
    private int due;

    private int known;

    private final int[] label;
    private final long[] key;
    private final int[] draws;

    IcbRule(Pending pending, int preemptions, int k) {
        super(pending);
        points = new ChangePoints(preemptions, k);
        label = new int[pending.threads];
        key = new long[pending.threads];
        draws = new int[pending.threads];
    }

    @Override
    void begin(long seed) {
        lane = Mix.mix64(seed ^ LANE);
        points.draw(lane);
        running = -1;
        decided = 0;
        passed = 0;
        due = 0;
        known = 0;
    }

    @Override
    int choose(int enabled) {
        boolean couldGoOn = running >= 0 && (enabled >> running & 1) != 0;
        if (++decided == points.decision(passed)) {
            passed++;
            due++;
        }
        if (!couldGoOn) {
            return any(enabled);
        }
        if (due == 0) {
            return running;
        }
        due--;
        return any(enabled & ~(1 << running));
    }

    private int any(int free) {
        int best = -1;
        long bestDraw = 0;
        for (int rest = free; rest != 0; rest &= rest - 1) {
            int t = Integer.numberOfTrailingZeros(rest);
            if ((known >> t & 1) == 0 || label[t] != pending.label(t)) {
                known |= 1 << t;
                label[t] = pending.label(t);
                key[t] = pending.arrive(lane, t);
                draws[t] = 0;
            }
            long draw = Mix.key(key[t], draws[t]++);
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
        running = t;
    }
}
