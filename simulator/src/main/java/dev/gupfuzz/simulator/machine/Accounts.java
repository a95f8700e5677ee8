package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.invariant.Invariant;

/** I5: the counts of a frame against the users that there are, asked when no thread is inside the kernel; and I9 at rest. */
final class Accounts {

    /** {@code GUP_PIN_COUNTING_BIAS}. */
    static final int BIAS = 1024;

    private Accounts() {}

    static void check(Machine m, int t, int pfn) {
        if (pfn == 0) {
            return; // the zeropage is not counted
        }
        int[] s = m.s;
        int frame = m.pageAt(pfn);
        int page = s[frame + Layout.VPAGE];
        int mapped = 0;
        for (int mm = 0; mm < m.mms; mm++) {
            if (Pte.maps(s[m.pteAt(mm, page)], pfn)) {
                mapped++;
            }
        }
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

    static void checkEnd(Machine m, int t) {
        for (int pfn = 1; pfn < m.s[m.layout.allocBase + 1]; pfn++) {
            check(m, t, pfn);
        }
        for (int mm = 0; mm < m.mms; mm++) {
            if ((m.s[m.layout.mm(mm) + Layout.SEQ] & 1) != 0) {
                m.violate(Invariant.I9, t, 0, 0);
            }
        }
    }
}
