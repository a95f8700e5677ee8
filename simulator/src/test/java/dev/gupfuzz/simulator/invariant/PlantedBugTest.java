package dev.gupfuzz.simulator.invariant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.Runs;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.ForkScenarios;
import dev.gupfuzz.simulator.scenario.GupScenarios;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.search.Blame;
import dev.gupfuzz.simulator.search.Tally;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every invariant has a planted bug that it must catch, at the step that breaks the promise; the kernel with the safeguard
 * back in place runs the same seeds clean and sees the scenario's goals.
 */
class PlantedBugTest {

    private static final int SEEDS = 20_000;

    private static final String SET_PTE = "copy_present_pte: set_pte_at(dst_mm, addr, dst_pte, pte)";
    private static final String COW_CLEAR = "wp_page_copy: ptep_clear_flush(): ptep_get_and_clear()";
    private static final String COW_SET = "wp_page_copy: set_pte_at_notify(..., vmf->pte, entry)";
    private static final String FORK_UNLOCK = "dup_mmap: mmap_write_unlock(oldmm)";
    private static final String SLOW_DONE = "__get_user_pages_locked: mmap_read_unlock(mm)";

    /** {@code removed} are the safeguards taken from the kernel, behind a plus rules put in; {@code where} is a place that must be blamed. */
    record Plant(Invariant invariant, String kernel, String removed, Scenario scenario, String strategy, String where) {

        @Override
        public String toString() {
            return invariant.id() + " by removing " + removed + " from " + kernel + " in " + scenario;
        }
    }

    static List<Plant> plants() {
        return List.of(
                plant(Invariant.I1B, "early-copy", "fork-vs-pin-fast", "random", "forker, " + SET_PTE),
                plant(Invariant.I1B, "early-copy", "pin-fork-child-exits-write", "random", "parent, " + SET_PTE),
                plant(Invariant.I1A, "wp-pte-recheck", "fork-vs-pin-fast-writer", "pct:3", "writer, " + COW_CLEAR),
                plant(Invariant.I1B, "write-protect-seq", "fork-vs-pin-fast", "random", "forker, " + SET_PTE),
                plant(
                        Invariant.I1B,
                        "write-protect-seq",
                        "fork-vs-pin-fast",
                        "random",
                        "pinner, lockless_pages_from_mm: local_irq_restore(flags)"),
                plant(Invariant.I1B, "seq-odd-check", "fork-vs-pin-fast", "pct:3", "forker, " + SET_PTE),
                plant(
                        Invariant.I1B,
                        "seq-odd-check",
                        "fork-vs-pin-fast",
                        "random",
                        "pinner, lockless_pages_from_mm: read_seqcount_retry(&mm->write_protect_seq, seq)"),
                plant(Invariant.I1B, "seq-retry-check", "fork-vs-pin-fast", "pct:3", "forker, " + SET_PTE),
                plant(
                        Invariant.I1B,
                        "fast-gup-has-pinned slow-gup-has-pinned",
                        "pin-fork-child-exits-write",
                        "random",
                        "parent, " + SET_PTE),
                plant(Invariant.I2, "fork-wrprotect", "fork-vs-write", "random", "forker, " + SET_PTE),
                plant(
                        Invariant.I2,
                        "wp-sole-user",
                        "fork-vs-write",
                        "random",
                        "child, wp_page_reuse: ptep_set_access_flags(..., maybe_mkwrite)"),
                new Plant(
                        Invariant.I3,
                        "v5.19",
                        "swapout-share",
                        Scenarios.named("swap-out-of-direct-io"),
                        "random",
                        "kswapd, try_to_unmap_one: set_pte_at(mm, address, pte, swp_pte)"),
                plant(Invariant.I4, "fork-tlb-flush", "fork-vs-write", "pct:3", "forker, " + FORK_UNLOCK),
                plant(Invariant.I4, "fork-mmap-write-lock", "fork-vs-write", "pct:3", "writer1, " + COW_SET),
                plant(Invariant.I4, "slow-gup-mmap-lock", "fork-vs-pin-fast-writer", "pct:3", "pinner, " + COW_SET),
                plant(Invariant.I4, "zap-flush", "munmap-vs-access", "random", "user, cpu: through the TLB"),
                plant(Invariant.I5, "unpin-on-retry", "fork-vs-pin-fast", "random", "pinner, " + SLOW_DONE),
                plant(
                        Invariant.I5,
                        "unpin-on-retry",
                        "fork-vs-pin-fast",
                        "random",
                        "pinner, unpin_user_page: put_compound_head(): put_page(page)"),
                plant(Invariant.I5, "unpin-all-on-retry", "fork-vs-pin-fast:pages=2", "random", "pinner, " + SLOW_DONE),
                plant(
                        Invariant.I5,
                        "wp-pte-recheck",
                        "fork-vs-write",
                        "pct:3",
                        "writer1, wp_page_copy: page_remove_rmap(old_page)"),
                plant(
                        Invariant.I6,
                        "pte-recheck ipi-tlb-flush",
                        "pin-fast-vs-munmap",
                        "pct:3",
                        "pinner, lockless_pages_from_mm: read_seqcount_retry(&mm->write_protect_seq, seq)"),
                plant(
                        Invariant.I6,
                        "pte-recheck gup-irq-off",
                        "pin-fast-vs-munmap",
                        "pct:3",
                        "pinner, lockless_pages_from_mm: read_seqcount_retry(&mm->write_protect_seq, seq)"),
                new Plant(
                        Invariant.I7,
                        "v5.11",
                        "pgtable-grace ipi-tlb-flush",
                        GupScenarios.tablesThatGo(),
                        "random",
                        "pinner, gup_pte_range: pte = gup_get_pte(ptep)"),
                new Plant(
                        Invariant.I8,
                        "v4.14",
                        "foll-cow",
                        Scenarios.named("dirty-cow"),
                        "pct:3",
                        "writer, __access_remote_vm: copy_to_user_page(vma, page, ...)"),
                plant(Invariant.I9, "seq-end", "fork-vs-pin-fast", "random", "forker, " + FORK_UNLOCK),
                plant(
                        Invariant.I9,
                        "seq-init",
                        "two-forks-vs-pin-fast",
                        "random",
                        "forker1, kernel_clone: wake_up_new_task(p)"),
                plant(
                        Invariant.I9,
                        "fork-mmap-write-lock",
                        "two-forks-vs-pin-fast",
                        "random",
                        "forker2, copy_page_range: raw_write_seqcount_begin(): sequence++"),
                new Plant(
                        Invariant.I10,
                        "v5.11",
                        "+fork-restores-pte",
                        ForkScenarios.cleanPage(false),
                        "random",
                        "forker, copy_present_page: set_pte_at(src_mm, addr, src_pte, pte)"),
                plant(
                        Invariant.I11,
                        "gup-irq-restore",
                        "fork-vs-pin-fast",
                        "random",
                        "forker waits at dup_mmap: flush_tlb_mm(oldmm); pinner waits at __get_user_pages_locked:"
                                + " mmap_read_lock(mm)"),
                plant(
                        Invariant.I11,
                        "eagain-drops-ptl",
                        "fork-vs-pin-fast",
                        "random",
                        "forker, copy_pte_range: prealloc = page_copy_prealloc(): may sleep while it holds a spinlock"),
                plant(
                        Invariant.I11,
                        "eagain-drops-ptl",
                        "pin-fork-child-exits-write",
                        "random",
                        "parent, copy_pte_range: prealloc = page_copy_prealloc(): may sleep while it holds a spinlock"),
                plant(
                        Invariant.I12,
                        "wp-pte-recheck",
                        "fork-vs-write:populated=0",
                        "pct:3",
                        "forker, " + FORK_UNLOCK + ": child's page shows zero, not writer1's store 2; separated by "
                                + SET_PTE),
                plant(
                        Invariant.I13,
                        "wp-clear-flush",
                        "cow-vs-reader",
                        "pct:3",
                        "reader, cpu: through the TLB: process's page shows zero, not writer's store; separated by "
                                + COW_SET),
                new Plant(
                        Invariant.EXPECTED,
                        "v5.8",
                        "gup-breaks-cow",
                        Scenarios.named("cow-read-pin-shared"),
                        "random",
                        "parent, device: DMA read of pinned page: it shows initial"));
    }

    @ParameterizedTest
    @MethodSource("plants")
    void shouldCatchThePlantedBugAndLeaveTheIntactKernelAlone(Plant plant) {
        StringBuilder planted = new StringBuilder(plant.kernel);
        for (String safeguard : plant.removed.split(" ")) {
            planted.append(safeguard.startsWith("+") ? " with " + safeguard.substring(1) : " without " + safeguard);
        }
        Tally broken = run(planted.toString(), plant);
        assertThat(broken.violations()).containsKey(new Blame(plant.invariant, plant.where));

        Tally intact = run(plant.kernel, plant);
        assertThat(intact.violations()).isEmpty();
        assertThat(intact.selfCheckFailure()).isEmpty();
        assertThat(intact.cut()).isZero();
        assertThat(intact.evidence()).as("runs that entered the window").isPositive();
        assertThat(Runs.unreached(intact)).as("goals").isEmpty();
    }

    @Test
    void shouldHaveAPlantForEveryInvariant() {
        Set<Invariant> planted = EnumSet.noneOf(Invariant.class);
        plants().forEach(plant -> planted.add(plant.invariant));
        assertThat(planted).containsExactly(Invariant.values());
    }

    private static Tally run(String kernel, Plant plant) {
        return Runs.sample(Runs.cell(Kernels.named(kernel), plant.scenario, plant.strategy), SEEDS);
    }

    private static Plant plant(Invariant invariant, String removed, String scenario, String strategy, String where) {
        return new Plant(invariant, "v5.11", removed, Scenarios.named(scenario), strategy, where);
    }
}
