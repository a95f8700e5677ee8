package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.scenario.ForkScenarios;
import dev.gupfuzz.simulator.scenario.Goal;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What fork does in each generation, explored to the end: which promises break on which kernels. */
class ForkTest {

    static List<String> kernels() {
        return Kernels.names();
    }

    private static final int ALL = -1;

    static String broken(String kernelName, Scenario scenario) {
        return broken(kernelName, scenario, ALL);
    }

    /** Ids of the invariants of a mask that some schedule breaks; where none does, every goal was reached. */
    private static String broken(String kernelName, Scenario scenario, int checked) {
        Kernel kernel = Kernels.named(kernelName);
        Set<String> broken = new ConcurrentSkipListSet<>();
        Exploration found = explore(kernel, scenario, checked, broken);
        if (broken.isEmpty()) {
            for (Goal goal : scenario.goals(kernel)) {
                assertThat(found.reached() & goal.bit())
                        .as("%s, %s", kernelName, goal)
                        .isNotZero();
            }
        }
        return String.join("+", broken);
    }

    /** Ids of the invariants that some schedule breaks, whichever goals are reached. */
    static String brokenWhateverIsReached(String kernel, Scenario scenario) {
        Set<String> broken = new ConcurrentSkipListSet<>();
        explore(Kernels.named(kernel), scenario, ALL, broken);
        return String.join("+", broken);
    }

    private static Exploration explore(Kernel kernel, Scenario scenario, int checked, Set<String> broken) {
        Exploration found = StateSearch.explore(
                () -> new Broken(new MachineSystem(kernel, scenario), checked, broken), 2, Bounds.NONE, Plan.ALL);
        assertThat(found.ended()).isEqualTo(Ended.COMPLETE);
        assertThat(found.broken().isEmpty()).isEqualTo(broken.isEmpty());
        return found;
    }

    /** Notes what breaks. */
    private static final class Broken extends Delegate {
        private final Machine m;
        private final Set<String> broken;

        Broken(MachineSystem system, int checked, Set<String> broken) {
            super(system);
            this.m = system.machine();
            this.broken = broken;
            m.checked = checked;
        }

        @Override
        public long broken() {
            if (m.violated >= 0) {
                broken.add(Invariant.of(m.violated).id());
            }
            return super.broken();
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void shouldCopyEveryKindOfVmaAndEntry(String kernel) {
        assertThat(broken(kernel, ForkScenarios.swapped())).isEmpty();
        assertThat(broken(kernel, ForkScenarios.kinds())).isEmpty();
        assertThat(broken(kernel, ForkScenarios.freshPage())).isEmpty();
        assertThat(broken(kernel, ForkScenarios.swappedAndUsed())).isEmpty();
    }

    /** The child's VMAs are linked to where rmap walks find them before their PTEs are copied: its page-table lock has two takers. */
    @ParameterizedTest
    @MethodSource("kernels")
    void shouldCopyBesideRmapWalks(String kernel) {
        assertThat(broken(kernel, ForkScenarios.reclaimDuringFork())).isEmpty();
        assertThat(broken(kernel, ForkScenarios.writebackDuringFork())).isEmpty();
    }

    /** What the child has is what the parent had, also where others are at work on it. */
    @ParameterizedTest
    @ValueSource(strings = {"v4.8", "v5.11", "v6.12"})
    void shouldGiveTheChildWhatItsParentHad(String kernel) {
        assertThat(broken(kernel, ForkScenarios.swapInDuringFork())).isEmpty();
        assertThat(broken(kernel, ForkScenarios.truncateDuringFork(false))).isEmpty();
        assertThat(broken(kernel, ForkScenarios.truncateDuringFork(true))).isEmpty();
    }

    /** A page that was allocated for one address and used for another is still accounted for. */
    @ParameterizedTest
    @ValueSource(strings = {"v5.9-rc7", "v5.9", "v5.11", "v6.12"})
    void shouldUseAPageForAnotherAddressThanItWasAllocatedFor(String kernel) {
        assertThat(broken(kernel, ForkScenarios.preallocForAnother())).isEmpty();
    }

    /** MADV_FREE lets the child see a zero as well, until its next store. */
    @ParameterizedTest
    @ValueSource(strings = {"v4.14", "v5.11", "v5.18", "v6.12"})
    void shouldLetAChildFindZeroesWhereItsParentSaidMadvFree(String kernel) {
        assertThat(broken(kernel, ForkScenarios.lazyFreeInherited())).isEmpty();
    }

    /** Before fork looked for pins, a parent's store left a page that the child still had; v5.9 has the race of the sequence. */
    @ParameterizedTest
    @MethodSource("kernels")
    void shouldHaveTheRaceOfForkAgainstPinFastWhereItWas(String kernel) {
        String expected = before(kernel, "v5.9-rc7") ? "I1a" : kernel.equals("v5.9") ? "I1b" : "";
        assertThat(broken(kernel, Scenarios.named("fork-vs-pin-fast"))).isEqualTo(expected);
    }

    /** With the child gone, only counting references made the parent leave its own pinned page. */
    @ParameterizedTest
    @MethodSource("kernels")
    void shouldBreakThePinOfAParentThatForkedOnlyWhereReferencesCount(String kernel) {
        assertThat(broken(kernel, Scenarios.named("pin-fork-child-exits-write")))
                .isEqualTo(kernel.equals("v5.9-rc4") ? "I1a" : "");
    }

    /** An early copy of a file's page is an anonymous page in a VMA without an anon_vma. */
    @ParameterizedTest
    @MethodSource("kernels")
    void shouldCopyPinnedFilePagesOnlyBeforeTheExclusiveMark(String kernel) {
        boolean copies = !before(kernel, "v5.9-rc7") && before(kernel, "v5.19");
        assertThat(broken(kernel, ForkScenarios.pinnedFilePage())).isEqualTo(copies ? "I5" : "");
    }

    /** v5.9-rc7 stores the PTE back that it read before the hardware set its dirty bit. */
    @ParameterizedTest
    @MethodSource("kernels")
    void shouldLoseADirtyBitOnlyWhereThePteIsRestored(String kernel) {
        assertThat(broken(kernel, ForkScenarios.cleanPage(false))).isEqualTo(kernel.equals("v5.9-rc7") ? "I10" : "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"v5.11 with fork-restores-pte", "v5.11 with fork-wrprotect-first with fork-restores-pte"})
    void shouldLoseADirtyBitByRestoringThePteInLaterKernels(String kernel) {
        assertThat(broken(kernel, ForkScenarios.cleanPage(false))).isEqualTo("I10");
    }

    /** What the lost bit costs: reclaim discards the page with the store in it. */
    @Test
    void shouldLoseTheStoreWithTheDirtyBit() {
        int data = Invariant.I13.bit();
        assertThat(broken("v5.9-rc7", ForkScenarios.cleanPage(true), data)).isEqualTo("I13");
        assertThat(broken("v5.9", ForkScenarios.cleanPage(true), data)).isEmpty();
    }

    /** v6.4 faults under locks of VMAs that its fork does not take. */
    @ParameterizedTest
    @MethodSource("kernels")
    void shouldLoseAStoreToAFaultThatForkDoesNotHoldBack(String kernel) {
        assertThat(broken(kernel, ForkScenarios.twoWriters())).isEqualTo(kernel.equals("v6.4") ? "I4" : "");
    }

    private static boolean before(String kernel, String other) {
        return kernels().indexOf(kernel) < kernels().indexOf(other);
    }

    /** Designs that were not taken, and safeguards taken out: what breaks, by which reasoning. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            v5.11 without seq-end                           | fork-vs-pin-fast           | I9
            # the page table of the child is allocated in the section, and the allocation may sleep
            v5.11 with seq-preempt-off                      | fork-vs-pin-fast           | I11
            v5.11 without eagain-drops-ptl                  | fork-vs-pin-fast           | I11
            # every PTE is looked at again behind the page-table lock, in a section of its own
            v5.11 with seq-under-ptl                        | fork-vs-pin-fast           | ''
            v5.11 with seq-under-ptl                        | fork-vs-pin-fast:has-pinned=1 | ''
            v5.11 with seq-under-ptl                        | fork-vs-pin-fast:pages=2   | ''
            # fork's own reference makes at most one more page look pinned
            v5.11 with pinned-after-get                     | fork-vs-pin-fast           | ''
            v5.11 with pinned-after-get                     | pin-fork-child-exits-write | ''
            # a filter only
            v5.11 without has-pinned                        | fork-vs-pin-fast           | ''
            v5.11 without has-pinned                        | pin-fork-child-exits-write | ''
            v5.9-rc7 without has-pinned                     | fork-vs-pin-fast           | ''
            v5.11 without early-copy                        | pin-fork-child-exits-write | I1b
            # the parent's PTE stays read-only, and its next store leaves the pinned page
            v5.9-rc7 without fork-restores-pte              | pin-fork-child-exits-write | I1a
            # the order of v5.9, with the race of v5.9
            v5.9-rc7 without fork-wrprotect-first           | fork-vs-pin-fast           | I1b
            v5.9 with fork-wrprotect-first with fork-restores-pte | fork-vs-pin-fast     | ''
            v5.9 with fork-wrprotect-first                  | fork-vs-pin-fast           | I1a
            """)
    void shouldSettleTheDesignsThatWereNotTaken(String kernel, String scenario, String expected) {
        assertThat(broken(kernel, Scenarios.named(scenario))).isEqualTo(expected);
    }

    /** anon_vma_fork() found nothing to copy, and a fault gave the VMA an anon_vma before the walk asked for one. */
    @Test
    void shouldMapAPageThatRmapCannotFindWithoutTheWriteLock() {
        assertThat(broken("v5.11 without fork-mmap-write-lock", ForkScenarios.freshPage()))
                .isEqualTo("I5");
    }

    /** Two threads store while their process forks: one copies the page before fork's flush, the other has it in its TLB. */
    @ParameterizedTest
    @CsvSource({
        "v5.11 without fork-mmap-write-lock, I4",
        "v6.12 without fork-vma-lock, I4",
        "v5.11 without fork-tlb-flush, I4",
        "v5.11 without fork-wrprotect, I2"
    })
    void shouldLoseAStoreThroughAStaleTlb(String kernel, String expected) {
        assertThat(broken(kernel, ForkScenarios.twoWriters())).isEqualTo(expected);
    }

    /** With two writers of the sequence an increment is lost, and it is even while both walk: what it was there for breaks. */
    @Test
    void shouldLetAPinThroughWhenTheSequenceLosesAnIncrement() {
        int pins = Invariant.I1A.bit() | Invariant.I1B.bit();
        Scenario twoForks = ForkScenarios.twoForks();
        assertThat(broken("v5.11", twoForks, pins)).isEmpty();
        assertThat(broken("v5.11 without fork-mmap-write-lock", twoForks, pins)).contains("I1b");
    }

    /** The child's sequence is the parent's in the middle of another fork. */
    @Test
    void shouldInheritAnOddSequenceFromAnotherFork() {
        assertThat(broken("v5.11 without seq-init", ForkScenarios.twoForks())).isEqualTo("I9");
    }
}
