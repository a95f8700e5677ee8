package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointsTest {

    private static final Map<String, String> IDENTITY = Map.of("scenario", "fork-vs-pin-fast");

    @TempDir
    Path directory;

    private static Supplier<MachineSystem> machine(String kernelName) {
        Kernel kernel = Kernels.named(kernelName);
        Scenario scenario = Scenarios.named("fork-vs-pin-fast");
        return () -> new MachineSystem(kernel, scenario);
    }

    /** Stopped every few batches and taken up again, with other numbers of cores, until it is done. */
    private Exploration inParts(Supplier<? extends TransitionSystem> models, Plan plan, int every) {
        Path file = directory.resolve("state");
        Path from = null;
        for (int part = 0; ; part++) {
            AtomicInteger batches = new AtomicInteger();
            Bounds bounds = new Bounds(Long.MAX_VALUE, Long.MAX_VALUE, () -> batches.incrementAndGet() == every);
            Exploration found = StateSearch.explore(
                    models, 1 + part % 2, bounds, plan, new Checkpoints(from, file, IDENTITY, () -> false));
            from = file;
            if (found.ended() == Ended.STOPPED) {
                continue;
            }
            assertThat(part).isGreaterThan(3);
            if (found.endings().kind() != Endings.Kind.UNKNOWN) {
                return found;
            }
            return StateSearch.explore(
                    models, 1, Bounds.NONE, plan, new Checkpoints(from, file, IDENTITY, () -> false));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v5.9", "v5.11"})
    void shouldGoOnAsIfNothingHadBeen(String kernel) {
        for (Plan plan : new Plan[] {
            Plan.ALL,
            Plan.ALL.with(new Reductions(true, true, true, false)),
            new Plan(false, false, true),
            new Plan(false, false, true).upTo(2),
            Plan.ALL.withEndings()
        }) {
            assertThat(inParts(machine(kernel), plan, 7))
                    .as(plan.toString())
                    .isEqualTo(StateSearch.explore(machine(kernel), 2, Bounds.NONE, plan));
        }
    }

    @Test
    void shouldGoOnWhereThreadsWakeUp() {
        SmallProgram.Text text = null;
        long most = 0;
        Plan plan = Plan.ALL.with(Reductions.ALL);
        for (int seed = 0; seed < 30; seed++) { // one with many levels
            SmallProgram.Text next = Corpus.loops(seed);
            Exploration found = StateSearch.explore(
                    () -> new SmallProgram(next), 1, new Bounds(500, Long.MAX_VALUE, () -> false), plan);
            if (found.ended() == Ended.COMPLETE && found.levels() > most) {
                most = found.levels();
                text = next;
            }
        }
        SmallProgram.Text longest = text;
        assertThat(inParts(() -> new SmallProgram(longest), plan, 2))
                .isEqualTo(StateSearch.explore(() -> new SmallProgram(longest), 1, Bounds.NONE, plan));
    }

    @Test
    void shouldGoOnBehindABound() {
        Path file = directory.resolve("state");
        Exploration bounded = explore(null, file, new Bounds(1000, Long.MAX_VALUE, () -> false));
        assertThat(bounded.ended()).isEqualTo(Ended.STATES);
        assertThat(bounded.extent().waiting()).isPositive();
        assertThat(explore(file, null, Bounds.NONE))
                .isEqualTo(StateSearch.explore(machine("v5.11"), 1, Bounds.NONE, Plan.ALL));
    }

    private static Exploration explore(@Nullable Path resume, @Nullable Path file, Bounds bounds) {
        return StateSearch.explore(
                machine("v5.11"), 1, bounds, Plan.ALL, new Checkpoints(resume, file, IDENTITY, () -> false));
    }

    @Test
    void shouldWriteWhenItIsTime() {
        Path file = directory.resolve("state");
        AtomicInteger asked = new AtomicInteger();
        Exploration all = StateSearch.explore(
                machine("v5.11"),
                1,
                Bounds.NONE,
                Plan.ALL,
                new Checkpoints(null, file, IDENTITY, () -> asked.incrementAndGet() == 20));
        assertThat(all.ended()).isEqualTo(Ended.COMPLETE);
        assertThat(asked.get()).isGreaterThan(20);
        assertThat(explore(file, null, Bounds.NONE)).isEqualTo(all);
    }

    /** A disk that is full for a while costs a checkpoint and nothing else. */
    @Test
    void shouldGoOnWithoutACheckpointThatCannotBeWritten() throws Exception {
        Path folder = Files.createDirectory(directory.resolve("folder"));
        Path file = folder.resolve("state");
        AtomicInteger asked = new AtomicInteger();
        Checkpoints checkpoints = new Checkpoints(null, file, IDENTITY, () -> {
            int now = asked.incrementAndGet();
            try {
                if (now == 20) { // where the next version is to be written stands something else
                    Files.createDirectories(folder.resolve("state.new/full"));
                } else if (now == 30) {
                    Files.delete(folder.resolve("state.new/full"));
                    Files.delete(folder.resolve("state.new"));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return now == 20 || now == 25 || now == 40;
        });
        List<String> problems = new ArrayList<>();
        Bounds bounds = new Bounds(Long.MAX_VALUE, Long.MAX_VALUE, () -> {
            checkpoints.problem().ifPresent(problems::add);
            return false;
        });
        Exploration found = StateSearch.explore(machine("v5.9"), 1, bounds, Plan.ALL, checkpoints);

        assertThat(found).isEqualTo(StateSearch.explore(machine("v5.9"), 1, Bounds.NONE, Plan.ALL));
        assertThat(found.broken()).isNotEmpty();
        assertThat(problems).isNotEmpty().allMatch(problem -> problem.contains("cannot be written"));
        assertThat(checkpoints.problem()).isEmpty(); // the last one was
        assertThat(StateSearch.explore(
                        machine("v5.9"), 1, Bounds.NONE, Plan.ALL, new Checkpoints(file, null, IDENTITY, () -> false)))
                .isEqualTo(found);
    }

    @Test
    void shouldRefuseWhatIsNotItsOwn() throws Exception {
        Path file = directory.resolve("state");
        explore(null, file, new Bounds(1000, Long.MAX_VALUE, () -> false));

        assertThatThrownBy(() -> StateSearch.explore(
                        machine("v5.11"),
                        1,
                        Bounds.NONE,
                        Plan.ALL,
                        new Checkpoints(file, null, Map.of("scenario", "cow-vs-reader"), () -> false)))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("scenario")
                .hasMessageContaining("fork-vs-pin-fast")
                .hasMessageContaining("cow-vs-reader");

        byte[] whole = Files.readAllBytes(file);
        Path other = directory.resolve("other");
        byte[] flipped = whole.clone();
        flipped[whole.length / 2] ^= 1;
        Files.write(other, flipped);
        refused(other, "not whole");
        Files.write(other, java.util.Arrays.copyOf(whole, whole.length - 100));
        refused(other, "not whole");
        Files.write(other, new byte[0]);
        refused(other, "no checkpoint");
        Files.write(other, "something that is long enough".getBytes(StandardCharsets.UTF_8));
        refused(other, "no checkpoint");
        refused(directory.resolve("missing"), "cannot be read");
    }

    private static void refused(Path file, String why) {
        assertThatThrownBy(() -> explore(file, null, Bounds.NONE))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining(why);
    }
}
