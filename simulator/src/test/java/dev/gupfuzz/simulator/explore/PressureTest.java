package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Goal;
import dev.gupfuzz.simulator.scenario.PressureScenarios;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Memory pressure and files, explored: what each kernel breaks, and what it does not. */
class PressureTest {

    private static final String[] ERAS = {"v4.8", "v4.14", "v5.8", "v5.9", "v5.11", "v5.18", "v5.19", "v6.1", "v6.12"};

    @Test
    void shouldFindNothingWhereNobodyPins() {
        for (String kernel : ERAS) {
            shouldBeClean(kernel, PressureScenarios.swapOut());
            shouldBeClean(kernel, PressureScenarios.swapOutShared());
            shouldBeClean(kernel, PressureScenarios.swapOutHeld());
            shouldBeClean(kernel, PressureScenarios.swapOutVsStore());
            shouldBeClean(kernel, PressureScenarios.sharedRoundTrip());
            shouldBeClean(kernel, PressureScenarios.lazyFreeVsStore());
            shouldBeClean(kernel, PressureScenarios.lazyFreeOfASwapEntry());
            shouldBeClean(kernel, PressureScenarios.lazyFreeAndFork());
            shouldBeClean(kernel, PressureScenarios.dontneedOfAHole());
            shouldBeClean(kernel, PressureScenarios.batchOfTheLru());
            shouldBeClean(kernel, PressureScenarios.fileIo());
            shouldBeClean(kernel, PressureScenarios.fileReclaim());
        }
    }

    /** Fork is not to blame for a TLB entry that reclaim has yet to flush. */
    @ParameterizedTest
    @CsvSource({"v5.11", "v6.4", "v6.12"})
    void shouldNotTakeADeferredFlushForForks(String kernel) {
        shouldBeClean(kernel, PressureScenarios.swapOutVsFork());
    }

    /** B9: a page with a pin goes to the swap cache, comes back read-only, and the count of references makes the owner copy it. */
    @ParameterizedTest
    @CsvSource({
        "v4.8,",
        "v5.8,",
        "v5.9-rc4, I1a",
        "v5.9-rc7, I1a",
        "v5.9, I1a",
        "v5.11,",
        "v5.18,",
        "v5.19,",
        "v6.12,",
        "v5.11 without swapout-skips-pinned, I1a"
    })
    void shouldCopyPinnedPagesBehindSwapWhereItDid(String kernel, String expected) {
        assertThat(broken(kernel, PressureScenarios.pinnedSwapOut())).isEqualTo(only(expected));
    }

    /** The look at the pins and the unmapping are two steps: a pin in between is lost until the PTE is cleared before a second look. */
    @ParameterizedTest
    @CsvSource({"v5.8,", "v5.9, I1a", "v5.11, I1a", "v5.14, I1a", "v5.18, I1a", "v5.19,", "v6.1,", "v6.12,"})
    void shouldLosePinsBetweenTheLookAndTheUnmapping(String kernel, String expected) {
        assertThat(broken(kernel, PressureScenarios.pinVsSwapOut())).isEqualTo(only(expected));
    }

    /** B11, where plain references are promised; elsewhere it is a loss that is accepted. */
    @ParameterizedTest
    @CsvSource({"v4.8,", "v5.8,", "v5.9-rc4, I1a", "v5.9, I1a", "v5.11, I1a", "v5.18, I1a", "v5.19,", "v6.12,"})
    void shouldLosePlainReferencesBehindSwapWhereItDid(String kernel, String expected) {
        assertThat(broken(kernel, PressureScenarios.getSwapOut(true))).isEqualTo(only(expected));
        shouldBeClean(kernel, PressureScenarios.getSwapOut(false));
    }

    /**
     * A flush that reclaim has left was forgotten when it came while another was made up for under another page-table lock, until the
     * batches were counted; v4.8 makes up for none.
     */
    @ParameterizedTest
    @CsvSource({
        "v4.8, I13",
        "v4.14, I13",
        "v5.7, I13",
        "v5.11, I13",
        "v5.14, I13",
        "v5.18,",
        "v6.1,",
        "v6.12,",
        "v5.14 with batched-flush-counts,",
        "v5.14 without batched-unmap-flush,",
        "v6.12 without batched-flush-counts, I13"
    })
    void shouldForgetAFlushThatComesDuringAnotherWhereItDid(String kernel, String expected) {
        assertThat(broken(kernel, PressureScenarios.batchDuringAFlush())).isEqualTo(only(expected));
    }

    /** MADV_FREE of v4.8 finds a swap entry and does not know that the TLBs still have the page: what is stored behind it is lost. */
    @ParameterizedTest
    @CsvSource({"v4.8, I13", "v4.14,", "v5.11,", "v5.18,", "v6.12,", "v4.8 without batched-unmap-flush,"})
    void shouldLoseStoresBehindMadvFreeWhereItDid(String kernel, String expected) {
        assertThat(broken(kernel, PressureScenarios.lazyFreeBesideAStore())).isEqualTo(only(expected));
    }

    /** A truncation makes up for what the reclaim of a file's page has left, too. */
    @ParameterizedTest
    @CsvSource({
        "v4.8, I4",
        "v4.14,",
        "v5.11,",
        "v6.12,",
        "v4.8 without batched-unmap-flush,",
        "v6.12 without batched-flush-pending, I4"
    })
    void shouldFlushBeforeATruncationReturnsWhereItDid(String kernel, String expected) {
        assertThat(broken(kernel, PressureScenarios.fileReclaimVsTruncate())).isEqualTo(only(expected));
    }

    /** B24. */
    @ParameterizedTest
    @CsvSource({
        "v4.8 without batched-unmap-flush, I1a",
        "v4.14, I1a",
        "v5.9, I1a",
        "v5.14, I1a",
        "v5.18,",
        "v5.19,",
        "v6.12,",
        "v5.18 without madv-free-count, I1a"
    })
    void shouldDiscardWhatDirectIoReadsIntoWhereItDid(String kernel, String expected) {
        assertThat(broken(kernel, PressureScenarios.lazyFreeVsDirectIo(true))).isEqualTo(only(expected));
    }

    /**
     * A deferred flush is made up for by who clears the page table meanwhile. v4.8 does not, nor does a kernel from which that is
     * taken.
     */
    @ParameterizedTest
    @CsvSource({
        "v4.8, I4",
        "v4.14,",
        "v5.11,",
        "v6.12,",
        "v6.12 without batched-flush-pending, I4",
        "v4.8 without batched-unmap-flush,",
    })
    void shouldMissDeferredFlushesWhereItDid(String kernel, String expected) {
        Set<String> broken = broken(kernel, PressureScenarios.batchedFlushVsMunmap());
        broken.removeIf(what -> what.startsWith("goal") || what.equals("I13"));
        assertThat(broken).isEqualTo(only(expected));
    }

    /** Footprints of the worlds, held against every pair of steps. */
    @Test
    void shouldCommuteWhereTheMachineSaysSo() {
        for (String kernel : new String[] {"v4.8", "v5.18", "v6.12"}) {
            for (Scenario scenario : PressureScenarios.all()) {
                Diamonds.check(kernel + " " + scenario, new MachineSystem(Kernels.named(kernel), scenario), 150);
            }
        }
    }

    private static Set<String> only(String id) {
        return id == null ? Set.of() : Set.of(id);
    }

    private static void shouldBeClean(String kernel, Scenario scenario) {
        assertThat(broken(kernel, scenario)).as("%s, %s", kernel, scenario).isEmpty();
    }

    /** Ids of the invariants that can break; a complete exploration that breaks none has reached the goals. */
    private static Set<String> broken(String kernelName, Scenario scenario) {
        Kernel kernel = Kernels.named(kernelName);
        Exploration found = StateSearch.explore(() -> new MachineSystem(kernel, scenario), 2, Bounds.NONE, Plan.ALL);
        assertThat(found.ended()).isEqualTo(Ended.COMPLETE);
        Set<String> broken = new TreeSet<>();
        found.broken()
                .values()
                .forEach(way -> broken.add(Finding.explored(kernel, scenario, way.moves())
                        .blame()
                        .invariant()
                        .id()));
        for (Goal goal : scenario.goals(kernel)) {
            if (broken.isEmpty() && (found.reached() & goal.bit()) == 0) {
                broken.add("goal " + goal.id());
            }
        }
        return broken;
    }
}
