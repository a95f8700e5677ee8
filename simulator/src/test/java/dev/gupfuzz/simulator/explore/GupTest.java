package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Foll;
import dev.gupfuzz.simulator.scenario.Goal;
import dev.gupfuzz.simulator.scenario.GupScenarios;
import dev.gupfuzz.simulator.scenario.GupScenarios.ReadOnly;
import dev.gupfuzz.simulator.scenario.GupScenarios.Splice;
import dev.gupfuzz.simulator.scenario.ReferenceScenarios;
import dev.gupfuzz.simulator.scenario.Region;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * GUP explored: on which kernels what breaks, and what each safeguard of its own is for. What is expected follows from the
 * history and from the kernels' sources.
 */
class GupTest {

    private static final int ALL = -1;
    private static final int STATES = 400;
    /** Where a failure of {@link MachineSystem} has its invariant. */
    private static final int FAILURE_INVARIANT = 35;

    /** What a scenario breaks, per range of kernels, both ends included; nothing on the others. */
    static Stream<Arguments> history() {
        Scenario splice = GupScenarios.vmsplice(Splice.CHILD_READS, false);
        Scenario spliceBefore = GupScenarios.vmsplice(Splice.PARENT_READS_BEFORE, false);
        return Stream.of(
                // the reuse by mapcount does not see references; v5.8 copies for who reads after the fork, not before
                Arguments.of(splice, "v4.8-v5.7 I2"),
                Arguments.of(GupScenarios.vmsplice(Splice.CHILD_READS, true), "v4.8-v5.7 I2"),
                Arguments.of(GupScenarios.vmsplice(Splice.CHILD_READS_SLOWLY, false), "v4.8-v5.7 I2"),
                Arguments.of(GupScenarios.vmsplice(Splice.PARENT_READS, false), "v4.8-v5.7 I2"),
                Arguments.of(spliceBefore, "v4.8-v5.8 I2"),
                Arguments.of(GupScenarios.basicCow(false), ""),
                Arguments.of(GupScenarios.basicCow(true), ""),
                // a registered buffer: fork shares it until v5.9-rc7, write-protection makes counting kernels copy it
                Arguments.of(GupScenarios.pinForkWrite(), "v4.8-v5.9-rc4 I1a"),
                Arguments.of(GupScenarios.writeProtectedPin(), "v5.9-rc4-v5.18 I1a"),
                // read pins: v5.8 breaks COW first, v5.19 unshares; one mapping was enough for the reuse by mapcount
                Arguments.of(GupScenarios.readPin(ReadOnly.SHARED, 0), "v4.8-v5.7 must; v5.9-rc4-v5.18 must"),
                Arguments.of(GupScenarios.readPin(ReadOnly.SHARED, Foll.FAST), "v4.8-v5.7 must; v5.9-rc4-v5.18 must"),
                Arguments.of(GupScenarios.readPin(ReadOnly.PREVIOUSLY_SHARED, 0), "v5.9-rc4-v5.18 must"),
                Arguments.of(GupScenarios.readPin(ReadOnly.PREVIOUSLY_SHARED, Foll.FAST), "v5.9-rc4-v5.18 must"),
                Arguments.of(GupScenarios.readPin(ReadOnly.EXCLUSIVE, 0), "v5.9-rc4-v5.18 must"),
                Arguments.of(GupScenarios.readPin(ReadOnly.EXCLUSIVE, Foll.FAST), "v5.9-rc4-v5.18 must"),
                // long-term read pins of what is not anonymous
                Arguments.of(GupScenarios.registeredBuffer(Region.Populated.NO), "v4.8-v5.7 must; v5.9-rc4-v6.1 must"),
                Arguments.of(
                        GupScenarios.registeredBuffer(Region.Populated.READ), "v4.8-v5.7 must; v5.9-rc4-v6.1 must"),
                Arguments.of(GupScenarios.registeredFile(), "v4.8-v5.7 must; v5.9-rc4-v6.1 must"),
                Arguments.of(GupScenarios.dirtyCow(), "v4.8-v4.8 I8"),
                Arguments.of(GupScenarios.debuggers(), ""),
                Arguments.of(GupScenarios.forkVersusPin("slow pin", Foll.PIN | Foll.WRITE, 1), "v4.8-v5.9-rc4 I1a"),
                Arguments.of(
                        GupScenarios.forkVersusPin("fast only", Foll.PIN | Foll.WRITE | Foll.FAST | Foll.FAST_ONLY, 1),
                        "v4.8-v5.9-rc4 I1a; v5.9-v5.9 I1b"),
                Arguments.of(GupScenarios.tablesThatGo(), ""),
                Arguments.of(GupScenarios.overflow(), "v4.8-v4.19 I5"),
                Arguments.of(GupScenarios.overflownPin(), "v4.8-v5.9-rc4 I1a"),
                Arguments.of(GupScenarios.debuggerAndReclaim(), ""),
                Arguments.of(GupScenarios.slowPinBesideUnmap(), ""),
                // a fault without FAULT_FLAG_ALLOW_RETRY gets VM_FAULT_SIGBUS of handle_userfault()
                Arguments.of(GupScenarios.slowPinAndMonitor(), ""),
                // what a reference may show, wherever its page is mapped by then
                Arguments.of(ReferenceScenarios.copiedFilePage(), ""),
                Arguments.of(ReferenceScenarios.discardedBefore(), ""),
                Arguments.of(ReferenceScenarios.lostReference(), ""),
                Arguments.of(ReferenceScenarios.givenUpMeanwhile(), ""),
                Arguments.of(ReferenceScenarios.mappedMeanwhile(), ""),
                Arguments.of(ReferenceScenarios.movedBuffer(), ""),
                Arguments.of(ReferenceScenarios.discardedShared(), ""),
                Arguments.of(ReferenceScenarios.freedEntry(), ""),
                Arguments.of(ReferenceScenarios.pinnedAnew(), ""),
                Arguments.of(ReferenceScenarios.forcedPin(), "v4.8-v4.8 I8"));
    }

    @ParameterizedTest
    @MethodSource("history")
    void shouldBreakWhatTheKernelBreaks(Scenario scenario, String expected) {
        for (Kernel kernel : Kernels.all()) {
            assertThat(broken(kernel.name(), scenario, ALL))
                    .as("%s on %s", scenario, kernel)
                    .isEqualTo(expected(kernel, expected));
        }
    }

    /**
     * Between the swap cache and the page table a page is at no address, and still the location's: nothing is lost by that. v5.18
     * counts references there, so that the write copies away from the debugger's; before it and after it they do not matter.
     */
    @Test
    void shouldKeepWhatADebuggerStoresBesideSwapIn() {
        for (Kernel kernel : Kernels.all()) {
            assertThat(broken(kernel.name(), ReferenceScenarios.storeBesideSwapIn(), Invariant.I13.bit()))
                    .as("%s", kernel)
                    .isEqualTo(kernel.name().equals("v5.18") ? Set.of("I13") : Set.of());
        }
    }

    private static Set<String> expected(Kernel kernel, String expected) {
        List<Kernel> all = Kernels.all();
        Set<String> broken = new TreeSet<>();
        for (String part : expected.isEmpty() ? new String[0] : expected.split("; ")) {
            String[] words = part.split(" ");
            int from = -1;
            int to = -1;
            for (int i = 0; i < all.size(); i++) {
                from = words[0].startsWith(all.get(i).name() + "-v") ? i : from;
                to = words[0].endsWith("-" + all.get(i).name()) ? i : to;
            }
            assertThat(from).as(part).isNotNegative().isLessThanOrEqualTo(to);
            if (all.indexOf(kernel) >= from && all.indexOf(kernel) <= to) {
                broken.addAll(List.of(words[1].split(",")));
            }
        }
        return broken;
    }

    /** Direct I/O through plain references loses to fork what it reads, which is accepted unless the scenario promises it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            v4.8   | I13 I1a
            v5.8   | I13 I1a
            v5.9   | I13 I1a
            v5.19  | I13 I1a
            v5.11 with seq-for-get | I13 I1a
            """)
    void shouldLoseDirectIoToAFork(String kernel, String promised) {
        assertThat(broken(kernel, GupScenarios.directIoAndFork(true), ALL)).containsExactly(promised.split(" "));
        if (Kernels.all().contains(Kernels.named(kernel))) {
            assertThat(broken(kernel, GupScenarios.directIoAndFork(false), ALL)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            v4.8                                                            | pin-fast-vs-munmap       |
            v4.8 without ipi-tlb-flush                                      | pin-fast-vs-munmap       | I5 I6
            v4.14 without ipi-tlb-flush                                     | pin-fast-vs-munmap       |
            v5.11 without pte-recheck                                       | pin-fast-vs-munmap       |
            v5.11 without pte-recheck without ipi-tlb-flush                 | pin-fast-vs-munmap       | I6
            v5.11 with recheck-before-grab                                  | pin-fast-vs-munmap       |
            v5.11 with recheck-before-grab without ipi-tlb-flush            | pin-fast-vs-munmap       | I6
            v5.11 without grab-unless-zero                                  | pin-fast-vs-munmap       |
            v5.11 without grab-unless-zero without ipi-tlb-flush            | pin-fast-vs-munmap       | I5
            v5.7                                                            | fork-vs-pin-fast         | I1a
            v5.9-rc7                                                        | fork-vs-pin-fast         |
            v5.9                                                            | fork-vs-pin-fast         | I1b
            v5.11                                                           | fork-vs-pin-fast         |
            v5.14                                                           | fork-vs-pin-fast         |
            v6.12                                                           | fork-vs-pin-fast         |
            v5.11 without write-protect-seq                                 | fork-vs-pin-fast         | I1b
            v5.11 without seq-odd-check                                     | fork-vs-pin-fast         | I1b
            v5.11 without seq-retry-check                                   | fork-vs-pin-fast         | I1b
            v5.11 with seq-end-check-only                                   | fork-vs-pin-fast         | I1a I1b
            v5.11 with seq-end-then-pte                                     | fork-vs-pin-fast:pages=2 |
            v5.11 without unpin-on-retry                                    | fork-vs-pin-fast:pages=2 | I5
            v5.11 without unpin-all-on-retry                                | fork-vs-pin-fast:pages=2 | I5
            v5.11 with retry-keeps-pins                                     | fork-vs-pin-fast         | I1a I1b
            v5.11 with retry-continues                                      | fork-vs-pin-fast:pages=2 | I1a I1b
            v5.11 with spinning-reader                                             | fork-vs-pin-fast         |
            v5.11 with spinning-reader-irq-off                                     | fork-vs-pin-fast         |
            v5.11 with has-pinned-after-grab                                | fork-vs-pin-fast         |
            v5.11 with has-pinned-after-seq                                 | fork-vs-pin-fast         | I1a I1b
            v5.9 with has-pinned-after-grab                                 | fork-vs-pin-fast         | I1a I1b
            """)
    void shouldBreakWithoutASafeguard(String kernel, String scenario, String expected) {
        assertThat(broken(kernel, Scenarios.named(scenario), ALL))
                .containsExactly(expected == null ? new String[0] : expected.split(" "));
    }

    /** A design of the review in the world that tells what it is worth. */
    static Stream<Arguments> designs() {
        Scenario readPin = GupScenarios.forkVersusPin("read pin", Foll.PIN | Foll.FAST, 1);
        Scenario slowPin = GupScenarios.forkVersusPin("slow pin", Foll.PIN | Foll.WRITE, 1);
        Scenario shared = GupScenarios.readPin(ReadOnly.SHARED, Foll.FAST);
        Scenario before = GupScenarios.vmsplice(Splice.PARENT_READS_BEFORE, false);
        return Stream.of(
                // sound for write pins, whose PTE fork changes; a read pin's PTE stays as it is
                Arguments.of("v5.19 with seq-end-then-pte", readPin, "I1a I1b"),
                Arguments.of("v5.19 without gup-unshare-fast", readPin, "I1a I1b"),
                Arguments.of("v5.19", readPin, ""),
                Arguments.of("v5.19 without gup-unshare", shared, "I1b"),
                Arguments.of("v5.19 without wp-reuse-exclusive", GupScenarios.readPin(ReadOnly.EXCLUSIVE, 0), "I1a"),
                Arguments.of("v6.2 without longterm-unshare", GupScenarios.registeredFile(), "I1a"),
                Arguments.of("v5.11 without slow-gup-has-pinned", slowPin, "I1b"),
                Arguments.of("v5.14 without slow-gup-has-pinned", slowPin, "I1b"),
                Arguments.of("v5.11 with has-pinned-cleared", GupScenarios.pinsBesideUnpins(), "I1b"),
                Arguments.of("v5.11", GupScenarios.pinsBesideUnpins(), ""),
                Arguments.of("v5.11 with pinned-signed", GupScenarios.overflownPin(), "I1b"),
                Arguments.of("v5.11 without slow-gup-mmap-lock", GupScenarios.slowPinBesideUnmap(), "I5"),
                // the map count tells who reads after a fork, and nothing of who read before it
                Arguments.of("v5.7 with fast-gup-mapcount", GupScenarios.vmsplice(Splice.CHILD_READS, false), ""),
                Arguments.of("v5.7 with fast-gup-mapcount", before, "I2"),
                Arguments.of("v4.14 without foll-cow", GupScenarios.dirtyCow(), "I8"),
                Arguments.of("v6.1 without force-exclusive", GupScenarios.dirtyCow(), "I8"),
                Arguments.of("v5.11 without pgtable-grace", GupScenarios.tablesThatGo(), ""),
                Arguments.of("v5.11 without pgtable-grace without ipi-tlb-flush", GupScenarios.tablesThatGo(), "I7"),
                Arguments.of("v5.11 without static-seq-init", GupScenarios.staticMm(false), "I9"),
                Arguments.of("v5.11", GupScenarios.staticMm(true), ""));
    }

    @ParameterizedTest
    @MethodSource("designs")
    void shouldBreakWithADesignThatWasNotTaken(String kernel, Scenario scenario, String expected) {
        assertThat(broken(kernel, scenario, ALL))
                .containsExactly(expected.isEmpty() ? new String[0] : expected.split(" "));
    }

    /** A sequence that is odd at rest: no fast pin ever, and after a fork's first increment no protection by it either. */
    @Test
    void shouldLoseFastGupAndThePinWhereTheSequenceIsOddAtRest() {
        int checked = ~Invariant.I9.bit();
        String kernel = "v5.11 without static-seq-init";
        Exploration alone = explore(kernel, GupScenarios.staticMm(false), checked, Plan.ALL);
        assertThat(alone.broken()).isEmpty();
        assertThat(alone.reached() & GoalPoint.FAST_PIN_BEFORE_FORK.bit()).isZero();
        Exploration forked = explore(kernel, GupScenarios.staticMm(true), checked, Plan.ALL);
        assertThat(forked.broken().keySet())
                .extracting(failure -> Invariant.of((int) (failure >>> FAILURE_INVARIANT)))
                .containsOnly(Invariant.I1B);
    }

    /**
     * Slow GUP sleeps without mmap_lock and looks everything up again. The monitor answers once: who asks behind its answer sleeps
     * on, because up to v6.2 the PTE stays read-only then and userfaultfd_must_wait() sees no more than that.
     */
    @ParameterizedTest
    @ValueSource(strings = {"v5.7", "v5.11", "v5.19", "v6.2", "v6.4", "v6.12"})
    void shouldSleepForAMonitorWithoutALock(String kernel) {
        Scenario scenario = GupScenarios.pinAndMonitor();
        Exploration found = explore(kernel, scenario, ~Invariant.I11.bit(), Plan.ALL);
        assertThat(found.ended()).isEqualTo(Ended.COMPLETE);
        assertThat(found.broken()).isEmpty();
        assertThat(found.reached() & GoalPoint.SLOW_PATH.bit()).isNotZero();
    }

    /** Fork waits for a page-table lock, its holder for an interrupt of a CPU that spins for fork. */
    @Test
    void shouldDeadlockWhereASpinningReaderTakesNoInterrupts() {
        Scenario scenario = GupScenarios.spinAndReclaim();
        String kernel = "v5.11 with spinning-reader-irq-off without batched-unmap-flush";
        Exploration found = explore(kernel, scenario, ALL, Plan.FIRST);
        assertThat(found.broken().values()).isNotEmpty();
        found.broken()
                .values()
                .forEach(way -> assertThat(Finding.explored(Kernels.named(kernel), scenario, way.moves())
                                .blame()
                                .invariant())
                        .isEqualTo(Invariant.I11));
    }

    static Stream<Arguments> footprints() {
        return Stream.concat(GupScenarios.all().stream(), ReferenceScenarios.all().stream())
                .flatMap(scenario ->
                        Stream.of("v4.8", "v5.8", "v5.14", "v6.12").map(kernel -> Arguments.of(kernel, scenario)));
    }

    @ParameterizedTest
    @MethodSource("footprints")
    void shouldCommuteWhereTheMachineSaysSo(String kernel, Scenario scenario) {
        Diamonds diamonds =
                Diamonds.check(kernel + " " + scenario, new MachineSystem(Kernels.named(kernel), scenario), STATES);
        assertThat(diamonds.independent).isNotNegative();
    }

    @ParameterizedTest
    @CsvSource({
        "v5.11 with seq-end-then-pte, fork-vs-pin-fast:pages=2",
        "v5.11 with spinning-reader-irq-off, fork-vs-pin-fast",
        "v5.11 with retry-keeps-pins, fork-vs-pin-fast:pages=2",
        "v5.11 with has-pinned-after-grab with has-pinned-cleared, fork-vs-pin-fast",
        "v4.8 without ipi-tlb-flush, pin-fast-vs-munmap",
    })
    void shouldCommuteWithADesignThatWasNotTaken(String kernel, String scenario) {
        Diamonds diamonds = Diamonds.check(
                kernel + " " + scenario, new MachineSystem(Kernels.named(kernel), Scenarios.named(scenario)), STATES);
        assertThat(diamonds.independent).isGreaterThan(diamonds.dependent);
    }

    /** The invariants that break; where none does, every schedule was looked at and every goal reached. */
    private static Set<String> broken(String kernel, Scenario scenario, int checked) {
        Exploration found = explore(kernel, scenario, checked, Plan.ALL);
        assertThat(found.ended()).isEqualTo(Ended.COMPLETE);
        Set<String> broken = new TreeSet<>();
        found.broken()
                .values()
                .forEach(way -> broken.add(Finding.explored(Kernels.named(kernel), scenario, way.moves())
                        .blame()
                        .invariant()
                        .id()));
        boolean alternative = kernel.contains("with");
        for (Goal goal : scenario.goals(Kernels.named(kernel))) {
            boolean reached = (goal.bit() & found.reached()) != 0;
            assertThat(reached || alternative || !broken.isEmpty())
                    .as("%s reached on %s", goal, kernel)
                    .isTrue();
        }
        return broken;
    }

    private static Exploration explore(String kernelName, Scenario scenario, int checked, Plan plan) {
        Kernel kernel = Kernels.named(kernelName);
        return StateSearch.explore(
                () -> {
                    MachineSystem system = new MachineSystem(kernel, scenario);
                    system.machine().checked = checked;
                    return system;
                },
                2,
                Bounds.NONE,
                plan);
    }
}
