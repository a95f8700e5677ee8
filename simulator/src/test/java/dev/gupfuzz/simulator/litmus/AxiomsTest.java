package dev.gupfuzz.simulator.litmus;

import static dev.gupfuzz.simulator.litmus.Statement.acquire;
import static dev.gupfuzz.simulator.litmus.Statement.barrier;
import static dev.gupfuzz.simulator.litmus.Statement.inc;
import static dev.gupfuzz.simulator.litmus.Statement.lock;
import static dev.gupfuzz.simulator.litmus.Statement.read;
import static dev.gupfuzz.simulator.litmus.Statement.release;
import static dev.gupfuzz.simulator.litmus.Statement.unlock;
import static dev.gupfuzz.simulator.litmus.Statement.write;
import static dev.gupfuzz.simulator.litmus.Statement.xchg;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.litmus.Statement.Kind;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The axioms give the verdicts that are published of well-known tests, before anything is judged by them. */
@Tag("one-jdk")
class AxiomsTest {

    private static final int X = 0;
    private static final int Y = 1;
    private static final int Z = 2;
    private static final Statement MB = barrier(Kind.MB);
    private static final Statement RMB = barrier(Kind.RMB);
    private static final Statement WMB = barrier(Kind.WMB);

    /**
     * Whether the kernel's model allows it, and whether x86-TSO does. With the kernel's names: what tools/memory-model/litmus-tests and
     * Documentation/litmus-tests say; else what the documentation there says, or follows from it by hand.
     */
    static Stream<Arguments> known() {
        List<Statement> readsXY = List.of(read(0, X), read(1, Y));
        List<Statement> readsYX = List.of(read(0, Y), read(1, X));
        return Stream.of(
                test("MP+poonceonces", true, false, "1:r0=1; 1:r1=0;", List.of(write(X, 1), write(Y, 1)), readsYX),
                test(
                        "MP+fencewmbonceonce+fencermbonceonce",
                        false,
                        false,
                        "1:r0=1; 1:r1=0;",
                        List.of(write(X, 1), WMB, write(Y, 1)),
                        List.of(read(0, Y), RMB, read(1, X))),
                test("MP+wmb+po", true, false, "1:r0=1; 1:r1=0;", List.of(write(X, 1), WMB, write(Y, 1)), readsYX),
                test(
                        "MP+onceassign+derefonce",
                        false,
                        false,
                        "1:r0=1; 1:r1=0;",
                        List.of(write(X, 1), release(Y, 1)),
                        List.of(read(0, Y), read(1, X).withAddress(0))),
                test(
                        "MP+pooncerelease+poacquireonce",
                        false,
                        false,
                        "1:r0=1; 1:r1=0;",
                        List.of(write(X, 1), release(Y, 1)),
                        List.of(acquire(0, Y), read(1, X))),
                test(
                        "SB+poonceonces",
                        true,
                        true,
                        "0:r0=0; 1:r0=0;",
                        List.of(write(X, 1), read(0, Y)),
                        List.of(write(Y, 1), read(0, X))),
                test(
                        "SB+fencembonceonces",
                        false,
                        false,
                        "0:r0=0; 1:r0=0;",
                        List.of(write(X, 1), MB, read(0, Y)),
                        List.of(write(Y, 1), MB, read(0, X))),
                test(
                        "SB+xchgs",
                        false,
                        false,
                        "0:r1=0; 1:r1=0;",
                        List.of(xchg(Kind.XCHG, 0, X, 1), read(1, Y)),
                        List.of(xchg(Kind.XCHG, 0, Y, 1), read(1, X))),
                test(
                        "SB+xchg_acquires",
                        true,
                        false,
                        "0:r1=0; 1:r1=0;",
                        List.of(xchg(Kind.XCHG_ACQUIRE, 0, X, 1), read(1, Y)),
                        List.of(xchg(Kind.XCHG_ACQUIRE, 0, Y, 1), read(1, X))),
                test(
                        "SB+rfi",
                        true,
                        true,
                        "0:r0=1; 0:r1=0; 1:r0=1; 1:r1=0;",
                        List.of(write(X, 1), read(0, X), read(1, Y)),
                        List.of(write(Y, 1), read(0, Y), read(1, X))),
                test(
                        "LB+poonceonces",
                        true,
                        false,
                        "0:r0=1; 1:r0=1;",
                        List.of(read(0, X), write(Y, 1)),
                        List.of(read(0, Y), write(X, 1))),
                test(
                        "LB+fencembonceonce+ctrlonceonce",
                        false,
                        false,
                        "0:r0=1; 1:r0=1;",
                        List.of(read(0, X), write(Y, 1).withCondition(0)),
                        List.of(read(0, Y), MB, write(X, 1))),
                test(
                        "LB+poacquireonce+pooncerelease",
                        false,
                        false,
                        "0:r0=1; 1:r0=1;",
                        List.of(read(0, X), release(Y, 1)),
                        List.of(acquire(0, Y), write(X, 1))),
                test(
                        "CoRR+poonceonce+Once",
                        false,
                        false,
                        "1:r0=1; 1:r1=0;",
                        List.of(write(X, 1)),
                        List.of(read(0, X), read(1, X))),
                test(
                        "CoRW+poonceonce+Once",
                        false,
                        false,
                        "0:r0=2; [x]=2;",
                        List.of(read(0, X), write(X, 1)),
                        List.of(write(X, 2))),
                test(
                        "CoWR+poonceonce+Once",
                        false,
                        false,
                        "0:r0=2; [x]=1;",
                        List.of(write(X, 1), read(0, X)),
                        List.of(write(X, 2))),
                test("CoWW+poonceonce", false, false, "[x]=1;", List.of(write(X, 1), write(X, 2))),
                test(
                        "S+poonceonces",
                        true,
                        false,
                        "1:r0=1; [x]=2;",
                        List.of(write(X, 2), write(Y, 1)),
                        List.of(read(0, Y), write(X, 1))),
                test(
                        "S+fencewmbonceonce+poacquireonce",
                        false,
                        false,
                        "1:r0=1; [x]=2;",
                        List.of(write(X, 2), WMB, write(Y, 1)),
                        List.of(acquire(0, Y), write(X, 1))),
                test(
                        "R+poonceonces",
                        true,
                        true,
                        "1:r0=0; [x]=1; [y]=2;",
                        List.of(write(X, 1), write(Y, 1)),
                        List.of(write(Y, 2), read(0, X))),
                test(
                        "R+fencembonceonces",
                        false,
                        false,
                        "1:r0=0; [x]=1; [y]=2;",
                        List.of(write(X, 1), MB, write(Y, 1)),
                        List.of(write(Y, 2), MB, read(0, X))),
                test(
                        "IRIW+poonceonces+OnceOnce",
                        true,
                        false,
                        "1:r0=1; 1:r1=0; 3:r0=1; 3:r1=0;",
                        List.of(write(X, 1)),
                        readsXY,
                        List.of(write(Y, 1)),
                        readsYX),
                test(
                        "IRIW+acquires",
                        true,
                        false,
                        "1:r0=1; 1:r1=0; 3:r0=1; 3:r1=0;",
                        List.of(write(X, 1)),
                        List.of(acquire(0, X), acquire(1, Y)),
                        List.of(write(Y, 1)),
                        List.of(acquire(0, Y), acquire(1, X))),
                test(
                        "IRIW+fencembonceonces+OnceOnce",
                        false,
                        false,
                        "1:r0=1; 1:r1=0; 3:r0=1; 3:r1=0;",
                        List.of(write(X, 1)),
                        List.of(read(0, X), MB, read(1, Y)),
                        List.of(write(Y, 1)),
                        List.of(read(0, Y), MB, read(1, X))),
                test(
                        "WRC+poonceonces+Once",
                        true,
                        false,
                        "1:r0=1; 2:r0=1; 2:r1=0;",
                        List.of(write(X, 1)),
                        List.of(read(0, X), write(Y, 1)),
                        readsYX),
                test(
                        "WRC+pooncerelease+fencermbonceonce+Once",
                        false,
                        false,
                        "1:r0=1; 2:r0=1; 2:r1=0;",
                        List.of(write(X, 1)),
                        List.of(read(0, X), release(Y, 1)),
                        List.of(read(0, Y), RMB, read(1, X))),
                test(
                        "WRC+data+rmb",
                        true,
                        false,
                        "1:r0=1; 2:r0=1; 2:r1=0;",
                        List.of(write(X, 1)),
                        List.of(read(0, X), write(Y, 0).withData(0)),
                        List.of(read(0, Y), RMB, read(1, X))),
                test(
                        "ISA2+poonceonces",
                        true,
                        false,
                        "1:r0=1; 2:r0=1; 2:r1=0;",
                        List.of(write(X, 1), write(Y, 1)),
                        List.of(read(0, Y), write(Z, 1)),
                        List.of(read(0, Z), read(1, X))),
                test(
                        "ISA2+pooncerelease+poacquirerelease+poacquireonce",
                        false,
                        false,
                        "1:r0=1; 2:r0=1; 2:r1=0;",
                        List.of(write(X, 1), release(Y, 1)),
                        List.of(acquire(0, Y), release(Z, 1)),
                        List.of(acquire(0, Z), read(1, X))),
                test(
                        "Z6.0+pooncerelease+poacquirerelease+fencembonceonce",
                        true,
                        false,
                        "1:r0=1; 2:r0=0; [x]=1; [y]=1; [z]=2;",
                        List.of(write(X, 1), release(Y, 1)),
                        List.of(acquire(0, Y), release(Z, 1)),
                        List.of(write(Z, 2), MB, read(0, X))),
                test(
                        "Atomic-RMW+mb__after_atomic-is-stronger-than-acquire",
                        false,
                        false,
                        "0:r0=1; 0:r1=0;",
                        List.of(read(0, X), RMB, read(1, Y)),
                        List.of(inc(Y), barrier(Kind.AFTER_ATOMIC), write(X, 1))),
                test(
                        "MP+inc+rmb",
                        true,
                        false,
                        "1:r0=1; 1:r1=0;",
                        List.of(inc(X), write(Y, 1)),
                        List.of(read(0, Y), RMB, read(1, X))),
                test(
                        "MP+wmb+addr-rsw-addr",
                        true,
                        false,
                        "1:r0=1; 1:r3=0;",
                        List.of(write(X, 1), WMB, write(Y, 1)),
                        List.of(
                                read(0, Y),
                                read(1, Z).withAddress(0),
                                read(2, Z),
                                read(3, X).withAddress(2))),
                test(
                        "MP+wmb+data-rfi-addr",
                        false,
                        false,
                        "1:r0=1; 1:r2=0;",
                        List.of(write(X, 1), WMB, write(Y, 1)),
                        List.of(
                                read(0, Y),
                                write(Z, 1).withData(0),
                                read(1, Z),
                                read(2, X).withAddress(1))),
                test(
                        "MP+wmb+addr-rfi-addr",
                        false,
                        false,
                        "1:r0=1; 1:r2=0;",
                        List.of(write(X, 1), WMB, write(Y, 1)),
                        List.of(
                                read(0, Y),
                                write(Z, 1).withAddress(0),
                                read(1, Z),
                                read(2, X).withAddress(1))),
                test(
                        "MP+wmb+data-rfi-acq",
                        false,
                        false,
                        "1:r0=1; 1:r2=0;",
                        List.of(write(X, 1), WMB, write(Y, 1)),
                        List.of(read(0, Y), write(Z, 1).withData(0), acquire(1, Z), read(2, X))),
                test(
                        "MP+wmb+addr-addr, the second read from the buffer",
                        false,
                        false,
                        "1:r0=1; 1:r2=0;",
                        List.of(write(X, 1), WMB, write(Y, 1)),
                        List.of(
                                read(0, Y),
                                write(Z, 1),
                                read(1, Z).withAddress(0),
                                read(2, X).withAddress(1))),
                test(
                        "MP+wmb+addr-acq, the second read from the buffer",
                        false,
                        false,
                        "1:r0=1; 1:r2=0;",
                        List.of(write(X, 1), WMB, write(Y, 1)),
                        List.of(read(0, Y), write(Z, 1), acquire(1, Z).withAddress(0), read(2, X))),
                test(
                        "MP+wmb+po-rfi-acq",
                        true,
                        false,
                        "1:r0=1; 1:r2=0;",
                        List.of(write(X, 1), WMB, write(Y, 1)),
                        List.of(read(0, Y), write(Z, 1), acquire(1, Z), read(2, X))),
                test(
                        "MP+wmb+ctrl-rfi-addr",
                        true,
                        false,
                        "1:r0=1; 1:r1=1; 1:r2=0;",
                        List.of(write(X, 1), WMB, write(Y, 1)),
                        List.of(
                                read(0, Y),
                                write(Z, 1).withCondition(0),
                                read(1, Z),
                                read(2, X).withAddress(1))),
                test(
                        "2+2W+poonceonces",
                        true,
                        false,
                        "[x]=1; [y]=1;",
                        List.of(write(X, 1), write(Y, 2)),
                        List.of(write(Y, 1), write(X, 2))),
                test(
                        "2+2W+wmbs",
                        true,
                        false,
                        "[x]=1; [y]=1;",
                        List.of(write(X, 1), WMB, write(Y, 2)),
                        List.of(write(Y, 1), WMB, write(X, 2))),
                test(
                        "2+2W+mbs",
                        false,
                        false,
                        "[x]=1; [y]=1;",
                        List.of(write(X, 1), MB, write(Y, 2)),
                        List.of(write(Y, 1), MB, write(X, 2))),
                test(
                        "MP+xchgrelease+acq",
                        false,
                        false,
                        "1:r0=1; 1:r1=0;",
                        List.of(write(X, 1), xchg(Kind.XCHG_RELEASE, 0, Y, 1)),
                        List.of(acquire(0, Y), read(1, X))),
                test(
                        "MP+wmb+xchgacquire",
                        false,
                        false,
                        "1:r0=1; 1:r1=0;",
                        List.of(write(X, 1), WMB, write(Y, 1)),
                        List.of(xchg(Kind.XCHG_ACQUIRE, 0, Y, 2), read(1, X))),
                test(
                        "MP+fetchaddrelaxed+rmb",
                        true,
                        false,
                        "1:r0=1; 1:r1=0;",
                        List.of(write(X, 1), xchg(Kind.FETCH_ADD_RELAXED, 0, Y, 1)),
                        List.of(read(0, Y), RMB, read(1, X))),
                test(
                        "MP+cmpxchgrelease+cmpxchgacquire",
                        false,
                        false,
                        "0:r0=0; 1:r0=1; 1:r1=0;",
                        List.of(write(X, 1), xchg(Kind.CMPXCHG_RELEASE, 0, Y, 1).withExpected(0)),
                        List.of(xchg(Kind.CMPXCHG_ACQUIRE, 0, Y, 2).withExpected(1), read(1, X))),
                test(
                        "SB+cmpxchgs",
                        false,
                        false,
                        "0:r0=0; 0:r1=0; 1:r0=0; 1:r1=0;",
                        List.of(xchg(Kind.CMPXCHG, 0, X, 1).withExpected(0), read(1, Y)),
                        List.of(xchg(Kind.CMPXCHG, 0, Y, 1).withExpected(0), read(1, X))),
                test(
                        "cmpxchg-fail-unordered-1",
                        true,
                        false,
                        "0:r1=0; 1:r1=0;",
                        List.of(write(X, 1), xchg(Kind.CMPXCHG, 0, Z, 0).withExpected(1), read(1, Y)),
                        List.of(write(Y, 1), xchg(Kind.CMPXCHG, 0, Z, 0).withExpected(1), read(1, X))),
                test(
                        "cmpxchg-fail-unordered-2",
                        true,
                        false,
                        "0:r0=0; 1:r0=1; 1:r1=0;",
                        List.of(write(X, 1), xchg(Kind.CMPXCHG, 0, Y, 1).withExpected(0)),
                        List.of(xchg(Kind.CMPXCHG, 0, Y, 1).withExpected(0), read(1, X))),
                test(
                        "cmpxchg-fail-ordered-1",
                        false,
                        false,
                        "0:r1=0; 1:r1=0;",
                        List.of(
                                write(X, 1),
                                xchg(Kind.CMPXCHG, 0, Z, 0).withExpected(1),
                                barrier(Kind.AFTER_ATOMIC),
                                read(1, Y)),
                        List.of(
                                write(Y, 1),
                                xchg(Kind.CMPXCHG, 0, Z, 0).withExpected(1),
                                barrier(Kind.AFTER_ATOMIC),
                                read(1, X))),
                test(
                        "cmpxchg-fail-ordered-2",
                        false,
                        false,
                        "0:r0=0; 1:r0=1; 1:r1=0;",
                        List.of(write(X, 1), xchg(Kind.CMPXCHG, 0, Y, 1).withExpected(0)),
                        List.of(xchg(Kind.CMPXCHG, 0, Y, 1).withExpected(0), barrier(Kind.AFTER_ATOMIC), read(1, X))),
                test("two increments", false, false, "[x]=1;", List.of(inc(X)), List.of(inc(X))),
                test(
                        "MP with a lock on both sides",
                        false,
                        false,
                        "1:r0=1; 1:r1=0;",
                        List.of(lock(Z), write(X, 1), write(Y, 1), unlock(Z)),
                        List.of(lock(Z), read(0, Y), read(1, X), unlock(Z))),
                test(
                        "MP+unlocklockonceonce+fencermbonceonce",
                        false,
                        false,
                        "1:r0=1; 1:r1=0;",
                        List.of(lock(2), write(X, 1), unlock(2), lock(3), write(Y, 1), unlock(3)),
                        List.of(read(0, Y), RMB, read(1, X))),
                test(
                        "LB+unlocklockonceonce+poacquireonce",
                        false,
                        false,
                        "0:r0=1; 1:r0=1;",
                        List.of(lock(2), read(0, X), unlock(2), lock(3), write(Y, 1), unlock(3)),
                        List.of(acquire(0, Y), write(X, 1))),
                test(
                        "MP+porevlocks",
                        false,
                        false,
                        "0:r0=1; 0:r1=0;",
                        List.of(read(0, Y), lock(2), read(1, X), unlock(2)),
                        List.of(lock(2), write(X, 1), unlock(2), write(Y, 1))),
                test(
                        "MP+polocks",
                        false,
                        false,
                        "1:r0=1; 1:r1=0;",
                        List.of(write(X, 1), lock(2), write(Y, 1), unlock(2)),
                        List.of(lock(2), read(0, Y), unlock(2), read(1, X))),
                test(
                        "ISA2+pooncelock+pooncelock+pombonce",
                        false,
                        false,
                        "1:r0=1; 2:r0=1; 2:r1=0;",
                        List.of(lock(3), write(X, 1), write(Y, 1), unlock(3)),
                        List.of(lock(3), read(0, Y), write(Z, 1), unlock(3)),
                        List.of(read(0, Z), MB, read(1, X))));
    }

    @SafeVarargs
    private static Arguments test(String name, boolean lkmm, boolean tso, String state, List<Statement>... threads) {
        return Arguments.of(name, lkmm, tso, state, StraightLine.of(threads));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("known")
    void shouldGiveTheKnownVerdicts(String name, boolean lkmm, boolean tso, String state, StraightLine program) {
        Candidates candidates = Candidates.of(program);

        assertThat(shows(candidates.states(Axioms.LKMM), state)).as(name).isEqualTo(lkmm);
        assertThat(shows(candidates.states(Axioms.TSO), state)).as(name).isEqualTo(tso);
        assertThat(shows(candidates.states(Axioms.SC), state)).as(name).isFalse();
        assertThat(candidates.states(Axioms.SC)).isNotEmpty();
    }

    /** Whether one of the final states has all of these values. */
    static boolean shows(SortedSet<String> states, String state) {
        List<String> parts = Arrays.asList(state.split(" "));
        return states.stream().anyMatch(s -> Arrays.asList(s.split(" ")).containsAll(parts));
    }
}
