package dev.gupfuzz.simulator.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Runs;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.search.Cell;
import org.junit.jupiter.api.Test;

class StrategyNamesTest {

    @Test
    void shouldReadEveryFormBack() {
        for (String text : new String[] {
            "random",
            "pct:1",
            "pct:3",
            "pct:16",
            "pct:3,k=1",
            "pct:2,k=999999999",
            "icb:2",
            "icb:16,k=7",
            "pos",
            "urw",
            "urw:n=31/22/8",
            "surw",
            "surw:n=31/22,g=16x6/7_2/0",
            "hold",
            "hold:n=31/22,c=10/7,r=02ff/0",
            "rff",
            "rff:t=177/2902ff",
            "rff:t=0/0",
            "portfolio",
            "portfolio:pos@20+pct:2@80",
            "portfolio:pct:2,k=61@60+surw:n=31/22,g=6/7_2/0@40"
        }) {
            Strategy strategy = Strategy.named(text);
            assertThat(strategy.name()).isEqualTo(text);
            assertThat(Strategy.named(strategy.name())).isEqualTo(strategy).hasSameHashCodeAs(strategy);
            assertThat(strategy.frozen()).isEqualTo(text.equals("random") || text.equals("pos") || text.contains("="));
        }
    }

    @Test
    void shouldRefuseAnUnknownStrategyAndSuggestOne() {
        assertThatThrownBy(() -> Strategy.named("randm"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("unknown strategy 'randm'")
                .hasMessageContaining("did you mean 'random'?");
        for (String text : new String[] {
            "",
            "pct",
            "pct:",
            "pct:x",
            "pct:-1",
            "pct:3,k=",
            "pct:3,k=-2",
            "pct:3,j=2",
            "icb",
            "random:1",
            "pos:1",
            "urw:",
            "urw:n=",
            "urw:n=1/",
            "urw:k=1",
            "surw:n=1/2",
            "surw:n=1/2,g=",
            "hold:n=1/2",
            "hold:n=1/2,c=1/2,r=",
            "hold:n=1/2,c=1/2,r=0/abc",
            "rff:t=3",
            "rff:t=3/abc",
            "explore",
            "portfolio:",
            "portfolio:pos",
            "portfolio:pos@",
            "portfolio:pos@100+",
            "portfolio:portfolio@100"
        }) {
            assertThatThrownBy(() -> Strategy.named(text))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("'" + text + "'");
        }
    }

    @Test
    void shouldRefuseDepthsAndLengthsThatMakeNoSense() {
        assertThatThrownBy(() -> Strategy.named("pct:0"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("depth must be from 1 to 16: 0");
        assertThatThrownBy(() -> Strategy.named("pct:17")).isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> Strategy.named("pct:3,k=0"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("k must be positive: k=0");
    }

    @Test
    void shouldRefuseSharesThatAreNotAHundredPercent() {
        for (String text : new String[] {"portfolio:pos@20+random@70", "portfolio:pos@60+random@60"}) {
            assertThatThrownBy(() -> Strategy.named(text))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("the shares must add up to 100 percent");
        }
        assertThatThrownBy(() -> Strategy.named("portfolio:pos@50+rnd@50"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("unknown strategy 'rnd'");
    }

    /** Whatever is learnt can be written down, read back and used, and is learnt the same way every time. */
    @Test
    void shouldFreezeEveryStrategyToATextThatSaysItAll() {
        for (String text : new String[] {"urw", "surw", "rff", "hold", "icb:2", "portfolio"}) {
            Cell cell = Runs.cell("v5.11", "two-forks-vs-pin-fast:pages=3", text);
            String frozen = cell.strategy().name();
            assertThat(frozen)
                    .startsWith(text + (text.contains(":") ? "," : ":"))
                    .hasSizeLessThan(2_000);
            assertThat(Strategy.named(frozen)).isEqualTo(cell.strategy());
            assertThat(Strategy.named(frozen).frozen()).isTrue();
            assertThat(Runs.cell("v5.11", "two-forks-vs-pin-fast:pages=3", text).strategy())
                    .isEqualTo(cell.strategy());
            assertThat(Runs.sample(Runs.cell("v5.11", "two-forks-vs-pin-fast:pages=3", frozen), 300)
                            .toBytes())
                    .isEqualTo(Runs.sample(cell, 300).toBytes());
        }
    }

    @Test
    void shouldRefuseWhatWasLearntAboutAnotherScenario() {
        for (String text : new String[] {
            "urw:n=1/2",
            "surw:n=1/2,g=2x1/2",
            "surw:n=1/2/3,g=1/2/3",
            "hold:n=1/2/3,c=1/2/3,r=0/0",
            "hold:n=1/2/3,c=1/2,r=0/0/0",
            "portfolio:pos@50+urw:n=1/2/3/4@50"
        }) {
            assertThatThrownBy(() -> Runs.cell("v5.11", "fork-vs-pin-fast", text))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("was frozen for another scenario than fork-vs-pin-fast");
        }
        assertThatThrownBy(() -> Runs.sample(Runs.cell("v5.11", "fork-vs-pin-fast", "rff:t=3/07"), 1))
                .hasStackTraceContaining("targets");
    }

    @Test
    void shouldCalibrateToTheSameLengthEveryTime() {
        String first =
                Runs.cell("v5.11", "fork-vs-pin-fast", "pct:3").strategy().name();
        assertThat(first).matches("pct:3,k=[1-9][0-9]*");
        assertThat(Runs.cell("v5.11", "fork-vs-pin-fast", "pct:3").strategy().name())
                .isEqualTo(first);
    }

    @Test
    void shouldNotCalibrateWhatIsFrozen() {
        assertThat(Runs.cell("v5.11", "fork-vs-pin-fast", "pct:3,k=7")
                        .strategy()
                        .name())
                .isEqualTo("pct:3,k=7");
        assertThat(Runs.cell("v5.11", "fork-vs-pin-fast", "random").strategy().name())
                .isEqualTo("random");
    }

    @Test
    void shouldLearnLengthOneWhereNothingIsEverDecided() {
        assertThat(Runs.cell("v5.9-rc4", "pin-fork-child-exits-write", "pct:3")
                        .strategy()
                        .k())
                .isEqualTo(1);
    }

    @Test
    void shouldLearnTheLongestOfItsOwnRuns() {
        Cell cell = Runs.cell("v5.11", "fork-vs-pin-fast", "pct:3");
        Machine machine = Step.machine(cell.kernel(), cell.scenario());
        Scheduler scheduler = cell.strategy().scheduler(machine);
        int longest = 0;
        for (long seed = 0; seed < 2_000; seed++) {
            scheduler.run(seed);
            longest = Math.max(longest, scheduler.decisions());
        }
        // 256 runs see nearly the longest of 2,000; a k from another strategy or with forced steps would be far off.
        assertThat(cell.strategy().k()).isBetween(longest * 3 / 4, longest * 3 / 2);
    }

    @Test
    void shouldRefuseToScheduleOrTallyWithAnUnfrozenStrategy() {
        Machine machine = Step.machine(Kernels.named("v5.11"), Scenarios.named("fork-vs-pin-fast"));
        assertThatThrownBy(() -> Strategy.named("pct:3").scheduler(machine)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() ->
                        new Cell(Kernels.named("v5.11"), Scenarios.named("fork-vs-pin-fast"), Strategy.named("pct:3")))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
