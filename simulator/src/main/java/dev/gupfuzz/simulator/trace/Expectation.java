package dev.gupfuzz.simulator.trace;

import java.util.List;
import java.util.Optional;

/**
 * What a scenario says that a read must see.
 *
 * @param wanted values, one of which it must be
 * @param statement the read with its place in the scenario's file; empty where there is no file
 */
public record Expectation(List<String> wanted, Optional<String> statement) {
    public Expectation {
        wanted = List.copyOf(wanted);
    }
}
