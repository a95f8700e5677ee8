package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.scenario.NotifierScenarios;
import dev.gupfuzz.simulator.scenario.Scenario;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who takes rights from a page table tells the secondary MMU that follows it: explored, with every telling and without each. */
@Tag("one-jdk")
class NotifierTest {

    private static final int STATES = 400;

    static List<String> kernels() {
        return Kernels.names();
    }

    /** Both ways in which a fault finds that it must give up are among the goals of the munmap. */
    @ParameterizedTest
    @MethodSource("kernels")
    void shouldBreakNothingWhereEverybodyTells(String kernel) {
        for (String world : List.of(
                "fork-and-guest",
                "munmap-vs-secondary-mmu",
                "mprotect-vs-secondary-mmu",
                "numa-and-guest",
                "mremap-and-guest",
                "clear-refs-and-guest",
                "swap-out-vs-secondary-mmu",
                "truncate-and-guest")) {
            assertThat(ForkTest.broken(kernel, world(world))).as(world).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v4.14", "v5.9", "v6.12"})
    void shouldBreakNothingInLargerWorlds(String kernel) {
        for (String world : List.of(
                "fork-vs-secondary-mmu",
                "cow-vs-secondary-mmu",
                "dontneed-and-guest",
                "madv-free-vs-secondary-mmu",
                "writeback-and-guest",
                "munmap-and-two-guests")) {
            assertThat(ForkTest.broken(kernel, world(world))).as(world).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v5.11", "v5.14", "v6.4", "v6.12"})
    void shouldTellOfUserfaultfd(String kernel) {
        assertThat(ForkTest.broken(kernel, world("uffd-and-guest"))).isEmpty();
    }

    /** The start may sleep, and the write side of the sequence is not to be held then. */
    @ParameterizedTest
    @MethodSource("kernels")
    void shouldTellAroundTheWriteSection(String kernel) {
        Machine m = Step.machine(Kernels.named(kernel), world("fork-and-guest"));
        int forker = m.scenario.threads().indexOf("forker");
        List<String> steps = new ArrayList<>();
        while ((m.s[Sched.ENABLED] >> forker & 1) != 0) {
            Step.take(m, forker);
            int label = Pc.label(m.s[Sched.STEPPING]);
            steps.add(Labels.routine(label) + "." + Labels.name(label));
        }
        List<String> expected = new ArrayList<>(List.of("invalidate_range_start.DROP", "invalidate_range_end.COUNT"));
        if (Kernels.named(kernel).has(Rule.WRITE_PROTECT_SEQ)) {
            expected.add(1, "copy_page_range.SEQ_BEGIN_STORE");
            expected.add(2, "copy_page_range.SEQ_END_STORE");
        }
        assertThat(steps).containsSubsequence(expected);
        assertThat(steps.subList(steps.indexOf(expected.get(0)), steps.indexOf("invalidate_range_end.LOCK")))
                .anyMatch(step -> step.startsWith("copy_pte_range."));
        assertThat(steps.subList(0, steps.indexOf(expected.get(0))))
                .noneMatch(step -> step.startsWith("copy_pte_range.") || step.contains(".SEQ_"));
    }

    /**
     * v4.8 tells only behind the page-table lock, when reclaim has looked whether the page is dirty, and what a guest's entry would say of it
     * comes too late: a MADV_FREE page is discarded with what the guest stored. I5 is that of GUP-fast's get_page() against a deferred flush.
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            v4.8                             | I10+I13+I5
            v4.8 without batched-unmap-flush | I10+I13
            v4.8 with rmap-notifies-around without batched-unmap-flush | -
            v4.14                            | -
            v4.14 without rmap-notifies-around | I10+I13
            """)
    void shouldLoseWhatAGuestStoredToAPageThatWasFreedLazily(String kernel, String broken) {
        assertThat(ForkTest.brokenWhateverIsReached(kernel, world("madv-free-vs-secondary-mmu")))
                .isEqualTo(broken.equals("-") ? "" : broken);
    }

    /**
     * By reasoning from the source. I4 is an entry that grants what the page table has taken back as mmap_lock is released for writing, or an
     * access to a page that was freed; I13 a load that sees what it must not: through an entry that was installed later, since a fault
     * that nobody told does not give up. In v6.4 fork does not lock the VMAs, and what is stale then is not judged; clear_refs holds mmap_lock
     * for write from v5.11 on. I10 is a store between the write-out and the drop of a page. NUMA balancing takes no page away, so that
     * nothing is lost when it tells nobody; nor does userfaultfd, whose monitor misses a store.
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            fork-and-guest            | fork-notifies    | I13+I4 | v4.8 v5.11 v6.2 v6.12
            fork-and-guest            | fork-notifies    | I13    | v6.4
            cow-vs-secondary-mmu      | wp-copy-notifies | I13    | v5.11
            munmap-vs-secondary-mmu   | zap-notifies     | I4     | v4.8 v5.11 v6.12
            dontneed-and-guest        | zap-notifies     | I4     | v4.8 v5.11 v6.12
            mremap-and-guest          | zap-notifies     | I4     | v4.8 v5.11 v6.12
            truncate-and-guest        | zap-notifies     | I4     | v4.8 v5.11 v6.12
            mprotect-vs-secondary-mmu | protect-notifies | I4     | v4.8 v5.11 v6.12
            clear-refs-and-guest      | protect-notifies | I4     | v5.11 v6.2
            clear-refs-and-guest      | protect-notifies | -      | v4.8 v5.9 v6.4
            numa-and-guest            | protect-notifies | -      | v4.8 v5.11 v6.12
            uffd-and-guest            | protect-notifies | -      | v5.11 v6.12
            swap-out-vs-secondary-mmu | rmap-notifies    | I10+I4 | v4.8 v5.11 v6.12
            writeback-and-guest       | rmap-notifies    | I10+I4 | v4.8 v5.11 v6.12
            fork-and-guest            | notifier-retry   | I13+I4 | v4.8 v5.11 v6.12
            cow-vs-secondary-mmu      | notifier-retry   | I13+I4 | v5.11
            munmap-vs-secondary-mmu   | notifier-retry   | I4     | v4.8 v5.11 v6.12
            """)
    void shouldNeedEveryTelling(String world, String removed, String broken, String kernels) {
        for (String kernel : kernels.split(" ")) {
            assertThat(ForkTest.brokenWhateverIsReached(kernel + " without " + removed, world(world)))
                    .as(kernel)
                    .isEqualTo(broken.equals("-") ? "" : broken);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v4.8", "v5.11", "v6.12", "v5.11 without notifier-retry", "v5.11 without ipi-tlb-flush"})
    void shouldCommuteWhereTheMachineSaysSo(String kernel) {
        for (Scenario scenario : NotifierScenarios.all()) {
            if (!kernel.equals("v4.8") || !scenario.name().startsWith("uffd")) {
                Diamonds.check(kernel + " " + scenario, new MachineSystem(Kernels.named(kernel), scenario), STATES);
            }
        }
        assertThat(NotifierScenarios.all()).isNotEmpty();
    }

    private static Scenario world(String name) {
        return NotifierScenarios.all().stream()
                .filter(scenario -> scenario.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
