package dev.gupfuzz.simulator.minimize;

import dev.gupfuzz.simulator.trace.Finding;

/**
 * What became of a finding.
 *
 * @param original the finding as it was
 * @param finding the smallest that was found, with a token of its own
 * @param before how large the original is
 * @param after how large the smallest is
 */
public record Minimized(Finding original, Finding finding, Size before, Size after, Certificate certificate) {

    /**
     * How large a run is.
     *
     * @param steps up to and with the one that broke the invariant
     * @param decisions points at which at least two threads could run
     * @param switches changes of the running thread
     * @param preemptions switches away from a thread that could have gone on
     * @param threads threads that took a step
     * @param pages virtual pages of the scenario
     */
    public record Size(int steps, int decisions, int switches, int preemptions, int threads, int pages) {}
}
