package dev.gupfuzz.simulator.minimize;

/**
 * What a search by preemptions says about the fewest that the failure needs in its scenario.
 *
 * @param preemptions those of the schedule that is shown
 * @param proved whether every schedule with fewer was looked at, and none fails so
 * @param states pairs of a state and the thread that came to it, that were visited
 * @param transitions steps taken from them
 */
public record Certificate(int preemptions, boolean proved, long states, long transitions) {

    /** One sentence. */
    public String text() {
        String visited = String.format(java.util.Locale.ROOT, "a search of %,d pairs of state and last thread", states);
        if (!proved) {
            return "has " + count(preemptions) + "; that fewer do not suffice is not proved: " + visited
                    + " ended at its bound";
        }
        if (preemptions == 0) {
            return "needs no preemption: " + visited;
        }
        return "needs exactly " + count(preemptions) + "; " + (preemptions == 1 ? "0 is" : "fewer are")
                + " proved impossible: " + visited;
    }

    private static String count(int n) {
        return n + (n == 1 ? " preemption" : " preemptions");
    }
}
