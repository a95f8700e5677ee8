package dev.gupfuzz.simulator.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.Runs;
import dev.gupfuzz.simulator.scenario.MadeScenarios;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.search.Tally;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Strict priorities in random order, and depth - 1 places at which the running thread falls behind everybody. */
class PctTest {

    private static final int RUNS = 20_000;

    /** With depth 1 nobody ever falls: one thread runs out, then the next; all orders are equally likely. */
    @Test
    void shouldDealEveryOrderOfPrioritiesEquallyOften() {
        Map<String, Integer> seen = RandomWalkTest.runs(MadeScenarios.independent(2, 2, 2), "pct:1,k=10", RUNS);
        Map<String, Double> expected = new TreeMap<>();
        for (String order : new String[] {"0011", "0022", "1100", "1122", "2200", "2211"}) {
            expected.put(order, 1 / 6.0);
        }
        assertThat(seen).containsOnlyKeys(expected.keySet());
        assertThat(RandomWalkTest.chiSquare(seen, expected))
                .as("chi-square with 5 degrees of freedom, 99.9 %% below 20.5")
                .isLessThan(20.5);
    }

    /** Depth 2: the one change point is any of the k decisions, each as likely as the other. */
    @Test
    void shouldDrawTheChangePointEvenly() {
        int k = 5;
        Map<String, Integer> seen = RandomWalkTest.runs(MadeScenarios.independent(6, 6), "pct:2,k=" + k, RUNS);
        Map<String, Double> expected = new TreeMap<>();
        for (int at = 1; at <= k; at++) {
            // the first thread takes at - 1 decisions, falls, and the other runs out; what is left is no decision
            expected.put("0".repeat(at - 1) + "1".repeat(6), 0.5 / k);
            expected.put("1".repeat(at - 1) + "0".repeat(6), 0.5 / k);
        }
        assertThat(seen).containsOnlyKeys(expected.keySet());
        assertThat(RandomWalkTest.chiSquare(seen, expected))
                .as("chi-square with 9 degrees of freedom, 99.9 %% below 27.9")
                .isLessThan(27.9);
    }

    /** As many change points as places: if two could fall together, a run would miss one of its two switches. */
    @Test
    void shouldKeepChangePointsApart() {
        Map<String, Integer> seen = RandomWalkTest.runs(MadeScenarios.independent(5, 5), "pct:3,k=2", RUNS);
        // Decision 1 and decision 2 are change points in every run. The running thread falls to the place that belongs
        // to the point, 1 or 2, so the second fall puts its thread below or above the first one's.
        assertThat(seen).containsOnlyKeys("011111", "100000", "00000", "11111");
        assertThat(seen.values()).allSatisfy(count -> assertThat(count).isBetween(RUNS / 4 - 250, RUNS / 4 + 250));
    }

    @Test
    void shouldTakeMoreChangePointsThanThereArePlaces() {
        Map<String, Integer> seen = RandomWalkTest.runs(MadeScenarios.independent(4, 4), "pct:16,k=1", 500);
        assertThat(seen).containsOnlyKeys("0000", "1111");
    }

    /** The race needs two ordering constraints: PCT-2 must hit it at least once in n k runs. */
    @ParameterizedTest
    @CsvSource({"fork-vs-pin-fast,2", "fork-vs-pin-fast,3", "fork-vs-pin-fast:pages=4,2", "two-forks-vs-pin-fast,2"})
    void shouldHitTheRaceAtLeastAsOftenAsTheBoundSays(String scenario, int depth) {
        Cell cell = Runs.cell("v5.9", scenario, "pct:" + depth);
        int runs = 20_000;
        Tally tally = Runs.sample(cell, runs);
        double threads = cell.scenario().threads().size();
        double bound = 1 / (threads * cell.strategy().k());
        assertThat(tally.violating())
                .as("of %d runs with k=%d", runs, cell.strategy().k())
                .isGreaterThanOrEqualTo((long) Math.ceil(bound * runs));
    }

    /** A promise that breaks without any change of thread at the wrong place needs depth 1, and one run in n. */
    @Test
    void shouldHitABugOfDepthOneOnceInEveryOrderOfTheThreads() {
        Cell cell = Runs.cell("v5.9-rc4", "fork-vs-pin-fast", "pct:1");
        Tally tally = Runs.sample(cell, 6_000);
        assertThat(tally.violating()).isGreaterThan(6_000 / 3);
    }
}
