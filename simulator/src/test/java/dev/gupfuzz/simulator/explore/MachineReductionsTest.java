package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.search.Blame;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The machine explored with reductions, against all its states. */
class MachineReductionsTest {

    private static final Reductions ALL = new Reductions(true, true, true, false);

    /** What was found: where it breaks, what is reached, and how runs end. */
    private record Found(Set<Blame> blames, long reached, Set<Long> ends, long transitions) {}

    @ParameterizedTest
    @CsvSource({
        "v5.9-rc4, fork-vs-pin-fast",
        "v5.9, fork-vs-pin-fast",
        "v5.11, fork-vs-pin-fast",
        "v5.11 without fork-wrprotect, fork-vs-pin-fast",
        "v5.11 without unpin-on-retry, fork-vs-pin-fast",
        "v5.11 without gup-irq-restore, fork-vs-pin-fast",
        "v5.11 without zap-flush, munmap-vs-access",
        "v5.11 without pte-recheck without ipi-tlb-flush, pin-fast-vs-munmap",
        "v5.11 without wp-clear-flush, cow-vs-reader",
        "v5.11, pin-fast-vs-munmap",
    })
    void shouldLoseNothing(String kernelName, String scenarioName) {
        Kernel kernel = Kernels.named(kernelName);
        Scenario scenario = Scenarios.named(scenarioName);
        Found all = explore(kernel, scenario, 2, Plan.ALL);
        for (Reductions reductions : new Reductions[] {new Reductions(true, false, false, false), ALL}) {
            Found reduced = explore(kernel, scenario, 1, Plan.ALL.with(reductions));
            assertThat(reduced.blames()).isEqualTo(all.blames());
            assertThat(reduced.reached()).isEqualTo(all.reached());
            assertThat(reduced.ends()).isEqualTo(all.ends());
            assertThat(reduced.transitions()).isLessThan(all.transitions() * 9 / 10);
            assertThat(explore(kernel, scenario, 2, Plan.ALL.with(reductions))).isEqualTo(reduced);
        }
    }

    private static Found explore(Kernel kernel, Scenario scenario, int cores, Plan plan) {
        Set<Long> ends = new ConcurrentSkipListSet<>();
        Exploration found = StateSearch.explore(
                () -> {
                    MachineSystem system = new MachineSystem(kernel, scenario);
                    return new Delegate(system) {
                        @Override
                        public void end() {
                            super.end();
                            if (system.broken() == INTACT) {
                                ends.add(system.machine().stateHash());
                            }
                        }
                    };
                },
                cores,
                Bounds.NONE,
                plan);
        Set<Blame> blames = new TreeSet<>();
        found.broken()
                .values()
                .forEach(way -> blames.add(
                        Finding.explored(kernel, scenario, way.moves()).blame()));
        long goals =
                scenario.goals(kernel).stream().mapToLong(goal -> goal.bit()).reduce(0, (a, b) -> a | b);
        return new Found(blames, found.reached() & goals, ends, found.transitions());
    }
}
