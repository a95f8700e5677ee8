package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.invariant.Invariant;

/** I10: the hardware's dirty bit, which says that a page is the only copy of its data; ghost looks all. */
public final class Dirty {

    private Dirty() {}

    /**
     * A plain store replaced the PTE {@code old} of (mm, page) by {@code pte}. What mapped the page before and still does must
     * not lose its dirty bit, unless the page is marked dirty itself.
     */
    public static void overwritten(Machine m, int t, int page, int old, int pte) {
        if (!Pte.present(old) || !Pte.dirty(old) || Pte.dirty(pte) || !Pte.maps(pte, Pte.pfn(old))) {
            return;
        }
        m.see(m.pageAt(Pte.pfn(old)) + Layout.FLAGS);
        if ((m.s[m.pageAt(Pte.pfn(old)) + Layout.FLAGS] & Layout.FLAG_DIRTY) == 0) {
            m.violate(Invariant.I10, t, page, 0);
        }
    }

    /**
     * A page leaves the swap cache, never to come back: its slot must hold the same, or what is allowed wherever a swap entry refers
     * to it.
     */
    public static void droppedFromSwapCache(Machine m, int t, int slot, int pfn) {
        int at = m.layout.swap(slot);
        m.see(at + Layout.SWAP_MAP);
        m.see(at + Layout.SWAP_DATA);
        if (m.s[at + Layout.SWAP_MAP] > 0
                && !(m.hasAlso && mayHold(m, slot, Math.max(m.s[at + Layout.SWAP_DATA], 0)))) {
            compare(m, t, pfn, m.s[at + Layout.SWAP_DATA]);
        }
    }

    private static boolean mayHold(Machine m, int slot, int data) {
        for (int mm = 0; mm < m.mms; mm++) {
            for (int page = 0; page < m.pages; page++) {
                int pte = m.s[m.pteAt(mm, page)];
                m.see(m.pteAt(mm, page));
                if (Swap.refers(m, mm, page, pte, slot) && !Contents.allows(m, mm, page, data)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** A page leaves the page cache without a truncation: the disk must hold the same. */
    public static void droppedFromPageCache(Machine m, int t, int filePage, int pfn) {
        int at = m.layout.file(filePage) + Layout.FILE_DISK;
        m.see(at);
        compare(m, t, pfn, m.s[at]);
    }

    private static void compare(Machine m, int t, int pfn, int kept) {
        int frame = m.pageAt(pfn);
        m.see(frame + Layout.CONTENT);
        if (m.s[frame + Layout.CONTENT] != kept) {
            m.violate(Invariant.I10, t, m.s[frame + Layout.VPAGE], 0);
        }
    }

    /** The MADV_FREE page at (mm, page) is discarded: the program must be content with a zero there. */
    public static void discarded(Machine m, int t, int mm, int page, int pfn) {
        m.see(m.pageAt(pfn) + Layout.CONTENT);
        m.see(m.zapAt(mm, page));
        boolean wanted = m.s[m.zapAt(mm, page)] == 0; // no MADV_DONTNEED is about to throw it away
        // what is discarded may not be what the program would miss
        boolean missed = wanted && m.s[m.pageAt(pfn) + Layout.CONTENT] == Contents.value(m, mm, page);
        if (missed && !Contents.allows(m, mm, page, 0)) {
            m.violate(Invariant.I10, t, page, 0);
        }
    }
}
