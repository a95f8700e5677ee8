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
import dev.gupfuzz.simulator.scenario.PlacedScenarios;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.search.Blame;
import dev.gupfuzz.simulator.strategy.Scheduler;
import dev.gupfuzz.simulator.strategy.Strategy;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Threads that share CPUs: what can no longer happen, and what only happens there. */
@Tag("one-jdk")
class PlacedTest {

    private static final int STATES = 5_000;
    private static final int SEEDS = 200;

    /** A kernel that is not preempted runs fork's walk of a page-table page at a stretch: the race of v5.9 needs two CPUs. */
    @Test
    void shouldNotInterleaveSystemCallsOfOneCpu() {
        assertThat(broken("v5.9", PlacedScenarios.forkAndPin(false))).containsExactly("I1b");
        assertThat(broken("v5.9", PlacedScenarios.forkAndPin(true))).isEmpty();
        assertThat(broken("v5.11", PlacedScenarios.forkAndPin(true))).isEmpty();
    }

    /**
     * Fork gives its CPU up at the cond_resched() behind a page-table page, inside the write section: a reader that spins there never
     * lets it go on. With preemption off in the section nobody else runs, but the allocation for a pinned page may not sleep.
     */
    @Test
    void shouldSpinForEverForAWriterOnTheSameCpu() {
        Scenario apart = PlacedScenarios.forkAndPin(false);
        Scenario together = PlacedScenarios.forkAndPin(true);
        String spins = "v5.11 with spinning-reader";
        String stuck = "pinner waits at lockless_pages_from_mm: seq = read_seqcount_begin(&mm->write_protect_seq)";
        assertThat(blames(spins, apart)).isEmpty();
        assertThat(blames(spins, together)).hasSize(1).first().asString().contains(stuck);
        assertThat(blames(spins + " with seq-preempt-off", together))
                .hasSize(1)
                .first()
                .asString()
                .contains("may sleep");
    }

    /**
     * The race of v5.9 is between a look at the page's count and the write-protection, under the page-table lock: on one CPU only a
     * kernel whose spin locks sleep turns to the pinner there.
     */
    @Test
    void shouldPreemptUnderSpinLocksOnRtAlone() {
        Scenario together = PlacedScenarios.forkAndPin(true);
        assertThat(broken("v5.9 with preempt-full", together)).isEmpty();
        assertThat(broken("v5.9 with preempt-rt", together)).containsExactly("I1b");
        for (String model : List.of("preempt-full", "preempt-rt")) {
            assertThat(broken("v5.11 with " + model, together)).isEmpty();
            assertThat(broken("v5.11 with spinning-reader with " + model, together))
                    .as("threads of one priority take turns")
                    .isEmpty();
        }
    }

    /** A reader of higher priority that an interrupt wakes inside the section: it must not spin, whatever the kernel. */
    @Test
    void shouldNotSpinAboveTheWriter() {
        Scenario above = Scenarios.named("rt-reader-preempts-fork");
        for (String model : List.of("", " with preempt-full", " with preempt-rt")) {
            assertThat(broken("v5.11" + model, above)).as(model).isEmpty();
            Set<String> stuck = blames("v5.11 with spinning-reader" + model, above);
            assertThat(stuck).as(model).isNotEmpty().allMatch(text -> text.startsWith("I11 at forker waits at "));
            assertThat(stuck)
                    .allMatch(text -> text.contains("reader waits at lockless_pages_from_mm: seq = read_seqcount"));
            assertThat(stuck.stream().anyMatch(text -> text.contains("copy_present_pte: get_page(page)")))
                    .as("inside the page-table lock" + model)
                    .isEqualTo(model.contains("rt"));
            assertThat(blames("v5.11 with seq-preempt-off" + model, above))
                    .as(model)
                    .isNotEmpty()
                    .allMatch(text -> text.endsWith("may sleep while it holds a spinlock"));
        }
    }

    /**
     * Priority inversion: low holds mmap_lock, high sleeps for it, and one between the two polls for high and keeps the CPU from low.
     * On PREEMPT_RT low has high's priority meanwhile, but not as a reader, which munmap has become behind its downgrade.
     */
    @Test
    void shouldInheritPriorities() {
        Scenario mprotect = PlacedScenarios.inversion("mprotect %s read-only");
        assertThat(blames("v5.11 with preempt-full", mprotect))
                .isNotEmpty()
                .allMatch(
                        text -> text.matches(
                                "I11 at low waits at .*; high waits at .*mmap_write_lock.*; middle waits at user: poll until told"));
        assertThat(broken("v5.11 with preempt-rt", mprotect)).isEmpty();

        Scenario munmap = PlacedScenarios.inversion("munmap %s");
        assertThat(broken("v4.19 with preempt-rt", munmap)).isEmpty();
        assertThat(broken("v5.11 with preempt-rt", munmap)).containsExactly("I11");
    }

    /** The flush of the own CPU is enough where the reader has the same one. */
    @Test
    void shouldShareTheTlb() {
        assertThat(broken("v5.11 without wp-clear-flush", PlacedScenarios.zeroes(false)))
                .isNotEmpty();
        assertThat(broken("v5.11 without wp-clear-flush", PlacedScenarios.zeroes(true)))
                .isEmpty();
    }

    /** What another process does on a CPU makes it forget a translation that fork has not flushed. */
    @Test
    void shouldForgetTranslationsWhereTheMmChanges() {
        String kernel = "v5.11 without fork-tlb-flush";
        assertThat(broken(kernel, PlacedScenarios.turns(false, true))).containsExactly("must");
        assertThat(broken(kernel, PlacedScenarios.turns(true, true))).isEmpty();
        assertThat(broken(kernel, PlacedScenarios.turns(true, false))).isEmpty(); // its wait runs there as well
        assertThat(broken("v5.11", PlacedScenarios.turns(true, true))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"v4.8", "v5.7", "v5.11", "v5.19 with preempt-full", "v6.4 with preempt-rt", "v6.12"})
    void shouldBreakNothingThatHolds(String kernel) {
        for (Scenario scenario : PlacedScenarios.all()) {
            boolean races =
                    List.of("v4.8", "v5.7").contains(kernel) && scenario.name().equals("placed-fork");
            if (!races) { // fork took no notice of pins then
                assertThat(broken(kernel, scenario)).as(scenario.name()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "v5.9",
                "v5.11",
                "v5.11 with preempt-full",
                "v5.11 with preempt-rt",
                "v6.12 with preempt-rt",
                "v5.11 with spinning-reader",
                "v5.11 with spinning-reader with preempt-rt",
                "v5.11 without wp-clear-flush"
            })
    void shouldCommuteAndLoseNothing(String kernel) {
        for (Scenario scenario : PlacedScenarios.all()) {
            String what = kernel + " " + scenario.name();
            Diamonds.check(what, new MachineSystem(Kernels.named(kernel), scenario), STATES);
            Exploration all = explore(kernel, scenario, Plan.ALL);
            Exploration reduced = explore(kernel, scenario, Plan.ALL.with(new Reductions(true, true, true, false)));
            assertThat(invariants(reduced)).as(what).isEqualTo(invariants(all));
            assertThat(reduced.reached()).as(what).isEqualTo(all.reached());
        }
    }

    /** Seeds find nothing that an exploration does not. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "v5.9 with preempt-rt",
                "v5.11",
                "v5.11 with spinning-reader with preempt-full",
                "v5.11 without wp-clear-flush with preempt-rt"
            })
    void shouldCoverWhatSeedsDo(String name) {
        Kernel kernel = Kernels.named(name);
        for (Scenario scenario : List.of(
                PlacedScenarios.forkAndPin(true),
                PlacedScenarios.zeroes(true),
                PlacedScenarios.reclaimer(true),
                PlacedScenarios.inversion("mprotect %s read-only"),
                Scenarios.named("rt-reader-preempts-fork"))) {
            String what = name + " " + scenario.name();
            Exploration states = explore(name, scenario, Plan.ALL);
            Set<String> explored = blames(name, scenario);
            Machine machine = Step.machine(kernel, scenario);
            for (String strategy : List.of("random", "pct:3", "urw", "pos")) {
                Scheduler scheduler =
                        Strategy.named(strategy).freeze(kernel, scenario).scheduler(machine);
                for (int seed = 0; seed < SEEDS; seed++) {
                    scheduler.run(seed);
                    assertThat(Sched.goals(machine.s) & ~states.reached() & asked(kernel, scenario))
                            .as(what)
                            .isZero();
                    if (machine.violated >= 0) {
                        assertThat(explored)
                                .as(what + " " + strategy + " " + seed)
                                .contains(Blame.of(
                                                scenario,
                                                machine.violated,
                                                machine.violatedAt,
                                                machine.violatedBy,
                                                machine.violatedPage,
                                                machine.violatedDetail)
                                        .text());
                    }
                }
            }
        }
    }

    private static long asked(Kernel kernel, Scenario scenario) {
        return scenario.goals(kernel).stream().mapToLong(goal -> goal.bit()).reduce(0, (a, b) -> a | b);
    }

    private static Set<String> broken(String kernel, Scenario scenario) {
        Exploration found = explore(kernel, scenario, Plan.ALL);
        long goals = asked(Kernels.named(kernel), scenario);
        if (found.broken().isEmpty()) {
            assertThat(found.reached() & goals).as("goals reached").isEqualTo(goals);
        }
        return invariants(found);
    }

    private static Set<String> blames(String kernel, Scenario scenario) {
        Set<String> texts = new TreeSet<>();
        for (var way : explore(kernel, scenario, Plan.ALL).broken().values()) {
            texts.add(Finding.explored(Kernels.named(kernel), scenario, way.moves())
                    .blame()
                    .text());
        }
        return texts;
    }

    private static Exploration explore(String kernel, Scenario scenario, Plan plan) {
        Exploration found =
                StateSearch.explore(() -> new MachineSystem(Kernels.named(kernel), scenario), 2, Bounds.NONE, plan);
        assertThat(found.ended()).isEqualTo(Ended.COMPLETE);
        return found;
    }

    private static Set<String> invariants(Exploration found) {
        Set<String> ids = new TreeSet<>();
        found.broken()
                .keySet()
                .forEach(failure -> ids.add(MachineSystem.invariant(failure).id()));
        return ids;
    }
}
