package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.explore.ClassSearch.Cut;
import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.explore.SmallProgram.Code;
import dev.gupfuzz.simulator.explore.SmallProgram.Instruction;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One schedule of each class, no more and no less: against every schedule, and against numbers that are known. */
@Tag("one-jdk")
class ClassSearchTest {

    private static final long MOST = 200_000;
    private static final int CROWDS = 100;
    private static final int CROWD_STEPS = 60_000;
    private static final int CHOOSERS = 80;
    private static final int CHOOSER_STEPS = 10_000;
    /** As finely as can be, which small programs need to be cut at all. */
    private static final Cut FINE = new Cut(64, 1, 1);

    private static ClassSearch.Result explore(SmallProgram.Text text, int cores, long steps, Cut cut) {
        return ClassSearch.explore(
                () -> new SmallProgram(text),
                cores,
                new Bounds(steps, Long.MAX_VALUE, () -> false),
                false,
                Checkpoints.NONE,
                cut);
    }

    /** By one walk; and as many classes by many, on any number of cores. */
    private static ClassSearch.Result all(SmallProgram.Text text) {
        ClassSearch.Result whole = explore(text, 1, Long.MAX_VALUE, Cut.NONE);
        shouldBeTheSameInParts(text, whole);
        return whole;
    }

    private static void shouldBeTheSameInParts(SmallProgram.Text text, ClassSearch.Result whole) {
        for (Cut cut : new Cut[] {FINE, new Cut(3, 1, 1), Cut.USUAL}) {
            ClassSearch.Result parts = explore(text, 1, Long.MAX_VALUE, cut);
            assertThat(parts.ended()).isEqualTo(Ended.COMPLETE);
            assertThat(parts.classes()).isEqualTo(whole.classes());
            assertThat(parts.reached()).isEqualTo(whole.reached());
            assertThat(parts.broken().keySet()).isEqualTo(whole.broken().keySet());
            assertThat(parts.longest()).isEqualTo(whole.longest());
            for (int cores : cut.equals(FINE) ? new int[] {2, 4} : new int[0]) {
                assertThat(explore(text, cores, Long.MAX_VALUE, cut)).isEqualTo(parts);
            }
        }
    }

    @Tag("slow")
    @Test
    void shouldRunEachClassOfSmallProgramsOnce() {
        long failures = 0;
        for (int seed = 0, done = 0; done < 1000; seed++) {
            SmallProgram.Text text = Corpus.program(seed);
            BruteForce every;
            try {
                every = new BruteForce(new SmallProgram(text), MOST);
            } catch (BruteForce.TooManyException e) {
                continue;
            }
            String what = "program " + seed;
            boolean onCores = done++ % 10 == 0;
            ClassSearch.Result found =
                    onCores ? all(text) : explore(text, 1, Long.MAX_VALUE, done % 2 == 0 ? Cut.NONE : FINE);
            assertThat(found.ended()).as(what).isEqualTo(Ended.COMPLETE);
            assertThat(found.broken().keySet()).as(what).isEqualTo(every.broken.keySet());
            assertThat(found.reached()).as(what).isEqualTo(every.reached);
            Set<String> classes = new BruteClasses(new SmallProgram(text)).classes;
            assertThat(found.classes()).as(what).isEqualTo(classes.size());
            if (!chooses(text) && done % 2 == 0) { // else a schedule now and then ends where another value was done
                assertThat(found.blocked()).as(what).isZero();
            }
            failures += every.broken.size();
        }
        assertThat(failures).isPositive();
    }

    /** Races of steps that schedules have in common matter again when what comes behind them differs: three threads do not show it. */
    @Test
    void shouldRunEachClassOfCrowdsOnce() {
        long most = 0;
        // from 100 on, because 133 and 137 lose classes where races are looked at once
        for (int seed = 100, done = 0; done < CROWDS; seed++) {
            SmallProgram.Text text = Corpus.crowd(seed);
            ClassSearch.Result found = explore(text, 1, CROWD_STEPS, Cut.NONE);
            if (found.ended() != Ended.COMPLETE) {
                continue;
            }
            done++;
            String what = "crowd " + seed;
            long classes = new SleepSets(new SmallProgram(text)).classes.size();
            assertThat(found.classes()).as(what).isEqualTo(classes);
            assertThat(explore(text, 1, Long.MAX_VALUE, FINE).classes())
                    .as(what)
                    .isEqualTo(classes);
            if (!chooses(text)) {
                assertThat(found.blocked()).as(what).isZero();
            }
            most = Math.max(most, found.classes());
        }
        assertThat(most).isGreaterThan(1_000);
    }

    /** Where one value of a choice conflicts and another does not, each of them has reversals of its own. */
    @Test
    void shouldRunEachClassOfChoosersOnce() {
        for (int seed = 0, done = 0; done < CHOOSERS; seed++) {
            SmallProgram.Text text = Corpus.choosers(seed);
            ClassSearch.Result found = explore(text, 1, CHOOSER_STEPS, Cut.NONE);
            if (found.ended() != Ended.COMPLETE) {
                continue;
            }
            done++;
            String what = "choosers " + seed;
            long classes = new SleepSets(new SmallProgram(text)).classes.size();
            assertThat(found.classes()).as(what).isEqualTo(classes);
            assertThat(explore(text, 1, Long.MAX_VALUE, FINE).classes())
                    .as(what)
                    .isEqualTo(classes);
        }
    }

    /** One that showed it: with each race looked at only once five of its classes are not found. */
    @Test
    void shouldLookAtRacesAgain() {
        SmallProgram.Text text = text(
                5,
                2,
                List.of(
                        List.of(
                                step(Code.SET, 2, 0),
                                step(Code.SET, 4, 0),
                                step(Code.ADD, 0, 1),
                                step(Code.STORE, 1, 1)),
                        List.of(step(Code.SET, 2, 1), step(Code.STORE, 2, 0), step(Code.LOAD, 1, 2)),
                        List.of(step(Code.ADD, 0, 1), step(Code.SET, 1, 0), step(Code.LOAD, 1, 2)),
                        List.of(step(Code.ADD, 2, 1), step(Code.STORE, 0, 1))));
        assertThat(new SleepSets(new SmallProgram(text)).classes).hasSize(402);
        assertThat(all(text).classes()).isEqualTo(402);
        assertThat(all(text).blocked()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"v5.11, fork-vs-pin-fast", "v5.11, pin-fast-vs-munmap", "v5.9, cow-vs-reader", "v5.9, fork-vs-pin-fast"
    })
    void shouldNotDependOnTheNumberOfCores(String kernelName, String scenarioName) {
        Kernel kernel = Kernels.named(kernelName);
        Scenario scenario = Scenarios.named(scenarioName);
        Supplier<MachineSystem> models = () -> new MachineSystem(kernel, scenario);
        ClassSearch.Result one = ClassSearch.explore(models, 1, Bounds.NONE, false);
        for (int cores : new int[] {2, 4}) {
            assertThat(ClassSearch.explore(models, cores, Bounds.NONE, false)).isEqualTo(one);
        }
        ClassSearch.Result whole = ClassSearch.explore(models, 1, Bounds.NONE, false, Checkpoints.NONE, Cut.NONE);
        assertThat(one.classes()).isEqualTo(whole.classes());
        assertThat(one.broken().keySet()).isEqualTo(whole.broken().keySet());
        assertThat(one.reached()).isEqualTo(whole.reached());
        assertThat(whole.blocked()).isZero();
        assertThat(one.events()).isGreaterThan(2_000); // enough for many walks
    }

    private static Instruction step(Code code, int... operands) {
        return new Instruction(code, operands);
    }

    private static boolean chooses(SmallProgram.Text text) {
        return text.threads().stream()
                .flatMap(List::stream)
                .anyMatch(step -> step.code() == Code.CHOOSE || step.code() == Code.PERHAPS_SET);
    }

    @ParameterizedTest
    @CsvSource({"false, false, 7", "true, true, 12"})
    void shouldCountTheClassesOfTheToy(boolean sequence, boolean recheck, long classes) {
        ClassSearch.Result found = all(PinToy.text(sequence, recheck));
        assertThat(found.classes()).isEqualTo(classes);
        assertThat(found.broken().containsKey(SmallProgram.BAD_END)).isEqualTo(!sequence);
    }

    @ParameterizedTest
    @CsvSource({"2, 4", "8, 256", "12, 4096"})
    void shouldCountTheClassesOfReadersAndAWriter(int readers, long classes) {
        List<List<Instruction>> threads = new ArrayList<>();
        threads.add(List.of(new Instruction(Code.SET, 0, 1)));
        for (int i = 0; i < readers; i++) {
            threads.add(List.of(new Instruction(Code.LOAD, 0, 0)));
        }
        assertThat(all(text(1, 1, threads)).classes()).isEqualTo(classes);
        assertThat(all(text(1, 1, threads)).blocked()).isZero();
    }

    /** Thread 0 looks for the last zero from the back; thread j writes a[j] = a[j - 1] + 1. */
    @ParameterizedTest
    @CsvSource({"3, 12", "5, 64", "8, 704", "10, 3328"})
    void shouldCountTheClassesOfLastzero(int n, long classes) {
        List<List<Instruction>> threads = new ArrayList<>();
        List<Instruction> scan = new ArrayList<>();
        for (int i = n; i >= 0; i--) {
            scan.add(new Instruction(Code.LOAD, 0, i));
            scan.add(new Instruction(Code.JUMP_IF, 0, 0, 99));
        }
        threads.add(scan);
        for (int j = 1; j <= n; j++) {
            threads.add(List.of(new Instruction(Code.LOAD, 0, j - 1), new Instruction(Code.STORE_NEXT, j, 0)));
        }
        ClassSearch.Result found = all(text(n + 1, 1, threads));
        assertThat(found.classes()).isEqualTo(classes);
        assertThat(found.blocked()).isZero();
    }

    private static SmallProgram.Text text(int variables, int registers, List<List<Instruction>> threads) {
        return new SmallProgram.Text(variables, registers, threads, new int[variables], -1, 0, 0, 0, -1, 0, 0);
    }
}
