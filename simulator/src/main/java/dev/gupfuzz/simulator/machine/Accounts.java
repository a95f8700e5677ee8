package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.invariant.Invariant;

/** I5: the counts of a frame against the users that there are, asked when no thread is inside the kernel; and I9 at rest. */
final class Accounts {

    /** {@code GUP_PIN_COUNTING_BIAS}. */
    static final int BIAS = 1024;

    private Accounts() {}

    /** PTEs that map the frame. */
    static int mappings(Machine m, int pfn) {
        int page = m.s[m.pageAt(pfn) + Layout.VPAGE];
        int mapped = 0;
        for (int mm = 0; mm < m.mms; mm++) {
            m.see(m.pteAt(mm, page));
            if (Pte.maps(m.s[m.pteAt(mm, page)], pfn)) {
                mapped++;
            }
        }
        return mapped;
    }

    static void check(Machine m, int t, int pfn) {
        if (pfn == 0) {
            return; // the zeropage is not counted
        }
        int[] s = m.s;
        int frame = m.pageAt(pfn);
        int page = s[frame + Layout.VPAGE];
        int mapped = mappings(m, pfn);
        int pinned = 0;
        for (int set = 0; set < m.pins; set++) {
            int at = m.layout.pin(set);
            int i = page - s[at + Layout.PIN_START];
            if (i >= 0 && i < s[at + Layout.PIN_NR] && (s[at + Layout.PIN_HEAD + i] & Layout.ENTRY_PFN) == pfn) {
                pinned++;
            }
        }
        boolean allocated = (s[frame + Layout.FLAGS] & Layout.FLAG_ALLOCATED) != 0;
        int refcount = s[frame + Layout.REFCOUNT];
        if (s[frame + Layout.MAPCOUNT] != mapped || refcount != mapped + BIAS * pinned || allocated != refcount > 0) {
            m.violate(Invariant.I5, t, page, 0);
        }
    }

    /** A page table maps nothing outside a VMA, and no anonymous page in a VMA that rmap cannot find. */
    private static void checkVma(Machine m, int t, int mm, int page) {
        int at = m.layout.mm(mm);
        int slot = Vmas.lookup(m, at, page);
        boolean anon = !Pte.special(m.s[m.pteAt(mm, page)]);
        if (slot < 0 || (anon && m.s[Vmas.at(at, slot) + 2] == 0)) {
            m.violate(Invariant.I5, t, page, 0);
        }
    }

    static void checkEnd(Machine m, int t) {
        for (int pfn = 1; pfn < m.s[m.layout.allocBase + 1]; pfn++) {
            check(m, t, pfn);
        }
        for (int mm = 0; mm < m.mms; mm++) {
            for (int page = 0; page < m.pages; page++) {
                if (Pte.present(m.s[m.pteAt(mm, page)])) {
                    checkVma(m, t, mm, page);
                }
            }
            if ((m.s[m.layout.mm(mm) + Layout.SEQ] & 1) != 0) {
                m.violate(Invariant.I9, t, 0, 0);
            }
        }
    }
}
