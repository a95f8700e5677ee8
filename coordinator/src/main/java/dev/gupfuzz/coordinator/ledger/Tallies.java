package dev.gupfuzz.coordinator.ledger;

/** How counts add up. {@link #merge} must be associative; the lower range always comes first. */
public interface Tallies<T> {
    T empty(int cell);

    T merge(T lower, T higher);
}
