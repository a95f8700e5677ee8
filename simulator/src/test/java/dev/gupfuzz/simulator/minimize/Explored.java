package dev.gupfuzz.simulator.minimize;

import dev.gupfuzz.simulator.explore.Exploration;
import dev.gupfuzz.simulator.explore.MachineSystem;
import dev.gupfuzz.simulator.explore.StateSearch;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.Comparator;

/** Findings with the fewest preemptions there are. */
final class Explored {

    private Explored() {}

    static Finding finding(String kernelName, String scenarioName) {
        Kernel kernel = Kernels.named(kernelName);
        Scenario scenario = Scenarios.named(scenarioName);
        Exploration found =
                StateSearch.explore(() -> new MachineSystem(kernel, scenario), 2, Bounds.NONE, Plan.FEWEST_PREEMPTIONS);
        return found.broken().values().stream()
                .map(way -> Finding.explored(kernel, scenario, way.moves()))
                .min(Comparator.comparingInt(Finding::preemptions).thenComparingInt(Finding::decisions))
                .orElseThrow();
    }
}
