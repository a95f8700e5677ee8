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
        for (String text : new String[] {"random", "pct:1", "pct:3", "pct:16", "pct:3,k=1", "pct:2,k=999999999"}) {
            Strategy strategy = Strategy.named(text);
            assertThat(strategy.name()).isEqualTo(text);
            assertThat(Strategy.named(strategy.name())).isEqualTo(strategy).hasSameHashCodeAs(strategy);
            assertThat(strategy.frozen()).isEqualTo(text.equals("random") || text.contains("k="));
        }
    }

    @Test
    void shouldRefuseAnUnknownStrategyAndSuggestOne() {
        assertThatThrownBy(() -> Strategy.named("randm"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("unknown strategy 'randm'")
                .hasMessageContaining("did you mean 'random'?");
        for (String text : new String[] {"", "pct", "pct:", "pct:x", "pct:-1", "pct:3,k=", "pct:3,k=-2", "pct:3,j=2"}) {
            assertThatThrownBy(() -> Strategy.named(text))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("'" + text + "'");
        }
    }

    @Test
    void shouldRefuseDepthsAndLengthsThatMakeNoSense() {
        assertThatThrownBy(() -> Strategy.named("pct:0"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("depth must be from 1 to 16: depth=0");
        assertThatThrownBy(() -> Strategy.named("pct:17")).isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> Strategy.named("pct:3,k=0"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("k must be positive: k=0");
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
