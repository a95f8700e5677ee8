package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.Mix;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** PCT written for clarity: what {@link Pct} must choose, on any model. */
final class PctRule extends Rule {

    private final int depth;
    private final int k;
    /** Threads, the highest priority first. */
    private final List<Integer> order = new ArrayList<>();

    private final int[] priority;
    private final List<Integer> points = new ArrayList<>();
    private int decided;

    PctRule(Pending pending, int depth, int k) {
        super(pending);
        this.depth = depth;
        this.k = k;
        priority = new int[pending.threads];
    }

    @Override
    void begin(long seed) {
        long lane = Mix.mix64(seed ^ Mix.ready(Mix.name("pct")));
        order.clear();
        for (int t = 0; t < pending.threads; t++) {
            order.add(t);
        }
        order.sort(Comparator.comparingLong(t -> Mix.key(lane, pending.roles[t]) >> 1));
        for (int i = 0; i < order.size(); i++) {
            priority[order.get(i)] = depth + i;
        }
        points.clear();
        long key = Mix.key(lane, Mix.name("change point"));
        for (long draw = 0; points.size() < Math.min(depth - 1, k); draw++) {
            int point = 1 + Mix.below(Mix.key(key, draw), k);
            if (!points.contains(point)) {
                points.add(point);
            }
        }
        decided = 0;
    }

    @Override
    int choose(int enabled) {
        int point = points.indexOf(++decided);
        if (point >= 0) {
            priority[highest(enabled)] = point + 1;
        }
        return highest(enabled);
    }

    private int highest(int enabled) {
        int best = -1;
        for (int t = 0; t < pending.threads; t++) {
            if ((enabled >> t & 1) != 0 && (best < 0 || priority[t] > priority[best])) {
                best = t;
            }
        }
        return best;
    }

    @Override
    void takes(int t) {}
}
