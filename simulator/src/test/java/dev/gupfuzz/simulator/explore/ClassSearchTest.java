package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.explore.SmallProgram.Code;
import dev.gupfuzz.simulator.explore.SmallProgram.Instruction;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One schedule of each class, no more and no less: against every schedule, and against numbers that are known. */
class ClassSearchTest {

    private static final long MOST = 200_000;
    private static final int CROWDS = 200;
    private static final int CROWD_STEPS = 60_000;

    private static ClassSearch.Result all(SmallProgram.Text text) {
        return ClassSearch.explore(() -> new SmallProgram(text), Bounds.NONE, false);
    }

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
            done++;
            String what = "program " + seed;
            ClassSearch.Result found = all(text);
            assertThat(found.ended()).as(what).isEqualTo(Ended.COMPLETE);
            assertThat(found.broken().keySet()).as(what).isEqualTo(every.broken.keySet());
            assertThat(found.reached()).as(what).isEqualTo(every.reached);
            Set<String> classes = new BruteClasses(new SmallProgram(text)).classes;
            assertThat(found.classes()).as(what).isEqualTo(classes.size());
            if (!chooses(text)) { // else a schedule now and then ends where another value was done
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
        for (int seed = 0, done = 0; done < CROWDS; seed++) {
            SmallProgram.Text text = Corpus.crowd(seed);
            ClassSearch.Result found = ClassSearch.explore(
                    () -> new SmallProgram(text), new Bounds(CROWD_STEPS, Long.MAX_VALUE, () -> false), false);
            if (found.ended() != Ended.COMPLETE) {
                continue;
            }
            done++;
            String what = "crowd " + seed;
            assertThat(found.classes()).as(what).isEqualTo(new SleepSets(new SmallProgram(text)).classes.size());
            if (!chooses(text)) {
                assertThat(found.blocked()).as(what).isZero();
            }
            most = Math.max(most, found.classes());
        }
        assertThat(most).isGreaterThan(1_000);
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

    private static Instruction step(Code code, int... operands) {
        return new Instruction(code, operands);
    }

    private static boolean chooses(SmallProgram.Text text) {
        return text.threads().stream().flatMap(List::stream).anyMatch(step -> step.code() == Code.CHOOSE);
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
