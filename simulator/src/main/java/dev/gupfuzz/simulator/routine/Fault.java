package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Memory;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.Pte;
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
        Labels.define(MMAP_LOCK, ENTRY, "MMAP_LOCK", Target.MMAP_LOCK, "mmap_read_lock(mm)", Fault::onMmapLock);
        Labels.define(FIND_VMA, ENTRY, "FIND_VMA", Target.VMA, "vma = find_vma(mm, address)", Fault::onFindVma);
        Labels.define(MMAP_UNLOCK, ENTRY, "MMAP_UNLOCK", Target.MMAP_LOCK, "mmap_read_unlock(mm)", Fault::onMmapUnlock);
        Labels.define(
                MMAP_UNLOCK_SEGV,
                ENTRY,
                "MMAP_UNLOCK_SEGV",
                Target.MMAP_LOCK,
                "mmap_read_unlock(mm); SIGSEGV",
                Fault::onMmapUnlockSegv);
        Labels.define(READ_PTE, PTE_FAULT, "READ_PTE", Target.PTE, "vmf->orig_pte = *vmf->pte", Fault::onReadPte);
        Labels.define(PTL, PTE_FAULT, "PTL", Target.PTL, "spin_lock(vmf->ptl)", Fault::onPtl);
        Labels.define(PTE_SAME, PTE_FAULT, "PTE_SAME", Target.PTE, "pte_same(*vmf->pte, entry)", Fault::onPteSame);
        Labels.define(
                SET_ACCESS_FLAGS,
                PTE_FAULT,
                "SET_ACCESS_FLAGS",
                Target.PTE,
                "ptep_set_access_flags(..., entry)",
                Fault::onSetAccessFlags);
        Labels.define(
                PTL_UNLOCK,
                PTE_FAULT,
                "PTL_UNLOCK",
                Target.PTL,
                "pte_unmap_unlock(vmf->pte, vmf->ptl)",
                Fault::onPtlUnlock);
        Labels.define(ANON_VMA, ANON, "ANON_VMA", Target.VMA, "anon_vma_prepare(vma)", Fault::onAnonVma);
        Labels.define(
                ANON_ALLOC,
                ANON,
                "ANON_ALLOC",
                Target.ALLOCATOR,
                "page = alloc_zeroed_user_highpage_movable()",
                Fault::onAnonAlloc);
        Labels.define(ANON_PTL, ANON, "ANON_PTL", Target.PTL, "pte_offset_map_lock(..., &vmf->ptl)", Fault::onAnonPtl);
        Labels.define(ANON_PTE_NONE, ANON, "ANON_PTE_NONE", Target.PTE, "pte_none(*vmf->pte)", Fault::onAnonPteNone);
        Labels.define(
                ANON_SET_PTE,
                ANON,
                "ANON_SET_PTE",
                Target.PTE,
                "set_pte_at(..., vmf->pte, entry)",
                Fault::onAnonSetPte);
        Labels.define(ANON_PUT, ANON, "ANON_PUT", Target.REFCOUNT, "put_page(page)", Fault::onAnonPut);
    }

    static void onMmapLock(Machine m, int t, int f, int pc) {
        m.enter(t);
        m.mmapReadLock(t);
        m.go(t, FIND_VMA);
    }

    static void onFindVma(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        if (Vmas.find(m, m.mmOf(f), s[f + Frame.PAGE]) < 0) {
            m.go(t, MMAP_UNLOCK_SEGV);
        } else {
            s[f + Frame.FAULT_RET] = MMAP_UNLOCK;
            m.go(t, READ_PTE);
        }
    }

    static void onMmapUnlock(Machine m, int t, int f, int pc) {
        m.mmapReadUnlock(t);
        m.leave(t);
        m.go(t, User.WALK);
    }

    static void onMmapUnlockSegv(Machine m, int t, int f, int pc) {
        m.reach(GoalPoint.SEGV);
        m.mmapReadUnlock(t);
        Program.next(m, t); // the handler skips the access
    }

    static void onReadPte(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        int pte = m.read(s[f + Frame.PTES] + s[f + Frame.PAGE]);
        s[f + Frame.PTE] = pte;
        if (pte != Pte.NONE) {
            m.go(t, PTL);
        } else {
            m.go(t, s[f + Frame.IS_WRITE] != 0 ? ANON_VMA : ANON_PTL);
        }
    }

    static void onPtl(Machine m, int t, int f, int pc) {
        m.ptlLock(t);
        m.go(t, PTE_SAME);
    }

    static void onPteSame(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        int pte = s[f + Frame.PTE];
        if (m.read(s[f + Frame.PTES] + s[f + Frame.PAGE]) != pte) {
            m.go(t, PTL_UNLOCK);
        } else if (s[f + Frame.IS_WRITE] != 0 && !Pte.write(pte)) {
            m.go(t, Pte.special(pte) ? WpPage.UNLOCK_PTL : WpPage.COUNT);
        } else {
            m.go(t, SET_ACCESS_FLAGS);
        }
    }

    static void onSetAccessFlags(Machine m, int t, int f, int pc) {
        setAccessFlags(m, t, f, 0);
        m.go(t, PTL_UNLOCK);
    }

    static void onPtlUnlock(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        m.ptlUnlock(t);
        m.go(t, s[f + Frame.FAULT_RET]);
    }

    static void onAnonVma(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        Vmas.prepareAnon(m, m.mmOf(f), s[f + Frame.PAGE]);
        m.go(t, ANON_ALLOC);
    }

    static void onAnonAlloc(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        int pfn = Memory.alloc(m, t, pc, s[f + Frame.PAGE]);
        s[m.pageAt(pfn) + Layout.CONTENT] = 0;
        s[f + Frame.NEW_PFN] = pfn;
        m.go(t, ANON_PTL);
    }

    static void onAnonPtl(Machine m, int t, int f, int pc) {
        m.ptlLock(t);
        m.go(t, ANON_PTE_NONE);
    }

    static void onAnonPteNone(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        boolean none = m.read(s[f + Frame.PTES] + s[f + Frame.PAGE]) == Pte.NONE;
        boolean write = s[f + Frame.IS_WRITE] != 0;
        m.go(t, none ? ANON_SET_PTE : write ? ANON_PUT : PTL_UNLOCK);
    }

    static void onAnonSetPte(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        if (s[f + Frame.IS_WRITE] != 0) {
            int pfn = s[f + Frame.NEW_PFN];
            Memory.newAnon(m, pfn);
            int bits = Pte.PRESENT | Pte.WRITE | Pte.DIRTY | Pte.ACCESSED;
            m.setOwnPte(t, f, s[f + Frame.PAGE], Pte.of(pfn, bits));
        } else {
            m.setOwnPte(t, f, s[f + Frame.PAGE], Pte.of(0, Pte.PRESENT | Pte.SPECIAL | Pte.ACCESSED));
        }
        m.go(t, PTL_UNLOCK);
    }

    static void onAnonPut(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        Memory.put(m, t, s[f + Frame.NEW_PFN], 1);
        m.go(t, PTL_UNLOCK);
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
