package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Locks;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Memory;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.StepCode;

/**
 * A write through a shared mapping of a file: the filesystem is told first, unless it is shmem, and the page becomes dirty. RET is 1
 * where do_wp_page() began it, which holds a reference of its own.
 *
 * <p>Source: mm/memory.c, do_shared_fault(), wp_page_shared(), do_page_mkwrite(), finish_mkwrite_fault(), fault_dirty_shared_page();
 * v4.8 to v6.12. page_mkwrite() is filemap_page_mkwrite(): it locks the page and makes it dirty. Where the PTE has changed, v4.8
 * unlocks the page before the page-table lock, here it comes after. Not modelled: what else a filesystem does in page_mkwrite(), stable
 * pages under writeback, balance_dirty_pages().
 */
final class SharedFault {

    private static final String MKWRITE = "do_page_mkwrite";
    private static final String FINISH = "finish_mkwrite_fault";
    private static final String DIRTY = "fault_dirty_shared_page";
    private static final String SHARED = "wp_page_shared";

    private static final int GET_PAGE = Pc.FILE_FAULT | 32;
    private static final int UNLOCK_PTL = Pc.FILE_FAULT | 33;
    private static final int UNLOCK_FIRST = Pc.FILE_FAULT | 34;
    private static final int LOCK_PAGE = Pc.FILE_FAULT | 35 | Pc.ON_PAGE;
    private static final int STILL_THERE = Pc.FILE_FAULT | 36;
    private static final int UNLOCK_GONE = Pc.FILE_FAULT | 37;
    private static final int PUT_GONE = Pc.FILE_FAULT | 38;
    private static final int MK_DIRTY = Pc.FILE_FAULT | 39;
    private static final int PTL = Pc.FILE_FAULT | 40 | Pc.ON_PTL;
    private static final int PTE_SAME = Pc.FILE_FAULT | 41;
    private static final int PTL_UNLOCK_CHANGED = Pc.FILE_FAULT | 42;
    private static final int REUSE = Pc.FILE_FAULT | 43;
    private static final int PTL_UNLOCK = Pc.FILE_FAULT | 44;
    private static final int LOCK_SHMEM = Pc.FILE_FAULT | 45 | Pc.ON_PAGE;
    private static final int SET_DIRTY = Pc.FILE_FAULT | 46;
    private static final int UNLOCK_PAGE = Pc.FILE_FAULT | 47;
    private static final int PUT_PAGE = Pc.FILE_FAULT | 48;

    private SharedFault() {}

    static void declare() {
        Labels.define(GET_PAGE, SHARED, "GET_PAGE", Target.REFCOUNT, "get_page(vmf->page)", new GetPage());
        Labels.define(
                UNLOCK_PTL, SHARED, "UNLOCK_PTL", Target.PTL, "pte_unmap_unlock(vmf->pte, vmf->ptl)", new UnlockPtl());
        Labels.define(
                UNLOCK_FIRST,
                "do_shared_fault",
                "UNLOCK_FIRST",
                Target.PAGE_LOCK,
                "unlock_page(vmf->page)",
                new UnlockFirst());
        Labels.define(LOCK_PAGE, MKWRITE, "LOCK_PAGE", Target.PAGE_LOCK, "lock_page(page)", new LockPage());
        Labels.define(STILL_THERE, MKWRITE, "STILL_THERE", Target.FILE, "!page->mapping", new StillThere());
        Labels.define(UNLOCK_GONE, MKWRITE, "UNLOCK_GONE", Target.PAGE_LOCK, "unlock_page(page)", new UnlockGone());
        Labels.define(PUT_GONE, MKWRITE, "PUT_GONE", Target.REFCOUNT, "put_page(vmf->page)", new PutGone());
        Labels.define(MK_DIRTY, MKWRITE, "MK_DIRTY", Target.PAGE_LOCK, "set_page_dirty(page)", new MkDirty());
        Labels.define(PTL, FINISH, "PTL", Target.PTL, "pte_offset_map_lock(..., &vmf->ptl)", new Ptl());
        Labels.define(PTE_SAME, FINISH, "PTE_SAME", Target.PTE, "pte_same(*vmf->pte, vmf->orig_pte)", new PteSame());
        Labels.define(
                PTL_UNLOCK_CHANGED,
                FINISH,
                "PTL_UNLOCK_CHANGED",
                Target.PTL,
                "pte_unmap_unlock(vmf->pte, vmf->ptl); return VM_FAULT_NOPAGE",
                new PtlUnlockChanged());
        Labels.define(REUSE, SHARED, "REUSE", Target.PTE, "ptep_set_access_flags(..., maybe_mkwrite)", new Reuse());
        Labels.define(
                PTL_UNLOCK, SHARED, "PTL_UNLOCK", Target.PTL, "pte_unmap_unlock(vmf->pte, vmf->ptl)", new PtlUnlock());
        Labels.define(LOCK_SHMEM, SHARED, "LOCK_PAGE", Target.PAGE_LOCK, "lock_page(vmf->page)", new LockShmem());
        Labels.define(SET_DIRTY, DIRTY, "SET_DIRTY", Target.PAGE_LOCK, "set_page_dirty(page)", new SetDirty());
        Labels.define(UNLOCK_PAGE, DIRTY, "UNLOCK_PAGE", Target.PAGE_LOCK, "unlock_page(page)", new UnlockPage());
        Labels.define(PUT_PAGE, SHARED, "PUT_PAGE", Target.REFCOUNT, "put_page(vmf->page)", new PutPage());
        Labels.pending(
                PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.REFCOUNT)), GET_PAGE, PUT_GONE, PUT_PAGE);
        Labels.pending(
                PendingAccess.rmw(Places.LOCK), UNLOCK_PTL, LOCK_PAGE, PTL, PTL_UNLOCK_CHANGED, PTL_UNLOCK, LOCK_SHMEM);
        Labels.pending(
                PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.FLAGS)),
                UNLOCK_FIRST,
                UNLOCK_GONE,
                MK_DIRTY,
                SET_DIRTY,
                UNLOCK_PAGE);
        Labels.pending(PendingAccess.read(Places.file(Layout.FILE_CACHE)), STILL_THERE);
        Labels.pending(PendingAccess.read(Places.pte(Frame.PAGE)), PTE_SAME);
        Labels.pending(PendingAccess.rmw(Places.pte(Frame.PAGE)), REUSE);
    }

    /** do_shared_fault(): nothing was mapped; the page is locked and referenced. */
    static int beginFault(Machine m, int t, int f) {
        m.s[f + Frame.RET] = 0;
        return FileFault.spec(m, f).shmem() ? FinishFault.begin(m, t, f) : UNLOCK_FIRST;
    }

    /** wp_page_shared(): the page-table lock is held, TARGET_PFN is mapped read-only. */
    static int beginWp(Machine m, int f) {
        FileFault.aimFile(m, f);
        m.s[f + Frame.RET] = 1;
        return GET_PAGE;
    }

    /** do_shared_fault() again: the page is mapped writable, the page-table lock released. */
    static int mapped(Machine m, int f) {
        m.s[f + Frame.RET] = 0;
        return SET_DIRTY;
    }

    private static final class GetPage extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.ref(m, m.s[f + Frame.TARGET_PFN], 1);
            return FileFault.spec(m, f).shmem() ? REUSE : UNLOCK_PTL;
        }
    }

    private static int lockPage(Machine m, int f) {
        Locks.aimPage(m, f, m.s[f + Frame.TARGET_PFN]);
        return LOCK_PAGE;
    }

    private static final class UnlockPtl extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlUnlock(m, t);
            return lockPage(m, f);
        }
    }

    private static final class UnlockFirst extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageUnlock(m, m.s[f + Frame.TARGET_PFN]);
            return lockPage(m, f);
        }
    }

    private static final class LockPage extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageLock(m, t);
            return STILL_THERE;
        }
    }

    private static final class StillThere extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            boolean there =
                    m.read(m.layout.file(m.s[f + Frame.FILE_PAGE]) + Layout.FILE_CACHE) == m.s[f + Frame.TARGET_PFN];
            return there ? MK_DIRTY : UNLOCK_GONE;
        }
    }

    private static final class UnlockGone extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageUnlock(m, m.s[f + Frame.TARGET_PFN]);
            return PUT_GONE;
        }
    }

    private static final class PutGone extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, m.s[f + Frame.TARGET_PFN], 1);
            return m.s[f + Frame.FAULT_RET];
        }
    }

    private static void dirty(Machine m, int f) {
        int at = m.pageAt(m.s[f + Frame.TARGET_PFN]) + Layout.FLAGS;
        m.rmw(at);
        m.s[at] |= Layout.FLAG_DIRTY;
    }

    private static final class MkDirty extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            dirty(m, f);
            if (m.s[f + Frame.RET] == 0) {
                return FinishFault.begin(m, t, f);
            }
            Locks.aim(m, f, m.threadMm[t], m.s[f + Frame.PAGE]);
            return PTL;
        }
    }

    private static final class Ptl extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlLock(m, t);
            return PTE_SAME;
        }
    }

    private static final class PteSame extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            boolean same = m.read(m.s[f + Frame.PTES] + m.s[f + Frame.PAGE]) == m.s[f + Frame.PTE];
            return same ? REUSE : PTL_UNLOCK_CHANGED;
        }
    }

    private static final class PtlUnlockChanged extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlUnlock(m, t);
            return UNLOCK_GONE;
        }
    }

    private static final class Reuse extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            WpPage.reusePage(m, t, f);
            return PTL_UNLOCK;
        }
    }

    private static final class PtlUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlUnlock(m, t);
            if (FileFault.spec(m, f).shmem()) {
                Locks.aimPage(m, f, m.s[f + Frame.TARGET_PFN]);
                return LOCK_SHMEM;
            }
            return SET_DIRTY;
        }
    }

    private static final class LockShmem extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageLock(m, t);
            return SET_DIRTY;
        }
    }

    private static final class SetDirty extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            dirty(m, f);
            return UNLOCK_PAGE;
        }
    }

    private static final class UnlockPage extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageUnlock(m, m.s[f + Frame.TARGET_PFN]);
            return m.s[f + Frame.RET] != 0 ? PUT_PAGE : m.s[f + Frame.FAULT_RET];
        }
    }

    private static final class PutPage extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, m.s[f + Frame.TARGET_PFN], 1);
            return m.s[f + Frame.FAULT_RET];
        }
    }
}
