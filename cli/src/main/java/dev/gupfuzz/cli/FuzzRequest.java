package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.strategy.Strategy;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What {@code fuzz} was asked for.
 *
 * @param firstSeed unsigned
 * @param seeds schedules per kernel and scenario; empty when only the time limits them
 * @param budget time for everything together
 * @param cores threads of the search
 * @param keepGoing whether to count on after a violation
 */
record FuzzRequest(
        CellOptions.Choice choice,
        Strategy strategy,
        long firstSeed,
        OptionalLong seeds,
        Optional<Duration> budget,
        int cores,
        boolean keepGoing) {}
