package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.explore.ClassSearch.Cut;
import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An exploration by classes that is interrupted comes to the same as one that is not. */
class ClassCheckpointsTest {

    private static final Cut FINE = new Cut(16, 4, 64);
    private static final int STEPS = 20_000;

    @TempDir
    Path directory;

    private static Map<String, String> identity(String engine) {
        return Map.of("engine", engine);
    }

    /** Stopped every few rounds and taken up again, with other numbers of cores, until it is done. */
    private ClassSearch.Result inParts(Supplier<? extends TransitionSystem> models, Cut cut, int every, int least) {
        Path file = directory.resolve("classes");
        Path from = null;
        for (int part = 0; ; part++) {
            AtomicInteger rounds = new AtomicInteger();
            Bounds bounds = new Bounds(Long.MAX_VALUE, Long.MAX_VALUE, () -> rounds.incrementAndGet() == every);
            ClassSearch.Result found = ClassSearch.explore(
                    models,
                    1 + part % 2,
                    bounds,
                    false,
                    new Checkpoints(from, file, identity("dpor"), () -> false),
                    cut);
            if (found.ended() != Ended.STOPPED) {
                assertThat(part).isGreaterThanOrEqualTo(least);
                return found;
            }
            assertThat(found.share()).isBetween(0.0, 1.0);
            from = file;
        }
    }

    @ParameterizedTest
    @CsvSource({"v5.9, fork-vs-pin-fast", "v5.11, cow-vs-reader", "v5.11, pin-fast-vs-munmap"})
    void shouldGoOnAsIfNothingHadBeen(String kernelName, String scenarioName) {
        Kernel kernel = Kernels.named(kernelName);
        Scenario scenario = Scenarios.named(scenarioName);
        Supplier<MachineSystem> models = () -> new MachineSystem(kernel, scenario);
        ClassSearch.Result whole = ClassSearch.explore(models, 2, Bounds.NONE, false);
        assertThat(inParts(models, Cut.USUAL, 1, 5)).isEqualTo(whole);
        assertThat(inParts(models, Cut.USUAL, 3, 2)).isEqualTo(whole);
    }

    /** With failures behind which schedules go on, and choices of which a place has taken some. */
    @Test
    void shouldGoOnInSmallPrograms() {
        for (int seed = 10; seed < 18; seed++) {
            for (SmallProgram.Text text : new SmallProgram.Text[] {Corpus.program(seed), Corpus.choosers(seed)}) {
                Supplier<SmallProgram> models = () -> new SmallProgram(text);
                ClassSearch.Result whole = ClassSearch.explore(
                        models, 1, new Bounds(STEPS, Long.MAX_VALUE, () -> false), false, Checkpoints.NONE, FINE);
                if (whole.ended() == Ended.COMPLETE) {
                    assertThat(inParts(models, FINE, 2, 0)).as("seed " + seed).isEqualTo(whole);
                }
            }
        }
    }

    @Test
    void shouldRefuseTheFileOfAnotherEngine() {
        Kernel kernel = Kernels.named("v5.11");
        Scenario scenario = Scenarios.named("fork-vs-pin-fast");
        Supplier<MachineSystem> models = () -> new MachineSystem(kernel, scenario);
        Path file = directory.resolve("states");
        Bounds bounds = new Bounds(500, Long.MAX_VALUE, () -> false);
        StateSearch.explore(models, 1, bounds, Plan.ALL, new Checkpoints(null, file, identity("states"), () -> false));
        assertThatThrownBy(() -> ClassSearch.explore(
                        models, 1, bounds, true, new Checkpoints(file, null, identity("dpor"), () -> false)))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("another engine")
                .hasMessageContaining("'states'");
    }
}
