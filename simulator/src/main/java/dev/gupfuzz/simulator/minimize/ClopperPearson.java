package dev.gupfuzz.simulator.minimize;

/**
 * The interval of a probability after {@code hits} of {@code runs} (Clopper and Pearson, Biometrika 1934): the values that a
 * test at half of the error on each side does not reject. Its ends are quantiles of the beta distribution; they are found here
 * as what they stand for, the probabilities at which the binomial tail is as large as that half.
 *
 * @param low lower end
 * @param high upper end
 */
public record ClopperPearson(double low, double high) {

    /** A double has no more bits to halve. */
    private static final int HALVINGS = 60;

    /** @param error that the interval misses the probability, at most: 0.05 for 95 % */
    public static ClopperPearson of(int hits, int runs, double error) {
        if (hits < 0 || runs < 1 || hits > runs) {
            throw new IllegalArgumentException("hits must be from 0 to runs: hits=" + hits + " runs=" + runs);
        }
        double low = hits == 0 ? 0 : end(runs - hits, runs, error / 2);
        double high = hits == runs ? 1 : end(hits, runs, error / 2);
        return new ClopperPearson(hits == 0 ? 0 : 1 - low, high);
    }

    /** The probability at which at most {@code most} hits of {@code runs} are as likely as {@code tail}. */
    private static double end(int most, int runs, double tail) {
        double low = 0;
        double high = 1;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (atMost(most, runs, middle) > tail) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    /** The probability of at most {@code most} hits. */
    private static double atMost(int most, int runs, double p) {
        double sum = 0;
        double choose = 0;
        for (int k = 0; k <= most; k++) {
            sum += Math.exp(choose + k * Math.log(p) + (runs - k) * Math.log1p(-p));
            choose += Math.log(runs - k) - Math.log(k + 1.0);
        }
        return sum;
    }
}
