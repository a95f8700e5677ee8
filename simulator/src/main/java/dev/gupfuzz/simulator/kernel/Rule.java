package dev.gupfuzz.simulator.kernel;

import java.util.ArrayList;
import java.util.List;

/** Every safeguard that the simulator knows, in the order in which `kernels show` lists them. */
public enum Rule {
    HAS_PINNED(
            "has-pinned",
            "GUP sets mm->has_pinned before it takes its first FOLL_PIN reference",
            "internal_get_user_pages_fast() and __get_user_pages_locked(), mm/gup.c"),
    EARLY_COPY(
            "early-copy",
            "fork copies a page that may be DMA-pinned for the child instead of sharing it",
            "copy_present_page(), mm/memory.c"),
    EAGAIN_DROPS_PTL(
            "eagain-drops-ptl",
            "copy_pte_range() drops both page-table locks before it allocates the page for an early copy",
            "copy_pte_range(), mm/memory.c"),
    WRITE_PROTECT_SEQ(
            "write-protect-seq",
            "fork holds the write side of mm->write_protect_seq over the walk and a FOLL_PIN GUP-fast that overlaps it fails",
            "copy_page_range(), mm/memory.c; lockless_pages_from_mm(), mm/gup.c"),
    SEQ_ODD_CHECK(
            "seq-odd-check", "GUP-fast does not start while the sequence is odd", "lockless_pages_from_mm(), mm/gup.c"),
    SEQ_RETRY_CHECK(
            "seq-retry-check",
            "GUP-fast compares the sequence again after the walk",
            "lockless_pages_from_mm(), mm/gup.c"),
    SEQ_END("seq-end", "fork ends the write section of the sequence", "copy_page_range(), mm/memory.c"),
    SEQ_INIT(
            "seq-init",
            "the child's sequence is initialised, not inherited by the memcpy of the mm_struct",
            "mm_init(), kernel/fork.c"),
    UNPIN_ON_RETRY(
            "unpin-on-retry",
            "GUP-fast gives its pins back when the sequence changed",
            "lockless_pages_from_mm(), mm/gup.c"),
    UNPIN_ALL_ON_RETRY(
            "unpin-all-on-retry",
            "it gives back every page of the range, not just the last one",
            "lockless_pages_from_mm(), mm/gup.c"),
    PTE_RECHECK(
            "pte-recheck",
            "GUP-fast reads the PTE again after it took its reference and backs out when it changed",
            "gup_pte_range(), mm/gup.c"),
    GUP_IRQ_OFF(
            "gup-irq-off",
            "GUP-fast walks with interrupts off, which holds back TLB-flush IPIs",
            "lockless_pages_from_mm(), mm/gup.c"),
    GUP_IRQ_RESTORE(
            "gup-irq-restore",
            "GUP-fast turns interrupts on again before it falls back to slow GUP, which sleeps on mmap_lock",
            "lockless_pages_from_mm(), mm/gup.c"),
    IPI_TLB_FLUSH(
            "ipi-tlb-flush",
            "a remote TLB flush waits for each CPU to take an interrupt (x86); without it the flush is a broadcast that waits for nobody's interrupts (arm64)",
            "flush_tlb_others(), arch/x86/mm/tlb.c"),
    SLOW_GUP_MMAP_LOCK(
            "slow-gup-mmap-lock", "slow GUP holds mmap_lock for read", "__get_user_pages_locked(), mm/gup.c"),
    FORK_MMAP_WRITE_LOCK(
            "fork-mmap-write-lock",
            "fork holds the parent's mmap_lock for write; without it, for read",
            "dup_mmap(), kernel/fork.c"),
    FORK_WRPROTECT(
            "fork-wrprotect",
            "fork write-protects the parent's PTE of a page that it shares",
            "copy_present_pte(), mm/memory.c"),
    FORK_TLB_FLUSH(
            "fork-tlb-flush",
            "fork flushes the parent's TLBs before it releases mmap_lock",
            "dup_mmap(), kernel/fork.c"),
    WP_PAGE_COUNT(
            "wp-page-count",
            "do_wp_page() reuses a page only when nobody else holds a reference",
            "do_wp_page(), mm/memory.c"),
    WP_PTE_RECHECK(
            "wp-pte-recheck",
            "wp_page_copy() compares the PTE again after the copy, under the page-table lock",
            "wp_page_copy(), mm/memory.c"),
    WP_CLEAR_FLUSH(
            "wp-clear-flush",
            "wp_page_copy() flushes the TLBs between clearing the old PTE and setting the new one",
            "ptep_clear_flush(), mm/pgtable-generic.c"),
    ZAP_FLUSH("zap-flush", "zapped pages are freed only after the TLB flush", "tlb_flush_mmu(), mm/mmu_gather.c"),
    FAULT_TLB_DROP(
            "fault-tlb-drop",
            "a page fault drops the faulting CPU's TLB entry (x86), so that an access through a read-only entry whose PTE"
                    + " became writable faults once and then succeeds; without it, nobody does, as on a CPU that keeps the"
                    + " entry under a kernel without flush_tlb_fix_spurious_fault()",
            "Intel SDM volume 3A, 4.10.4.1; handle_pte_fault(), mm/memory.c");

    private final Safeguard safeguard;

    Rule(String name, String summary, String source) {
        this.safeguard = new Safeguard(name, summary, source);
    }

    public Safeguard safeguard() {
        return safeguard;
    }

    long bit() {
        return 1L << ordinal();
    }

    static List<String> allNames() {
        List<String> names = new ArrayList<>();
        for (Rule rule : values()) {
            names.add(rule.safeguard.name());
        }
        return names;
    }

    static Rule named(String name) {
        for (Rule rule : values()) {
            if (rule.safeguard.name().equals(name)) {
                return rule;
            }
        }
        return null;
    }
}
