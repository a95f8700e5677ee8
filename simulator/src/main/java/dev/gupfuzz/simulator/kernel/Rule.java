package dev.gupfuzz.simulator.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Everything in which simulated kernels can differ, in the order in which `kernels show` lists it. What each does, where it comes
 * from and which kernels have it is in {@code rules.txt}.
 */
public enum Rule {
    // ---- fork
    FORK_MMAP_WRITE_LOCK,
    FORK_VMA_LOCK,
    FORK_WRPROTECT,
    FORK_WRPROTECT_FIRST,
    FORK_RESTORES_PTE,
    FORK_TLB_FLUSH,
    FORK_CLEARS_UFFD_WP,
    HAS_PINNED,
    HAS_PINNED_TEST,
    FAST_GUP_HAS_PINNED,
    SLOW_GUP_HAS_PINNED,
    EARLY_COPY,
    EARLY_COPY_ANON,
    EAGAIN_DROPS_PTL,
    ANON_EXCLUSIVE,
    FORK_BATCHES,
    // ---- write_protect_seq
    WRITE_PROTECT_SEQ,
    SEQ_ODD_CHECK,
    SEQ_RETRY_CHECK,
    SEQ_END,
    SEQ_INIT,
    STATIC_SEQ_INIT,
    UNPIN_ON_RETRY,
    UNPIN_ALL_ON_RETRY,
    SEQ_BEGIN_WMB,
    SEQ_END_WMB,
    SEQ_READ_RMB,
    SEQ_RETRY_RMB,
    SEQ_COVERS_LARGE,
    // ---- GUP
    FOLL_PIN,
    PTE_RECHECK,
    GRAB_UNLESS_ZERO,
    GRAB_IN_TWO,
    BACK_OUT_IN_TWO,
    UNPIN_IN_TWO,
    TRY_GET_PAGE,
    GUP_IRQ_OFF,
    GUP_IRQ_RESTORE,
    IPI_TLB_FLUSH,
    SLOW_GUP_MMAP_LOCK,
    GUP_BREAKS_COW,
    GUP_UNSHARE,
    GUP_UNSHARE_FAST,
    LONGTERM_UNSHARE,
    FOLL_COW,
    FORCE_EXCLUSIVE,
    GUP_FOLLOWS_PROTNONE,
    DIRECT_IO_PIN,
    // ---- page faults
    VMA_LOCK,
    VMA_LOCK_EVERY,
    FAULT_PTE_SAME,
    FAULT_TLB_DROP,
    WP_SOLE_USER,
    WP_PAGE_COUNT,
    WP_LATE_UNLOCK,
    WP_FREES_REFS,
    WP_REUSE_EXCLUSIVE,
    WP_FLUSH_PENDING,
    WP_PTE_RECHECK,
    WP_CLEAR_FLUSH,
    WP_RMAP_LAST,
    // ---- swap and reclaim
    SWAPIN_PAGE_COUNT,
    SWP_EXCLUSIVE,
    ADD_TO_SWAP_DIRTIES,
    SWAPIN_MKWRITE,
    SWAPOUT_SKIPS_PINNED,
    SWAPOUT_SHARE,
    SHARE_CLEARS_PTE,
    SHARE_BARRIERS,
    BATCHED_UNMAP_FLUSH,
    BATCH_SPARES_EXCLUSIVE,
    BATCHED_FLUSH_PENDING,
    BATCHED_FLUSH_COUNTS,
    SWAP_FLUSH,
    SWAP_SKIPS_CACHE,
    SWAP_SLOT_FREE_NOTIFY,
    SWAP_NOTIFY_LAST,
    SWAPIN_PREPARE,
    MADV_FREE_COUNT,
    MADV_FREE_MARKS,
    // ---- unmapping and write-protecting
    ZAP_FLUSH,
    ZAP_DIRTY_FLUSH,
    ZAP_DELAYS_RMAP,
    ZAP_BREAKS,
    PGTABLE_GRACE,
    PTE_ALLOC_RECHECK,
    MPROTECT_FLUSH,
    PTE_NEEDS_FLUSH,
    MPROTECT_UPGRADES,
    MPROTECT_UPGRADES_CLEAN,
    NUMA_KEEPS_WRITE,
    NUMA_SKIPS_SHARED,
    NUMA_PAGE_COUNT,
    NUMA_SKIPS_PINNED,
    MREMAP_FLUSH,
    MREMAP_DIRTY_FLUSH,
    MUNMAP_DOWNGRADE,
    UFFD_WP,
    UFFD_WP_UPGRADES,
    UFFD_MINOR,
    UFFD_CONTINUE_DIRTY,
    CLEAR_REFS_WRITE_LOCK,
    CLEAR_REFS_SKIPS_PINNED,
    CLEAR_REFS_NO_FLUSH,
    // ---- mmu notifiers
    FORK_NOTIFIES,
    WP_COPY_NOTIFIES,
    ZAP_NOTIFIES,
    PROTECT_NOTIFIES,
    RMAP_NOTIFIES,
    RMAP_NOTIFIES_AROUND,
    NOTIFIER_RETRY,
    // ---- designs that were not taken
    FORK_WRPROTECT_MB,
    SEQ_END_CHECK_ONLY,
    SEQ_END_THEN_PTE,
    RECHECK_BEFORE_GRAB,
    RETRY_KEEPS_PINS,
    RETRY_CONTINUES,
    SPINNING_READER,
    SPINNING_READER_IRQ_OFF,
    SEQ_PREEMPT_OFF,
    HAS_PINNED_AFTER_GRAB,
    HAS_PINNED_AFTER_SEQ,
    HAS_PINNED_CLEARED,
    SEQ_UNDER_PTL,
    SEQ_FOR_GET,
    FAST_GUP_MAPCOUNT,
    PINNED_AFTER_GET,
    PINNED_SIGNED,
    PREEMPT_FULL,
    PREEMPT_RT;

    /** Rules at most: the machine keeps a kernel's as bits of six ints. */
    public static final int MAX = 192;

    /** The word for {@code --without} and {@code --with}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What {@code rules.txt} says of it. */
    public Safeguard safeguard() {
        return Tables.safeguard(this);
    }

    static List<String> allNames() {
        List<String> names = new ArrayList<>();
        for (Rule rule : values()) {
            names.add(rule.id());
        }
        return names;
    }

    static Rule named(String name) {
        for (Rule rule : values()) {
            if (rule.id().equals(name)) {
                return rule;
            }
        }
        return null;
    }
}
