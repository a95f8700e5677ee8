package dev.gupfuzz.simulator.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.Runs;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.scenario.MadeScenarios;
import dev.gupfuzz.simulator.search.Cell;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A run that begins with what others had in common with it is the run that it would have been alone. */
class OpeningsTest {

    private static final int SEEDS = 3_000;
    private static final int CHUNK = 3;
    private static final int FAR = Scheduler.STEPS_MAX / 10;

    @ParameterizedTest
    @CsvSource({
        "v5.9, fork-vs-pin-fast, 2, 40", // promises break behind a change point,
        "v5.9-rc4, fork-vs-pin-fast, 2, 40", // and before it
        "v5.11, fork-vs-pin-fast, 3, 69", // many runs end before the first change point
        "v5.11, pin-fast-vs-munmap:pages=2, 4, 30", // data choices
        "v5.11, two-forks-vs-pin-fast, 3, 200",
        "v5.11, fork-vs-write, 2, 5"
    })
    void shouldRunAlikeWhateverRanBefore(String kernel, String scenario, int depth, int k) {
        Cell cell = Runs.cell(kernel, scenario, "random");
        compare(
                new Pct(Step.machine(cell.kernel(), cell.scenario()), depth, k, FAR),
                new Pct(Step.machine(cell.kernel(), cell.scenario()), depth, k, FAR));
    }

    /** The walk that ends a long run is each seed's own. */
    @Test
    void shouldRunAlikeWhereRunsAreLong() {
        Cell cell = Runs.cell("v5.11", "fork-vs-pin-fast", "random");
        for (int fairFrom : new int[] {0, 1, 20, 50}) {
            compare(
                    new Pct(Step.machine(cell.kernel(), cell.scenario()), 3, 40, fairFrom),
                    new Pct(Step.machine(cell.kernel(), cell.scenario()), 3, 40, fairFrom));
        }
    }

    /** Sixteen threads have more orders than there is room for, and an order needs all bits of its key. */
    @Test
    void shouldRunAlikeWithAsManyThreadsAsThereCanBe() {
        Cell cell = Runs.cell("v5.11", "fork-vs-write", "random");
        int[] steps = new int[Machine.THREADS_MAX];
        Arrays.fill(steps, 2);
        compare(
                new Pct(Step.machine(cell.kernel(), MadeScenarios.independent(steps)), 3, 8, FAR),
                new Pct(Step.machine(cell.kernel(), MadeScenarios.independent(steps)), 3, 8, FAR));
    }

    /** What is written down shares nothing. */
    private static void compare(Scheduler sharing, Scheduler alone) {
        alone.record(new Decisions());
        Machine shared = sharing.machine();
        Machine own = alone.machine();
        for (long seed = 1; seed <= SEEDS; seed++) {
            sharing.run(seed);
            alone.run(seed);
            assertThat(shared.s).as("state, seed %d", seed).isEqualTo(own.s);
            assertThat(sharing.decisions()).as("decisions, seed %d", seed).isEqualTo(alone.decisions());
            assertThat(shared.violated).as("broken invariant, seed %d", seed).isEqualTo(own.violated);
            assertThat(shared.choices.count()).as("choices, seed %d", seed).isEqualTo(own.choices.count());
            assertThat(shared.covered).as("labels until seed %d", seed).isEqualTo(own.covered);
            if (seed % CHUNK == 0) {
                Arrays.fill(shared.covered, false);
                Arrays.fill(own.covered, false);
            }
        }
    }
}
