package dev.gupfuzz.simulator.strategy;

/**
 * Exponential variates from 64-bit draws, the same on every machine: the logarithm is a table with straight lines between,
 * off by 2e-7 at most, and not the library's, whose last bit may differ from one machine to the next.
 */
final class Exponential {

    private static final int BITS = 10;
    /** Bits of a draw that a double has no place for. */
    private static final int UNUSED = 11;

    private static final double[] LOG2 = new double[(1 << BITS) + 1];

    static {
        for (int i = 0; i < LOG2.length; i++) {
            LOG2[i] = StrictMath.log(1 + i / (double) (1 << BITS)) / StrictMath.log(2);
        }
    }

    private Exponential() {}

    /** A variate whose mean is 1 / ln 2: minus the binary logarithm of a uniform one. */
    static double of(long draw) {
        long uniform = (draw >>> UNUSED) + 1; // in (0, 1], in units of 2^-53
        int leading = Long.numberOfLeadingZeros(uniform);
        long fraction = uniform << leading << 1;
        int i = (int) (fraction >>> (Long.SIZE - BITS));
        double between = (fraction << BITS >>> UNUSED) * 0x1p-53;
        double log2 = Long.SIZE - 1 - leading + LOG2[i] + (LOG2[i + 1] - LOG2[i]) * between;
        return Long.SIZE - UNUSED - log2;
    }
}
