package dev.gupfuzz.simulator.search;

import dev.gupfuzz.simulator.strategy.Strategy;

/** What one strategy, alone or as a member of a portfolio, did and brought. */
public record StrategyYield(Strategy strategy, long schedules, long steps, long violating) {

    /** Schedules that broke an invariant for each million steps; 0 where nothing ran. */
    public double perMillionSteps() {
        return steps == 0 ? 0 : violating * 1e6 / steps;
    }
}
