package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.kernel.Rule;
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
import dev.gupfuzz.simulator.scenario.Region;

/**
 * UFFDIO_CONTINUE of one page: maps the page-cache page of shared memory on which a minor fault waits, or nobody does.
 *
 * <p>Source: mm/userfaultfd.c, mcopy_continue(), mcontinue_atomic_pte(), mfill_atomic_install_pte(), v5.14 to v6.12. Not modelled:
 * {@code mmap_changing}, UFFDIO_CONTINUE_MODE_WP, the VMA's lock in place of mmap_lock (v6.8 on), waking without a mapping, the
 * second lookup of a page that was truncated before it was locked.
 */
final class UserfaultContinue {

    private static final int UFFD_CONTINUE_DIRTY = Rule.UFFD_CONTINUE_DIRTY.ordinal();

    private static final String CALL = "mcopy_continue";
    private static final String GET = "mcontinue_atomic_pte";
    private static final String INSTALL = "mfill_atomic_install_pte";

    static final int LOCK = Pc.UFFD | 48 | Pc.ON_MMAP_READ;
    static final int FIND_VMA = Pc.UFFD | 49;
    static final int FIND_PAGE = Pc.UFFD | 50;
    static final int PAGE_LOCK = Pc.UFFD | 51 | Pc.ON_PAGE;
    static final int STILL_THERE = Pc.UFFD | 52;
    static final int PTL = Pc.UFFD | 53 | Pc.ON_PTL;
    static final int SIZE = Pc.UFFD | 54;
    static final int PTE_NONE = Pc.UFFD | 55;
    static final int ADD_RMAP = Pc.UFFD | 56;
    static final int SET_PTE = Pc.UFFD | 57;
    static final int PTL_UNLOCK = Pc.UFFD | 58;
    static final int PAGE_UNLOCK = Pc.UFFD | 59;
    static final int PUT = Pc.UFFD | 60;
    static final int UNLOCK = Pc.UFFD | 61;

    private UserfaultContinue() {}

    static void declare() {
        Labels.define(LOCK, CALL, "LOCK", Target.MMAP_LOCK, "mmap_read_lock(dst_mm)", new Lock());
        Labels.define(FIND_VMA, CALL, "FIND_VMA", Target.VMA, "find_dst_vma(dst_mm, dst_start, len)", new FindVma());
        Labels.define(FIND_PAGE, GET, "FIND_PAGE", Target.FILE, "shmem_getpage(inode, pgoff, &page)", new FindPage());
        Labels.define(PAGE_LOCK, GET, "PAGE_LOCK", Target.PAGE_LOCK, "lock_page(page)", new PageLock());
        Labels.define(STILL_THERE, GET, "STILL_THERE", Target.FILE, "page->mapping != mapping", new StillThere());
        Labels.define(PTL, INSTALL, "PTL", Target.PTL, "pte_offset_map_lock(dst_mm, ..., &ptl)", new Ptl());
        Labels.define(SIZE, INSTALL, "SIZE", Target.FILE, "i_size_read(inode)", new Size());
        Labels.define(PTE_NONE, INSTALL, "PTE_NONE", Target.PTE, "pte_none(*dst_pte)", new PteNone());
        Labels.define(ADD_RMAP, INSTALL, "ADD_RMAP", Target.MAPCOUNT, "page_add_file_rmap(page)", new AddRmap());
        Labels.define(SET_PTE, INSTALL, "SET_PTE", Target.PTE, "set_pte_at(dst_mm, dst_addr, ...)", new SetPte());
        Labels.define(PTL_UNLOCK, INSTALL, "PTL_UNLOCK", Target.PTL, "pte_unmap_unlock(dst_pte, ptl)", new PtlUnlock());
        Labels.define(PAGE_UNLOCK, GET, "PAGE_UNLOCK", Target.PAGE_LOCK, "unlock_page(page)", new PageUnlock());
        Labels.define(PUT, GET, "PUT", Target.REFCOUNT, "put_page(page)", new Put());
        Labels.define(UNLOCK, CALL, "UNLOCK", Target.MMAP_LOCK, "mmap_read_unlock(dst_mm)", new Unlock());
        Labels.pending(PendingAccess.rmw(Places.mm(Layout.MMAP_LOCK)), LOCK, UNLOCK);
        Labels.pending(PendingAccess.read(Places.mm(Layout.VMA_COUNT)), FIND_VMA);
        Labels.pending(
                PendingAccess.read((m, t, f) -> m.layout.file(m.s[f + Frame.FILE_PAGE]) + Layout.FILE_CACHE),
                FIND_PAGE,
                STILL_THERE);
        Labels.pending(PendingAccess.rmw(Places.LOCK), PAGE_LOCK, PTL, PTL_UNLOCK);
        Labels.pending(
                PendingAccess.read((m, t, f) -> m.layout.sizeBase + m.layout.fileOf(m.s[f + Frame.FILE_PAGE])), SIZE);
        Labels.pending(PendingAccess.read(Places.pte(Frame.START)), PTE_NONE);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.MAPCOUNT)), ADD_RMAP);
        Labels.pending(PendingAccess.write(Places.pte(Frame.START)), SET_PTE);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.FLAGS)), PAGE_UNLOCK);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.REFCOUNT)), PUT);
    }

    static int begin(Machine m, int f) {
        m.s[f + Frame.ABORT] = 0;
        return LOCK;
    }

    private static final class Lock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.enter(t);
            Locks.mmapReadLock(m, t);
            return FIND_VMA;
        }
    }

    private static final class FindVma extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int slot = Vmas.find(m, m.mmOf(f), s[f + Frame.START]);
            int vma = Vmas.at(m.mmOf(f), Math.max(slot, 0));
            if (slot < 0 || (s[vma + Layout.VMA_FLAGS] & Region.UFFD_MINOR) == 0) {
                s[f + Frame.ABORT] = 1;
                return UNLOCK;
            }
            s[f + Frame.VM_FLAGS] = s[vma + Layout.VMA_FLAGS];
            s[f + Frame.FILE_PAGE] = Vmas.filePage(m, vma, s[f + Frame.START]);
            return PteAlloc.begin(m, f, m.threadMm[t], s[f + Frame.START], FIND_PAGE);
        }
    }

    /** The lookup takes a reference, which a removal from the page cache would wait for: one step. */
    private static final class FindPage extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pfn = m.read(m.layout.file(s[f + Frame.FILE_PAGE]) + Layout.FILE_CACHE);
            s[f + Frame.TARGET_PFN] = pfn;
            if (pfn == 0) {
                s[f + Frame.ABORT] = 1;
                return UNLOCK; // EFAULT
            }
            if (!Memory.getFound(m, pfn)) {
                return FIND_PAGE;
            }
            Locks.aimPage(m, f, pfn);
            return PAGE_LOCK;
        }
    }

    private static final class PageLock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageLock(m, t);
            return STILL_THERE;
        }
    }

    private static final class StillThere extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            boolean there =
                    m.read(m.layout.file(s[f + Frame.FILE_PAGE]) + Layout.FILE_CACHE) == s[f + Frame.TARGET_PFN];
            if (!there) {
                s[f + Frame.ABORT] = 1;
                return PAGE_UNLOCK;
            }
            Locks.aim(m, f, m.threadMm[t], s[f + Frame.START]);
            return PTL;
        }
    }

    private static final class Ptl extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlLock(m, t);
            return SIZE;
        }
    }

    private static final class Size extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int file = m.layout.fileOf(s[f + Frame.FILE_PAGE]);
            int size = m.read(m.layout.sizeBase + file);
            boolean beyond =
                    s[f + Frame.FILE_PAGE] - m.layout.world.files.get(file).first() >= size;
            s[f + Frame.ABORT] = beyond ? 1 : 0;
            return beyond ? PTL_UNLOCK : PTE_NONE;
        }
    }

    private static final class PteNone extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            boolean none = m.read(m.s[f + Frame.PTES] + m.s[f + Frame.START]) == Pte.NONE;
            m.s[f + Frame.ABORT] = none ? 0 : 1;
            return none ? ADD_RMAP : PTL_UNLOCK; // EEXIST
        }
    }

    private static final class AddRmap extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.rmap(m, t, m.s[f + Frame.TARGET_PFN], 1);
            return SET_PTE;
        }
    }

    private static final class SetPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            boolean writes = (s[f + Frame.VM_FLAGS] & (Region.WRITE | Region.SHARED)) == (Region.WRITE | Region.SHARED);
            int bits = Pte.PRESENT | Pte.ACCESSED;
            bits |= writes ? Pte.WRITE : 0;
            bits |= writes || m.has(UFFD_CONTINUE_DIRTY) ? Fault.dirty(m) : 0;
            m.setOwnPte(t, f, s[f + Frame.START], Pte.of(s[f + Frame.TARGET_PFN], bits));
            return PTL_UNLOCK;
        }
    }

    private static final class PtlUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlUnlock(m, t);
            return PAGE_UNLOCK;
        }
    }

    private static final class PageUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageUnlock(m, m.s[f + Frame.TARGET_PFN]);
            return m.s[f + Frame.ABORT] != 0 ? PUT : UNLOCK;
        }
    }

    private static final class Put extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, m.s[f + Frame.TARGET_PFN], 1);
            return UNLOCK;
        }
    }

    private static final class Unlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.mmapReadUnlock(m, t);
            return m.s[f + Frame.ABORT] != 0 ? Program.next(m, t) : UserfaultIoctl.WAKE;
        }
    }
}
