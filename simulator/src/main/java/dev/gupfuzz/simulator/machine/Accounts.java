package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.invariant.Invariant;

/** I5: the counts of a frame against the users that there are, asked when no thread is inside the kernel; and I9 at rest. */
final class Accounts {

    /** {@code GUP_PIN_COUNTING_BIAS}. */
    static final int BIAS = 1024;

    private Accounts() {}

    /** PTEs that map the frame. */
    static int mappings(Machine m, int pfn) {
        int mapped = 0;
        if (m.aliases) {
            for (int page = 0; page < m.pages; page++) {
                mapped += mappings(m, pfn, page);
            }
            return mapped;
        }
        return mappings(m, pfn, m.s[m.pageAt(pfn) + Layout.VPAGE]);
    }

    private static int mappings(Machine m, int pfn, int page) {
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
        int mapped = mappings(m, pfn);
        int refs = mapped + pinned(m, pfn, s[frame + Layout.VPAGE]);
        if (m.layout.cachesOrHolds) {
            refs += cachedOrHeld(m, pfn, s[frame + Layout.FLAGS]);
        }
        boolean allocated = (s[frame + Layout.FLAGS] & Layout.FLAG_ALLOCATED) != 0;
        int refcount = s[frame + Layout.REFCOUNT];
        if (s[frame + Layout.MAPCOUNT] != mapped || refcount != refs || allocated != refcount > 0) {
            m.violate(Invariant.I5, t, s[frame + Layout.VPAGE], 0);
        }
    }

    /** References that GUP calls hold. */
    private static int pinned(Machine m, int pfn, int page) {
        int refs = 0;
        for (int set = 0; set < m.pins; set++) {
            int at = m.pinAt(set);
            int nr = m.s[at + Layout.PIN_NR];
            if (nr <= 0) {
                continue;
            }
            int first = m.aliases ? 0 : page - m.s[at + Layout.PIN_START];
            int last = m.aliases ? nr - 1 : Math.min(first, nr - 1);
            for (int i = Math.max(first, 0); i <= last; i++) {
                boolean here = (m.s[at + Layout.PIN_HEAD + i] & Layout.ENTRY_PFN) == pfn;
                refs += here ? m.bias(m.s[at + Layout.PIN_KIND]) : 0;
            }
        }
        return refs;
    }

    /** References of the LRU batch, the swap cache, the page cache, and plain ones that a thread holds. */
    private static int cachedOrHeld(Machine m, int pfn, int flags) {
        int[] s = m.s;
        int refs = (flags & Layout.FLAG_LRU_BATCH) != 0 ? 1 : 0;
        for (int slot = 0; slot < m.layout.world.swapSlots; slot++) {
            refs += s[m.layout.swap(slot) + Layout.SWAP_CACHE] == pfn ? 1 : 0;
        }
        for (int k = 0; k < m.layout.world.filePages; k++) {
            refs += s[m.layout.file(k) + Layout.FILE_CACHE] == pfn ? 1 : 0;
        }
        for (int thread = 0; thread < m.threads; thread++) {
            refs += s[m.frame(thread) + Frame.HELD_PFN] == pfn ? s[m.frame(thread) + Frame.HELD] : 0;
        }
        return refs;
    }

    /** A page table maps nothing outside a VMA, and no anonymous page in a VMA that rmap cannot find. */
    private static void checkVma(Machine m, int t, int mm, int page) {
        int at = m.mmAt(mm);
        int slot = Vmas.lookup(m, at, page);
        int pte = m.s[m.pteAt(mm, page)];
        boolean anon = !Pte.special(pte) && (m.s[m.pageAt(Pte.pfn(pte)) + Layout.FLAGS] & Layout.FLAG_ANON) != 0;
        if (slot < 0 || (anon && m.s[Vmas.at(at, slot) + Layout.VMA_ANON] == 0)) {
            m.violate(Invariant.I5, t, page, 0);
        }
    }

    static void checkEnd(Machine m, int t) {
        PageTables.checkEnd(m, t);
        for (int pfn = 1; pfn < m.s[m.layout.allocBase + 1]; pfn++) {
            check(m, t, pfn);
        }
        for (int mm = 0; mm < m.mms; mm++) {
            for (int page = 0; page < m.pages; page++) {
                if (Pte.present(m.s[m.pteAt(mm, page)])) {
                    checkVma(m, t, mm, page);
                }
            }
            if ((m.s[m.mmAt(mm) + Layout.SEQ] & 1) != 0) {
                m.violate(Invariant.I9, t, 0, 0);
            }
        }
    }
}
