package dev.gupfuzz.simulator.search;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.strategy.Strategy;

/** What a range of seeds is a range of. The strategy is frozen. */
public record Cell(Kernel kernel, Scenario scenario, Strategy strategy) {

    public Cell {
        strategy.requireFor(scenario);
        if (!strategy.frozen()) {
            throw new IllegalArgumentException("a cell's strategy must be frozen: strategy=" + strategy);
        }
    }

    /** For log lines and titles: {@code v5.11, fork-vs-pin-fast, pct:3,k=41}. */
    public String text() {
        return kernel.name() + ", " + scenario.name() + ", " + strategy.name();
    }
}
