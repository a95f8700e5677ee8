package dev.gupfuzz.simulator.invariant;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Rule;
import java.util.List;

/** A situation that a scenario wants to see sometimes; the routines mark it when they pass through it. */
public enum GoalPoint {
    PIN_OVERLAPS_FORK("pin-overlaps-fork", "a fast pin and fork's page-table walk overlap"),
    PIN_BEGINS_IN_WALK("pin-begins-in-walk", "a fast pin begins while fork walks the page table (its write section)"),
    SEQ_ODD("seq-odd", "GUP-fast reads an odd write_protect_seq and does not start", Rule.SEQ_ODD_CHECK),
    SEQ_CHANGED(
            "seq-changed",
            "GUP-fast pinned, then finds write_protect_seq changed and gives the pins back",
            Rule.SEQ_RETRY_CHECK),
    RECHECK_FAILED("recheck-failed", "GUP-fast took its reference, then finds the PTE changed", Rule.PTE_RECHECK),
    SLOW_PATH("slow-path", "the pin falls back to slow GUP"),
    FAST_PIN_BEFORE_FORK("fast-pin-before-fork", "a fast pin succeeds before fork walks the page table"),
    PIN_AFTER_FORK("pin-after-fork", "a pin succeeds after fork returned"),
    EARLY_COPY(
            "early-copy",
            "fork copies a pinned page for the child",
            Rule.EARLY_COPY,
            Rule.FAST_GUP_HAS_PINNED,
            Rule.SLOW_GUP_HAS_PINNED),
    EAGAIN(
            "eagain",
            "fork drops its locks to allocate a page and reads the PTE again",
            Rule.EAGAIN_DROPS_PTL,
            Rule.FAST_GUP_HAS_PINNED,
            Rule.SLOW_GUP_HAS_PINNED),
    COW_COPY("cow-copy", "a write fault copies the page"),
    COW_REUSE("cow-reuse", "a write fault reuses the page"),
    STALE_TLB_USED("stale-tlb-used", "an access goes through a TLB entry that the page table no longer agrees with"),
    PIN_HELD_OVER_FORK("pin-held-over-fork", "a pin is held while a fork runs from beginning to end"),
    PIN_OVERLAPS_UNMAP("pin-overlaps-unmap", "a pin call and an munmap of the page overlap"),
    GRAB_AFTER_ZAP("grab-after-zap", "GUP-fast takes its reference after the PTE was cleared"),
    PIN_FAILS("pin-fails", "the pin fails because the range is no longer mapped"),
    FORKS_BOTH("forks-overlap", "a second fork begins while the first is inside"),
    ACCESS_OVERLAPS_UNMAP("access-overlaps-unmap", "a thread accesses a page while an munmap of it is under way"),
    SEGV("segv", "an access faults because its page is no longer mapped"),
    STORE_OVERLAPS_FORK("store-overlaps-fork", "a thread stores while a fork of its process is inside"),
    ACCEPTED_LOSS("accepted-loss", "a claim that the kernel does not promise breaks"),
    SWAPPED_OUT("swapped-out", "reclaim writes a page to the swap device and frees it"),
    SWAPOUT_KEEPS("swapout-keeps", "reclaim unmaps a page and keeps it because somebody holds a reference"),
    SHARE_BUSY(
            "share-busy",
            "reclaim puts the PTE of an exclusive page back because the page may be pinned",
            Rule.SWAPOUT_SHARE),
    FLUSH_BATCHED("flush-batched", "reclaim clears a PTE and leaves the TLB flush for later", Rule.BATCHED_UNMAP_FLUSH),
    LAZYFREE_DISCARDED("lazyfree-discarded", "reclaim discards a MADV_FREE page"),
    FILE_DROPPED("file-dropped", "reclaim drops a clean page of a file"),
    UNSHARE("unshare", "slow GUP has a page unshared before it takes a read pin", Rule.GUP_UNSHARE),
    PTE_ALLOC_RACE(
            "pte-alloc-race",
            "a thread that allocated a page-table page finds another in its place and frees its own",
            Rule.PTE_ALLOC_RECHECK),
    SPTE_DROPPED("spte-dropped", "a notifier drops an entry of the secondary MMU"),
    INVALIDATE_IN_PROGRESS(
            "invalidate-in-progress",
            "a guest's fault finds an invalidation in progress and gives up",
            Rule.NOTIFIER_RETRY),
    INVALIDATE_SEQ_CHANGED(
            "invalidate-seq-changed",
            "a guest's fault finds that an invalidation came and went, and gives up",
            Rule.NOTIFIER_RETRY);

    /** Bit of the first goal that is a scenario's own. */
    public static final int OWN = 48;

    private static final GoalPoint[] VALUES = values();

    private final String id;
    private final String summary;
    private final List<Rule> needs;

    /** @param needs what must act in a kernel that can reach it */
    GoalPoint(String id, String summary, Rule... needs) {
        this.id = id;
        this.summary = summary;
        this.needs = List.of(needs);
    }

    public String id() {
        return id;
    }

    public String summary() {
        return summary;
    }

    /** What must act in a kernel that is asked for it. */
    public List<Rule> needs() {
        return needs;
    }

    /** Whether the kernel has what makes the situation: the goal is not asked of others. */
    public boolean isAskedOf(Kernel kernel) {
        return needs.stream().allMatch(kernel::acts);
    }

    /** This goal's bit in a mask of goals; the bits from {@link #OWN} up are those of a scenario's own goals. */
    public long bit() {
        return 1L << ordinal();
    }

    public static GoalPoint of(int ordinal) {
        return VALUES[ordinal];
    }
}
