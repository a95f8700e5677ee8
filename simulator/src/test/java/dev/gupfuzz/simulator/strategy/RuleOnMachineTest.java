package dev.gupfuzz.simulator.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.Runs;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.scenario.MadeScenarios;
import dev.gupfuzz.simulator.search.Cell;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The strategies as the machine runs them: the fast ones choose what their plain forms choose, the others what they say. */
class RuleOnMachineTest {

    private static final int SEEDS = 500;

    @ParameterizedTest
    @CsvSource({
        "v5.9, fork-vs-pin-fast",
        "v5.11, fork-vs-pin-fast-writer:pages=3",
        "v5.11, two-forks-vs-pin-fast",
        "v5.9-rc4, pin-fast-vs-munmap:pages=2",
        "v5.11, fork-vs-write"
    })
    void shouldChooseWhatTheirPlainFormsChoose(String kernel, String scenario) {
        Cell cell = Runs.cell(kernel, scenario, "random");
        MachinePending pending = new MachinePending(Step.machine(cell.kernel(), cell.scenario()));
        compare(cell, new RandomRule(pending), "random");
        compare(cell, new PctRule(pending, 2, 40), "pct:2,k=40");
        compare(cell, new PctRule(pending, 4, 90), "pct:4,k=90");
    }

    private static void compare(Cell cell, Rule plain, String strategy) {
        Scheduler slow = new RuleScheduler((MachinePending) plain.pending, plain);
        Scheduler fast = Strategy.named(strategy).scheduler(Step.machine(cell.kernel(), cell.scenario()));
        for (long seed = 1; seed <= SEEDS; seed++) {
            assertThat(decisions(fast, seed)).as("%s, seed %d", strategy, seed).isEqualTo(decisions(slow, seed));
            assertThat(fast.decisions()).isEqualTo(slow.decisions());
            assertThat(fast.steps()).isEqualTo(slow.steps());
            assertThat(fast.machine().stateHash()).isEqualTo(slow.machine().stateHash());
        }
    }

    private static int[] decisions(Scheduler scheduler, long seed) {
        Decisions record = new Decisions();
        scheduler.record(record);
        scheduler.run(seed);
        return record.toArray();
    }

    /** With no preemption left a thread runs out; with one, the change is at any of the k decisions. */
    @Test
    void shouldPreemptAsOftenAsAskedAndEvenly() {
        int k = 5;
        int runs = 20_000;
        Map<String, Integer> seen = RandomWalkTest.runs(MadeScenarios.independent(6, 6), "icb:1,k=" + k, runs);
        Map<String, Double> expected = new TreeMap<>();
        // the first decision comes before any thread has run, so there is nobody to stop: it is made up for at the
        // second
        for (int at = 2; at <= k; at++) {
            double probability = (at == 2 ? 2 : 1) * 0.5 / k;
            expected.put("0".repeat(at - 1) + "1".repeat(6), probability);
            expected.put("1".repeat(at - 1) + "0".repeat(6), probability);
        }
        assertThat(seen).containsOnlyKeys(expected.keySet());
        assertThat(RandomWalkTest.chiSquare(seen, expected))
                .as("chi-square with 7 degrees of freedom, 99.9 %% below 24.3")
                .isLessThan(24.3);
    }

    /** What follows the bound of steps is a random walk: with the bound at the start, all of it. */
    @Test
    void shouldGoOverToARandomWalkInARunThatDoesNotEnd() {
        Map<String, Double> expected = new TreeMap<>();
        RandomWalkTest.interleavings("", 3, 3, 1.0, expected);
        assertThat(RandomWalkTest.chiSquare(pct(0, 20_000), expected))
                .as("chi-square with 19 degrees of freedom, 99.9 %% below 43.8")
                .isLessThan(43.8);
        assertThat(pct(1_000, 2_000)).as("strict priorities").containsOnlyKeys("000", "111");
        assertThat(pct(2, 2_000))
                .as("two strict steps, then any")
                .containsOnlyKeys("000", "0010", "00110", "00111", "111", "1101", "11001", "11000");
    }

    private static Map<String, Integer> pct(int fairFrom, int runs) {
        Machine machine =
                Step.machine(Runs.cell("v5.11", "fork-vs-write", "random").kernel(), MadeScenarios.independent(3, 3));
        Scheduler scheduler = new Pct(machine, 1, 1, fairFrom);
        Map<String, Integer> seen = new TreeMap<>();
        for (long seed = 0; seed < runs; seed++) {
            StringBuilder decided = new StringBuilder();
            for (int t : decisions(scheduler, seed)) {
                decided.append(t);
            }
            seen.merge(decided.toString(), 1, Integer::sum);
        }
        return seen;
    }

    /** A target is met far more often by the rule that drives it than by the priorities alone. */
    @ParameterizedTest
    @CsvSource({
        "v5.9, fork-vs-pin-fast",
        "v5.11, fork-vs-pin-fast:pages=2",
        "v5.11, pin-fast-vs-munmap",
        "v5.11, fork-vs-write"
    })
    void shouldDriveReadsToTheirWrites(String kernel, String scenario) {
        Cell cell = Runs.cell(kernel, scenario, "random");
        MachinePending pending = new MachinePending(Step.machine(cell.kernel(), cell.scenario()));
        RffTargets pairs = RffTargets.of(new MachinePending(Step.machine(cell.kernel(), cell.scenario())));
        RffTargets targets = pairs.only(pairs.met(pending));
        int driven = met(pending, new RffRule(pending, targets));
        int undriven = met(pending, new RffRule(pending, targets) {
            @Override
            int choose(int enabled) {
                draw(enabled);
                int best = -1;
                for (int t = 0; t < pending.threads; t++) {
                    if ((enabled >> t & 1) != 0 && (best < 0 || priority(t) > priority(best))) {
                        best = t;
                    }
                }
                return best;
            }
        });
        assertThat(driven).isGreaterThan(undriven * 14 / 10).isGreaterThan(4_000 / 5);
    }

    private static int met(MachinePending pending, RffRule rule) {
        Scheduler scheduler = new RuleScheduler(pending, rule);
        int met = 0;
        for (long seed = 1; seed <= 4_000; seed++) {
            scheduler.run(seed);
            met += rule.met() ? 1 : 0;
        }
        return met;
    }
}
