package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.machine.Contents;
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
import dev.gupfuzz.simulator.scenario.Region;

/**
 * The end of a fault where nothing was mapped of a file: the file's page, which is locked, or the copy of it is mapped, if still
 * nothing is. Reads, writes through private mappings and writes through shared ones come here. REUSED says whether it was mapped.
 *
 * <p>Source: mm/memory.c, alloc_set_pte() (v4.8), finish_fault() with alloc_set_pte() (v4.14 to v5.11), do_set_pte() (v5.12 to v6.4) or
 * set_pte_range() (v6.8, v6.12). Not modelled: huge pages, markers of userfaultfd, the OOM reaper.
 */
final class FinishFault {

    private static final String FINISH = "finish_fault";

    private static final int PTL = Pc.FILE_FAULT | 15 | Pc.ON_PTL;
    private static final int PTE_NONE = Pc.FILE_FAULT | 16;
    private static final int ADD_RMAP = Pc.FILE_FAULT | 17;
    private static final int SET_PTE = Pc.FILE_FAULT | 18;
    private static final int PTL_UNLOCK = Pc.FILE_FAULT | 19;

    private FinishFault() {}

    static void declare() {
        Labels.define(PTL, FINISH, "PTL", Target.PTL, "pte_offset_map_lock(..., &vmf->ptl)", new Ptl());
        Labels.define(PTE_NONE, FINISH, "PTE_NONE", Target.PTE, "!pte_none(*vmf->pte)", new PteNone());
        Labels.define(ADD_RMAP, FINISH, "ADD_RMAP", Target.MAPCOUNT, "page_add_file_rmap(page, false)", new AddRmap());
        Labels.define(SET_PTE, FINISH, "SET_PTE", Target.PTE, "set_pte_at(..., vmf->pte, entry)", new SetPte());
        Labels.define(
                PTL_UNLOCK, FINISH, "PTL_UNLOCK", Target.PTL, "pte_unmap_unlock(vmf->pte, vmf->ptl)", new PtlUnlock());
        Labels.pending(PendingAccess.rmw(Places.LOCK), PTL, PTL_UNLOCK);
        Labels.pending(PendingAccess.read(Places.pte(Frame.PAGE)), PTE_NONE);
        Labels.pending(PendingAccess.write(Places.pte(Frame.PAGE)), SET_PTE);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.MAPCOUNT)), ADD_RMAP);
    }

    /** TARGET_PFN is the file's page, NEW_PFN the copy of it for a write through a private mapping. */
    static int begin(Machine m, int t, int f) {
        Locks.aim(m, f, m.threadMm[t], m.s[f + Frame.PAGE]);
        boolean none = m.layout.allocatesTables && m.s[f + Frame.TABLE_AT] != 0;
        return none ? PteAlloc.begin(m, f, m.threadMm[t], m.s[f + Frame.PAGE], PTL) : PTL;
    }

    /** vm_page_prot of a shared mapping has the write bit where nobody wants to be told of the first write. */
    static int defaultWrite(Machine m, int f) {
        int flags = m.s[f + Frame.VM_FLAGS];
        boolean silent = (flags & (Region.SHARED | Region.UFFD_WP)) == Region.SHARED
                && FileFault.spec(m, f).shmem()
                && (!m.layout.tracksSoftDirty || (flags & Region.SOFTDIRTY) != 0);
        return silent ? Fault.maybeWrite(m, f) : 0;
    }

    private static final class Ptl extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlLock(m, t);
            return PTE_NONE;
        }
    }

    private static final class PteNone extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            boolean none = m.read(s[f + Frame.PTES] + s[f + Frame.PAGE]) == Pte.NONE;
            s[f + Frame.REUSED] = none ? 1 : 0;
            return !none ? PTL_UNLOCK : FileFault.isCow(m, f) ? SET_PTE : ADD_RMAP;
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
            int page = s[f + Frame.PAGE];
            int bits = Pte.PRESENT | Pte.ACCESSED;
            bits |= s[f + Frame.IS_WRITE] != 0 ? Fault.dirty(m) | Fault.maybeWrite(m, f) : defaultWrite(m, f);
            if (FileFault.isCow(m, f)) {
                Contents.ownCopy(m, m.threadMm[t], page, s[f + Frame.NEW_PFN]);
                mapNewAnon(m, t, f, pc, bits);
            } else {
                m.setOwnPte(t, f, page, Pte.of(s[f + Frame.TARGET_PFN], bits));
            }
            return PTL_UNLOCK;
        }
    }

    /**
     * page_add_new_anon_rmap(), lru_cache_add() and set_pte_at() of NEW_PFN, which nobody else can see yet: the one access is the
     * PTE's.
     */
    static void mapNewAnon(Machine m, int t, int f, int pc, int bits) {
        int page = m.s[f + Frame.PAGE];
        int pfn = m.s[f + Frame.NEW_PFN];
        Memory.newAnon(m, m.threadMm[t], page, pfn);
        Memory.lruCacheAdd(m, t, pc, pfn);
        m.setOwnPte(t, f, page, Pte.of(pfn, bits));
    }

    private static final class PtlUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlUnlock(m, t);
            boolean written = FileFault.isSharedWrite(m, f) && m.s[f + Frame.REUSED] != 0;
            return written ? SharedFault.mapped(m, f) : FileFault.UNLOCK_PAGE;
        }
    }
}
