package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.scenario.Goal;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.search.Blame;
import dev.gupfuzz.simulator.strategy.Scheduler;
import dev.gupfuzz.simulator.strategy.Strategy;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The machine explored, against the machine sampled: nothing that a seed does may be missing. */
class MachineExplorationTest {

    private static final int SEEDS = 20_000;

    @ParameterizedTest
    @CsvSource({
        "v5.9-rc4, fork-vs-pin-fast",
        "v5.9, fork-vs-pin-fast",
        "v5.11, fork-vs-pin-fast",
        "v5.11, fork-vs-pin-fast:has-pinned=1",
        "v5.9, fork-vs-pin-fast-writer",
        "v5.11, pin-fast-vs-munmap",
        "v5.11, munmap-vs-access",
        "v5.11, cow-vs-reader",
        "v5.9, two-forks-vs-pin-fast",
    })
    void shouldCoverWhatSeedsDo(String kernelName, String scenarioName) {
        Kernel kernel = Kernels.named(kernelName);
        Scenario scenario = Scenarios.named(scenarioName);
        Set<Long> ends = ConcurrentHashMap.newKeySet();
        Exploration found = StateSearch.explore(() -> new Watched(kernel, scenario, ends), 2, Bounds.NONE, Plan.ALL);
        assertThat(found.ended()).isEqualTo(Ended.COMPLETE);
        Set<Blame> explored = new TreeSet<>();
        found.broken()
                .values()
                .forEach(way -> explored.add(
                        Finding.explored(kernel, scenario, way.moves()).blame()));

        Set<Blame> sampled = new TreeSet<>();
        long goals = 0;
        int ended = 0;
        Machine machine = Step.machine(kernel, scenario);
        for (String strategy : List.of("random", "pct:3")) {
            Scheduler scheduler =
                    Strategy.named(strategy).freeze(kernel, scenario).scheduler(machine);
            for (int seed = 0; seed < SEEDS; seed++) {
                scheduler.run(seed);
                goals |= machine.s[Sched.GOALS];
                if (machine.violated < 0) {
                    ended++;
                    assertThat(ends).contains(machine.stateHash());
                } else {
                    sampled.add(Blame.of(
                            scenario,
                            machine.violated,
                            machine.violatedAt,
                            machine.violatedBy,
                            machine.violatedPage,
                            machine.violatedDetail));
                }
            }
        }
        assertThat(explored).containsAll(sampled);
        long asked = 0;
        for (Goal goal : scenario.goals(kernel)) {
            asked |= goal.bit();
        }
        assertThat(goals & asked & ~found.reached()).isZero();
        assertThat(ended).isPositive();
        assertThat(sampled.isEmpty()).isEqualTo(kernelName.equals("v5.11") || scenarioName.equals("cow-vs-reader"));
        if (kernelName.equals("v5.11")) {
            assertThat(explored).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"v5.11, pin-fast-vs-munmap", "v5.11, munmap-vs-access", "v5.9, cow-vs-reader"})
    void shouldLoseNothingByForgettingRegisters(String kernelName, String scenarioName) {
        Kernel kernel = Kernels.named(kernelName);
        Scenario scenario = Scenarios.named(scenarioName);
        Exploration forgetting =
                StateSearch.explore(() -> new MachineSystem(kernel, scenario), 2, Bounds.NONE, Plan.ALL);
        Exploration keeping = StateSearch.explore(
                () -> {
                    MachineSystem system = new MachineSystem(kernel, scenario);
                    system.machine().forgets = false;
                    return system;
                },
                2,
                Bounds.NONE,
                Plan.ALL);
        assertThat(keeping.broken().keySet()).isEqualTo(forgetting.broken().keySet());
        assertThat(keeping.reached()).isEqualTo(forgetting.reached());
        assertThat(keeping.states()).isNotEqualTo(forgetting.states()); // the comparison compares something
    }

    @ParameterizedTest
    @CsvSource({"v5.9, fork-vs-pin-fast", "v5.11, two-forks-vs-pin-fast", "v5.9, fork-vs-pin-fast-writer"})
    void shouldNotDependOnTheNumberOfCores(String kernelName, String scenarioName) {
        Kernel kernel = Kernels.named(kernelName);
        Scenario scenario = Scenarios.named(scenarioName);
        Exploration one = StateSearch.explore(() -> new MachineSystem(kernel, scenario), 1, Bounds.NONE, Plan.ALL);
        for (int cores : new int[] {2, 4}) {
            assertThat(StateSearch.explore(() -> new MachineSystem(kernel, scenario), cores, Bounds.NONE, Plan.ALL))
                    .isEqualTo(one);
        }
    }

    /** For every invariant a kernel that breaks it; exploring comes to it, with a schedule that breaks it again. */
    @ParameterizedTest
    @CsvSource({
        "I1a, wp-pte-recheck, fork-vs-pin-fast-writer",
        "I1b, early-copy, pin-fork-child-exits-write",
        "I1b, write-protect-seq, fork-vs-pin-fast",
        "I1b, seq-odd-check, fork-vs-pin-fast",
        "I1b, seq-retry-check, fork-vs-pin-fast",
        "I2, fork-wrprotect, fork-vs-write",
        "I4, zap-flush, munmap-vs-access",
        "I5, unpin-on-retry, fork-vs-pin-fast",
        "I6, pte-recheck without ipi-tlb-flush, pin-fast-vs-munmap",
        "I9, seq-end, fork-vs-pin-fast",
        "I9, seq-init, two-forks-vs-pin-fast",
        "I11, gup-irq-restore, fork-vs-pin-fast",
        "I11, eagain-drops-ptl, fork-vs-pin-fast",
        "I13, wp-clear-flush, cow-vs-reader",
    })
    void shouldFindPlantedBugs(String invariant, String removed, String scenarioName) {
        Kernel kernel = Kernels.named("v5.11 without " + removed);
        Scenario scenario = Scenarios.named(scenarioName);
        Exploration found = StateSearch.explore(() -> new MachineSystem(kernel, scenario), 2, Bounds.NONE, Plan.ALL);
        Set<String> broken = new TreeSet<>();
        found.broken()
                .values()
                .forEach(way -> broken.add(Finding.explored(kernel, scenario, way.moves())
                        .blame()
                        .invariant()
                        .id()));
        assertThat(broken).contains(invariant);
    }

    @ParameterizedTest
    @CsvSource({
        "v5.9, fork-vs-pin-fast, 1",
        "v5.9, fork-vs-pin-fast:has-pinned=1, 1",
        "v5.9-rc4, pin-fork-child-exits-write, 0",
        "v5.11 without seq-odd-check, fork-vs-pin-fast, 1",
    })
    void shouldNeedThatManyPreemptions(String kernelName, String scenarioName, int preemptions) {
        Kernel kernel = Kernels.named(kernelName);
        Scenario scenario = Scenarios.named(scenarioName);
        Exploration found =
                StateSearch.explore(() -> new MachineSystem(kernel, scenario), 2, Bounds.NONE, Plan.FEWEST_PREEMPTIONS);
        assertThat(found.broken()).isNotEmpty();
        found.broken().values().forEach(way -> {
            assertThat(way.preemptions()).isEqualTo(preemptions);
            assertThat(Finding.explored(kernel, scenario, way.moves()).preemptions())
                    .isEqualTo(preemptions);
        });
    }

    /** Two engines that share nothing but the machine: one compares states, the other the order of what conflicts. */
    @ParameterizedTest
    @CsvSource({
        "v5.11, fork-vs-pin-fast",
        "v5.11, fork-vs-pin-fast:has-pinned=1",
        "v5.11, pin-fast-vs-munmap",
        "v5.11, munmap-vs-access",
        "v5.11, cow-vs-reader",
        "v5.9, pin-fast-vs-munmap",
        "v5.9-rc4, munmap-vs-access",
        "v5.9-rc4 without fault-tlb-drop, munmap-vs-access",
    })
    void shouldEndAlikeByStatesAndByClasses(String kernelName, String scenarioName) {
        Kernel kernel = Kernels.named(kernelName);
        Scenario scenario = Scenarios.named(scenarioName);
        Set<Long> byStates = ConcurrentHashMap.newKeySet();
        Exploration states =
                StateSearch.explore(() -> new Watched(kernel, scenario, byStates), 2, Bounds.NONE, Plan.ALL);
        Set<Long> byClasses = ConcurrentHashMap.newKeySet();
        ClassSearch.Result classes =
                ClassSearch.explore(() -> new Watched(kernel, scenario, byClasses), 2, Bounds.NONE, true);
        assertThat(classes.ended()).isEqualTo(Ended.COMPLETE);
        assertThat(states.broken()).isEmpty();
        assertThat(byClasses).isEqualTo(byStates);
        assertThat(classes.reached()).isEqualTo(states.reached());
        assertThat(classes.classes()).isGreaterThan(1);
    }

    /** Schedules go on behind a failure, for those that others hide; what only a failure makes possible counts for nothing. */
    @ParameterizedTest
    @CsvSource({
        "v5.9, fork-vs-pin-fast",
        "v5.9, fork-vs-pin-fast:has-pinned=1",
        "v5.9-rc4, pin-fork-child-exits-write",
        "v5.11 without seq-odd-check, fork-vs-pin-fast",
        "v5.11 without seq-retry-check, fork-vs-pin-fast",
        "v5.11 without early-copy, pin-fork-child-exits-write",
        "v5.11 without fork-wrprotect, fork-vs-write",
        "v5.11 without zap-flush, munmap-vs-access",
        "v5.11 without unpin-on-retry, fork-vs-pin-fast",
        "v5.11 without pte-recheck without ipi-tlb-flush, pin-fast-vs-munmap",
        "v5.11 without seq-end, fork-vs-pin-fast",
        "v5.11 without gup-irq-restore, fork-vs-pin-fast",
        "v5.11 without eagain-drops-ptl, fork-vs-pin-fast",
        "v5.11 without wp-clear-flush, cow-vs-reader",
    })
    void shouldFindByClassesWhatStatesFind(String kernelName, String scenarioName) {
        Kernel kernel = Kernels.named(kernelName);
        Scenario scenario = Scenarios.named(scenarioName);
        Exploration states = StateSearch.explore(() -> new MachineSystem(kernel, scenario), 2, Bounds.NONE, Plan.ALL);
        ClassSearch.Result classes =
                ClassSearch.explore(() -> new MachineSystem(kernel, scenario), 2, Bounds.NONE, false);
        assertThat(classes.ended()).isEqualTo(Ended.COMPLETE);
        assertThat(classes.broken().keySet()).isEqualTo(states.broken().keySet());
        assertThat(classes.broken()).isNotEmpty();
        assertThat(classes.reached()).isEqualTo(states.reached());
        classes.broken().forEach((failure, way) -> {
            Finding finding = Finding.explored(kernel, scenario, way.moves());
            Finding same = Finding.explored(
                    kernel, scenario, states.broken().get(failure).moves());
            assertThat(finding.blame()).isEqualTo(same.blame());
        });
    }

    /** A deadlock that is none: a wait whose condition the footprint left out looks like one. */
    @Test
    void shouldStopAtARealFailure() {
        Kernel kernel = Kernels.named("v5.11 without seq-init");
        Scenario scenario = Scenarios.named("two-forks-vs-pin-fast");
        ClassSearch.Result classes =
                ClassSearch.explore(() -> new MachineSystem(kernel, scenario), 2, Bounds.NONE, true);
        assertThat(classes.ended()).isEqualTo(Ended.AT_FAILURE);
        classes.broken()
                .values()
                .forEach(way -> assertThat(
                                Finding.explored(kernel, scenario, way.moves()).blame())
                        .isNotNull());
    }

    /** Notes how the runs end that break nothing. */
    private static final class Watched extends Delegate {
        private final MachineSystem system;
        private final Set<Long> ends;

        Watched(Kernel kernel, Scenario scenario, Set<Long> ends) {
            this(new MachineSystem(kernel, scenario), ends);
        }

        private Watched(MachineSystem system, Set<Long> ends) {
            super(system);
            this.system = system;
            this.ends = ends;
        }

        @Override
        public void end() {
            super.end();
            if (system.broken() == INTACT) {
                ends.add(system.machine().stateHash());
            }
        }
    }
}
