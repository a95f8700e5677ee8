package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.invariant.Invariant;

/** I10: the hardware's dirty bit, which says that a page is the only copy of its data. */
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
}
