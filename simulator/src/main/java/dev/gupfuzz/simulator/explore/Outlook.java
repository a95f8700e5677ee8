package dev.gupfuzz.simulator.explore;

import java.util.List;

/**
 * A guess at the states that are still to come where a bound ended an exploration: the sizes of its levels, taken to go on as a
 * bell does. Their logarithms are fitted by a parabola over the last half of the levels.
 */
public final class Outlook {

    /** Fewer levels say nothing. */
    private static final int LEVELS_MIN = 16;

    /** More than any memory holds: the levels hardly bend. */
    private static final double STATES_MAX = 1e15;

    private Outlook() {}

    /**
     * States still to expand.
     *
     * @param widths states to expand, level by level, of levels that are done
     * @return -1 where the levels do not bend down, or hardly do, or are too few
     */
    public static double rest(List<Long> widths) {
        int levels = widths.size();
        int from = levels / 2;
        if (levels < LEVELS_MIN) {
            return -1;
        }
        double middle = (from + levels - 1) / 2.0;
        double[] x = new double[5]; // sums of powers of the level
        double[] y = new double[3]; // and of these times the logarithm
        for (int level = from; level < levels; level++) {
            double power = 1;
            for (int i = 0; i < x.length; i++) {
                x[i] += power;
                if (i < y.length) {
                    y[i] += power * Math.log(widths.get(level));
                }
                power *= level - middle;
            }
        }
        double slope = y[1] / x[2];
        double bend = (x[0] * y[2] - x[2] * y[0]) / (x[0] * x[4] - x[2] * x[2]);
        double height = (y[0] - bend * x[2]) / x[0];
        if (bend >= 0) {
            return -1;
        }
        double rest = 0;
        double top = -slope / (2 * bend);
        for (double at = levels - middle; ; at++) {
            double states = Math.exp(height + slope * at + bend * at * at);
            if (at > top && states < 1) {
                return rest;
            }
            rest += states;
            if (rest > STATES_MAX) {
                return -1;
            }
        }
    }
}
