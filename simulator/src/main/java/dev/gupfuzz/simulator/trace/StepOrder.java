package dev.gupfuzz.simulator.trace;

/**
 * Who took each step of a run, and the value of the data choice that the step made, 0 where it made none. A step here is one
 * with a decision before it and the steps behind it that nobody else can tell.
 */
public record StepOrder(int[] threads, int[] choices) {

    public StepOrder {
        if (threads.length != choices.length) {
            throw new IllegalArgumentException(
                    "one choice for each step: threads=" + threads.length + " choices=" + choices.length);
        }
    }

    public int length() {
        return threads.length;
    }
}
