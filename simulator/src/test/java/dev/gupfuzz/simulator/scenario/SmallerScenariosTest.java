package dev.gupfuzz.simulator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SmallerScenariosTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            fork-vs-pin-fast                           | -
            fork-vs-pin-fast:has-pinned=1              | fork-vs-pin-fast
            fork-vs-pin-fast:pages=3                   | fork-vs-pin-fast fork-vs-pin-fast:pages=2
            fork-vs-pin-fast:noise=1,pages=2           | fork-vs-pin-fast fork-vs-pin-fast:pages=2 fork-vs-pin-fast:noise=1
            two-forks-vs-pin-fast:pages=2              | fork-vs-pin-fast fork-vs-pin-fast:pages=2 two-forks-vs-pin-fast
            fork-vs-write:populated=0                  | fork-vs-write
            """)
    void shouldLeaveOutWhatCanBeLeftOut(String scenario, String smaller) {
        assertThat(Scenarios.smaller(Scenarios.named(scenario)).stream().map(Scenario::name))
                .containsExactly(smaller == null ? new String[0] : smaller.split(" "));
    }

    /** However one goes from smaller to smaller, it comes to an end. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "fork-vs-pin-fast-writer:pages=64,has-pinned=1,stores=8",
                "two-forks-vs-pin-fast:pages=16,has-pinned=1",
                "fork-vs-pin-fast:pages=7,noise=4",
                "fork-vs-write:pages=5,populated=0",
                "munmap-vs-access:pages=9"
            })
    void shouldComeToAnEnd(String name) {
        Scenario scenario = Scenarios.named(name);
        int steps = 0;
        List<Scenario> smaller = Scenarios.smaller(scenario);
        while (!smaller.isEmpty()) {
            Scenario next = smaller.get(smaller.size() - 1); // the least that can be left out
            assertThat(next.threads().size())
                    .isLessThanOrEqualTo(scenario.threads().size());
            assertThat(next.world().pages).isLessThanOrEqualTo(scenario.world().pages);
            assertThat(steps++).isLessThan(200);
            scenario = next;
            smaller = Scenarios.smaller(scenario);
        }
        assertThat(scenario.name()).doesNotContain(":");
    }

    @Test
    void shouldLeaveAScenarioAsItIsWithoutNoise() {
        Scenario plain = Scenarios.named("fork-vs-pin-fast");
        Scenario noisy = Scenarios.named("fork-vs-pin-fast:noise=3");

        assertThat(plain.threads()).containsExactly("forker", "pinner", "child");
        assertThat(noisy.threads()).containsExactly("forker", "pinner", "noise1", "noise2", "noise3", "child");
        assertThat(noisy.world().pages).isEqualTo(plain.world().pages + 3);
    }
}
