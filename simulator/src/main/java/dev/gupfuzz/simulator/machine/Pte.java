package dev.gupfuzz.simulator.machine;

/**
 * {@code pte_t}, a bare int with static helpers: the frame number from bit 12 up, below it the bits. A TLB entry has the
 * same form. An entry that is not present and not none is a swap entry, whose slot stands where the frame would. Source:
 * arch/x86/include/asm/pgtable_types.h and include/linux/swapops.h, v6.12, reduced to the bits that fork, GUP and COW look at.
 */
public final class Pte {

    /** {@code pte_none()}. */
    public static final int NONE = 0;

    public static final int PRESENT = 1;
    public static final int WRITE = 1 << 1;
    public static final int DIRTY = 1 << 2;
    public static final int ACCESSED = 1 << 3;
    /** {@code pte_special()}: the shared zeropage; no struct page is counted for it. */
    public static final int SPECIAL = 1 << 4;
    /** {@code pte_protnone()}: NUMA balancing took the access rights away. {@link #PRESENT} is set too. */
    public static final int PROTNONE = 1 << 5;
    /** {@code pte_uffd_wp()}. */
    public static final int UFFD_WP = 1 << 6;
    /** {@code pte_soft_dirty()}. */
    public static final int SOFT_DIRTY = 1 << 7;
    /** A swap entry. */
    public static final int SWAP = 1 << 8;
    /** {@code pte_swp_exclusive()}. */
    public static final int SWP_EXCLUSIVE = 1 << 9;

    private static final int PFN_SHIFT = 12;

    private Pte() {}

    /** {@code mk_pte(page, prot)}. */
    public static int of(int pfn, int bits) {
        return pfn << PFN_SHIFT | bits;
    }

    public static int pfn(int pte) {
        return pte >>> PFN_SHIFT;
    }

    public static boolean present(int pte) {
        return (pte & PRESENT) != 0;
    }

    public static boolean write(int pte) {
        return (pte & WRITE) != 0;
    }

    public static boolean dirty(int pte) {
        return (pte & DIRTY) != 0;
    }

    public static boolean special(int pte) {
        return (pte & SPECIAL) != 0;
    }

    public static boolean protnone(int pte) {
        return (pte & PROTNONE) != 0;
    }

    public static boolean uffdWp(int pte) {
        return (pte & UFFD_WP) != 0;
    }

    /** Whether a CPU may read through it without a fault. */
    public static boolean readable(int pte) {
        return (pte & (PRESENT | PROTNONE)) == PRESENT;
    }

    /** Whether a CPU may write through it without a fault. */
    public static boolean writable(int pte) {
        return (pte & (PRESENT | PROTNONE | WRITE)) == (PRESENT | WRITE);
    }

    /** {@code is_swap_pte()} of a swap entry. */
    public static boolean swap(int pte) {
        return (pte & SWAP) != 0;
    }

    /** {@code swp_offset()}. */
    public static int slot(int pte) {
        return pte >>> PFN_SHIFT;
    }

    /** {@code swp_entry_to_pte()}; {@code bits} may be {@link #SWP_EXCLUSIVE}, {@link #UFFD_WP} and {@link #SOFT_DIRTY}. */
    public static int swapEntry(int slot, int bits) {
        return slot << PFN_SHIFT | SWAP | bits;
    }

    /** {@code pte_wrprotect()}. */
    public static int wrprotect(int pte) {
        return pte & ~WRITE;
    }

    /** {@code pte_mkold()}. */
    public static int mkold(int pte) {
        return pte & ~ACCESSED;
    }

    /** Present and referring to {@code pfn}. */
    public static boolean maps(int pte, int pfn) {
        return (pte & PRESENT) != 0 && pte >>> PFN_SHIFT == pfn;
    }

    /** As a person reads it: {@code pfn=3 W D A}, {@code swap=0 exclusive} or {@code none}. */
    public static String text(int pte) {
        if (pte == NONE) {
            return "none";
        }
        String rest = ((pte & UFFD_WP) != 0 ? " uffd-wp" : "") + ((pte & SOFT_DIRTY) != 0 ? " soft-dirty" : "");
        if (swap(pte)) {
            return "swap=" + slot(pte) + ((pte & SWP_EXCLUSIVE) != 0 ? " exclusive" : "") + rest;
        }
        return "pfn=" + pfn(pte) + (write(pte) ? " W" : " R") + (dirty(pte) ? " D" : "")
                + ((pte & ACCESSED) != 0 ? " A" : "") + (special(pte) ? " special" : "")
                + (protnone(pte) ? " protnone" : "") + rest;
    }
}
