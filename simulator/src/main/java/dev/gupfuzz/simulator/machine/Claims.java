package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.invariant.Invariant;

/**
 * Pin calls and what they promise. A claim is held from the step at which the call returns the page as success to the
 * first step of its unpin. It is void when an unmapping that covers the address was under way when the call began, or
 * began later: the program gave the address up, and owes itself the consequence.
 */
public final class Claims {

    private Claims() {}

    /** The first step of a pin call. */
    public static void begin(Machine m, int set, int start, int nr) {
        int[] s = m.s;
        Layout layout = m.layout;
        int at = layout.pin(set);
        int mm = m.pinMm[set];
        int bit = 1 << set;
        m.mark(layout.call(set));
        if (s[at + Layout.PIN_NR] != Layout.PIN_UNUSED) { // an earlier call left its marks
            for (int pfn = 1; pfn < layout.frames; pfn++) {
                m.tick(m.pageAt(pfn) + Layout.SINCE);
                s[m.pageAt(pfn) + Layout.SINCE] &= ~bit;
            }
        }
        s[at + Layout.PIN_NR] = -1;
        s[at + Layout.PIN_START] = start;
        s[Sched.PINS_IN_FLIGHT] |= bit;
        for (int i = 0; i < nr; i++) {
            int page = start + i;
            int pte = s[m.pteAt(mm, page)];
            m.see(m.pteAt(mm, page));
            m.see(layout.zapBase + mm * m.pages + page);
            m.mark(at + Layout.PIN_HEAD + i);
            s[at + Layout.PIN_HEAD + i] = s[layout.zapBase + mm * m.pages + page] > 0 ? Layout.ENTRY_VOID : 0;
            if (Pte.present(pte) && Pte.write(pte)) {
                m.tick(m.pageAt(Pte.pfn(pte)) + Layout.SINCE);
                s[m.pageAt(Pte.pfn(pte)) + Layout.SINCE] |= bit;
            }
        }
    }

    /** GUP put a page into {@code pages[i]}. */
    public static void grabbed(Machine m, int set, int i, int pfn) {
        int at = m.layout.pin(set) + Layout.PIN_HEAD + i;
        m.mark(at);
        m.see(m.layout.tenancy(pfn));
        m.s[at] = (m.s[at] & ~Layout.ENTRY_PFN) | pfn;
        m.s[m.layout.pinBirthBase + set * m.pages + i] = m.s[m.pageAt(pfn) + Layout.BIRTH];
    }

    /** (mm, page) now maps {@code pfn} writable. */
    static void mapped(Machine m, int mm, int page, int pfn) {
        for (int rest = m.s[Sched.PINS_IN_FLIGHT]; rest != 0; rest &= rest - 1) {
            int set = Integer.numberOfTrailingZeros(rest);
            if (m.pinMm[set] == mm && page >= m.s[m.layout.pin(set) + Layout.PIN_START]) {
                m.tick(m.pageAt(pfn) + Layout.SINCE);
                m.s[m.pageAt(pfn) + Layout.SINCE] |= 1 << set;
            }
        }
    }

    /** The call returns the first {@code nr} pages: I6, I1a and I1b are asked for the first time. */
    public static void returned(Machine m, int t, int set, int nr) {
        int[] s = m.s;
        int at = m.layout.pin(set);
        int start = s[at + Layout.PIN_START];
        int mm = m.pinMm[set];
        m.mark(m.layout.call(set));
        s[at + Layout.PIN_NR] = nr;
        m.s[Sched.PINS_IN_FLIGHT] &= ~(1 << set);
        for (int i = 0; i < nr; i++) {
            int page = start + i;
            int entry = s[at + Layout.PIN_HEAD + i];
            int pfn = entry & Layout.ENTRY_PFN;
            int frame = m.pageAt(pfn);
            m.see(frame + Layout.SINCE);
            m.see(m.layout.tenancy(pfn));
            m.mark(at + Layout.PIN_HEAD + i);
            if ((s[frame + Layout.SINCE] >> set & 1) == 0 || s[frame + Layout.VPAGE] != page) {
                m.violate(Invariant.I6, t, page, 0);
            }
            if ((entry & Layout.ENTRY_VOID) == 0) {
                s[at + Layout.PIN_HEAD + i] = entry | Layout.ENTRY_HELD;
                m.mark(m.layout.claimBase + page);
                m.see(m.pteAt(mm, page));
                s[m.layout.claimBase + page] |= 1 << set;
                if (!Pte.maps(s[m.pteAt(mm, page)], pfn)) {
                    m.violate(Invariant.I1A, t, page, 0);
                }
                if (m.earlyCopy()) {
                    for (int other = 0; other < m.mms; other++) {
                        m.see(m.pteAt(other, page));
                        if (other != mm && Pte.maps(s[m.pteAt(other, page)], pfn)) {
                            m.violate(Invariant.I1B, t, page, 0);
                        }
                    }
                }
            }
        }
    }

    /** The frame that entry {@code page} of the set holds. */
    static int pfn(Machine m, int set, int page) {
        int at = m.layout.pin(set);
        return m.s[at + Layout.PIN_HEAD + page - m.s[at + Layout.PIN_START]] & Layout.ENTRY_PFN;
    }

    /** The first step of an unpin: the claims end, the references go one by one. */
    public static void release(Machine m, int set) {
        int[] s = m.s;
        int at = m.layout.pin(set);
        m.see(m.layout.call(set));
        for (int i = 0; i < s[at + Layout.PIN_NR]; i++) {
            m.mark(at + Layout.PIN_HEAD + i);
            m.mark(m.layout.claimBase + s[at + Layout.PIN_START] + i);
            s[at + Layout.PIN_HEAD + i] &= ~Layout.ENTRY_HELD;
            s[m.layout.claimBase + s[at + Layout.PIN_START] + i] &= ~(1 << set);
        }
    }

    /** The last reference of the set is gone. */
    public static void unpinned(Machine m, int set) {
        m.mark(m.layout.call(set));
        m.s[m.layout.pin(set) + Layout.PIN_NR] = -3;
    }

    /** An unmapping of pages {@code [start, end)} of {@code mm} takes its first step. */
    public static void unmapBegins(Machine m, int mm, int start, int end) {
        int[] s = m.s;
        for (int page = start; page < end; page++) {
            m.tick(m.layout.zapBase + mm * m.pages + page);
            s[m.layout.zapBase + mm * m.pages + page]++;
        }
        for (int set = 0; set < m.pins; set++) {
            int at = m.layout.pin(set);
            int nr = s[at + Layout.PIN_NR];
            if (m.pinMm[set] == mm) {
                m.see(m.layout.call(set));
            }
            if (m.pinMm[set] != mm || nr < -1) {
                continue;
            }
            int first = s[at + Layout.PIN_START];
            int last = nr < 0 ? m.pages : first + nr;
            for (int page = Math.max(start, first); page < Math.min(end, last); page++) {
                int entry = at + Layout.PIN_HEAD + page - first;
                m.mark(entry);
                m.mark(m.layout.claimBase + page);
                s[entry] = (s[entry] & ~Layout.ENTRY_HELD) | Layout.ENTRY_VOID;
                s[m.layout.claimBase + page] &= ~(1 << set);
            }
        }
    }

    /** The unmapping returned: nothing is mapped there any more. */
    public static void unmapEnds(Machine m, int mm, int start, int end) {
        for (int page = start; page < end; page++) {
            m.tick(m.layout.zapBase + mm * m.pages + page);
            m.mark(m.layout.ref(mm, page));
            m.s[m.layout.zapBase + mm * m.pages + page]--;
            m.s[m.layout.ref(mm, page)] = -1;
        }
    }
}
