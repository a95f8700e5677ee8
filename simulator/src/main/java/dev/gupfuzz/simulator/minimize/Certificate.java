package dev.gupfuzz.simulator.minimize;

import java.util.Locale;

/**
 * What searches by preemptions say about the fewest that the failure needs in its scenario.
 *
 * @param preemptions those of the schedule that is shown
 * @param atLeast with fewer, every schedule was looked at and none fails so; at most {@code preemptions}
 * @param states pairs of a state and the thread that came to it, that the largest search visited
 * @param transitions steps taken from them
 */
public record Certificate(int preemptions, int atLeast, long states, long transitions) {

    /** Whether there is nothing with fewer preemptions. */
    public boolean proved() {
        return atLeast == preemptions;
    }

    /** One sentence. */
    public String text() {
        String visited = String.format(
                Locale.ROOT, "a search of %,d %s of state and last thread", states, states == 1 ? "pair" : "pairs");
        if (!proved()) {
            String known = atLeast == 0
                    ? ""
                    : atLeast == 1 ? "; 0 is proved impossible" : "; fewer than " + atLeast + " are proved impossible";
            return "has " + count(preemptions) + known + "; that none with fewer fails is not proved: " + visited
                    + " ended at its bound";
        }
        if (preemptions == 0) {
            return "needs no preemption";
        }
        return "needs exactly " + count(preemptions) + "; " + (preemptions == 1 ? "0 is" : "fewer are")
                + " proved impossible: " + visited;
    }

    private static String count(int n) {
        return n + (n == 1 ? " preemption" : " preemptions");
    }
}
