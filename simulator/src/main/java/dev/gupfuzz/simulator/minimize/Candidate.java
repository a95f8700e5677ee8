package dev.gupfuzz.simulator.minimize;

import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.trace.StepOrder;
import java.util.Arrays;
import java.util.Comparator;

/**
 * A run that shows the failure.
 *
 * @param preemptions switches away from a thread that could have gone on
 * @param switches steps whose thread is another than that of the step before
 * @param turns who runs for how many steps
 * @param decisions who ran wherever several could
 * @param choices values of the data choices
 */
record Candidate(
        Scenario scenario,
        StepOrder order,
        int preemptions,
        int switches,
        String turns,
        int[] decisions,
        int[] choices) {

    /**
     * Fewer preemptions, then switches, threads, steps, data choices other than 0, then the schedule's text and the choices: of
     * two different runs one is smaller.
     */
    static final Comparator<Candidate> SMALLER = Comparator.comparingInt(Candidate::preemptions)
            .thenComparingInt(Candidate::switches)
            .thenComparingInt(Candidate::threads)
            .thenComparingInt(c -> c.order.length())
            .thenComparingInt(Candidate::loudChoices)
            .thenComparing(Candidate::turns)
            .thenComparing(Candidate::choices, Arrays::compare);

    /** Data choices other than 0. */
    private int loudChoices() {
        return (int) Arrays.stream(choices).filter(choice -> choice != 0).count();
    }

    /** Threads that took a step. */
    int threads() {
        int mask = 0;
        for (int t : order.threads()) {
            mask |= 1 << t;
        }
        return Integer.bitCount(mask);
    }
}
