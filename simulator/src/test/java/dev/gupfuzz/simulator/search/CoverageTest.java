package dev.gupfuzz.simulator.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.explore.ClassSearch;
import dev.gupfuzz.simulator.explore.MachineSystem;
import dev.gupfuzz.simulator.explore.StateSearch;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.strategy.Strategy;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CoverageTest {

    private static Cell cell(String kernelName, String scenarioName, String strategy) {
        Kernel kernel = Kernels.named(kernelName);
        Scenario scenario = Scenarios.named(scenarioName);
        return new Cell(kernel, scenario, Strategy.named(strategy).freeze(kernel, scenario));
    }

    /** The class of a schedule is told from the order of what was touched alone; what it must not do is to mix up different ends. */
    @ParameterizedTest
    @CsvSource({
        "v5.11, fork-vs-pin-fast, random",
        "v5.11, munmap-vs-access, random",
        "v5.9-rc4, fork-vs-write, pct:3",
        "v5.11, fork-vs-pin-fast, portfolio",
    })
    void shouldPutNoTwoEndsIntoOneClass(String kernelName, String scenarioName, String strategy) {
        Watcher watcher = new Watcher(cell(kernelName, scenarioName, strategy));
        Coverage coverage = new Coverage();
        Map<Long, Long> ends = new TreeMap<>();
        int again = 0;
        for (int seed = 0; seed < 5_000; seed++) {
            long classOf = watcher.watch(seed, seed, coverage);
            long end = watcher.machine().stateHash();
            Long before = ends.put(classOf, end);
            if (before != null) {
                again++;
                assertThat(end).as("seed %d", seed).isEqualTo(before);
            }
        }
        assertThat(again).isPositive();
        assertThat(coverage.watched()).isEqualTo(5_000);
        assertThat(coverage.classes().all()).isEqualTo(ends.size()).isLessThan(5_000);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void shouldNotDependOnTheNumberOfCores(int cores) {
        Cell cell = cell("v5.11", "fork-vs-pin-fast", "portfolio");
        Coverage one = Coverage.of(cell, 7, 130_000, 1, () -> false);
        Coverage other = Coverage.of(cell, 7, 130_000, cores, () -> false);
        assertThat(one.watched()).isEqualTo(2_000); // one in 65: even steps that give no more than one in 64
        assertThat(other.classes()).isEqualTo(one.classes());
        assertThat(other.adjacent()).isEqualTo(one.adjacent());
        assertThat(other.readsFrom()).isEqualTo(one.readsFrom());
        assertThat(other.neighbours()).isEqualTo(one.neighbours());
        assertThat(other.unseen()).isEqualTo(one.unseen());
        assertThat(other.nextIsNew()).isEqualTo(one.nextIsNew());
    }

    /** The two halves of the race, in both orders; and an order that a lock forbids, which is not among them. */
    @Test
    void shouldSeeTheRaceInBothOrders() {
        Coverage coverage =
                Coverage.of(cell("v5.11", "fork-vs-pin-fast:has-pinned=1", "portfolio"), 1, 5_000, 2, () -> false);
        String grab = "gup_pte_range.GRAB";
        String looks = "copy_present_page.MAYBE_DMA_PINNED";
        String protects = "copy_present_pte.WRPROTECT";
        String rechecks = "gup_pte_range.RECHECK_PTE";
        assertThat(coverage.neighbours())
                .contains(
                        grab + " > " + looks,
                        looks + " > " + grab,
                        protects + " > " + rechecks,
                        rechecks + " > " + protects)
                // the lock must be given back between them
                .doesNotContain("copy_pte_range.SRC_LOCK > follow_page_pte.PTL");
        assertThat(coverage.readsFrom().all())
                .isPositive()
                .isLessThan(coverage.adjacent().all());
        assertThat(coverage.unseen())
                .noneMatch(pair -> pair.first().equals(grab) && pair.second().equals(looks));
    }

    /** There are as many classes as the exploration by classes has schedules; drawing seeds shows no others. */
    @Test
    void shouldSeeNoMoreClassesThanThereAre() {
        Cell cell = cell("v5.11", "fork-vs-pin-fast", "portfolio");
        long all = ClassSearch.explore(
                        () -> new MachineSystem(cell.kernel(), cell.scenario()), 2, StateSearch.Bounds.NONE, true)
                .classes();
        Coverage coverage = Coverage.of(cell, 1, 1_000_000, 2, () -> false);
        assertThat((long) coverage.classes().all()).isGreaterThan(all / 4).isLessThanOrEqualTo(all);
    }

    /** A strategy that always draws the same schedule shows nothing new. */
    @Test
    void shouldSaySoWhenNothingNewComes() {
        Coverage coverage =
                Coverage.of(cell("v5.9-rc4", "pin-fork-child-exits-write", "random"), 1, 1_000, 1, () -> false);
        assertThat(coverage.classes()).isEqualTo(new Coverage.Seen(1, 0));
        assertThat(coverage.nextIsNew()).isZero();
        assertThat(coverage.classesAtLeast()).isEqualTo(1);
    }
}
