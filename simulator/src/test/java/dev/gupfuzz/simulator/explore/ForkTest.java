package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.scenario.ForkScenarios;
import dev.gupfuzz.simulator.scenario.Goal;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What fork does in each generation, explored to the end: which promises break on which kernels. */
class ForkTest {

    static List<String> kernels() {
        return Kernels.names().stream()
                .filter(name -> Kernels.named(name).has(Rule.WP_PAGE_COUNT)
                        && !Kernels.named(name).has(Rule.ANON_EXCLUSIVE))
                .toList();
    }

    /** Ids of the invariants that some schedule breaks; where none does, every goal was reached. */
    static String broken(String kernelName, Scenario scenario) {
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
        if (broken.isEmpty()) {
            for (Goal goal : scenario.goals(kernel)) {
                assertThat(found.reached() & goal.bit())
                        .as("%s, %s", kernelName, goal)
                        .isNotZero();
            }
        }
        return String.join("+", broken);
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void shouldCopyEveryKindOfVmaAndEntry(String kernel) {
        assertThat(broken(kernel, ForkScenarios.swapped())).isEmpty();
        assertThat(broken(kernel, ForkScenarios.kinds())).isEmpty();
        assertThat(broken(kernel, ForkScenarios.freshPage())).isEmpty();
    }

    /** The race that write_protect_seq was made for: v5.9 opened it and v5.11 closed it. */
    @ParameterizedTest
    @MethodSource("kernels")
    void shouldHaveTheRaceOfForkAgainstPinFastWhereItWas(String kernel) {
        String broken = broken(kernel, Scenarios.named("fork-vs-pin-fast"));
        boolean checksPins = Kernels.named(kernel).has(Rule.EARLY_COPY);
        boolean countsReferences = Kernels.named(kernel).has(Rule.WP_PAGE_COUNT);
        if (kernel.equals("v5.9")) {
            assertThat(broken).isEqualTo(Invariant.I1B.id());
        } else if (checksPins) {
            assertThat(broken).isEmpty();
        } else {
            assertThat(broken).as("%s %s", kernel, countsReferences).isEqualTo(Invariant.I1A.id());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "v5.9-rc4, I1a",
        "v5.9-rc7, ''",
        "v5.9, ''",
        "v5.11, ''",
        "v5.12, ''",
        "v5.18, ''",
        "v5.19, ''",
        "v6.1, ''",
        "v6.12, ''",
    })
    void shouldBreakThePinOfAParentThatForkedOnlyBeforeTheEarlyCopy(String kernel, String expected) {
        assertThat(broken(kernel, Scenarios.named("pin-fork-child-exits-write")))
                .isEqualTo(expected);
    }
}
