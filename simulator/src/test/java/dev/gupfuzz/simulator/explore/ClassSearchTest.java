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
