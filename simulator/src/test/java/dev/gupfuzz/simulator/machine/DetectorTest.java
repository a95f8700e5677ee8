package dev.gupfuzz.simulator.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.Runs;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.scenario.MadeScenarios;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.strategy.Scheduler;
import dev.gupfuzz.simulator.strategy.Strategy;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Each detector by itself: alone in the mask, so that no other one ends the run before it; and over a spoilt state. */
class DetectorTest {

    private static final int SEEDS = 1_500;

    /** The places, as routine.label, at which the one checked invariant broke. */
    private static Set<String> places(Invariant invariant, String kernel, Scenario scenario, String... strategies) {
        Set<String> places = new TreeSet<>();
        Machine m = Step.machine(Kernels.named(kernel), scenario);
        m.checked = invariant.bit();
        for (String strategy : strategies) {
            Scheduler scheduler = Strategy.named(strategy).scheduler(m);
            for (long seed = 1; seed <= SEEDS; seed++) {
                scheduler.run(seed);
                if (m.violated >= 0) {
                    assertThat(Invariant.of(m.violated)).isEqualTo(invariant);
                    places.add(Labels.routine(m.violatedAt) + "." + Labels.name(m.violatedAt));
                }
            }
        }
        return places;
    }

    @Test
    void shouldSeeThePinnedPageLostInTheData() {
        assertThat(places(Invariant.I13, "v5.9-rc4", Scenarios.named("pin-fork-child-exits-write"), "random"))
                .as("the parent loads what it stored to its copy, not what the device stored since")
                .containsExactly("cpu.ACCESS");
        assertThat(places(Invariant.I13, "v5.9-rc4", Scenarios.named("fork-vs-pin-fast"), "random", "pct:3,k=80"))
                .as("the child loads what the device stored after the fork")
                .contains("cpu.ACCESS", "cpu.DATA");
        assertThat(places(Invariant.I13, "v5.9-rc4", Scenarios.named("fork-vs-pin-fast-writer"), "random"))
                .as("the device does not see what another thread stored to the copy")
                .contains("device.DEV_LOAD");
    }

    @Test
    void shouldSeeAChildThatGotWhatTheParentNeverHad() {
        assertThat(places(Invariant.I12, "v5.9-rc4", MadeScenarios.pinAndTwoForksInARow(), "random"))
                .containsExactly("dup_mmap.MMAP_UNLOCK");
        assertThat(places(Invariant.I12, "v5.11", MadeScenarios.pinAndTwoForksInARow(), "random"))
                .isEmpty();
    }

    @Test
    void shouldSeeTheDataConsequenceOfAStaleTlb() {
        String kernel = "v5.11 without fork-mmap-write-lock without fork-tlb-flush";
        assertThat(places(Invariant.I13, kernel, Scenarios.named("fork-vs-write"), "pct:3,k=80"))
                .containsAnyOf("cpu.ACCESS", "cpu.DATA");
    }

    @Test
    void shouldSeeSharingThatTheReturningPinFinds() {
        assertThat(places(Invariant.I1B, "v5.9", Scenarios.named("fork-vs-pin-fast"), "random"))
                .containsExactlyInAnyOrder("copy_present_pte.SET_PTE", "lockless_pages_from_mm.IRQ_RESTORE");
    }

    @Test
    void shouldNotPromisePrivacyBeforeTheEarlyCopy() {
        assertThat(places(Invariant.I1B, "v5.9-rc4", Scenarios.named("fork-vs-pin-fast"), "random"))
                .isEmpty();
        assertThat(places(Invariant.I1A, "v5.9-rc4", Scenarios.named("fork-vs-pin-fast"), "random"))
                .containsExactly("wp_page_copy.CLEAR");
    }

    @Test
    void shouldCheckNothingThatIsNotInTheMask() {
        for (Invariant invariant : EnumSet.complementOf(EnumSet.of(Invariant.I1A, Invariant.I13))) {
            assertThat(places(invariant, "v5.9-rc4", Scenarios.named("pin-fork-child-exits-write"), "random"))
                    .isEmpty();
        }
    }

    @Test
    void shouldFindEveryCountThatDoesNotAddUpAtTheEnd() {
        for (Scenario scenario : Scenarios.races()) {
            Machine sound = finished(scenario);
            sound.finish();
            assertThat(sound.violated).isNegative();
            int frames = sound.s[sound.layout.allocBase + 1];
            for (int pfn = 1; pfn < frames; pfn++) {
                for (int field : new int[] {Layout.REFCOUNT, Layout.MAPCOUNT, Layout.FLAGS}) {
                    int word = sound.layout.page(pfn) + field;
                    assertThat(spoilt(scenario, m -> m.s[word] ^= 1)).isEqualTo(Invariant.I5);
                }
            }
        }
    }

    @Test
    void shouldFindAPageTablePageThatNobodyFreed() {
        Scenario scenario = Scenarios.named("faults-in-a-new-table");
        Machine sound = finished(scenario);
        sound.finish();
        assertThat(sound.violated).isNegative();
        int pages = sound.layout.pmd(0) + Layout.PTE_PAGES;
        assertThat(sound.s[pages]).isOne(); // the other region's
        assertThat(spoilt(scenario, m -> m.s[pages]++)).isEqualTo(Invariant.I5);
        assertThat(spoilt(scenario, m -> m.s[m.layout.table(0, 0) + Layout.PMD] = 0))
                .isEqualTo(Invariant.I5);
    }

    @Test
    void shouldFindASequenceThatIsOddAtTheEnd() {
        for (Scenario scenario : Scenarios.races()) {
            for (int mm = 0; mm < scenario.world().processes.size(); mm++) {
                int process = mm;
                assertThat(spoilt(scenario, m -> m.s[m.layout.mm(process) + Layout.SEQ] |= 1))
                        .isEqualTo(Invariant.I9);
            }
        }
    }

    @Test
    void shouldFindAThreadThatNobodyLetsGoOn() {
        assertThat(spoilt(Scenarios.named("fork-vs-write"), m -> m.s[m.frame(1) + Frame.PC] = Pc.ON_PTL))
                .isEqualTo(Invariant.I11);
    }

    /** The end of a clean run of v5.11. */
    private static Machine finished(Scenario scenario) {
        Machine m = Step.machine(Kernels.named("v5.11"), scenario);
        Strategy.named("random").scheduler(m).run(1);
        assertThat(m.violated).isNegative();
        return m;
    }

    private static Invariant spoilt(Scenario scenario, Consumer<Machine> spoil) {
        Machine m = finished(scenario);
        spoil.accept(m);
        m.finish();
        assertThat(m.violated).as("%s, spoilt", scenario).isNotNegative();
        return Invariant.of(m.violated);
    }

    @Test
    void shouldLeaveEveryGoalReachableOnEveryKernel() {
        for (String kernel : Kernels.names()) {
            for (Scenario scenario : Scenarios.races()) {
                Set<String> unreached = new TreeSet<>();
                scenario.goals(Kernels.named(kernel)).forEach(goal -> unreached.add(goal.id()));
                for (String strategy : List.of("random", "pct:3")) {
                    var tally = Runs.sample(Runs.cell(Kernels.named(kernel), scenario, strategy), 4_000);
                    unreached.retainAll(Runs.unreached(tally));
                }
                assertThat(unreached).as("%s, %s", kernel, scenario).isEmpty();
            }
        }
    }
}
