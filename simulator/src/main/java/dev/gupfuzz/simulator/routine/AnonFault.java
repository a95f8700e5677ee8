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
import dev.gupfuzz.simulator.machine.Pte;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.scenario.Region;

/**
 * The first access to a page of anonymous memory: the shared zeropage for a read, a page of its own for a write.
 *
 * <p>Source: mm/memory.c, do_anonymous_page(); v4.8 to v6.12. Not modelled: memory cgroups, allocation failure, large folios,
 * userfaultfd's missing pages and markers, the OOM reaper, the guard page of a stack (v4.8).
 */
final class AnonFault {

    private static final String ANON = "do_anonymous_page";

    static final int ANON_VMA = Pc.FAULT | 9;
    static final int ALLOC = Pc.FAULT | 10;
    static final int PTL = Pc.FAULT | 11 | Pc.ON_PTL;
    static final int PTE_NONE = Pc.FAULT | 12;
    static final int SET_PTE = Pc.FAULT | 13;
    static final int PUT = Pc.FAULT | 14;

    private AnonFault() {}

    static void declare() {
        Labels.define(
                ANON_VMA, ANON, "ANON_VMA", Target.VMA, "anon_vma_prepare(vma)", new PrepareAnonVma(ALLOC, false));
        Labels.define(
                ALLOC,
                ANON,
                "ANON_ALLOC",
                Target.ALLOCATOR,
                "page = alloc_zeroed_user_highpage_movable()",
                new AnonAlloc());
        Labels.define(PTL, ANON, "ANON_PTL", Target.PTL, "pte_offset_map_lock(..., &vmf->ptl)", new AnonPtl());
        Labels.define(PTE_NONE, ANON, "ANON_PTE_NONE", Target.PTE, "pte_none(*vmf->pte)", new AnonPteNone());
        Labels.define(SET_PTE, ANON, "ANON_SET_PTE", Target.PTE, "set_pte_at(..., vmf->pte, entry)", new AnonSetPte());
        Labels.define(PUT, ANON, "ANON_PUT", Target.REFCOUNT, "put_page(page)", new AnonPut());
        Labels.pending(PendingAccess.read(Places.mm(Layout.VMA_COUNT)), ANON_VMA);
        Labels.pending(PendingAccess.rmw(Places.ALLOCATOR), ALLOC);
        Labels.pending(PendingAccess.rmw(Places.LOCK), PTL);
        Labels.pending(PendingAccess.read(Places.pte(Frame.PAGE)), PTE_NONE);
        Labels.pending(PendingAccess.write(Places.pte(Frame.PAGE)), SET_PTE);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.NEW_PFN, Layout.REFCOUNT)), PUT);
    }

    /** Nothing is mapped at PAGE, and its page-table page is there. */
    static int begin(Machine m, int f) {
        return m.s[f + Frame.IS_WRITE] != 0 ? ANON_VMA : PTL;
    }

    private static final class AnonAlloc extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pfn = Memory.alloc(m, t, pc, s[f + Frame.PAGE]);
            s[m.pageAt(pfn) + Layout.CONTENT] = 0;
            s[f + Frame.NEW_PFN] = pfn;
            return PTL;
        }
    }

    private static final class AnonPtl extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlLock(m, t);
            return PTE_NONE;
        }
    }

    private static final class AnonPteNone extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            boolean none = m.read(s[f + Frame.PTES] + s[f + Frame.PAGE]) == Pte.NONE;
            boolean write = s[f + Frame.IS_WRITE] != 0;
            return none ? SET_PTE : write ? PUT : Fault.PTL_UNLOCK;
        }
    }

    private static final class AnonSetPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            if (s[f + Frame.IS_WRITE] != 0) {
                boolean write = (s[f + Frame.VM_FLAGS] & Region.WRITE) != 0;
                int bits = write ? Pte.PRESENT | Pte.WRITE | Pte.ACCESSED | Fault.dirty(m) : Pte.PRESENT | Pte.ACCESSED;
                FinishFault.mapNewAnon(m, t, f, pc, bits);
            } else {
                m.setOwnPte(t, f, s[f + Frame.PAGE], Pte.of(0, Pte.PRESENT | Pte.SPECIAL | Pte.ACCESSED));
            }
            return Fault.PTL_UNLOCK;
        }
    }

    private static final class AnonPut extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            Memory.put(m, t, s[f + Frame.NEW_PFN], 1);
            return Fault.PTL_UNLOCK;
        }
    }
}
