package dev.gupfuzz.simulator.machine;

/**
 * {@code pte_t}, a bare int with static helpers: the frame number from bit 8 up, below it the bits. A TLB entry has the
 * same form. Source: arch/x86/include/asm/pgtable_types.h, v5.11, reduced to the bits that fork, GUP and COW look at.
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

    private static final int PFN_SHIFT = 8;

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

    public static boolean special(int pte) {
        return (pte & SPECIAL) != 0;
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

    /** As a person reads it: {@code pfn=3 W D A}, or {@code none}. */
    public static String text(int pte) {
        if (pte == NONE) {
            return "none";
        }
        return "pfn=" + pfn(pte) + (write(pte) ? " W" : " R") + ((pte & DIRTY) != 0 ? " D" : "")
                + ((pte & ACCESSED) != 0 ? " A" : "") + (special(pte) ? " special" : "");
    }
}
