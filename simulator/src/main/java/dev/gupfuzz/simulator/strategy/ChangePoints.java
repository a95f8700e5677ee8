package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.Mix;

/** Some of the decisions 1 ... k of a run, drawn without repetition and put in order. */
final class ChangePoints {

    private static final long LANE = Mix.ready(Mix.name("change point"));

    private static final int POINT_SHIFT = 32;
    /** A decision that no run comes to. */
    private static final int NEVER = Integer.MAX_VALUE;

    private final int k;
    /** Ascending, each with the number of its draw, from 1, in the lower half; one more, that never comes, ends them. */
    private final long[] points;

    ChangePoints(int count, int k) {
        this.k = k;
        points = new long[count + 1];
    }

    /** Draws those of a run. */
    void draw(long lane) {
        long key = Mix.mix64(lane ^ LANE);
        long draw = 0;
        int last = points.length - 1;
        for (int j = 0; j < last; j++) {
            int point = NEVER; // more of them than places
            if (j < k) {
                do {
                    point = 1 + Mix.below(Mix.key(key, draw++), k);
                } while (taken(point, j));
            }
            int i = j;
            for (; i > 0 && point < decision(i - 1); i--) {
                points[i] = points[i - 1];
            }
            points[i] = (long) point << POINT_SHIFT | j + 1;
        }
        points[last] = (long) NEVER << POINT_SHIFT;
    }

    private boolean taken(int point, int n) {
        boolean taken = false;
        for (int i = 0; i < n; i++) {
            taken |= decision(i) == point;
        }
        return taken;
    }

    /** The decision that the {@code i}-th point in order is. */
    int decision(int i) {
        return (int) (points[i] >> POINT_SHIFT);
    }

    /** When it was drawn: 1 for the first. */
    int order(int i) {
        return (int) points[i];
    }
}
