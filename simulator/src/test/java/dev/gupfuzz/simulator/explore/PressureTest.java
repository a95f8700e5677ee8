package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Goal;
import dev.gupfuzz.simulator.scenario.PressureScenarios;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Memory pressure and files, explored: what each kernel breaks, and what it does not. */
class PressureTest {

    @Test
    void shouldFindNothingInQuietWorlds() {
        for (String kernel : new String[] {"v4.8", "v5.9", "v5.11", "v5.18", "v5.19", "v6.1", "v6.12"}) {
            for (Scenario scenario : new Scenario[] {
                PressureScenarios.swapOut(),
                PressureScenarios.swapOutShared(),
                PressureScenarios.swapOutHeld(),
                PressureScenarios.fileIo(),
                PressureScenarios.fileReclaim()
            }) {
                shouldBeClean(kernel, scenario);
            }
        }
    }

    private static void shouldBeClean(String kernel, Scenario scenario) {
        assertThat(broken(kernel, scenario)).as("%s, %s", kernel, scenario).isEmpty();
    }

    /** Ids of the invariants that can break; a complete exploration that breaks none has reached the goals. */
    private static Set<String> broken(String kernelName, Scenario scenario) {
        Kernel kernel = Kernels.named(kernelName);
        Exploration found = StateSearch.explore(() -> new MachineSystem(kernel, scenario), 2, Bounds.NONE, Plan.ALL);
        assertThat(found.ended()).isEqualTo(Ended.COMPLETE);
        Set<String> broken = new TreeSet<>();
        found.broken()
                .values()
                .forEach(way -> broken.add(Finding.explored(kernel, scenario, way.moves())
                        .blame()
                        .invariant()
                        .id()));
        for (Goal goal : scenario.goals(kernel)) {
            if (broken.isEmpty() && (found.reached() & goal.bit()) == 0) {
                broken.add("goal " + goal.id());
            }
        }
        return broken;
    }
}
