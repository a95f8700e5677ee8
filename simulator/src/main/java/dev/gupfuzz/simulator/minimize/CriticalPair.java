package dev.gupfuzz.simulator.minimize;

import dev.gupfuzz.simulator.trace.Event;
import dev.gupfuzz.simulator.trace.StepOrder;
import dev.gupfuzz.simulator.trace.TraceStep;

/**
 * Two steps of a failing schedule whose order is part of the reason: with {@code second} before {@code first}, and the rest as
 * it was, nothing breaks.
 *
 * @param first the step that comes first where it fails
 * @param second the step that comes later where it fails
 * @param firstStep {@code first} as it is told
 * @param secondStep {@code second} as it is told
 * @param object what both touch, e.g. {@code page[1].refcount}
 * @param moved steps that changed places for it, the two among them
 * @param passing the run with the two the other way round, to its end
 */
public record CriticalPair(
        Event first,
        Event second,
        TraceStep firstStep,
        TraceStep secondStep,
        String object,
        int moved,
        Passing passing) {

    /**
     * A run in which nothing breaks.
     *
     * @param order who took each step, to its end
     * @param turns the same as text: {@code forker*8 pinner*4 forker*1}
     * @param steps how many steps it takes
     */
    public record Passing(StepOrder order, String turns, int steps) {}
}
