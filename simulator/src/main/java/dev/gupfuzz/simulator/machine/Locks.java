package dev.gupfuzz.simulator.machine;

/**
 * mmap_lock of the thread's own mm, and locks that {@link Frame#LOCK} leads to: page-table locks, page locks, VMA locks. Each
 * method but {@link #aim} is the atomic access of a step that takes or releases one.
 */
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

    /** mmap_read_trylock(): whether it has the lock now. */
    public static boolean mmapReadTrylock(Machine m, int t) {
        int at = m.s[Frame.at(t) + Frame.MM_AT] + Layout.MMAP_LOCK;
        m.rmw(at);
        if (m.s[at] < 0) {
            return false;
        }
        m.tick(m.layout.readers(at));
        m.s[at]++;
        m.recheck();
        return true;
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

    /** Releases the VMA locks that were taken under it, too: vma_end_write_all(). */
    public static void mmapWriteUnlock(Machine m, int t) {
        int at = m.s[Frame.at(t) + Frame.MM_AT] + Layout.MMAP_LOCK;
        vmaEndWriteAll(m, m.s[Frame.at(t) + Frame.MM_AT]);
        m.rmw(at);
        m.s[at] = 0;
        m.recheck();
    }

    public static void mmapWriteDowngrade(Machine m, int t) {
        int at = m.s[Frame.at(t) + Frame.MM_AT] + Layout.MMAP_LOCK;
        vmaEndWriteAll(m, m.s[Frame.at(t) + Frame.MM_AT]);
        m.rmw(at);
        m.tick(m.layout.readers(at));
        m.s[at] = 1;
        m.recheck();
    }

    private static void vmaEndWriteAll(Machine m, int mm) {
        for (int slot = 0; slot < m.s[mm + Layout.VMA_COUNT]; slot++) {
            int at = Vmas.at(mm, slot) + Layout.VMA_LOCK;
            if ((m.s[at] & Layout.VMA_WRITE_LOCKED) != 0) { // readers come and go without it
                m.mark(at);
                m.s[at] &= ~Layout.VMA_WRITE_LOCKED;
            }
        }
    }

    // ---- spinlocks: the lock is the word that LOCK holds

    /** The next lock to take is the page-table lock of (mm, page); it rides on the step before. */
    public static void aim(Machine m, int f, int mm, int page) {
        m.s[f + Frame.LOCK] = m.layout.ptl(mm, page);
    }

    /** spin_lock() on the page-table lock that the thread aimed at. */
    public static void ptlLock(Machine m, int t) {
        int at = m.s[Frame.at(t) + Frame.LOCK];
        m.passed(t);
        m.rmw(at);
        m.s[at] = t + 1;
        m.recheck();
    }

    /** spin_unlock() of the lock that was aimed at last. */
    public static void ptlUnlock(Machine m, int t) {
        unlock(m, t, m.s[Frame.at(t) + Frame.LOCK]);
    }

    /** spin_unlock() of a lock by its word. */
    public static void unlock(Machine m, int t, int at) {
        if (m.s[at] != t + 1) {
            throw new IllegalStateException("[simulator bug] unlocks what it does not hold: thread=" + t);
        }
        m.rmw(at);
        m.s[at] = 0;
        if (m.s[Sched.BLOCKING] != 0) {
            m.recheck();
        }
    }

    // ---- page locks

    /** The next lock to take is the lock of a frame's page. */
    public static void aimPage(Machine m, int f, int pfn) {
        m.s[f + Frame.LOCK] = m.pageAt(pfn) + Layout.FLAGS;
    }

    /** lock_page() of the page that was aimed at. */
    public static void pageLock(Machine m, int t) {
        m.passed(t);
        int at = m.s[Frame.at(t) + Frame.LOCK];
        m.rmw(at);
        m.s[at] |= Layout.FLAG_LOCKED;
        m.recheck();
    }

    /** trylock_page(): whether it has the lock now. */
    public static boolean tryPageLock(Machine m, int pfn) {
        int at = m.pageAt(pfn) + Layout.FLAGS;
        m.rmw(at);
        if ((m.s[at] & Layout.FLAG_LOCKED) != 0) {
            return false;
        }
        m.s[at] |= Layout.FLAG_LOCKED;
        if (m.s[Sched.BLOCKING] != 0) {
            m.recheck();
        }
        return true;
    }

    public static void pageUnlock(Machine m, int pfn) {
        int at = m.pageAt(pfn) + Layout.FLAGS;
        m.rmw(at);
        m.s[at] &= ~Layout.FLAG_LOCKED;
        if (m.s[Sched.BLOCKING] != 0) {
            m.recheck();
        }
    }

    // ---- VMA locks; Layout.VMA_LOCK of a VMA's first word

    /**
     * vma_start_read(): whether it has the lock now; it never waits.
     *
     * @param at {@link Vmas#lockWord}
     * @param exists whether the VMA is still there; the lock of one that was detached helps nobody
     */
    public static boolean vmaStartRead(Machine m, int at, boolean exists) {
        m.rmw(at);
        if (!exists || (m.s[at] & Layout.VMA_WRITE_LOCKED) != 0) {
            return false;
        }
        m.s[at]++;
        m.recheck();
        return true;
    }

    /** vma_end_read() of the lock at {@link Vmas#lockWord}. */
    public static void vmaEndRead(Machine m, int at) {
        m.rmw(at);
        if (m.s[at] <= 0) {
            throw new IllegalStateException("[simulator bug] a VMA went away under its readers: lock at " + at);
        }
        m.s[at]--;
        m.recheck();
    }

    /** The next lock to take for writing is that of a VMA. */
    public static void aimVma(Machine m, int f, int vma) {
        m.s[f + Frame.LOCK] = vma + Layout.VMA_LOCK;
    }

    /** vma_start_write() of the VMA that was aimed at; it lasts until mmap_lock is released or downgraded. */
    public static void vmaStartWrite(Machine m, int t) {
        int at = m.s[Frame.at(t) + Frame.LOCK];
        m.passed(t);
        m.rmw(at);
        m.s[at] |= Layout.VMA_WRITE_LOCKED;
    }
}
