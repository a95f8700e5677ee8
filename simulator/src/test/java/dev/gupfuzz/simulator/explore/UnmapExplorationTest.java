package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.WideScenarios;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What unmaps and write-protects, explored: which kernel breaks what, and footprints that may be trusted. */
class UnmapExplorationTest {

    private static final int STATES = 1_000;

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
}
