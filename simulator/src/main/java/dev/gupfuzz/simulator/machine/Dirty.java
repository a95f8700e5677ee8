package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.scenario.World;

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

    /** A page leaves the swap cache, never to come back: its slot must hold the same, unless no swap entry refers to it. */
    public static void droppedFromSwapCache(Machine m, int t, int slot, int pfn) {
        int at = m.layout.swap(slot);
        m.see(at + Layout.SWAP_MAP);
        m.see(at + Layout.SWAP_DATA);
        if (m.s[at + Layout.SWAP_MAP] > 0) {
            compare(m, t, pfn, m.s[at + Layout.SWAP_DATA]);
        }
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
        int value = Memory.value(m, mm, page);
        m.see(m.pageAt(pfn) + Layout.CONTENT);
        if (value == 0 || m.s[m.pageAt(pfn) + Layout.CONTENT] != value) {
            return; // what is discarded is not what the program would miss
        }
        if (m.layout.hasAlso()) {
            m.see(m.layout.also(mm, page));
            if ((m.s[m.layout.also(mm, page)] & World.tokenBit(0)) != 0) {
                return;
            }
        }
        m.violate(Invariant.I10, t, page, 0);
    }
}
