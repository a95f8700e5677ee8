package dev.gupfuzz.simulator.machine;

/** mmap_lock and the page-table lock of a thread's own mm. Each method is the atomic access of a step that takes or releases one. */
public final class Locks {

    private Locks() {}

    public static void mmapReadLock(Machine m, int t) {
        int at = m.s[Frame.at(t) + Frame.MM_AT] + Layout.MMAP_LOCK;
        m.passed(t);
        m.rmw(at, AccessLog.SEEN);
        m.tick(m.layout.readers(at));
        m.s[at]++;
        m.recheck();
    }

    /** A reader leaves: an atomic of the lock word that only those who wait for the last reader can tell. */
    private static void unlocked(Machine m, int at) {
        if (m.log != null) {
            m.log.access(at, AccessLog.RMW);
            m.log.touch(m.layout.readers(at), AccessLog.BUMPED);
        }
    }

    public static void mmapReadUnlock(Machine m, int t) {
        int at = m.s[Frame.at(t) + Frame.MM_AT] + Layout.MMAP_LOCK;
        unlocked(m, at);
        m.s[at]--;
        m.recheck();
    }

    public static void mmapWriteLock(Machine m, int t) {
        int at = m.s[Frame.at(t) + Frame.MM_AT] + Layout.MMAP_LOCK;
        m.passed(t);
        m.rmw(at);
        m.see(m.layout.readers(at));
        m.s[at] = -1 - t;
        m.recheck();
    }

    public static void mmapWriteUnlock(Machine m, int t) {
        int at = m.s[Frame.at(t) + Frame.MM_AT] + Layout.MMAP_LOCK;
        m.rmw(at);
        m.s[at] = 0;
        m.recheck();
    }

    public static void mmapWriteDowngrade(Machine m, int t) {
        int at = m.s[Frame.at(t) + Frame.MM_AT] + Layout.MMAP_LOCK;
        m.rmw(at);
        m.tick(m.layout.readers(at));
        m.s[at] = 1;
        m.recheck();
    }

    /** spin_lock() on the page-table lock of the thread's own mm. */
    public static void ptlLock(Machine m, int t) {
        int at = m.s[Frame.at(t) + Frame.MM_AT] + Layout.PTL;
        m.passed(t);
        m.rmw(at);
        m.s[at] = t + 1;
        m.recheck();
    }

    public static void ptlUnlock(Machine m, int t) {
        int at = m.s[Frame.at(t) + Frame.MM_AT] + Layout.PTL;
        m.rmw(at);
        m.s[at] = 0;
        if (m.s[Sched.BLOCKING] != 0) {
            m.recheck();
        }
    }
}
