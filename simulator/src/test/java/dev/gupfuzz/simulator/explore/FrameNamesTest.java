package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A state with its frames renamed goes on as the state itself does. */
class FrameNamesTest {

    private static final int STATES = 4_000;

    @ParameterizedTest
    @CsvSource({
        "v5.9-rc4, fork-vs-pin-fast",
        "v5.11, fork-vs-pin-fast:has-pinned=1",
        "v5.11, fork-vs-pin-fast:pages=2",
        "v5.9, fork-vs-pin-fast-writer",
        "v5.11, pin-fast-vs-munmap",
        "v5.11, munmap-vs-access",
        "v5.11 without zap-flush, munmap-vs-access",
        "v5.9, cow-vs-reader",
        "v5.11, fork-vs-write:populated=0",
        "v5.11 without pte-recheck without ipi-tlb-flush, pin-fast-vs-munmap",
    })
    void shouldGoOnAlikeUnderOtherNames(String kernel, String scenario) {
        MachineSystem model = new MachineSystem(Kernels.named(kernel), Scenarios.named(scenario));
        int[] threads = new int[model.threads()];
        Deque<int[]> waiting = new ArrayDeque<>();
        Set<String> seen = new HashSet<>();
        waiting.add(model.words().clone());
        int renamed = 0;
        for (int n = 0; n < STATES && !waiting.isEmpty(); n++) {
            int[] here = waiting.remove();
            int[] other = canonical(model, here, threads);
            renamed += Arrays.equals(here, other) ? 0 : 1;
            assertThat(canonical(model, other, threads)).isEqualTo(other);
            load(model, here);
            int enabled = model.enabled();
            load(model, other);
            assertThat(model.enabled()).isEqualTo(enabled);
            for (int rest = enabled; rest != 0; rest &= rest - 1) {
                int t = Integer.numberOfTrailingZeros(rest);
                int values = 1;
                for (int choice = 0; choice < values; choice++) {
                    load(model, other);
                    int otherValues = model.take(t, choice);
                    long broken = model.broken();
                    long reached = model.reached();
                    int[] otherNext = canonical(model, model.words(), threads);
                    load(model, here);
                    values = model.take(t, choice);
                    assertThat(values).isEqualTo(otherValues);
                    assertThat(model.broken()).isEqualTo(broken);
                    assertThat(model.reached()).isEqualTo(reached);
                    int[] next = model.words().clone();
                    assertThat(canonical(model, next, threads)).isEqualTo(otherNext);
                    if (broken == TransitionSystem.INTACT && seen.add(Arrays.toString(next))) {
                        waiting.add(next);
                    }
                }
            }
        }
        assertThat(renamed).isPositive();
    }

    @ParameterizedTest
    @CsvSource({
        "v5.11, fork-vs-pin-fast, true",
        "v5.11, fork-vs-pin-fast:pages=2, true",
        "v5.11, fork-vs-pin-fast-writer, true",
        "v5.9, fork-vs-pin-fast-writer, true",
        "v5.11 without wp-clear-flush, cow-vs-reader, true",
        "v5.11 without zap-flush, munmap-vs-access, false",
        "v5.11 without fork-wrprotect, fork-vs-write, false",
    })
    void shouldLoseNothing(String kernelName, String scenarioName, boolean gains) {
        Kernel kernel = Kernels.named(kernelName);
        Scenario scenario = Scenarios.named(scenarioName);
        Exploration all = StateSearch.explore(() -> new MachineSystem(kernel, scenario), 2, Bounds.NONE, Plan.ALL);
        Reductions symmetry = new Reductions(false, false, false, true);
        Exploration fewer =
                StateSearch.explore(() -> new MachineSystem(kernel, scenario), 2, Bounds.NONE, Plan.ALL.with(symmetry));
        assertThat(fewer.broken().keySet()).isEqualTo(all.broken().keySet());
        assertThat(fewer.reached()).isEqualTo(all.reached());
        assertThat(fewer.states()).isLessThan(all.states() + (gains ? 0 : 1));
        assertThat(fewer.ends()).isLessThanOrEqualTo(all.ends());
        fewer.broken()
                .values()
                .forEach(way -> assertThat(
                                Finding.explored(kernel, scenario, way.moves()).blame())
                        .isNotNull());
    }

    private static int[] canonical(MachineSystem model, int[] words, int[] threads) {
        load(model, words.clone());
        model.canonicalize(threads);
        return model.words().clone();
    }

    private static void load(MachineSystem model, int[] words) {
        System.arraycopy(words, 0, model.words(), 0, words.length);
        model.restored();
    }
}
