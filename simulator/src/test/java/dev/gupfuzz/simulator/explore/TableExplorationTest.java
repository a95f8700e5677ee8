package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.WideScenarios;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Page-table pages that several threads come to allocate at once, explored. */
@Tag("one-jdk")
class TableExplorationTest {

    private static final int STATES = 600;
    private static final List<String> KERNELS = List.of("v4.8", "v5.11", "v6.4", "v6.12");

    static Stream<Arguments> worlds() {
        return WideScenarios.tables().stream()
                .flatMap(scenario -> KERNELS.stream()
                        .filter(kernel -> scenario.lacks(Kernels.named(kernel)).isEmpty())
                        .map(kernel -> Arguments.of(kernel, scenario)));
    }

    @ParameterizedTest
    @MethodSource("worlds")
    void shouldCommuteWhereTheMachineSaysSo(String kernel, Scenario scenario) {
        Diamonds.check(kernel + " " + scenario, new MachineSystem(Kernels.named(kernel), scenario), STATES);
        assertThat(scenario.threads()).isNotEmpty();
    }

    /** No kernel loses a page-table page, and every call comes to its end. */
    @ParameterizedTest
    @MethodSource("worlds")
    void shouldAllocateEachTableOnce(String kernel, Scenario scenario) {
        Exploration found = explore(Kernels.named(kernel), scenario);
        assertThat(broken(Kernels.named(kernel), scenario, found)).isEmpty();
    }

    /**
     * Two of them come to the PMD lock. Under mmap_lock for write nobody faults, until per-VMA locks for memory that was never written;
     * the child of a fork is nobody else's.
     */
    @ParameterizedTest
    @CsvSource({
        "table-faults, v4.8, true",
        "table-faults, v6.12, true",
        "table-pins, v5.11, true",
        "table-pins-fast, v5.11, true",
        "table-file-faults, v4.8, true",
        "table-file-faults, v6.12, true",
        "table-continue, v5.14, true",
        "table-move, v6.1, false",
        "table-move, v6.12, true",
        "table-fork, v5.11, false",
        "table-fork-rmap, v6.12, false"
    })
    void shouldGiveBackWhatCameTooLate(String scenarioName, String kernel, boolean races) {
        Exploration found = explore(Kernels.named(kernel), named(scenarioName));
        assertThat((found.reached() & GoalPoint.PTE_ALLOC_RACE.bit()) != 0).isEqualTo(races);
    }

    /** Without the look under the PMD lock, what the first one mapped is lost with its page-table page, which nobody frees. */
    @ParameterizedTest
    @CsvSource({
        "table-faults, v4.8",
        "table-faults, v5.11",
        "table-faults-read, v5.11",
        "table-pins-fast, v5.11",
        "table-file-faults, v5.11",
        "table-faults, v6.12",
        "table-move, v6.12",
    })
    void shouldLoseATableWithoutTheSecondLook(String scenarioName, String kernel) {
        Kernel without = Kernels.named(kernel + " without pte-alloc-recheck");
        Scenario scenario = named(scenarioName);
        assertThat(broken(without, scenario, explore(without, scenario))).contains("I5", "I13");
    }

    private static Scenario named(String name) {
        return WideScenarios.tables().stream()
                .filter(scenario -> scenario.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Exploration explore(Kernel kernel, Scenario scenario) {
        Exploration found =
                StateSearch.explore(() -> new MachineSystem(kernel, scenario), 2, Bounds.NONE, Plan.ALL.withEndings());
        assertThat(found.ended()).isEqualTo(Ended.COMPLETE);
        return found;
    }

    private static Set<String> broken(Kernel kernel, Scenario scenario, Exploration found) {
        Set<String> broken = new TreeSet<>();
        found.broken()
                .values()
                .forEach(way -> broken.add(Finding.explored(kernel, scenario, way.moves())
                        .blame()
                        .invariant()
                        .id()));
        return broken;
    }
}
