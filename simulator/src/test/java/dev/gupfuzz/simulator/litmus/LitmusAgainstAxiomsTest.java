package dev.gupfuzz.simulator.litmus;

import static dev.gupfuzz.simulator.litmus.Statement.barrier;
import static dev.gupfuzz.simulator.litmus.Statement.read;
import static dev.gupfuzz.simulator.litmus.Statement.write;
import static dev.gupfuzz.simulator.litmus.Statement.xchg;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.litmus.Statement.Kind;
import dev.gupfuzz.simulator.memory.MemoryModel;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The machine, which takes one step after another, against {@link Axioms}, which judge whole executions, on random programs. */
@Tag("one-jdk")
class LitmusAgainstAxiomsTest {

    private static final int PROGRAMS = 160;

    /** A program of a seed and the final states that the axioms allow. */
    private record Judged(long seed, StraightLine program, Candidates allowed) {

        SortedSet<String> shown(MemoryModel model) {
            return LitmusAgainstAxiomsTest.shown(program, model);
        }

        String told() {
            return "seed " + seed + "\n" + program.text();
        }
    }

    private static List<Judged> judged;
    /** The final states under {@code weak}, in the order of the programs. */
    private static List<SortedSet<String>> weak;

    private static SortedSet<String> shown(StraightLine program, MemoryModel model) {
        return StraightLine.states(program.litmus().run(model));
    }

    @BeforeAll
    static void judge() {
        judged = LongStream.range(0, PROGRAMS)
                .mapToObj(seed -> {
                    StraightLine program = RandomPrograms.of(seed);
                    return new Judged(seed, program, Candidates.of(program));
                })
                .toList();
        weak = judged.stream().map(j -> j.shown(MemoryModel.WEAK)).toList();
    }

    @Test
    void shouldBeSequentialConsistency() {
        for (Judged j : judged) {
            assertThat(j.shown(MemoryModel.SC)).as(j.told()).isEqualTo(j.allowed.states(Axioms.SC));
        }
    }

    @Test
    void shouldBeX86Tso() {
        int more = 0;
        for (Judged j : judged) {
            SortedSet<String> shown = j.shown(MemoryModel.TSO);
            assertThat(shown).as(j.told()).isEqualTo(j.allowed.states(Axioms.TSO));
            more += shown.equals(j.allowed.states(Axioms.SC)) ? 0 : 1;
        }
        assertThat(more)
                .as("programs that show more than sequential consistency")
                .isPositive();
    }

    /** What x86 shows weaker CPUs may show: their atomic operations and barriers order no more than the LOCKed ones. */
    @Test
    void shouldShowNothingThatTheKernelsModelForbidsAndAllThatX86Shows() {
        for (int i = 0; i < PROGRAMS; i++) {
            Judged j = judged.get(i);
            assertThat(j.allowed.states(Axioms.LKMM)).as(j.told()).containsAll(weak.get(i));
            assertThat(weak.get(i)).as(j.told()).containsAll(j.allowed.states(Axioms.TSO));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.gupfuzz.simulator.litmus.AxiomsTest#known")
    void shouldShowWhatTheModelsAllowOfWellKnownTests(
            String name, boolean lkmm, boolean tso, String state, StraightLine program) {
        Candidates allowed = Candidates.of(program);

        assertThat(shown(program, MemoryModel.SC)).as(name).isEqualTo(allowed.states(Axioms.SC));
        assertThat(shown(program, MemoryModel.TSO)).as(name).isEqualTo(allowed.states(Axioms.TSO));
        assertThat(shown(program, MemoryModel.WEAK)).as(name).isEqualTo(allowed.states(Axioms.WEAK));
        assertThat(allowed.states(Axioms.LKMM)).as(name).containsAll(allowed.states(Axioms.WEAK));
    }

    /** What the kernel's model allows and the machine does not show is what {@link Axioms#WEAK} names, and nothing else. */
    @Test
    void shouldShowAllThatTheKernelsModelAllowsButWhatIsNamed() {
        int allowed = 0;
        int shown = 0;
        int moreThanX86 = 0;
        for (int i = 0; i < PROGRAMS; i++) {
            Judged j = judged.get(i);
            assertThat(weak.get(i)).as(j.told()).isEqualTo(j.allowed.states(Axioms.WEAK));
            allowed += j.allowed.states(Axioms.LKMM).size();
            shown += weak.get(i).size();
            moreThanX86 += weak.get(i).equals(j.allowed.states(Axioms.TSO)) ? 0 : 1;
        }
        assertThat(shown).isLessThan(allowed).isGreaterThan(allowed * 9 / 10);
        assertThat(moreThanX86).as("programs that show more than x86").isGreaterThan(PROGRAMS / 20);
    }

    /** Each of the restrictions that {@link Axioms#WEAK} names leaves something out that the kernel's model allows. */
    static Stream<Arguments> restrictions() {
        Statement rmb = barrier(Kind.RMB);
        List<Statement> published = List.of(write(0, 1), barrier(Kind.WMB), write(1, 1));
        return Stream.of(
                Arguments.of(
                        "all others see a write at once",
                        "1:r0=1; 1:r1=0; 3:r0=1; 3:r1=0;",
                        StraightLine.of(
                                List.of(write(0, 1)),
                                List.of(read(0, 0), rmb, read(1, 1)),
                                List.of(write(1, 1)),
                                List.of(read(0, 1), rmb, read(1, 0)))),
                Arguments.of(
                        "overwritten in one order",
                        "[x]=1; [y]=1;",
                        StraightLine.of(
                                List.of(write(0, 1), barrier(Kind.WMB), write(1, 2)),
                                List.of(write(1, 1), barrier(Kind.WMB), write(0, 2)))),
                Arguments.of(
                        "a read before later writes",
                        "0:r0=1; 1:r0=1;",
                        StraightLine.of(List.of(read(0, 0), write(1, 1)), List.of(read(0, 1), write(0, 1)))),
                Arguments.of(
                        "the write of an atomic operation before later writes",
                        "1:r0=1; 1:r1=0;",
                        StraightLine.of(
                                List.of(xchg(Kind.XCHG_RELAXED, 0, 0, 1), write(1, 1)),
                                List.of(read(0, 1), rmb, read(1, 0)))),
                Arguments.of(
                        "no read from an atomic operation in the buffer",
                        "1:r0=1; 1:r2=1; 1:r3=0;",
                        StraightLine.of(
                                published,
                                List.of(
                                        read(0, 1),
                                        xchg(Kind.XCHG_RELAXED, 1, 2, 1),
                                        read(2, 2),
                                        read(3, 0).withAddress(2)))),
                Arguments.of(
                        "no atomic operation that reads from the buffer",
                        "1:r0=1; 1:r1=1; 1:r2=0;",
                        StraightLine.of(
                                published,
                                List.of(
                                        read(0, 1),
                                        write(2, 1),
                                        xchg(Kind.XCHG_RELAXED, 1, 2, 2),
                                        read(2, 0).withAddress(1)))),
                Arguments.of(
                        "a cmpxchg() that fails waits",
                        "0:r0=0; 1:r0=0;",
                        StraightLine.of(
                                List.of(write(0, 1), xchg(Kind.CMPXCHG, 0, 1, 2).withExpected(7)),
                                List.of(write(1, 1), barrier(Kind.MB), read(0, 0)))),
                Arguments.of(
                        "reads of one location in program order",
                        "1:r0=1; 1:r3=0;",
                        StraightLine.of(
                                published,
                                List.of(
                                        read(0, 1),
                                        read(1, 2).withAddress(0),
                                        read(2, 2),
                                        read(3, 0).withAddress(2)))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("restrictions")
    void shouldLeaveOutWhatTheKernelsModelAllows(String name, String state, StraightLine program) {
        Candidates allowed = Candidates.of(program);

        assertThat(AxiomsTest.shows(allowed.states(Axioms.LKMM), state))
                .as(name)
                .isTrue();
        assertThat(AxiomsTest.shows(shown(program, MemoryModel.WEAK), state))
                .as(name)
                .isFalse();
        assertThat(shown(program, MemoryModel.WEAK)).as(name).isEqualTo(allowed.states(Axioms.WEAK));
    }

    /** A machine that ignores what one statement orders is caught: it gets the text without it, the axioms the program with it. */
    @Test
    void shouldCatchAMachineThatIgnoresAnOrder() {
        TreeSet<Kind> caught = new TreeSet<>();
        Stream<StraightLine> known = AxiomsTest.known().map(test -> (StraightLine) test.get()[4]);
        Stream.concat(judged.stream().limit(100), known.map(program -> new Judged(-1, program, Candidates.of(program))))
                .forEach(j -> caught.addAll(caught(j, caught)));
        assertThat(caught)
                .contains(
                        Kind.MB,
                        Kind.RMB,
                        Kind.WMB,
                        Kind.BEFORE_ATOMIC,
                        Kind.AFTER_ATOMIC,
                        Kind.READ, // with an address that depends on another one
                        Kind.READ_ACQUIRE,
                        Kind.WRITE_RELEASE,
                        Kind.XCHG,
                        Kind.XCHG_ACQUIRE,
                        Kind.XCHG_RELEASE,
                        Kind.CMPXCHG,
                        Kind.CMPXCHG_ACQUIRE,
                        Kind.CMPXCHG_RELEASE);
    }

    /** The kinds of statements of the program whose order the machine cannot ignore unnoticed, but for known ones. */
    private static SortedSet<Kind> caught(Judged j, SortedSet<Kind> known) {
        SortedSet<Kind> caught = new TreeSet<>();
        for (int i = 0; i < j.program.size(); i++) {
            Statement s = j.program.statement(i);
            if (s.orders() && !known.contains(s.kind())) {
                SortedSet<String> shown = shown(j.program.with(i, s.weaker()), MemoryModel.WEAK);
                if (!j.allowed.states(Axioms.LKMM).containsAll(shown)) {
                    caught.add(s.kind());
                }
            }
        }
        return caught;
    }
}
