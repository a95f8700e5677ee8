package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.scenario.Foll;
import dev.gupfuzz.simulator.scenario.Region;
import dev.gupfuzz.simulator.scenario.World;

/**
 * GUP calls and what they promise. A claim is held from the step at which the call returns the page as success to the
 * first step of its unpin. It is void when an unmapping that covers the address was under way when the call began, or
 * began later: the program gave the address up, and owes itself the consequence. A claim of a class that the kernel does not
 * promise may break: that is a loss which its users accept, and no violation.
 */
public final class Claims {

    /** In {@link Layout#SINCE}, the bit of set 0 that stands for a writable mapping. */
    private static final int WRITABLE = 16;
    /** In {@link Layout#pinSeenBase}: the address changes what it shows during the call, so that the reference may show anything. */
    private static final int ANYTHING = -1;

    private static final int FORCED = Foll.WRITE | Foll.FORCE;

    private Claims() {}

    /** The first step of a GUP call with the flags {@code foll}. */
    public static void begin(Machine m, int set, int start, int nr, int foll) {
        int[] s = m.s;
        Layout layout = m.layout;
        int at = m.pinAt(set);
        int mm = m.pinMm[set];
        m.mark(layout.call(set));
        if (s[at + Layout.PIN_NR] != Layout.PIN_UNUSED) { // an earlier call left its marks
            for (int pfn = 0; pfn < layout.frames; pfn++) {
                m.tick(m.pageAt(pfn) + Layout.SINCE);
                s[m.pageAt(pfn) + Layout.SINCE] &= ~((1 << set) | (1 << (set + WRITABLE)));
            }
        }
        s[at + Layout.PIN_NR] = -1;
        s[at + Layout.PIN_START] = start;
        s[at + Layout.PIN_KIND] = foll;
        s[Sched.PINS_IN_FLIGHT] |= 1 << set;
        for (int i = 0; i < nr; i++) {
            int page = start + i;
            int pte = s[m.pteAt(mm, page)];
            m.see(m.pteAt(mm, page));
            m.see(m.zapAt(mm, page));
            m.mark(at + Layout.PIN_HEAD + i);
            s[at + Layout.PIN_HEAD + i] = s[m.zapAt(mm, page)] > 0 ? Layout.ENTRY_VOID : 0;
            if (Pte.present(pte)) {
                since(m, set, pte);
            }
            if (m.watchesReferences) {
                watch(m, set, i, page);
            }
        }
    }

    /** What a reference through entry {@code i} may see begins with what is there now. */
    private static void watch(Machine m, int set, int i, int page) {
        int mm = m.pinMm[set];
        int value = Contents.value(m, mm, page);
        int seen = m.s[m.zapAt(mm, page)] > 0 || value < 0 ? ANYTHING : World.tokenBit(value);
        if (m.hasAlso) {
            m.see(m.layout.also(mm, page));
            seen |= m.s[m.layout.also(mm, page)];
        }
        m.mark(m.layout.pinSeenBase + set * m.pages + i);
        m.s[m.layout.pinSeenBase + set * m.pages + i] = seen;
        m.see(m.mmAt(mm) + Layout.FORKERS);
        if (m.s[m.mmAt(mm) + Layout.FORKERS] > 0) {
            unpromise(m, set, i);
        }
    }

    private static void since(Machine m, int set, int pte) {
        int at = m.pageAt(Pte.pfn(pte)) + Layout.SINCE;
        m.tick(at);
        m.s[at] |= Pte.write(pte) ? (1 << set) | (1 << (set + WRITABLE)) : 1 << set;
    }

    /** GUP put a page into {@code pages[i]}. */
    public static void grabbed(Machine m, int set, int i, int pfn) {
        int at = m.pinAt(set) + Layout.PIN_HEAD + i;
        m.mark(at);
        m.see(m.layout.tenancy(pfn));
        m.s[at] = (m.s[at] & ~(Layout.ENTRY_PFN | Layout.ENTRY_CACHES)) | pfn;
        if ((m.s[m.pinAt(set) + Layout.PIN_KIND] & FORCED) == FORCED && isCaches(m, set, i, pfn)) {
            m.s[at] |= Layout.ENTRY_CACHES;
        }
        m.s[m.layout.pinBirthBase + set * m.pages + i] = m.s[m.pageAt(pfn) + Layout.BIRTH];
    }

    /** Whether the page that a private mapping shows is everybody's. */
    private static boolean isCaches(Machine m, int set, int i, int pfn) {
        int page = m.s[m.pinAt(set) + Layout.PIN_START] + i;
        boolean isPrivate = (Vmas.flags(m, m.mmAt(m.pinMm[set]), page) & Region.SHARED) == 0;
        return pfn == 0 || (isPrivate && (m.s[m.pageAt(pfn) + Layout.FLAGS] & Layout.FLAG_FILE) != 0);
    }

    /** (mm, page) now has the present PTE. */
    static void mapped(Machine m, int mm, int page, int pte) {
        for (int rest = m.s[Sched.PINS_IN_FLIGHT]; rest != 0; rest &= rest - 1) {
            int set = Integer.numberOfTrailingZeros(rest);
            if (m.pinMm[set] == mm && page >= m.s[m.pinAt(set) + Layout.PIN_START]) {
                since(m, set, pte);
            }
        }
    }

    /** The call returns the first {@code nr} pages: I6, I1a and I1b are asked for the first time. */
    public static void returned(Machine m, int t, int set, int nr) {
        int[] s = m.s;
        int at = m.pinAt(set);
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
            boolean elsewhere = !m.aliases && pfn != 0 && s[frame + Layout.VPAGE] != page;
            if ((s[frame + Layout.SINCE] >> (set + asked(s[at + Layout.PIN_KIND])) & 1) == 0 || elsewhere) {
                m.violate(Invariant.I6, t, page, 0);
            }
            if ((entry & Layout.ENTRY_VOID) == 0) {
                s[at + Layout.PIN_HEAD + i] = entry | Layout.ENTRY_HELD;
                m.mark(m.claimAt(page));
                s[m.claimAt(page)] |= 1 << set;
                if (!refersTo(m, mm, page, pfn)) {
                    broken(m, t, set, page);
                } else if (neverShared(m, set, i)) {
                    notShared(m, t, set, page, pfn);
                }
            }
        }
    }

    /** FOLL_FORCE may write through a read-only mapping. */
    private static int asked(int foll) {
        return (foll & (Foll.WRITE | Foll.FORCE)) == Foll.WRITE ? WRITABLE : 0;
    }

    /** I1b is about pins: fork cannot tell plain references from its own. */
    private static boolean neverShared(Machine m, int set, int i) {
        return m.promisesNotShared && (m.s[m.pinAt(set) + Layout.PIN_KIND] & Foll.PIN) != 0 && promised(m, set, i);
    }

    private static void notShared(Machine m, int t, int set, int page, int pfn) {
        int first = m.aliases ? 0 : page;
        int last = m.aliases ? m.pages - 1 : page;
        for (int mm = 0; mm < m.mms; mm++) {
            for (int other = first; other <= last; other++) {
                int at = m.pteAt(mm, other);
                m.see(at);
                if (mm != m.pinMm[set] && Pte.maps(m.s[at], pfn) && isAnon(m, pfn)) {
                    m.violate(Invariant.I1B, t, page, 0);
                }
            }
        }
    }

    private static boolean isAnon(Machine m, int pfn) {
        return (m.s[m.pageAt(pfn) + Layout.FLAGS] & Layout.FLAG_ANON) != 0;
    }

    /** Whether (mm, page) leads to the frame: it maps it, or what it has there brings the same frame back. */
    static boolean refersTo(Machine m, int mm, int page, int pfn) {
        int[] s = m.s;
        int pte = s[m.pteAt(mm, page)];
        m.see(m.pteAt(mm, page));
        if (Pte.present(pte)) {
            return Pte.pfn(pte) == pfn;
        }
        if (Pte.swap(pte)) {
            int cache = m.layout.swap(Pte.slot(pte)) + Layout.SWAP_CACHE;
            m.see(cache);
            if (s[cache] == pfn && pfn != 0) {
                return true;
            }
        }
        if (m.layout.hasTransients() && s[m.layout.transientBase + mm * m.pages + page] == pfn + 1) {
            return true;
        }
        int file = s[m.refAt(mm, page)];
        m.see(m.refAt(mm, page));
        if (!Contents.isShared(file)) {
            return false;
        }
        m.see(m.layout.file(Contents.filePage(file)) + Layout.FILE_CACHE);
        return s[m.layout.file(Contents.filePage(file)) + Layout.FILE_CACHE] == pfn;
    }

    /** Whether the kernel promises entry {@code i} of a set: by its class, and by what happened since. */
    static boolean promised(Machine m, int set, int i) {
        int foll = m.s[m.pinAt(set) + Layout.PIN_KIND];
        int entry = m.s[m.pinAt(set) + Layout.PIN_HEAD + i];
        if ((foll & Foll.PIN) == 0) {
            boolean kept = (foll & Foll.WRITE) != 0 && m.promisesGets && (entry & Layout.ENTRY_UNPROMISED) == 0;
            return kept || m.promisesEveryGet; // who reads takes the page as it is: nothing unshares it
        }
        return (foll & Foll.WRITE) != 0
                || (m.promisesReads && isAnon(m, entry & Layout.ENTRY_PFN))
                || ((foll & Foll.LONGTERM) != 0 && m.promisesLongterm);
    }

    /** A fork begins: what only plain references promise is void from here on. */
    static void forkBegins(Machine m, int mm) {
        for (int set = 0; m.watchesReferences && set < m.pins; set++) {
            m.see(m.layout.call(set));
            if (m.pinMm[set] == mm && m.s[m.pinAt(set) + Layout.PIN_NR] != Layout.PIN_UNUSED) {
                for (int i = 0; i < m.pages; i++) {
                    unpromise(m, set, i);
                }
            }
        }
    }

    private static void unpromise(Machine m, int set, int i) {
        m.mark(m.pinAt(set) + Layout.PIN_HEAD + i);
        m.s[m.pinAt(set) + Layout.PIN_HEAD + i] |= Layout.ENTRY_UNPROMISED;
    }

    /** A held claim does not lead to its page any more: I1a, or a loss that is accepted. */
    private static void broken(Machine m, int t, int set, int page) {
        int i = page - m.s[m.pinAt(set) + Layout.PIN_START];
        if (promised(m, set, i)) {
            m.violate(Invariant.I1A, t, page, 0);
            return;
        }
        m.reach(GoalPoint.ACCEPTED_LOSS);
        m.mark(m.pinAt(set) + Layout.PIN_HEAD + i);
        m.mark(m.claimAt(page));
        m.s[m.pinAt(set) + Layout.PIN_HEAD + i] &= ~Layout.ENTRY_HELD;
        m.s[m.claimAt(page)] &= ~(1 << set);
    }

    /** The PTE of (mm, page) changed: what that means for the claims on the page. */
    static void changed(Machine m, int t, int mm, int page, int pte) {
        int[] s = m.s;
        for (int rest = claimed(m, page, pte); rest != 0; rest &= rest - 1) {
            int set = Integer.numberOfTrailingZeros(rest);
            int at = m.pinAt(set);
            int first = s[at + Layout.PIN_START];
            int end = m.aliases ? s[at + Layout.PIN_NR] : page - first + 1; // the claim on the page is held
            m.see(m.layout.call(set));
            for (int i = m.aliases ? 0 : page - first; i < end; i++) {
                int entry = s[at + Layout.PIN_HEAD + i];
                m.see(at + Layout.PIN_HEAD + i);
                if ((entry & Layout.ENTRY_HELD) == 0) {
                    continue;
                }
                int pfn = entry & Layout.ENTRY_PFN;
                if (m.pinMm[set] != mm) {
                    if (Pte.maps(pte, pfn) && isAnon(m, pfn) && neverShared(m, set, i)) {
                        m.violate(Invariant.I1B, t, first + i, 0);
                    }
                } else if (first + i == page && !refersTo(m, mm, page, pfn)) {
                    broken(m, t, set, page);
                }
            }
        }
    }

    /** Sets with claims that a change of a PTE of page {@code page} may be about. */
    private static int claimed(Machine m, int page, int pte) {
        int sets = m.s[m.claimAt(page)];
        if (m.aliases && Pte.present(pte)) {
            for (int other = 0; other < m.pages; other++) {
                m.see(m.claimAt(other));
                sets |= m.s[m.claimAt(other)];
            }
        }
        return sets;
    }

    /** A store to (mm, page): whoever has a reference through that address may see it from now on. */
    static void stored(Machine m, int mm, int page, int token) {
        for (int set = 0; set < m.pins; set++) {
            int i = page - m.s[m.pinAt(set) + Layout.PIN_START];
            m.see(m.layout.call(set));
            if (m.pinMm[set] == mm && i >= 0 && m.s[m.pinAt(set) + Layout.PIN_NR] >= -1) {
                m.tick(m.layout.pinSeenBase + set * m.pages + i);
                m.s[m.layout.pinSeenBase + set * m.pages + i] |= World.tokenBit(token);
            }
        }
        if (m.layout.hasMoves()) { // the page may have come from another address
            int pte = m.s[m.pteAt(mm, page)];
            m.see(m.pteAt(mm, page));
            storedTo(m, 1 << mm, Pte.present(pte) ? Pte.pfn(pte) : 0, token);
        }
    }

    /** A store to a frame, whatever address it was meant for: whoever of {@code mms} has a reference to it may see it from now on. */
    static void storedTo(Machine m, int mms, int pfn, int token) {
        for (int set = 0; pfn != 0 && set < m.pins; set++) {
            m.see(m.layout.call(set));
            boolean inUse = m.s[m.pinAt(set) + Layout.PIN_NR] >= -1;
            for (int i = 0; inUse && (mms >> m.pinMm[set] & 1) != 0 && i < m.pages; i++) {
                m.see(m.pinAt(set) + Layout.PIN_HEAD + i);
                if ((m.s[m.pinAt(set) + Layout.PIN_HEAD + i] & Layout.ENTRY_PFN) == pfn) {
                    m.tick(m.layout.pinSeenBase + set * m.pages + i);
                    m.s[m.layout.pinSeenBase + set * m.pages + i] |= World.tokenBit(token);
                }
            }
        }
    }

    /** A read through entry {@code i} of a set saw {@code seen}: what a held claim must see, and what any reference may. */
    static void read(Machine m, int t, int set, int i, int seen) {
        int at = m.pinAt(set);
        int page = m.s[at + Layout.PIN_START] + i;
        m.see(at + Layout.PIN_HEAD + i);
        if ((m.s[at + Layout.PIN_HEAD + i] & Layout.ENTRY_HELD) != 0 && promised(m, set, i)) {
            Contents.compare(m, t, m.pinMm[set], page, seen);
        } else if (m.watchesReferences) {
            m.see(m.layout.pinSeenBase + set * m.pages + i);
            int allowed = m.s[m.layout.pinSeenBase + set * m.pages + i];
            boolean own = m.isOf(seen, page) && (allowed & World.tokenBit(seen)) != 0;
            if (!own && allowed != ANYTHING) {
                m.violate(Invariant.I2, t, page, 0);
            }
        }
    }

    /** The first step of an unpin: the claims end, the references go one by one. */
    public static void release(Machine m, int set) {
        int[] s = m.s;
        int at = m.pinAt(set);
        m.see(m.layout.call(set));
        for (int i = 0; i < s[at + Layout.PIN_NR]; i++) {
            m.mark(at + Layout.PIN_HEAD + i);
            m.mark(m.claimAt(s[at + Layout.PIN_START] + i));
            s[at + Layout.PIN_HEAD + i] &= ~Layout.ENTRY_HELD;
            s[m.claimAt(s[at + Layout.PIN_START] + i)] &= ~(1 << set);
        }
    }
    /** The last reference of the set is gone. */
    public static void unpinned(Machine m, int set) {
        m.mark(m.layout.call(set));
        m.s[m.pinAt(set) + Layout.PIN_NR] = -3;
    }

    /** An unmapping of pages {@code [start, end)} of {@code mm} takes its first step. */
    public static void unmapBegins(Machine m, int mm, int start, int end) {
        int[] s = m.s;
        for (int page = start; page < end; page++) {
            m.tick(m.zapAt(mm, page));
            s[m.zapAt(mm, page)]++;
        }
        giveUp(m, mm, start, end);
    }

    /** What calls in flight, and claims, of pages {@code [start, end)} are about goes away. */
    static void giveUp(Machine m, int mm, int start, int end) {
        int[] s = m.s;
        for (int set = 0; set < m.pins; set++) {
            int at = m.pinAt(set);
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
                m.mark(m.claimAt(page));
                s[entry] = (s[entry] & ~Layout.ENTRY_HELD) | Layout.ENTRY_VOID;
                s[m.claimAt(page)] &= ~(1 << set);
                if (nr < 0 && m.watchesReferences) {
                    m.mark(m.layout.pinSeenBase + set * m.pages + page - first);
                    s[m.layout.pinSeenBase + set * m.pages + page - first] = ANYTHING;
                }
            }
        }
    }

    /** MADV_DONTNEED takes its first step: what is at the locations is as good as gone, but for what is stored from now on. */
    public static void discardBegins(Machine m, int mm, int start, int end) {
        for (int page = start; page < end; page++) {
            m.see(m.zapAt(mm, page));
            if (m.s[m.zapAt(mm, page)] == 0) {
                Contents.onlyOne(m, mm, page);
            }
        }
        unmapBegins(m, mm, start, end);
    }

    /** The unmapping returned: nothing is mapped there any more. */
    public static void unmapEnds(Machine m, int mm, int start, int end) {
        for (int page = start; page < end; page++) {
            m.tick(m.zapAt(mm, page));
            m.s[m.zapAt(mm, page)]--;
            Contents.setRef(m, mm, page, Contents.UNMAPPED);
        }
    }

    /** The page table of {@code [start, end)} was emptied for new contents: what is there now is up to the caller. */
    public static void discardEnds(Machine m, int mm, int start, int end) {
        for (int page = start; page < end; page++) {
            m.tick(m.zapAt(mm, page));
            m.s[m.zapAt(mm, page)]--;
        }
    }
}
