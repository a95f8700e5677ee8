package dev.gupfuzz.simulator.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.Runs;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.search.RiskLine;
import dev.gupfuzz.simulator.search.StrategyYield;
import dev.gupfuzz.simulator.search.Tally;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Several strategies in fixed shares: each run is a run of one of them, and which one is a function of the seed. */
class PortfolioTest {

    private static final String TWO = "portfolio:pct:2,k=60@30+random@70";

    @Test
    void shouldGiveEachMemberAtLeastFivePercentAndPctItsShare() {
        Strategy strategy = Strategy.named(Strategy.PORTFOLIO);
        assertThat(strategy.members()).anyMatch(member -> member.depth() > 2);
        int[] runs = new int[strategy.members().size()];
        int n = 100_000;
        for (long seed = 0; seed < n; seed++) {
            runs[strategy.memberOf(seed)]++;
        }
        // 5 % of 100,000, with a standard deviation of 69
        assertThat(Arrays.stream(runs).min().orElseThrow()).isGreaterThan(5_000 - 4 * 69);
    }

    @Test
    void shouldGiveEachMemberItsShare() {
        Strategy strategy = Strategy.named(TWO);
        int first = 0;
        for (long seed = -50_000; seed < 50_000; seed++) {
            first += strategy.memberOf(seed) == 0 ? 1 : 0;
        }
        assertThat(first).isBetween(30_000 - 480, 30_000 + 480); // standard deviation 145
    }

    @Test
    void shouldRunASeedAsTheMemberAloneRunsIt() {
        Cell cell = Runs.cell("v5.9", "fork-vs-pin-fast:pages=2", Strategy.PORTFOLIO);
        Scheduler portfolio = cell.strategy().scheduler(Step.machine(cell.kernel(), cell.scenario()));
        List<Scheduler> alone = new ArrayList<>();
        for (Strategy member : cell.strategy().members()) {
            alone.add(member.scheduler(Step.machine(cell.kernel(), cell.scenario())));
        }
        for (long seed = 1; seed <= 2_000; seed++) {
            portfolio.run(seed);
            Scheduler one = alone.get(portfolio.member());
            one.run(seed);
            assertThat(portfolio.member()).isEqualTo(cell.strategy().memberOf(seed));
            assertThat(portfolio.machine().stateHash()).isEqualTo(one.machine().stateHash());
            assertThat(portfolio.steps()).isEqualTo(one.steps());
            assertThat(portfolio.decisions()).isEqualTo(one.decisions());
        }
    }

    @Test
    void shouldNameTheMemberInAFindingWhichReplaysIt() {
        Cell cell = Runs.cell("v5.9", "fork-vs-pin-fast", Strategy.PORTFOLIO);
        Tally tally = Runs.sample(cell, 500);
        for (var violation : tally.violations().entrySet()) {
            for (long seed : violation.getValue().lowestSeeds()) {
                Finding finding = Finding.witness(cell, seed);
                Strategy member = cell.strategy().members().get(cell.strategy().memberOf(seed));
                assertThat(finding.cell().strategy()).isEqualTo(member);
                assertThat(finding.blame()).isEqualTo(violation.getKey());
                assertThat(Finding.parse(finding.token()).stateHash()).isEqualTo(finding.stateHash());
                Machine machine = Step.machine(cell.kernel(), cell.scenario());
                member.scheduler(machine).run(seed);
                assertThat(machine.stateHash()).isEqualTo(finding.stateHash());
            }
        }
        assertThat(tally.violations()).isNotEmpty();
    }

    @Test
    void shouldCountTheYieldOfEachMemberApart() {
        Cell cell = Runs.cell("v5.9", "fork-vs-pin-fast", Strategy.PORTFOLIO);
        Tally tally = Tally.fromBytes(cell, Runs.sample(cell, 3_000).toBytes());
        long[] schedules = new long[cell.strategy().members().size()];
        for (long seed = 1; seed <= 3_000; seed++) {
            schedules[cell.strategy().memberOf(seed)]++;
        }
        long steps = 0;
        long violating = 0;
        for (int i = 0; i < schedules.length; i++) {
            StrategyYield yield = tally.yields().get(i);
            assertThat(yield.strategy()).isEqualTo(cell.strategy().members().get(i));
            assertThat(yield.schedules()).isEqualTo(schedules[i]);
            steps += yield.steps();
            violating += yield.violating();
        }
        assertThat(steps).isEqualTo(tally.steps());
        assertThat(violating).isEqualTo(tally.violating()).isPositive();
        assertThat(new StrategyYield(cell.strategy(), 10, 4_000_000, 6).perMillionSteps())
                .isEqualTo(1.5);
    }

    /** The theorem is about PCT's runs, and the others are none. */
    @Test
    void shouldPromiseForPctOnlyWhatItsOwnSharePromises() {
        Tally tally = Runs.sample(Runs.cell("v5.11", "fork-vs-pin-fast", TWO), 1_000);
        long own = tally.yields().get(0).schedules();
        assertThat(own).isBetween(230L, 370L);
        double missed = Math.pow(1 - 1 / (3.0 * 60), own);
        assertThat(RiskLine.of(tally))
                .contains(String.format(
                        Locale.ROOT,
                        "; a bug of depth 2 or less was missed by the %d schedules of pct:2 with probability at most %.2g;",
                        own,
                        missed));
    }
}
