package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.scenario.Region;

/** What is asked after a PTE changed: I1a, I1b, I2 and I8, whose support is the PTEs of one page index and its claims. */
final class PteChecks {

    private static final int ANON_EXCLUSIVE = Rule.ANON_EXCLUSIVE.ordinal();
    private static final int SWP_EXCLUSIVE = Rule.SWP_EXCLUSIVE.ordinal();

    private PteChecks() {}

    /** Kept small: it is part of many a step, and what a plain world needs of it is to be compiled into them. */
    static void changed(Machine m, int t, int mm, int page, int pte) {
        if (Pte.present(pte)) {
            if (m.log != null || m.s[Sched.PINS_IN_FLIGHT] != 0) {
                inFlight(m, mm, page, pte);
            }
            if (m.plain) {
                if (m.mms > 1 && !Pte.special(pte)) {
                    sharedPlainly(m, t, mm, page, pte);
                }
            } else if (!Pte.special(pte)) {
                if (m.aliases) {
                    aliased(m, t, mm, page, pte);
                } else if (m.mms > 1) {
                    shared(m, t, mm, page, pte, page);
                }
                exclusive(m, t, page, pte);
            }
        } else if (!m.plain && Pte.swap(pte)) {
            swapEntry(m, t, mm, page, pte);
        }
        m.see(m.claimAt(page));
        if (m.aliases || m.s[m.claimAt(page)] != 0) {
            Claims.changed(m, t, mm, page, pte);
        }
    }

    /** I3: an entry of a slot that says exclusive is the only one, and the page that it leads to is not marked besides. */
    private static void swapEntry(Machine m, int t, int mm, int page, int pte) {
        if (!m.has(SWP_EXCLUSIVE)) {
            return;
        }
        for (int process = 0; process < m.mms; process++) {
            for (int other = 0; other < m.pages; other++) {
                int theirs = m.s[m.pteAt(process, other)];
                m.see(m.pteAt(process, other));
                boolean another = process != mm || other != page;
                boolean same = another && Swap.refers(m, process, other, theirs, Pte.slot(pte));
                if (same && ((pte | theirs) & Pte.SWP_EXCLUSIVE) != 0) {
                    m.violate(Invariant.I3, t, page, 0);
                }
            }
        }
        int cache = m.layout.swap(Pte.slot(pte)) + Layout.SWAP_CACHE;
        m.see(cache);
        if (m.s[cache] != 0) {
            m.see(m.pageAt(m.s[cache]) + Layout.FLAGS);
            if ((m.s[m.pageAt(m.s[cache]) + Layout.FLAGS] & Layout.FLAG_EXCLUSIVE) != 0) {
                m.violate(Invariant.I3, t, page, 0);
            }
        }
    }

    /** GUP calls under way may come to have what is mapped now. */
    private static void inFlight(Machine m, int mm, int page, int pte) {
        boolean asked = Pte.write(pte) || m.watchesReads;
        for (int set = 0; m.log != null && asked && set < m.pins; set++) {
            if (m.pinMm[set] == mm) {
                m.see(m.layout.call(set));
            }
        }
        if (m.s[Sched.PINS_IN_FLIGHT] != 0 && asked) {
            Claims.mapped(m, mm, page, pte);
        }
    }

    /** I2 where a frame is mapped at one page index only, and swapped out nowhere. */
    private static void sharedPlainly(Machine m, int t, int mm, int page, int pte) {
        int pfn = Pte.pfn(pte);
        for (int other = 0; other < m.mms; other++) {
            int at = m.pteAt(other, page);
            m.see(at);
            if (other != mm && Pte.maps(m.s[at], pfn) && Pte.write(pte | m.s[at])) {
                m.violate(Invariant.I2, t, page, 0);
            }
        }
    }

    /** I2 where a frame may be mapped anywhere, and I8. */
    private static void aliased(Machine m, int t, int mm, int page, int pte) {
        int frame = m.pageAt(Pte.pfn(pte));
        m.see(m.layout.tenancy(Pte.pfn(pte)));
        if ((m.s[frame + Layout.FLAGS] & Layout.FLAG_FILE) == 0) {
            for (int other = 0; other < m.pages; other++) {
                shared(m, t, mm, page, pte, other);
            }
        } else if (Pte.write(pte)
                && (Vmas.flags(m, m.mmAt(mm), page) & (Region.SHARED | Region.MAYWRITE)) == Region.MAYWRITE) {
            m.violate(Invariant.I8, t, page, 0);
        }
    }

    /** I2: the frame is mapped writable, or shared by swap entries, only where nobody else has it. */
    private static void shared(Machine m, int t, int mm, int page, int pte, int other) {
        int pfn = Pte.pfn(pte);
        for (int process = 0; process < m.mms; process++) {
            if (process == mm && (other == page || !m.aliases)) {
                continue;
            }
            int theirs = m.s[m.pteAt(process, other)];
            m.see(m.pteAt(process, other));
            boolean same = Pte.maps(theirs, pfn)
                    ? Pte.write(pte | theirs)
                    : Pte.swap(theirs)
                            && Pte.write(pte)
                            && Swap.refers(m, process, other, theirs, Pte.slot(theirs))
                            && swapped(m, theirs, pfn);
            if (same) {
                m.violate(Invariant.I2, t, page, 0);
            }
        }
    }

    private static boolean swapped(Machine m, int pte, int pfn) {
        m.see(m.layout.swap(Pte.slot(pte)) + Layout.SWAP_CACHE);
        return m.s[m.layout.swap(Pte.slot(pte)) + Layout.SWAP_CACHE] == pfn;
    }

    /** I2 with PG_anon_exclusive: what is writable is exclusive. */
    private static void exclusive(Machine m, int t, int page, int pte) {
        if (!m.has(ANON_EXCLUSIVE) || !Pte.write(pte)) {
            return;
        }
        int flags = m.s[m.pageAt(Pte.pfn(pte)) + Layout.FLAGS];
        m.see(m.pageAt(Pte.pfn(pte)) + Layout.FLAGS);
        if ((flags & (Layout.FLAG_ANON | Layout.FLAG_EXCLUSIVE)) == Layout.FLAG_ANON) {
            m.violate(Invariant.I2, t, page, 0);
        }
    }
}
