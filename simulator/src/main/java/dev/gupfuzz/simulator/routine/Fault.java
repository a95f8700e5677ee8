package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.invariant.GoalPoint;
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
 * A page fault of the CPU, and {@code handle_mm_fault()}, which slow GUP calls too.
 *
 * <p>Source: arch/x86/mm/fault.c, do_user_addr_fault(); mm/memory.c, handle_pte_fault() and do_anonymous_page(); v5.9 and
 * v5.11 (the same in both, and in v5.9-rc4). Not modelled: mmap_read_trylock() before the sleeping lock, FAULT_FLAG_RETRY,
 * stack expansion, memory cgroups, allocation failure, swap, NUMA and file faults, huge pages.
 */
final class Fault {

    private static final String ENTRY = "do_user_addr_fault";
    private static final String PTE_FAULT = "handle_pte_fault";
    private static final String ANON = "do_anonymous_page";

    static final int MMAP_LOCK = Pc.FAULT | Pc.ON_MMAP_READ;
    static final int FIND_VMA = Pc.FAULT | 1;
    static final int MMAP_UNLOCK = Pc.FAULT | 2;
    static final int MMAP_UNLOCK_SEGV = Pc.FAULT | 3;
    /** Entry of {@code handle_mm_fault()}: PAGE, IS_WRITE and FAULT_RET are set. */
    static final int READ_PTE = Pc.FAULT | 4;

    static final int PTL = Pc.FAULT | 5 | Pc.ON_PTL;
    static final int PTE_SAME = Pc.FAULT | 6;
    static final int SET_ACCESS_FLAGS = Pc.FAULT | 7;
    static final int PTL_UNLOCK = Pc.FAULT | 8;
    static final int ANON_VMA = Pc.FAULT | 9;
    static final int ANON_ALLOC = Pc.FAULT | 10;
    static final int ANON_PTL = Pc.FAULT | 11 | Pc.ON_PTL;
    static final int ANON_PTE_NONE = Pc.FAULT | 12;
    static final int ANON_SET_PTE = Pc.FAULT | 13;
    static final int ANON_PUT = Pc.FAULT | 14;

    private Fault() {}

    static void declare() {
        Labels.define(MMAP_LOCK, ENTRY, "MMAP_LOCK", Target.MMAP_LOCK, "mmap_read_lock(mm)", new MmapLock());
        Labels.define(FIND_VMA, ENTRY, "FIND_VMA", Target.VMA, "vma = find_vma(mm, address)", new FindVma());
        Labels.define(MMAP_UNLOCK, ENTRY, "MMAP_UNLOCK", Target.MMAP_LOCK, "mmap_read_unlock(mm)", new MmapUnlock());
        Labels.define(
                MMAP_UNLOCK_SEGV,
                ENTRY,
                "MMAP_UNLOCK_SEGV",
                Target.MMAP_LOCK,
                "mmap_read_unlock(mm); SIGSEGV",
                new MmapUnlockSegv());
        Labels.define(READ_PTE, PTE_FAULT, "READ_PTE", Target.PTE, "vmf->orig_pte = *vmf->pte", new ReadPte());
        Labels.define(PTL, PTE_FAULT, "PTL", Target.PTL, "spin_lock(vmf->ptl)", new Ptl());
        Labels.define(PTE_SAME, PTE_FAULT, "PTE_SAME", Target.PTE, "pte_same(*vmf->pte, entry)", new PteSame());
        Labels.define(
                SET_ACCESS_FLAGS,
                PTE_FAULT,
                "SET_ACCESS_FLAGS",
                Target.PTE,
                "ptep_set_access_flags(..., entry)",
                new SetAccessFlags());
        Labels.define(
                PTL_UNLOCK,
                PTE_FAULT,
                "PTL_UNLOCK",
                Target.PTL,
                "pte_unmap_unlock(vmf->pte, vmf->ptl)",
                new PtlUnlock());
        Labels.define(ANON_VMA, ANON, "ANON_VMA", Target.VMA, "anon_vma_prepare(vma)", new AnonVma());
        Labels.define(
                ANON_ALLOC,
                ANON,
                "ANON_ALLOC",
                Target.ALLOCATOR,
                "page = alloc_zeroed_user_highpage_movable()",
                new AnonAlloc());
        Labels.define(ANON_PTL, ANON, "ANON_PTL", Target.PTL, "pte_offset_map_lock(..., &vmf->ptl)", new AnonPtl());
        Labels.define(ANON_PTE_NONE, ANON, "ANON_PTE_NONE", Target.PTE, "pte_none(*vmf->pte)", new AnonPteNone());
        Labels.define(
                ANON_SET_PTE, ANON, "ANON_SET_PTE", Target.PTE, "set_pte_at(..., vmf->pte, entry)", new AnonSetPte());
        Labels.define(ANON_PUT, ANON, "ANON_PUT", Target.REFCOUNT, "put_page(page)", new AnonPut());
        Labels.pending(PendingAccess.rmw(Places.mm(Layout.MMAP_LOCK)), MMAP_LOCK, MMAP_UNLOCK, MMAP_UNLOCK_SEGV);
        Labels.pending(PendingAccess.read(Places.mm(Layout.VMA_COUNT)), FIND_VMA, ANON_VMA);
        Labels.pending(PendingAccess.read(Places.pte(Frame.PAGE)), READ_PTE, PTE_SAME, ANON_PTE_NONE);
        Labels.pending(PendingAccess.rmw(Places.LOCK), PTL, PTL_UNLOCK, ANON_PTL);
        Labels.pending(PendingAccess.rmw(Places.pte(Frame.PAGE)), SET_ACCESS_FLAGS);
        Labels.pending(PendingAccess.rmw(Places.ALLOCATOR), ANON_ALLOC);
        Labels.pending(PendingAccess.write(Places.pte(Frame.PAGE)), ANON_SET_PTE);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.NEW_PFN, Layout.REFCOUNT)), ANON_PUT);
    }

    private static final class MmapLock extends StepCode {
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
            if (Vmas.find(m, m.mmOf(f), s[f + Frame.PAGE]) < 0) {
                return MMAP_UNLOCK_SEGV;
            } else {
                s[f + Frame.FAULT_RET] = MMAP_UNLOCK;
                Locks.aim(m, f, m.threadMm[t], s[f + Frame.PAGE]);
                return READ_PTE;
            }
        }
    }

    private static final class MmapUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.mmapReadUnlock(m, t);
            m.leave(t);
            return User.againAfterFault(m, f);
        }
    }

    private static final class MmapUnlockSegv extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.reach(GoalPoint.SEGV);
            Locks.mmapReadUnlock(m, t);
            return Program.next(m, t); // the handler skips the access
        }
    }

    private static final class ReadPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = m.read(s[f + Frame.PTES] + s[f + Frame.PAGE]);
            s[f + Frame.PTE] = pte;
            if (pte != Pte.NONE) {
                return PTL;
            } else {
                return s[f + Frame.IS_WRITE] != 0 ? ANON_VMA : ANON_PTL;
            }
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
            final int[] s = m.s;
            int pte = s[f + Frame.PTE];
            if (m.read(s[f + Frame.PTES] + s[f + Frame.PAGE]) != pte) {
                return PTL_UNLOCK;
            } else if (s[f + Frame.IS_WRITE] != 0 && !Pte.write(pte)) {
                return Pte.special(pte) ? WpPage.UNLOCK_PTL : WpPage.COUNT;
            } else {
                return SET_ACCESS_FLAGS;
            }
        }
    }

    private static final class SetAccessFlags extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            setAccessFlags(m, t, f, 0);
            return PTL_UNLOCK;
        }
    }

    private static final class PtlUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            Locks.ptlUnlock(m, t);
            return s[f + Frame.FAULT_RET];
        }
    }

    private static final class AnonVma extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            Vmas.prepareAnon(m, m.mmOf(f), s[f + Frame.PAGE]);
            return ANON_ALLOC;
        }
    }

    private static final class AnonAlloc extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pfn = Memory.alloc(m, t, pc, s[f + Frame.PAGE]);
            s[m.pageAt(pfn) + Layout.CONTENT] = 0;
            s[f + Frame.NEW_PFN] = pfn;
            return ANON_PTL;
        }
    }

    private static final class AnonPtl extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlLock(m, t);
            return ANON_PTE_NONE;
        }
    }

    private static final class AnonPteNone extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            boolean none = m.read(s[f + Frame.PTES] + s[f + Frame.PAGE]) == Pte.NONE;
            boolean write = s[f + Frame.IS_WRITE] != 0;
            return none ? ANON_SET_PTE : write ? ANON_PUT : PTL_UNLOCK;
        }
    }

    private static final class AnonSetPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            if (s[f + Frame.IS_WRITE] != 0) {
                int pfn = s[f + Frame.NEW_PFN];
                Memory.newAnon(m, m.threadMm[t], s[f + Frame.PAGE], pfn);
                int bits = Pte.PRESENT | Pte.WRITE | Pte.DIRTY | Pte.ACCESSED;
                m.setOwnPte(t, f, s[f + Frame.PAGE], Pte.of(pfn, bits));
            } else {
                m.setOwnPte(t, f, s[f + Frame.PAGE], Pte.of(0, Pte.PRESENT | Pte.SPECIAL | Pte.ACCESSED));
            }
            return PTL_UNLOCK;
        }
    }

    private static final class AnonPut extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            Memory.put(m, t, s[f + Frame.NEW_PFN], 1);
            return PTL_UNLOCK;
        }
    }

    /**
     * ptep_set_access_flags() with young, for a write dirty, and the bits of {@code more}. One atomic here, as on arm64; on
     * x86 it is a compare and a plain store under the page-table lock, and a read fault stores nothing.
     */
    static void setAccessFlags(Machine m, int t, int f, int more) {
        int[] s = m.s;
        int at = s[f + Frame.PTES] + s[f + Frame.PAGE];
        m.rmw(at);
        int bits = s[f + Frame.IS_WRITE] != 0 ? Pte.ACCESSED | Pte.DIRTY | more : Pte.ACCESSED;
        s[at] |= bits;
        if (more != 0) {
            m.pteChanged(t, m.threadMm[t], s[f + Frame.PAGE], s[at]);
        }
    }
}
