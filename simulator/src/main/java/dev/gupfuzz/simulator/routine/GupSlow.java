package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.machine.Claims;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Locks;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Vmas;
import dev.gupfuzz.simulator.scenario.Foll;
import dev.gupfuzz.simulator.scenario.Region;

/**
 * Slow GUP under mmap_lock for read: the whole of {@code pin_user_pages()} and {@code get_user_pages()}, what a fast call has left
 * over, and the access to another process's memory. One page of it is {@link GupFollow}'s.
 *
 * <p>Source: mm/gup.c, __gup_longterm_unlocked(), get_user_pages_unlocked(), __get_user_pages_locked(), __get_user_pages(),
 * check_vma_flags(), faultin_page(); v4.8 to v6.12. Not modelled: FOLL_TOUCH's dirty and accessed marks; the migration of pages
 * that a long-term pin may not hold, and what it refuses in files (writable_file_mapping_allowed(), v6.12); stack expansion,
 * gate pages, hugetlb, signals; FOLL_NOWAIT; that a long-term pin which pin_user_pages_fast() leaves over could not give
 * mmap_lock up to wait for a userfaultfd monitor before v6.2, and failed.
 */
final class GupSlow {

    private static final int FOLL_COW = Rule.FOLL_COW.ordinal();
    private static final int FORCE_EXCLUSIVE = Rule.FORCE_EXCLUSIVE.ordinal();
    private static final int GUP_BREAKS_COW = Rule.GUP_BREAKS_COW.ordinal();
    private static final int HAS_PINNED_TEST = Rule.HAS_PINNED_TEST.ordinal();
    private static final int SLOW_GUP_HAS_PINNED = Rule.SLOW_GUP_HAS_PINNED.ordinal();
    private static final int SLOW_GUP_MMAP_LOCK = Rule.SLOW_GUP_MMAP_LOCK.ordinal();

    /** In {@link Frame#FOLL_NOW}: the call's FOLL_COW, beside {@link Foll#WRITE}. */
    static final int COW = 1 << 30;

    private static final String LOCKED = "__get_user_pages_locked";
    private static final String PAGES = "__get_user_pages";

    static final int MMAP_LOCK = Pc.GUP_SLOW | Pc.ON_MMAP_READ;
    static final int SET_HAS_PINNED = Pc.GUP_SLOW | 1;
    static final int FIND_VMA = Pc.GUP_SLOW | 2;
    static final int MMAP_UNLOCK = Pc.GUP_SLOW | 8;
    static final int TEST_HAS_PINNED = Pc.GUP_SLOW | 9;
    /** What became of a fault; nobody else can tell when. */
    static final int FAULTED = Pc.GUP_SLOW | 11 | Pc.INVISIBLE;

    static final int MMAP_RELOCK = Pc.GUP_SLOW | 12 | Pc.ON_MMAP_READ;

    private GupSlow() {}

    static void declare() {
        Labels.define(MMAP_LOCK, LOCKED, "MMAP_LOCK", Target.MMAP_LOCK, "mmap_read_lock(mm)", new MmapLock());
        Labels.define(
                TEST_HAS_PINNED,
                LOCKED,
                "TEST_HAS_PINNED",
                Target.HAS_PINNED,
                "test_bit(MMF_HAS_PINNED, &mm->flags)",
                new TestHasPinned());
        Labels.define(
                SET_HAS_PINNED,
                LOCKED,
                "SET_HAS_PINNED",
                Target.HAS_PINNED,
                "atomic_set(&mm->has_pinned, 1)",
                new SetHasPinned());
        Labels.define(FIND_VMA, PAGES, "FIND_VMA", Target.VMA, "vma = find_extend_vma(mm, start)", new FindVma());
        Labels.define(FAULTED, PAGES, "FAULTED", Target.CPU, "ret = faultin_page()", new Faulted());
        Labels.define(
                MMAP_RELOCK,
                LOCKED,
                "MMAP_RELOCK",
                Target.MMAP_LOCK,
                "mmap_read_lock_killable(mm) (VM_FAULT_RETRY)",
                new MmapRelock());
        Labels.define(MMAP_UNLOCK, LOCKED, "MMAP_UNLOCK", Target.MMAP_LOCK, "mmap_read_unlock(mm)", new MmapUnlock());
        Labels.pending(PendingAccess.rmw(Places.mm(Layout.MMAP_LOCK)), MMAP_LOCK, MMAP_RELOCK, MMAP_UNLOCK);
        Labels.pending(PendingAccess.read(Places.mm(Layout.HAS_PINNED)), TEST_HAS_PINNED);
        Labels.pending(PendingAccess.write(Places.mm(Layout.HAS_PINNED)), SET_HAS_PINNED);
        Labels.pending(PendingAccess.read(Places.mm(Layout.VMA_COUNT)), FIND_VMA);
        Labels.pending(PendingAccess.read(Places.register(Frame.FAULT_RESULT)), FAULTED);
    }

    static int begin(Machine m, int t, int f) {
        m.reach(GoalPoint.SLOW_PATH);
        m.s[f + Frame.FAST] = 0;
        return m.has(SLOW_GUP_MMAP_LOCK) ? MMAP_LOCK : locked(m, f);
    }

    private static int locked(Machine m, int f) {
        if (!m.has(SLOW_GUP_HAS_PINNED) || !GupFast.pins(m, f)) {
            return FIND_VMA;
        }
        return m.has(HAS_PINNED_TEST) ? TEST_HAS_PINNED : SET_HAS_PINNED;
    }

    private static final class MmapLock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            GupFast.entered(m, t, f);
            Locks.mmapReadLock(m, t);
            return locked(m, f);
        }
    }

    private static final class TestHasPinned extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            GupFast.entered(m, t, f);
            return m.read(m.mmOf(f) + Layout.HAS_PINNED) == 0 ? SET_HAS_PINNED : FIND_VMA;
        }
    }

    private static final class SetHasPinned extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            GupFast.entered(m, t, f);
            m.write(m.mmOf(f) + Layout.HAS_PINNED, 1);
            return FIND_VMA;
        }
    }

    private static final class FindVma extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            GupFast.entered(m, t, f);
            int slot = Vmas.find(m, m.mmOf(f), s[f + Frame.START] + s[f + Frame.NR]);
            s[f + Frame.VMA] = slot;
            s[f + Frame.VM_FLAGS] = slot < 0 ? 0 : s[Vmas.at(m.mmOf(f), slot) + Layout.VMA_FLAGS];
            if (slot < 0) {
                return finish(m, t, f); // -EFAULT, or the pages so far
            }
            s[f + Frame.VM_FLAGS] = s[Vmas.at(m.mmOf(f), slot) + Layout.VMA_FLAGS];
            return allows(s[f + Frame.VM_FLAGS], s[f + Frame.FOLL]) ? page(m, t, f) : finish(m, t, f);
        }
    }

    private static final class Faulted extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int result = m.local(f + Frame.FAULT_RESULT);
            s[f + Frame.UNSHARE] = 0;
            if ((result & Frame.FAULT_ERROR) != 0) {
                return finish(m, t, f);
            }
            if ((result & Frame.FAULT_RETRY) != 0) {
                return m.has(SLOW_GUP_MMAP_LOCK) ? MMAP_RELOCK : FIND_VMA;
            }
            if ((result & Frame.FAULT_WRITE) != 0 && (s[f + Frame.VM_FLAGS] & Region.WRITE) == 0) {
                if (m.has(FOLL_COW)) {
                    s[f + Frame.FOLL_NOW] |= COW;
                } else if (!m.has(FORCE_EXCLUSIVE)) {
                    s[f + Frame.FOLL_NOW] &= ~Foll.WRITE;
                }
            }
            return follow(m, t, f);
        }
    }

    private static final class MmapRelock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.mmapReadLock(m, t);
            return FIND_VMA;
        }
    }

    private static final class MmapUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.mmapReadUnlock(m, t);
            return GupFast.returned(m, t, f);
        }
    }

    /** check_vma_flags(). */
    private static boolean allows(int flags, int foll) {
        boolean force = (foll & Foll.FORCE) != 0;
        if ((foll & Foll.WRITE) != 0) {
            return (flags & Region.WRITE) != 0 || (force && Region.isCow(flags));
        }
        return (flags & Region.READ) != 0 || force;
    }

    /** {@code foll_flags = gup_flags}: begins with a page. */
    private static int page(Machine m, int t, int f) {
        int[] s = m.s;
        boolean breaksCow = m.has(GUP_BREAKS_COW) && Region.isCow(s[f + Frame.VM_FLAGS]);
        s[f + Frame.FOLL_NOW] = breaksCow ? Foll.WRITE : s[f + Frame.FOLL] & Foll.WRITE;
        return follow(m, t, f);
    }

    /**
     * FOLL_UNLOCKABLE, or up to v6.2 {@code locked != NULL}: whether a fault may give mmap_lock up and ask to be tried again. The
     * fast functions fall back to such a call; pin_user_pages(), get_user_pages() and access_remote_vm() want to keep the lock.
     */
    static boolean unlockable(Machine m, int f) {
        return m.s[f + Frame.PIN] != ProcMem.NO_SET && (m.s[f + Frame.FOLL] & (Foll.FAST | Foll.FAST_ONLY)) != 0;
    }

    private static int follow(Machine m, int t, int f) {
        Locks.aim(m, f, m.threadMm[t], m.s[f + Frame.START] + m.s[f + Frame.NR]);
        return m.resched(m.layout.allocatesTables ? GupFollow.READ_PMD : GupFollow.PTL);
    }

    /** GUP has the page of a frame; its reference is taken. */
    static void grabbed(Machine m, int f, int pfn) {
        if (m.s[f + Frame.PIN] < 0) { // nobody's pin set
            m.s[f + Frame.TARGET_PFN] = pfn;
        } else {
            Claims.grabbed(m, m.s[f + Frame.PIN], m.s[f + Frame.NR], pfn);
        }
    }

    /** One page more is in {@code pages[]}. */
    static int nextPage(Machine m, int t, int f) {
        final int[] s = m.s;
        int nr = ++s[f + Frame.NR];
        if (nr == s[f + Frame.NR_ALL]) {
            return finish(m, t, f);
        }
        m.see(m.mmOf(f) + Layout.VMA_COUNT);
        boolean inside = s[f + Frame.START] + nr < s[Vmas.at(m.mmOf(f), s[f + Frame.VMA]) + Layout.VMA_END];
        return inside ? page(m, t, f) : FIND_VMA;
    }

    /** __get_user_pages() returns. */
    static int finish(Machine m, int t, int f) {
        if (m.s[f + Frame.PIN] == ProcMem.NO_SET) {
            return ProcMem.found(m, f);
        } else if (m.has(SLOW_GUP_MMAP_LOCK)) {
            return MMAP_UNLOCK;
        } else {
            return GupFast.returned(m, t, f);
        }
    }
}
