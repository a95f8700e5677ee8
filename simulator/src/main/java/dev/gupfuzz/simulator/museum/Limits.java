package dev.gupfuzz.simulator.museum;

import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * What answers may cost.
 *
 * @param states states that one exploration may keep
 * @param bytes memory for the states of all explorations that run at the same time
 * @param nanos time that one question may take
 * @param clock nanoseconds that pass; the simulator has no clock of its own
 * @param stop asked now and then; true ends everything
 */
public record Limits(long states, long bytes, long nanos, LongSupplier clock, BooleanSupplier stop) {

    /** No limits but memory, and no time that passes. */
    public static final Limits NONE = new Limits(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, () -> 0, () -> false);

    /** The same with another number of states. */
    public Limits withStates(long most) {
        return new Limits(most, bytes, nanos, clock, stop);
    }
}
