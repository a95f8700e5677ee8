package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Goal;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.WideScenarios;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What unmaps and write-protects, explored: which kernel breaks what, and footprints that may be trusted. */
class UnmapExplorationTest {

    private static final int STATES = 600;

    static Stream<Arguments> worlds() {
        return WideScenarios.unmap().stream()
                .flatMap(scenario ->
                        List.of("v4.8", "v5.9", "v6.12").stream().map(kernel -> Arguments.of(kernel, scenario)));
    }

    @ParameterizedTest
    @MethodSource("worlds")
    void shouldCommuteWhereTheMachineSaysSo(String kernel, Scenario scenario) {
        Diamonds.check(kernel + " " + scenario, new MachineSystem(Kernels.named(kernel), scenario), STATES);
        assertThat(scenario.threads()).isNotEmpty();
    }

    /**
     * {@code broken} is what each of the kernels breaks; a dash, nothing. From the kernels' history: mprotect(), userfaultfd and clear_refs
     * write-protect a pinned page from 09854ba94c6a on until 6c287605fd56 lets the write fault reuse it, clear_refs until 9348b73c2e1b;
     * deferred flushes lose stores behind userfaultfd until 6ce64428d620, and behind clear_refs, which does not flush at all from
     * 0758cd830494 to 912efa17e512, once 09854ba94c6a copies; mremap() flushes too late until eb66ae030829, what is clean even after
     * 5d1904204c99; a forced write reaches the page cache until 19be0eaffa3a, and again from 9ae0f87d009c to 5535be309971. Until
     * 5df397dec7c4 page_mkclean() finds a page unmapped whose last mapping a zap has given up before its flush.
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            mprotect-and-writer            | -   | v4.8 v5.7 v5.9 v5.19 v6.1 v6.2 v6.4 v6.12
            mprotect-pinned                | -   | v4.8 v4.14 v4.19 v5.7 v5.8
            mprotect-pinned                | I1a | v5.9-rc4 v5.9-rc7 v5.9 v5.11 v5.12 v5.14 v5.18
            mprotect-pinned                | -   | v5.19 v6.1 v6.2 v6.4 v6.12
            mprotect-without-effect        | -   | v4.8 v4.14 v5.7 v5.8 v5.9-rc4 v5.9 v5.11 v6.4 v6.12
            wp-pinned                      | -   | v5.7 v5.8
            wp-pinned                      | I1a | v5.9-rc4 v5.9-rc7 v5.9 v5.11 v5.12 v5.14 v5.18
            wp-pinned                      | -   | v5.19 v6.1 v6.2 v6.4 v6.12
            clear-refs-pinned              | -   | v4.8 v5.7 v5.8
            clear-refs-pinned              | I1a | v5.9-rc4 v5.9-rc7 v5.9
            clear-refs-pinned              | -   | v5.11 v5.12 v5.14 v5.18 v5.19 v6.1 v6.4 v6.12
            numa-and-writer                | -   | v4.8 v4.19 v5.18 v6.1 v6.2 v6.12
            dontneed-and-writer            | -   | v4.8 v5.9 v6.4 v6.12
            free-and-writer                | -   | v4.8 v5.9 v6.12
            zap-swapped                    | -   | v4.14 v5.11 v6.12
            munmap-of-two                  | -   | v4.8 v4.14 v5.11 v6.4 v6.12
            mremap-and-writer              | -   | v4.8 v4.14 v4.19 v6.4 v6.12
            mremap-and-truncate-two-stores | I4  | v4.8
            mremap-and-truncate-two-stores | -   | v4.14 v4.19 v5.9 v6.12
            mremap-and-truncate-one-loads  | I4  | v4.8 v4.14
            mremap-and-truncate-one-loads  | -   | v4.19 v5.9 v6.12
            truncate-and-writer            | -   | v4.8 v5.9 v6.4 v6.12
            truncate-private               | -   | v4.8 v5.9 v6.4 v6.12
            dirty-cow-shmem                | I8  | v4.8
            dirty-cow-shmem                | -   | v4.14 v5.9 v5.14
            dirty-cow-shmem                | I8  | v5.18 v5.19
            dirty-cow-shmem                | -   | v6.1 v6.2 v6.4 v6.12
            map-again                      | -   | v4.8 v5.9 v6.4 v6.12
            tables-again-map               | -   | v4.8 v5.11 v6.12
            tables-again-move              | -   | v4.8 v5.11 v6.12
            move-watched                   | -   | v5.7 v5.11 v6.12
            dontneed-and-writeback         | I10 | v4.8 v5.11 v6.1
            dontneed-and-writeback         | -   | v6.2 v6.12
            munmap-and-writeback           | I10 | v4.8 v5.11 v6.1
            munmap-and-writeback           | -   | v6.2 v6.12
            dontneed-and-writeback-mapped  | -   | v4.8 v5.11 v6.12
            munmap-and-writeback-mapped    | -   | v4.8 v5.11 v6.12
            """)
    void shouldBreakWhatHistorySays(String scenarioName, String broken, String kernels) {
        Scenario scenario = named(scenarioName);
        for (String kernel : kernels.split(" ")) {
            assertThat(broken(Kernels.named(kernel), scenario))
                    .as(kernel)
                    .isEqualTo(broken.equals("-") ? Set.of() : Set.of(broken));
        }
    }

    /** The larger worlds: one kernel on each side. */
    @ParameterizedTest
    @CsvSource({
        "wp-and-writers, I4, v5.11",
        "wp-and-writers, -, v5.19",
        "clear-refs-and-writers, I4, v5.9",
        "clear-refs-and-writers, -, v5.11",
        "clear-refs-and-writers, -, v4.19",
    })
    void shouldLoseStoresBehindADeferredFlush(String scenarioName, String broken, String kernel) {
        shouldBreakWhatHistorySays(scenarioName, broken, kernel);
    }

    /** Each safeguard of unmapping, taken out. */
    @ParameterizedTest
    @CsvSource({
        "I7, v5.11 without pgtable-grace without ipi-tlb-flush, munmap-of-two",
        "-, v5.11 without pgtable-grace, munmap-of-two",
        "-, v5.11 without ipi-tlb-flush, munmap-of-two",
        "I4, v5.11 without mprotect-flush, mprotect-and-writer",
        "I4, v5.11 without mremap-flush without mremap-dirty-flush, mremap-and-truncate-two-stores",
        "I4, v5.11 without zap-flush, dontneed-and-writer",
        "I1a, v5.11 without clear-refs-skips-pinned, clear-refs-pinned",
        "I10, v6.12 without zap-delays-rmap, dontneed-and-writeback",
        "I10, v5.11 without zap-dirty-flush, dontneed-and-writeback-mapped",
    })
    void shouldCatchWhatIsTakenOut(String broken, String kernel, String scenarioName) {
        Scenario scenario = named(scenarioName);
        if (broken.equals("-")) {
            assertThat(broken(Kernels.named(kernel), scenario)).isEmpty();
        } else {
            assertThat(broken(Kernels.named(kernel), scenario)).contains(broken);
        }
    }

    private static Scenario named(String name) {
        return WideScenarios.unmap().stream()
                .filter(scenario -> scenario.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** The invariants that break; where none does, every goal is reached. */
    private static Set<String> broken(Kernel kernel, Scenario scenario) {
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
            assertThat(broken.isEmpty() && (found.reached() & goal.bit()) == 0)
                    .as("%s reaches %s", kernel, goal)
                    .isFalse();
        }
        return broken;
    }
}
