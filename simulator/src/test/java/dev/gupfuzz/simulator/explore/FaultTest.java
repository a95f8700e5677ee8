package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.scenario.FaultScenarios;
import dev.gupfuzz.simulator.scenario.ForkScenarios;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What page faults break on which kernels, explored to the end: the bugs of their history, where they were and where they were not. */
class FaultTest {

    static List<String> kernels() {
        return Kernels.names();
    }

    private static Exploration explore(Kernel kernel, Scenario scenario) {
        Exploration found = StateSearch.explore(() -> new MachineSystem(kernel, scenario), 2, Bounds.NONE, Plan.ALL);
        assertThat(found.ended()).isEqualTo(Ended.COMPLETE);
        return found;
    }

    /** Ids of the invariants that some schedule breaks. */
    private static String broken(String kernelName, Scenario scenario) {
        Kernel kernel = Kernels.named(kernelName);
        Set<String> broken = new TreeSet<>();
        explore(kernel, scenario)
                .broken()
                .values()
                .forEach(way -> broken.add(Finding.explored(kernel, scenario, way.moves())
                        .blame()
                        .invariant()
                        .id()));
        return String.join("+", broken);
    }

    private static boolean accepts(Kernel kernel, Scenario scenario) {
        Exploration found = explore(kernel, scenario);
        assertThat(found.broken()).as(kernel.toString()).isEmpty();
        return (found.reached() & GoalPoint.ACCEPTED_LOSS.bit()) != 0;
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void shouldFaultInWhatIsElsewhere(String kernel) {
        assertThat(broken(kernel, FaultScenarios.swapIn(false))).isEmpty();
        assertThat(broken(kernel, FaultScenarios.swapIn(true))).isEmpty();
        assertThat(broken(kernel, FaultScenarios.swapInShared(false))).isEmpty();
        assertThat(broken(kernel, FaultScenarios.privateFile())).isEmpty();
        assertThat(broken(kernel, FaultScenarios.sharedFile(false))).isEmpty();
        assertThat(broken(kernel, FaultScenarios.sharedFile(true))).isEmpty();
        assertThat(broken(kernel, FaultScenarios.numa())).isEmpty();
        if (Kernels.named(kernel).has(Rule.UFFD_MINOR)) {
            assertThat(broken(kernel, FaultScenarios.uffdMinor())).isEmpty();
        }
    }

    /** do_numa_page() gives a shared mapping the rights of its VMA back: no write fault follows. */
    @ParameterizedTest
    @MethodSource("kernels")
    void shouldStoreToSharedMemoryBehindAHint(String kernelName) {
        Exploration found = explore(Kernels.named(kernelName), FaultScenarios.sharedNuma());
        assertThat(found.broken()).isEmpty();
        assertThat(found.reached() & GoalPoint.COW_REUSE.bit()).isZero();
    }

    /** The hint is taken first, also where GUP breaks COW of a mapping that may not be written (v5.8). */
    @ParameterizedTest
    @MethodSource("kernels")
    void shouldTakeTheHintOfAReadOnlyMapping(String kernelName) {
        Kernel kernel = Kernels.named(kernelName);
        Exploration found = StateSearch.explore(
                () -> new MachineSystem(kernel, FaultScenarios.hintedReadOnly()),
                1,
                Bounds.NONE,
                Plan.ALL.withEndings());
        assertThat(found.broken()).isEmpty();
        assertThat(found.endings().kind()).isEqualTo(Endings.Kind.ALL);
    }

    /** Mappings and swap entries are enough to tell whose the page is where the entry's own mark is kept beside. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "v5.18 without swapin-page-count",
                "v5.19 without swapin-page-count",
                "v6.12 without swapin-page-count",
                "v6.12 without swapin-page-count without swp-exclusive"
            })
    void shouldSwapInWhatOneProcessHasByItsMappings(String kernel) {
        assertThat(broken(kernel, FaultScenarios.storedWhileReferenced())).isEmpty();
    }

    /** With its mark, a page comes back exclusive to a read fault, too. */
    @ParameterizedTest
    @ValueSource(strings = {"v5.19 without swapin-page-count", "v6.12 without swapin-page-count"})
    void shouldKeepTheMarkOfASwapEntryWhateverElseIsCounted(String kernel) {
        assertThat(broken(kernel, FaultScenarios.referencedAndSwapped())).isEmpty();
    }

    /** CVE-2020-29374: 17839856fd58 closed it for every page, 09854ba94c6a opened it again for what comes from swap, until c145e0b47c77. */
    @ParameterizedTest
    @CsvSource({
        "v4.8, I2, I2",
        "v4.14, I2, I2",
        "v4.19, I2, I2",
        "v5.7, I2, I2",
        "v5.8, '', ''",
        "v5.9-rc4, '', I2",
        "v5.9-rc7, '', I2",
        "v5.9, '', I2",
        "v5.11, '', I2",
        "v5.12, '', I2",
        "v5.14, '', I2",
        "v5.18, '', ''",
        "v5.19, '', ''",
        "v6.1, '', ''",
        "v6.2, '', ''",
        "v6.4, '', ''",
        "v6.12, '', ''",
    })
    void shouldTellTheChildASecretWhereMappingsWereCounted(String kernel, String written, String swapped) {
        assertThat(broken(kernel, FaultScenarios.secret(false))).isEqualTo(written);
        assertThat(broken(kernel, FaultScenarios.secret(true))).isEqualTo(swapped);
    }

    /** Counting references copies what its owner alone maps, until PG_anon_exclusive and its mark in swap entries. */
    @ParameterizedTest
    @MethodSource("kernels")
    void shouldCopyAwayFromReferencesWhereTheyAreCounted(String kernelName) {
        Kernel kernel = Kernels.named(kernelName);
        boolean counts = kernel.has(Rule.WP_PAGE_COUNT) && !kernel.has(Rule.WP_REUSE_EXCLUSIVE);
        assertThat(broken(kernelName, FaultScenarios.pinnedAndProtected())).isEqualTo(counts ? "I1a" : "");
        assertThat(broken(kernelName, FaultScenarios.referencedAndSwapped())).isEqualTo(counts ? "I1a" : "");
    }

    /** 84209e87c696 unshares the zeropage and pages of files for long-term pins; v5.8 broke COW for any reader. */
    @ParameterizedTest
    @MethodSource("kernels")
    void shouldKeepReadPinsWhereTheyAreUnshared(String kernelName) {
        Kernel kernel = Kernels.named(kernelName);
        boolean breaks = kernelName.equals("v5.8");
        boolean longterm = breaks || kernel.has(Rule.LONGTERM_UNSHARE);
        assertThat(accepts(kernel, FaultScenarios.pinnedZeropage())).isEqualTo(!longterm);
        assertThat(accepts(kernel, FaultScenarios.pinnedFilePage())).isEqualTo(!longterm);
        assertThat(accepts(kernel, FaultScenarios.pinnedSharedPage()))
                .isEqualTo(!breaks && !kernel.has(Rule.GUP_UNSHARE));
    }

    /** A slot that zram forgot is read around the swap cache: two threads of one process until e914d8f00391, two processes until 5df373e95689. */
    @ParameterizedTest
    @MethodSource("kernels")
    void shouldReadZeroesFromAForgottenSlotUntilItsFix(String kernelName) {
        Kernel kernel = Kernels.named(kernelName);
        boolean skips = kernel.has(Rule.SWAP_SKIPS_CACHE);
        assertThat(broken(kernelName, FaultScenarios.forgottenSlot()))
                .isEqualTo(skips && kernel.has(Rule.SWAP_SLOT_FREE_NOTIFY) ? "I13" : "");
        assertThat(broken(kernelName, FaultScenarios.swapInShared(true)))
                .isEqualTo(kernelName.equals("v4.19") ? "I13" : "");
    }

    /** A slot that is read around the swap cache may be freed and used again for the page's next contents meanwhile, until 13ddaf26be32. */
    @ParameterizedTest
    @CsvSource({
        "v4.8, ''",
        "v4.14, ''",
        "v4.19, I13",
        "v5.7, I13",
        "v5.9, I13",
        "v5.14, I13",
        "v5.18, I13",
        "v5.19, I13",
        "v6.4, I13",
        "v6.4 without swap-skips-cache, ''",
        "v6.12, ''",
        "v6.12 without swapin-prepare, I13",
    })
    void shouldMapOldContentsOfASlotThatIsUsedAgainUntilItsFix(String kernel, String expected) {
        assertThat(broken(kernel, FaultScenarios.slotUsedAgain())).isEqualTo(expected);
    }

    /** userfaultfd's late flush loses a store where the fault copies, until 6ce64428d620. */
    @ParameterizedTest
    @CsvSource({
        "v5.7, ''",
        "v5.8, ''",
        "v5.9-rc4, I4",
        "v5.11, I4",
        "v5.12, ''",
        "v5.19, ''",
        "v6.12, ''",
    })
    void shouldLoseAStoreToALateFlushUntilItsFix(String kernel, String expected) {
        assertThat(broken(kernel, FaultScenarios.protectedLate())).isEqualTo(expected);
    }

    /** Faults under per-VMA locks ran beside fork until fb49c455323f. */
    @ParameterizedTest
    @CsvSource({"v5.14, ''", "v6.4, I4", "v6.12, ''", "v6.12 without fork-vma-lock, I4"})
    void shouldFaultBesideForkUntilItLockedTheVma(String kernel, String expected) {
        assertThat(broken(kernel, FaultScenarios.besideFork())).isEqualTo(expected);
    }

    /** A VMA gets its anon_vma under mmap_lock alone, which fork holds: without the VMA's lock, too. */
    @ParameterizedTest
    @CsvSource({"v6.12, ''", "v6.12 without fork-vma-lock, ''", "v5.11 without fork-mmap-write-lock, I5"})
    void shouldWaitForForkBeforeAVmaGetsItsAnonVma(String kernel, String expected) {
        assertThat(broken(kernel, ForkScenarios.freshPage())).isEqualTo(expected);
    }

    /** References of LRU batches copy what need not be copied; nobody may complain. */
    @ParameterizedTest
    @MethodSource("kernels")
    void shouldAllowCopiesThatWereNotNeeded(String kernel) {
        assertThat(broken(kernel, FaultScenarios.batchedPage())).isEmpty();
        assertThat(broken(kernel, FaultScenarios.batchedSwapIn())).isEmpty();
        assertThat(broken(kernel, Scenarios.named("cow-vs-reader"))).isEmpty();
    }

    /** Nobody asks who else has the page. */
    @ParameterizedTest
    @ValueSource(strings = {"v5.11 without wp-sole-user", "v5.7 without wp-sole-user"})
    void shouldShareAPageThatIsReusedWithoutAsking(String kernel) {
        assertThat(broken(kernel, Scenarios.named("fork-vs-write"))).contains("I2");
    }

    /** Without its mark taken away, a page is exclusive behind a swap entry. */
    @ParameterizedTest
    @CsvSource({"v5.19 without swapout-share, I3", "v6.12 without swapout-share, I3"})
    void shouldFindAMarkedPageBehindASwapEntry(String kernel, String expected) {
        assertThat(broken(kernel, FaultScenarios.referencedAndSwapped())).contains(expected);
    }
}
