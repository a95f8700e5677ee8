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
import dev.gupfuzz.simulator.machine.Memory;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.Pte;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Vmas;

/**
 * Slow GUP: the rest of a {@code pin_user_pages_fast()} range, under mmap_lock for read.
 *
 * <p>Source: mm/gup.c, __gup_longterm_unlocked(), get_user_pages_unlocked(), __get_user_pages_locked(), __get_user_pages(),
 * follow_page_pte(), try_grab_page(), faultin_page(); v5.9-rc4 to v5.11. Not modelled: dropping mmap_lock for
 * FAULT_FLAG_ALLOW_RETRY, FOLL_TOUCH's dirty and accessed marks, FOLL_FORCE, huge pages, signals.
 */
final class GupSlow {

    private static final int SLOW_GUP_HAS_PINNED = Rule.SLOW_GUP_HAS_PINNED.ordinal();
    private static final int SLOW_GUP_MMAP_LOCK = Rule.SLOW_GUP_MMAP_LOCK.ordinal();

    private static final String LOCKED = "__get_user_pages_locked";
    private static final String PAGES = "__get_user_pages";
    private static final String FOLLOW = "follow_page_pte";

    static final int MMAP_LOCK = Pc.GUP_SLOW | Pc.ON_MMAP_READ;
    static final int SET_HAS_PINNED = Pc.GUP_SLOW | 1;
    static final int FIND_VMA = Pc.GUP_SLOW | 2;
    /** Follow a page; a fault comes back here. */
    static final int PTL = Pc.GUP_SLOW | 3 | Pc.ON_PTL;

    static final int READ_PTE = Pc.GUP_SLOW | 4;
    static final int GRAB = Pc.GUP_SLOW | 5;
    static final int PTL_UNLOCK = Pc.GUP_SLOW | 6;
    static final int PTL_UNLOCK_FAULT = Pc.GUP_SLOW | 7;
    static final int MMAP_UNLOCK = Pc.GUP_SLOW | 8;

    private GupSlow() {}

    static void declare() {
        Labels.define(MMAP_LOCK, LOCKED, "MMAP_LOCK", Target.MMAP_LOCK, "mmap_read_lock(mm)", new MmapLock());
        Labels.define(
                SET_HAS_PINNED,
                LOCKED,
                "SET_HAS_PINNED",
                Target.HAS_PINNED,
                "atomic_set(&mm->has_pinned, 1)",
                new SetHasPinned());
        Labels.define(FIND_VMA, PAGES, "FIND_VMA", Target.VMA, "vma = find_extend_vma(mm, start)", new FindVma());
        Labels.define(PTL, FOLLOW, "PTL", Target.PTL, "pte_offset_map_lock(mm, pmd, address, &ptl)", new Ptl());
        Labels.define(READ_PTE, FOLLOW, "READ_PTE", Target.PTE, "pte = *ptep", new ReadPte());
        Labels.define(GRAB, FOLLOW, "GRAB", Target.REFCOUNT, "try_grab_page(page, flags)", new Grab());
        Labels.define(PTL_UNLOCK, FOLLOW, "PTL_UNLOCK", Target.PTL, "pte_unmap_unlock(ptep, ptl)", new PtlUnlock());
        Labels.define(
                PTL_UNLOCK_FAULT,
                FOLLOW,
                "PTL_UNLOCK_FAULT",
                Target.PTL,
                "pte_unmap_unlock(ptep, ptl); return NULL",
                new PtlUnlockFault());
        Labels.define(MMAP_UNLOCK, LOCKED, "MMAP_UNLOCK", Target.MMAP_LOCK, "mmap_read_unlock(mm)", new MmapUnlock());
        Labels.pending(PendingAccess.rmw(Places.mm(Layout.MMAP_LOCK)), MMAP_LOCK, MMAP_UNLOCK);
        Labels.pending(PendingAccess.write(Places.mm(Layout.HAS_PINNED)), SET_HAS_PINNED);
        Labels.pending(PendingAccess.read(Places.mm(Layout.VMA_COUNT)), FIND_VMA);
        Labels.pending(PendingAccess.rmw(Places.LOCK), PTL, PTL_UNLOCK, PTL_UNLOCK_FAULT);
        Labels.pending(PendingAccess.read(Places.PINNED_PTE), READ_PTE);
        Labels.pending(PendingAccess.rmw(Places.page(Layout.REFCOUNT)), GRAB);
    }

    static int begin(Machine m, int t, int f) {
        m.reach(GoalPoint.SLOW_PATH);
        m.s[f + Frame.FAST] = 0;
        return m.has(SLOW_GUP_MMAP_LOCK) ? MMAP_LOCK : locked(m);
    }

    private static int locked(Machine m) {
        return m.has(SLOW_GUP_HAS_PINNED) ? SET_HAS_PINNED : FIND_VMA;
    }

    private static final class MmapLock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.mmapReadLock(m, t);
            return locked(m);
        }
    }

    private static final class SetHasPinned extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.write(m.mmOf(f) + Layout.HAS_PINNED, 1);
            return FIND_VMA;
        }
    }

    private static final class FindVma extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int slot = Vmas.find(m, m.mmOf(f), s[f + Frame.START] + s[f + Frame.NR]);
            s[f + Frame.VMA] = slot;
            s[f + Frame.VM_FLAGS] = slot < 0 ? 0 : s[Vmas.at(m.mmOf(f), slot) + Layout.VMA_FLAGS];
            if (slot < 0) {
                return finish(m, t, f); // -EFAULT, or the pages so far
            } else {
                Locks.aim(m, f, m.threadMm[t], s[f + Frame.START] + s[f + Frame.NR]);
                return PTL;
            }
        }
    }

    private static final class Ptl extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlLock(m, t);
            return READ_PTE;
        }
    }

    private static final class ReadPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = m.read(s[f + Frame.PTES] + s[f + Frame.START] + s[f + Frame.NR]);
            s[f + Frame.PTE] = pte;
            return Pte.present(pte) && Pte.write(pte) ? GRAB : PTL_UNLOCK_FAULT;
        }
    }

    private static final class Grab extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pfn = Pte.pfn(s[f + Frame.PTE]);
            Memory.ref(m, pfn, GupFast.BIAS);
            Claims.grabbed(m, s[f + Frame.PIN], s[f + Frame.NR], pfn);
            return PTL_UNLOCK;
        }
    }

    private static final class PtlUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            Locks.ptlUnlock(m, t);
            int nr = ++s[f + Frame.NR];
            if (nr == s[f + Frame.NR_ALL]) {
                return finish(m, t, f);
            }
            m.see(m.mmOf(f) + Layout.VMA_COUNT);
            if (s[f + Frame.START] + nr < s[Vmas.at(m.mmOf(f), s[f + Frame.VMA]) + Layout.VMA_END]) {
                return PTL;
            } else {
                return FIND_VMA;
            }
        }
    }

    private static final class PtlUnlockFault extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            Locks.ptlUnlock(m, t);
            s[f + Frame.PAGE] = s[f + Frame.START] + s[f + Frame.NR];
            s[f + Frame.FAULT_RET] = PTL;
            return Fault.READ_PTE;
        }
    }

    private static final class MmapUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.mmapReadUnlock(m, t);
            return GupFast.returned(m, t, f);
        }
    }

    private static int finish(Machine m, int t, int f) {
        if (m.has(SLOW_GUP_MMAP_LOCK)) {
            return MMAP_UNLOCK;
        } else {
            return GupFast.returned(m, t, f);
        }
    }
}
