package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.scenario.World;

/**
 * What pages hold, and the reference memory beside them, which says what every load must see: the last store to the logical
 * location, whichever frame it went to. A store or a load of a program, a device or a debugger is one access of a page's contents.
 */
public final class Contents {

    private Contents() {}

    /** In the reference memory: nothing is mapped. */
    public static final int UNMAPPED = -1;

    /** In the reference memory: the page is a private mapping's that shows the file's. */
    public static int privateFile(int filePage) {
        return -2 - 2 * filePage;
    }

    /** In the reference memory: the page is a shared mapping's, and so the file's. */
    public static int sharedFile(int filePage) {
        return -3 - 2 * filePage;
    }

    static boolean isFile(int ref) {
        return ref < UNMAPPED;
    }

    static boolean isShared(int ref) {
        return ref < UNMAPPED && (ref & 1) != 0;
    }

    static int filePage(int ref) {
        return (-2 - ref) >> 1;
    }

    /** What a load of (mm, page) must see; {@link #UNMAPPED} where nothing is mapped. A ghost look. */
    public static int value(Machine m, int mm, int page) {
        int ref = m.s[m.refAt(mm, page)];
        m.see(m.refAt(mm, page));
        if (!isFile(ref)) {
            return ref;
        }
        m.see(m.layout.fileRefBase + filePage(ref));
        return m.s[m.layout.fileRefBase + filePage(ref)];
    }

    /** What is at (mm, page) from now on; a ghost change. */
    public static void setRef(Machine m, int mm, int page, int ref) {
        m.mark(m.refAt(mm, page));
        m.s[m.refAt(mm, page)] = ref;
        if (m.hasAlso) {
            m.mark(m.layout.also(mm, page));
            m.s[m.layout.also(mm, page)] = 0;
        }
    }

    /** A load of (mm, page) may see {@code token} as well, until the next store. */
    public static void allow(Machine m, int mm, int page, int token) {
        m.mark(m.layout.also(mm, page));
        m.s[m.layout.also(mm, page)] |= World.tokenBit(token);
        if (m.watchesReferences) {
            Claims.stored(m, mm, page, token);
        }
    }

    /**
     * The program stored {@code token} to (mm, page), whichever frame it went to. A private mapping of a file has a page of its
     * own from its first store on.
     */
    public static void stored(Machine m, int mm, int page, int token) {
        int at = m.refAt(mm, page);
        int ref = m.s[at];
        m.see(at);
        if (ref < UNMAPPED && isShared(ref)) {
            fileStored(m, filePage(ref), token);
        } else {
            int also = m.hasAlso ? alsoWhileDiscarding(m, mm, page, token) | alsoWhileFreeing(m, mm, page) : 0;
            m.mark(at);
            m.s[at] = token;
            if (m.hasAlso) {
                m.mark(m.layout.also(mm, page));
                m.s[m.layout.also(mm, page)] = also;
            }
        }
        if (m.followsStores) {
            followed(m, mm, page, token);
        }
        remember(m, mm, page, token);
    }

    /** A store shows through references, and where mremap() is moving its location to. */
    private static void followed(Machine m, int mm, int page, int token) {
        if (m.layout.hasMoves()) {
            Moves.stored(m, mm, page, token);
        }
        if (m.watchesReferences) {
            Claims.stored(m, mm, page, token);
        }
    }

    /** What is stored while an unmapping is at work may stay or be lost: the further values of the location, with the new one. */
    private static int alsoWhileDiscarding(Machine m, int mm, int page, int token) {
        m.see(m.zapAt(mm, page));
        if (m.s[m.zapAt(mm, page)] == 0) {
            return 0;
        }
        m.see(m.layout.also(mm, page));
        return m.s[m.layout.also(mm, page)] | World.tokenBit(token);
    }

    /** What is stored while MADV_FREE is at work may be lost: what was there before comes back then, or zero. */
    private static int alsoWhileFreeing(Machine m, int mm, int page) {
        if (!m.layout.hasFreeing()) {
            return 0;
        }
        m.see(m.layout.freeing(mm, page));
        if (m.s[m.layout.freeing(mm, page)] == 0) {
            return 0;
        }
        int before = value(m, mm, page);
        m.see(m.layout.also(mm, page));
        return m.s[m.layout.also(mm, page)] | World.tokenBit(0) | (before < 0 ? 0 : World.tokenBit(before));
    }

    /** Whether a load of (mm, page) may see {@code token}; a ghost look. */
    static boolean allows(Machine m, int mm, int page, int token) {
        if (token == value(m, mm, page)) {
            return true;
        } else if (!m.hasAlso || !m.isOf(token, page)) {
            return false;
        }
        m.see(m.layout.also(mm, page));
        return (m.s[m.layout.also(mm, page)] & World.tokenBit(token)) != 0;
    }

    /** A location has no further values. */
    static void onlyOne(Machine m, int mm, int page) {
        m.mark(m.layout.also(mm, page));
        m.s[m.layout.also(mm, page)] = 0;
    }

    /** The program stored {@code token} to a page of a file, by write() or through a shared mapping. */
    public static void fileStored(Machine m, int filePage, int token) {
        m.mark(m.layout.fileRefBase + filePage);
        m.s[m.layout.fileRefBase + filePage] = token;
        if (m.watchesReferences) { // of a private mapping, too, that shows a copy by now
            m.see(m.layout.file(filePage) + Layout.FILE_CACHE);
            Claims.storedTo(m, -1, m.s[m.layout.file(filePage) + Layout.FILE_CACHE], token);
        }
        for (int mm = 0; mm < m.mms; mm++) {
            for (int page = 0; page < m.pages; page++) {
                int ref = m.s[m.refAt(mm, page)];
                m.see(m.refAt(mm, page));
                if (isFile(ref) && filePage(ref) == filePage) {
                    if (m.watchesReferences) {
                        Claims.stored(m, mm, page, token);
                    }
                    remember(m, mm, page, token);
                }
            }
        }
    }

    /**
     * A private mapping of a file has a page of its own from now on, {@code pfn}, though nothing was stored yet: a copy that a
     * fault or an unsharing made.
     */
    public static void ownCopy(Machine m, int mm, int page, int pfn) {
        int ref = m.s[m.refAt(mm, page)];
        m.see(m.refAt(mm, page));
        if (isFile(ref)) {
            int content = m.s[m.pageAt(pfn) + Layout.CONTENT];
            m.see(m.pageAt(pfn) + Layout.CONTENT);
            // an older value of the file is one that the program may see; what was never in the file is lost data
            setRef(m, mm, page, content != 0 && m.isOf(content, page) ? content : value(m, mm, page));
        }
    }

    /** read() copies a page of a file out of a frame: what it saw. */
    public static int fileLoad(Machine m, int t, int filePage, int pfn) {
        int seen = m.read(m.pageAt(pfn) + Layout.CONTENT);
        m.see(m.layout.fileRefBase + filePage);
        if (seen != m.s[m.layout.fileRefBase + filePage]) {
            m.violate(Invariant.I13, t, 0, 0);
        }
        return seen;
    }

    /** A store of a CPU through its TLB entry for (mm, page). */
    public static void cpuStore(Machine m, int t, int page, int pfn, int token) {
        store(m, t, page, pfn, token, m.s[m.tlbBirthAt(t, page)]);
    }

    /** A store of a guest through the entry of the secondary MMU that {@link SecondaryMmu#enter} found. */
    public static void guestStore(Machine m, int t, int page, int pfn, int token) {
        store(m, t, page, pfn, token, m.s[SecondaryMmu.own(m, t, SecondaryMmu.BIRTH)]);
    }

    private static void store(Machine m, int t, int page, int pfn, int token, int birth) {
        int[] s = m.s;
        int mm = m.threadMm[t];
        int frame = m.pageAt(pfn);
        m.write(frame + Layout.CONTENT, token);
        if (gone(m, frame, birth) || s[m.refAt(mm, page)] == UNMAPPED) {
            m.violate(Invariant.I4, t, page, 0);
        }
        for (int rest = m.log == null ? 0 : m.mmThreads[mm]; rest != 0; rest &= rest - 1) {
            m.see(m.frame(Integer.numberOfTrailingZeros(rest)) + Frame.COPY_PAGE);
        }
        if (m.s[Sched.COPYING] != 0) {
            for (int rest = m.s[Sched.COPYING]; rest != 0; rest &= rest - 1) {
                int u = m.frame(Integer.numberOfTrailingZeros(rest));
                if (m.threadMm[Integer.numberOfTrailingZeros(rest)] == mm
                        && s[u + Frame.COPY_PAGE] == page + 1
                        && s[u + Frame.COPY_PFN] == pfn) {
                    m.mark(u + Frame.COPY_PAGE);
                    s[u + Frame.COPY_STORED] = 1;
                }
            }
        }
        stored(m, mm, page, token);
    }

    /** A load of a CPU through its TLB entry for (mm, page): what it saw. */
    public static int cpuLoad(Machine m, int t, int page, int pfn) {
        return load(m, t, page, pfn, m.s[m.tlbBirthAt(t, page)]);
    }

    /** A load of a guest as {@link #guestStore}: what it saw. */
    public static int guestLoad(Machine m, int t, int page, int pfn) {
        return load(m, t, page, pfn, m.s[SecondaryMmu.own(m, t, SecondaryMmu.BIRTH)]);
    }

    private static int load(Machine m, int t, int page, int pfn, int birth) {
        int mm = m.threadMm[t];
        int frame = m.pageAt(pfn);
        int seen = m.read(frame + Layout.CONTENT);
        if (gone(m, frame, birth)) {
            m.violate(Invariant.I4, t, page, 0);
        }
        m.see(m.zapAt(mm, page));
        if (m.s[m.zapAt(mm, page)] == 0) {
            compare(m, t, mm, page, seen); // a load that races with its own munmap may see anything of its own
        }
        return seen;
    }

    /** A store of the device through entry {@code i} of a pin set. */
    public static void deviceStore(Machine m, int t, int set, int i, int token) {
        int[] s = m.s;
        int at = m.pinAt(set);
        int entry = s[at + Layout.PIN_HEAD + i];
        int frame = m.pageAt(entry & Layout.ENTRY_PFN);
        int page = s[at + Layout.PIN_START] + i;
        int mm = m.pinMm[set];
        m.see(m.layout.call(set));
        m.see(at + Layout.PIN_HEAD + i);
        m.write(frame + Layout.CONTENT, token);
        if (gone(m, frame, s[m.layout.pinBirthBase + set * m.pages + i])) {
            m.violate(Invariant.I5, t, page, 0);
        }
        if ((entry & Layout.ENTRY_CACHES) != 0) {
            m.violate(Invariant.I8, t, page, 0);
        }
        // behind MADV_DONTNEED the location may lead to the page of a call that was under way, though it promises
        // nothing
        boolean again = m.hasAlso && Claims.refersTo(m, mm, page, entry & Layout.ENTRY_PFN);
        if ((entry & Layout.ENTRY_HELD) == 0 && !again) {
            if (m.layout.mayStray) {
                strayed(m, mm, entry & Layout.ENTRY_PFN, token);
            }
            return; // else it is nobody's any more
        }
        if (!m.hasAlso || Claims.promised(m, set, i)) {
            stored(m, mm, page, token);
            return;
        }
        int before = value(m, mm, page);
        int also = s[m.layout.also(mm, page)];
        stored(m, mm, page, token);
        if (before >= 0) {
            allow(m, mm, page, before); // what the device stores may be lost without a broken promise
            s[m.layout.also(mm, page)] |= also;
        }
    }

    /**
     * The device stored through a reference whose address was given up, or leads elsewhere: to a page of a file, to a page that the
     * process has at another address by now or that came behind what was given up, or to one that is, by an accepted loss, another
     * process's.
     */
    private static void strayed(Machine m, int mm, int pfn, int token) {
        int frame = m.pageAt(pfn);
        m.see(m.layout.tenancy(pfn));
        if ((m.s[frame + Layout.FLAGS] & Layout.FLAG_FILE) != 0) {
            m.see(frame + Layout.MAPPING);
            fileStored(m, PageMapping.filePage(m.s[frame + Layout.MAPPING]), token);
            return;
        }
        for (int page = 0; page < m.pages; page++) {
            if (Claims.refersTo(m, mm, page, pfn)) {
                stored(m, mm, page, token);
            }
        }
        if (m.watchesReferences) {
            Claims.storedTo(m, 1 << mm, pfn, token);
        }
    }

    /** A load of the device through entry {@code i} of a pin set: what it saw. */
    public static int deviceLoad(Machine m, int t, int set, int i) {
        int[] s = m.s;
        int at = m.pinAt(set);
        int frame = m.pageAt(s[at + Layout.PIN_HEAD + i] & Layout.ENTRY_PFN);
        m.see(m.layout.call(set));
        m.see(at + Layout.PIN_HEAD + i);
        int seen = m.read(frame + Layout.CONTENT);
        if (gone(m, frame, s[m.layout.pinBirthBase + set * m.pages + i])) {
            m.violate(Invariant.I5, t, s[at + Layout.PIN_START] + i, 0);
        }
        Claims.read(m, t, set, i, seen);
        return seen;
    }

    /**
     * A store of a debugger through a reference to the page of (mm, page), which it holds under mmap_lock. It is the location's only
     * while the location still leads to the page: MADV_DONTNEED may have taken it away, and a write fault of another thread may have
     * copied it.
     */
    public static void remoteStore(Machine m, int t, int page, int pfn, int token) {
        int mm = m.threadMm[t];
        m.write(m.pageAt(pfn) + Layout.CONTENT, token);
        m.see(m.layout.tenancy(pfn));
        m.see(m.refAt(mm, page));
        int flags = m.s[m.pageAt(pfn) + Layout.FLAGS];
        if ((flags & Layout.FLAG_ALLOCATED) == 0) {
            m.violate(Invariant.I5, t, page, 0);
        } else if (pfn == 0 || ((flags & Layout.FLAG_FILE) != 0 && !isShared(m.s[m.refAt(mm, page)]))) {
            m.violate(Invariant.I8, t, page, 0);
        } else if (Claims.refersTo(m, mm, page, pfn)) {
            stored(m, mm, page, token);
        } else if (m.watchesReferences) {
            Claims.storedTo(m, 1 << mm, pfn, token);
        }
    }

    /** A load of a debugger as {@link #remoteStore}: what it saw. */
    public static int remoteLoad(Machine m, int t, int page, int pfn) {
        int mm = m.threadMm[t];
        int seen = m.read(m.pageAt(pfn) + Layout.CONTENT);
        m.see(m.zapAt(mm, page));
        if (m.s[m.zapAt(mm, page)] == 0 && Claims.refersTo(m, mm, page, pfn)) {
            compare(m, t, mm, page, seen);
        }
        return seen;
    }

    /** Whether a frame was freed, and perhaps given to somebody else, since a translation to it that saw it as {@code birth}. */
    private static boolean gone(Machine m, int frame, int birth) {
        m.see(m.layout.tenancy(m.pfnAt(frame)));
        return (m.s[frame + Layout.FLAGS] & Layout.FLAG_ALLOCATED) == 0 || m.s[frame + Layout.BIRTH] != birth;
    }

    /** I13: whether a read of (mm, page) may have seen {@code seen}. */
    public static void compare(Machine m, int t, int mm, int page, int seen) {
        int expected = value(m, mm, page);
        if (seen == expected) {
            return;
        }
        if (m.hasAlso) {
            m.see(m.layout.also(mm, page));
            boolean own = m.isOf(seen, page);
            if (own && (m.s[m.layout.also(mm, page)] & World.tokenBit(seen)) != 0) {
                setRef(m, mm, page, seen); // now it is known which it is
                return;
            }
        }
        int separated = m.s[m.remapAt(mm, page)];
        m.see(m.remapAt(mm, page));
        m.violate(Invariant.I13, t, page, Blames.data(mm, seen, expected, separated));
    }

    /** A read of (mm, page) saw {@code seen}; the scenario may want it to be one of {@code must}, and may wait for one of {@code wanted}. */
    public static void expect(Machine m, int t, int page, int seen, int must, int goal, int wanted) {
        int bit = seen < 0 ? 0 : World.tokenBit(seen);
        if (must != 0 && (must & bit) == 0) {
            m.violate(Invariant.EXPECTED, t, page, Blames.value(seen));
        }
        if (goal != 0 && (wanted & bit) != 0) {
            m.reachOwn(goal - 1);
        }
    }

    private static void remember(Machine m, int mm, int page, int token) {
        for (int rest = m.log == null ? 0 : m.mmThreads[mm]; rest != 0; rest &= rest - 1) {
            m.see(m.layout.forking(Integer.numberOfTrailingZeros(rest)));
        }
        for (int rest = m.s[Sched.FORKING]; rest != 0; rest &= rest - 1) {
            int t = Integer.numberOfTrailingZeros(rest);
            if (m.threadMm[t] == mm) {
                m.tick(m.layout.historyBase + t * m.pages + page);
                m.s[m.layout.historyBase + t * m.pages + page] |= World.tokenBit(token);
                m.reach(GoalPoint.STORE_OVERLAPS_FORK);
            }
        }
    }

    /** dup_mm() begins: from here on the child may see any value that the parent's location holds. */
    public static void forkBegins(Machine m, int t) {
        int mm = m.threadMm[t];
        m.mark(m.layout.forking(t));
        m.s[Sched.FORKING] |= 1 << t;
        m.tick(m.mmAt(mm) + Layout.FORKERS);
        if (m.asks(GoalPoint.FORKS_BOTH)) {
            m.see(m.mmAt(mm) + Layout.FORKERS);
        }
        if (m.s[m.mmAt(mm) + Layout.FORKERS]++ > 0) {
            m.reach(GoalPoint.FORKS_BOTH);
        }
        Claims.forkBegins(m, mm);
        for (int page = 0; page < m.pages; page++) {
            int value = value(m, mm, page);
            m.mark(m.layout.historyBase + t * m.pages + page);
            m.s[m.layout.historyBase + t * m.pages + page] = value < 0 ? 0 : World.tokenBit(value);
            if (m.layout.hasAlso()) {
                m.see(m.layout.also(mm, page));
                m.s[m.layout.historyBase + t * m.pages + page] |= m.s[m.layout.also(mm, page)];
            }
        }
    }

    /** mmap_write_unlock(parent): what the child has now must be what the parent had at some instant since. */
    public static void forkEnds(Machine m, int t, int childMm) {
        int[] s = m.s;
        int mm = m.threadMm[t];
        m.mark(m.layout.forking(t));
        m.tick(m.mmAt(mm) + Layout.FORKERS);
        m.see(m.mmAt(childMm) + Layout.VMA_COUNT);
        m.s[Sched.FORKING] &= ~(1 << t);
        s[m.mmAt(mm) + Layout.FORKERS]--;
        s[m.mmAt(mm) + Layout.FORKS_DONE]++;
        for (int page = 0; page < m.pages; page++) {
            int history = s[m.layout.historyBase + t * m.pages + page];
            m.see(m.layout.historyBase + t * m.pages + page);
            if (Vmas.lookup(m, m.mmAt(childMm), page) < 0) {
                setRef(m, childMm, page, UNMAPPED);
                continue;
            }
            ChildContents.check(m, t, mm, childMm, page, history);
        }
    }
}
