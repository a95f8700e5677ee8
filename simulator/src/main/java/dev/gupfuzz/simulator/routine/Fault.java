package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Locks;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.Pte;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Vmas;
import dev.gupfuzz.simulator.scenario.Region;

/**
 * A page fault of the CPU, and {@code handle_mm_fault()}, which slow GUP calls too.
 *
 * <p>Source: arch/x86/mm/fault.c, do_user_addr_fault(); mm/memory.c, lock_vma_under_rcu(), handle_pte_fault() and
 * do_numa_page(); v4.8 to v6.12. The search for the VMA under RCU and its check behind the lock are one step with the trylock. A
 * fault that finds a page locked waits with its lock held; the kernel gives the lock up, waits, and begins the fault anew
 * (FAULT_FLAG_ALLOW_RETRY). v4.8 stores the PTE behind a NUMA hint at once, where others clear it first. Not modelled:
 * mmap_read_trylock() before the sleeping lock, FAULT_FLAG_RETRY_NOWAIT, SIGSEGV under a VMA's lock (v6.12), stack expansion, memory
 * cgroups, allocation failure, migration by NUMA balancing, huge pages, pkeys.
 */
final class Fault {

    private static final int FAULT_PTE_SAME = Rule.FAULT_PTE_SAME.ordinal();
    private static final int NUMA_KEEPS_WRITE = Rule.NUMA_KEEPS_WRITE.ordinal();
    private static final int VMA_LOCK_EVERY = Rule.VMA_LOCK_EVERY.ordinal();
    private static final int VMA_LOCK_RULE = Rule.VMA_LOCK.ordinal();

    private static final String ENTRY = "do_user_addr_fault";
    private static final String PTE_FAULT = "handle_pte_fault";
    private static final String NUMA = "do_numa_page";

    static final int MMAP_LOCK = Pc.FAULT | Pc.ON_MMAP_READ;
    static final int FIND_VMA = Pc.FAULT | 1;
    static final int MMAP_UNLOCK = Pc.FAULT | 2;
    static final int MMAP_UNLOCK_SEGV = Pc.FAULT | 3;
    /**
     * Entry of {@code handle_mm_fault()}, by {@link #handle}: PAGE, IS_WRITE, UNSHARE, VM_FLAGS and FAULT_RET are set, and LOCK
     * aims at the page-table lock. FAULT_RESULT says how it ended; with FAULT_RETRY in it the caller's lock is released.
     */
    static final int READ_PTE = Pc.FAULT | 4;

    static final int PTL = Pc.FAULT | 5 | Pc.ON_PTL;
    static final int PTE_SAME = Pc.FAULT | 6;
    static final int SET_ACCESS_FLAGS = Pc.FAULT | 7;
    static final int PTL_UNLOCK = Pc.FAULT | 8;

    static final int VMA_FIND = Pc.FAULT | 15;
    static final int VMA_START_READ = Pc.FAULT | 16;
    static final int VMA_END_READ = Pc.FAULT | 17;
    static final int NUMA_PTL = Pc.FAULT | 18 | Pc.ON_PTL;
    static final int NUMA_PTE_SAME = Pc.FAULT | 19;
    static final int NUMA_START = Pc.FAULT | 20;
    static final int NUMA_COMMIT = Pc.FAULT | 21;
    static final int READ_PMD = Pc.FAULT | 24;

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
        Labels.define(VMA_FIND, "lock_vma_under_rcu", "VMA_FIND", Target.VMA, "vma = mas_walk(&mas)", new VmaFind());
        Labels.define(
                VMA_START_READ,
                "lock_vma_under_rcu",
                "VMA_START_READ",
                Target.VMA_LOCK,
                "vma_start_read(vma)",
                new VmaStartRead());
        Labels.define(VMA_END_READ, ENTRY, "VMA_END_READ", Target.VMA_LOCK, "vma_end_read(vma)", new VmaEndRead());
        Labels.define(READ_PMD, PTE_FAULT, "READ_PMD", Target.TABLE, "pmd_none(*vmf->pmd)", new ReadPmd());
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
        Labels.define(NUMA_PTL, NUMA, "NUMA_PTL", Target.PTL, "spin_lock(vmf->ptl)", new NumaPtl());
        Labels.define(
                NUMA_PTE_SAME, NUMA, "NUMA_PTE_SAME", Target.PTE, "pte_same(*vmf->pte, vmf->orig_pte)", new NumaSame());
        Labels.define(
                NUMA_START,
                NUMA,
                "NUMA_START",
                Target.PTE,
                "old_pte = ptep_modify_prot_start(vma, vmf->address, vmf->pte)",
                new NumaStart());
        Labels.define(
                NUMA_COMMIT,
                NUMA,
                "NUMA_COMMIT",
                Target.PTE,
                "ptep_modify_prot_commit(..., old_pte, pte)",
                new NumaCommit());
        Labels.pending(PendingAccess.rmw(Places.mm(Layout.MMAP_LOCK)), MMAP_LOCK, MMAP_UNLOCK, MMAP_UNLOCK_SEGV);
        Labels.pending(PendingAccess.read(Places.mm(Layout.VMA_COUNT)), FIND_VMA, VMA_FIND);
        Labels.pending(
                PendingAccess.rmw((m, t, f) -> Vmas.lockWord(m, m.mmOf(f), m.s[f + Frame.PAGE])),
                VMA_START_READ,
                VMA_END_READ);
        Labels.pending(PendingAccess.read((m, t, f) -> table(m, t, f) + Layout.PMD), READ_PMD);
        Labels.pending(PendingAccess.read(Places.pte(Frame.PAGE)), READ_PTE, PTE_SAME, NUMA_PTE_SAME);
        Labels.pending(PendingAccess.rmw(Places.LOCK), PTL, PTL_UNLOCK, NUMA_PTL);
        Labels.pending(PendingAccess.rmw(Places.pte(Frame.PAGE)), SET_ACCESS_FLAGS, NUMA_START);
        Labels.pending(PendingAccess.write(Places.pte(Frame.PAGE)), NUMA_COMMIT);
    }

    /** The first step of a CPU's fault. */
    static int begin(Machine m) {
        return m.has(VMA_LOCK_RULE) ? VMA_FIND : MMAP_LOCK;
    }

    /** access_error(): whether the VMA forbids the access. */
    private static boolean forbidden(Machine m, int f, int flags) {
        return (flags & (m.s[f + Frame.IS_WRITE] != 0 ? Region.WRITE : Region.READ | Region.WRITE)) == 0;
    }

    /** What {@code pte_mkdirty()} sets: the soft-dirty bit too, where somebody looks at it. */
    static int dirty(Machine m) {
        return m.layout.tracksSoftDirty ? Pte.DIRTY | Pte.SOFT_DIRTY : Pte.DIRTY;
    }

    private static final class VmaFind extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.enter(t);
            int slot = Vmas.find(m, m.mmOf(f), m.s[f + Frame.PAGE]);
            return slot >= 0 && mayLock(m, Vmas.at(m.mmOf(f), slot)) ? VMA_START_READ : MMAP_LOCK;
        }
    }

    /** The first kernels with per-VMA locks knew them for anonymous memory that was written before, without userfaultfd. */
    private static boolean mayLock(Machine m, int vma) {
        return m.has(VMA_LOCK_EVERY)
                || (m.s[vma + Layout.VMA_ANON] != 0
                        && (m.s[vma + Layout.VMA_FLAGS] & (Vmas.FILE | Region.UFFD_WP | Region.UFFD_MINOR)) == 0);
    }

    private static final class VmaStartRead extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int mm = m.mmOf(f);
            int slot = Vmas.lookup(m, mm, s[f + Frame.PAGE]);
            if (!Locks.vmaStartRead(m, Vmas.lockWord(m, mm, s[f + Frame.PAGE]), slot >= 0)) {
                return MMAP_LOCK;
            }
            int flags = s[Vmas.at(mm, slot) + Layout.VMA_FLAGS];
            s[f + Frame.VM_FLAGS] = flags;
            s[f + Frame.VMA_LOCKED] = 1;
            s[f + Frame.UNSHARE] = 0;
            s[f + Frame.FAULT_RESULT] = 0;
            if (forbidden(m, f, flags)) {
                s[f + Frame.FAULT_RESULT] = Frame.FAULT_RETRY; // mmap_lock, to say so
                return VMA_END_READ;
            }
            s[f + Frame.FAULT_RET] = VMA_END_READ;
            Locks.aim(m, f, m.threadMm[t], s[f + Frame.PAGE]);
            return handle(m);
        }
    }

    private static final class VmaEndRead extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            s[f + Frame.VMA_LOCKED] = 0;
            Locks.vmaEndRead(m, Vmas.lockWord(m, m.mmOf(f), s[f + Frame.PAGE]));
            if ((s[f + Frame.FAULT_RESULT] & Frame.FAULT_RETRY) != 0) {
                return MMAP_LOCK;
            }
            return again(m, t, f);
        }
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
            int slot = Vmas.find(m, m.mmOf(f), s[f + Frame.PAGE]);
            int flags = slot < 0 ? 0 : s[Vmas.at(m.mmOf(f), slot) + Layout.VMA_FLAGS];
            if (slot < 0 || forbidden(m, f, flags)) {
                return MMAP_UNLOCK_SEGV;
            } else {
                s[f + Frame.VM_FLAGS] = flags;
                s[f + Frame.UNSHARE] = 0;
                s[f + Frame.FAULT_RET] = MMAP_UNLOCK;
                Locks.aim(m, f, m.threadMm[t], s[f + Frame.PAGE]);
                return handle(m);
            }
        }
    }

    private static final class MmapUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.mmapReadUnlock(m, t);
            return again(m, t, f);
        }
    }

    /** Back to the instruction; a handler of SIGBUS skips it. */
    static int again(Machine m, int t, int f) {
        if ((m.s[f + Frame.FAULT_RESULT] & Frame.FAULT_ERROR) != 0) {
            m.reach(GoalPoint.SEGV);
            return Program.next(m, t);
        }
        m.leave(t);
        return User.againAfterFault(m, t, f);
    }

    private static final class MmapUnlockSegv extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.reach(GoalPoint.SEGV);
            Locks.mmapReadUnlock(m, t);
            return Program.next(m, t); // the handler skips the access
        }
    }

    /** The first step of {@code handle_mm_fault()}. */
    static int handle(Machine m) {
        return m.layout.allocatesTables ? READ_PMD : READ_PTE;
    }

    private static int table(Machine m, int t, int f) {
        return m.layout.table(m.threadMm[t], m.layout.tableOf[m.s[f + Frame.PAGE]]);
    }

    /** A page-table page that is there stays, as the VMA does. */
    private static final class ReadPmd extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            s[f + Frame.TABLE_AT] = 0;
            if (m.read(table(m, t, f) + Layout.PMD) != 0) {
                return READ_PTE;
            }
            s[f + Frame.PTE] = Pte.NONE;
            s[f + Frame.FAULT_RESULT] = 0;
            if ((s[f + Frame.VM_FLAGS] & Vmas.FILE) == 0) {
                return PteAlloc.begin(m, f, m.threadMm[t], s[f + Frame.PAGE], AnonFault.begin(m, f));
            }
            s[f + Frame.TABLE_AT] = table(m, t, f); // for finish_fault()
            return FileFault.begin(m, f);
        }
    }

    private static final class ReadPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = m.read(s[f + Frame.PTES] + s[f + Frame.PAGE]);
            s[f + Frame.PTE] = pte;
            s[f + Frame.FAULT_RESULT] = 0;
            if (Pte.readable(pte)) {
                return PTL;
            } else if (pte == Pte.NONE) {
                return (s[f + Frame.VM_FLAGS] & Vmas.FILE) != 0 ? FileFault.begin(m, f) : AnonFault.begin(m, f);
            } else if (Pte.swap(pte)) {
                return SwapIn.begin(m, t, f);
            } else {
                // FOLL_FORCE may look at what is PROT_NONE
                return (s[f + Frame.VM_FLAGS] & (Region.READ | Region.WRITE)) == 0 ? PTL : NUMA_PTL;
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
            if (m.read(s[f + Frame.PTES] + s[f + Frame.PAGE]) != pte && m.has(FAULT_PTE_SAME)) {
                return PTL_UNLOCK;
            } else if ((s[f + Frame.IS_WRITE] | s[f + Frame.UNSHARE]) != 0 && !Pte.write(pte)) {
                return WpPage.begin(m, t, f);
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

    private static final class NumaPtl extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlLock(m, t);
            return NUMA_PTE_SAME;
        }
    }

    private static final class NumaSame extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            boolean same = m.read(m.s[f + Frame.PTES] + m.s[f + Frame.PAGE]) == m.s[f + Frame.PTE];
            return same ? NUMA_START : PTL_UNLOCK;
        }
    }

    private static final class NumaStart extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            s[f + Frame.NEW_PTE] = m.clearForAMoment(t, m.threadMm[t], s[f + Frame.PAGE]);
            return NUMA_COMMIT;
        }
    }

    private static final class NumaCommit extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = (s[f + Frame.NEW_PTE] & ~Pte.PROTNONE) | Pte.ACCESSED;
            if (mayWriteAgain(m, f, pte)) {
                pte |= Pte.WRITE;
            }
            m.setAgain(t, m.threadMm[t], s[f + Frame.PAGE], pte);
            return PTL_UNLOCK;
        }
    }

    /**
     * What vm_page_prot gives back, and from v6.2 on can_change_pte_writable(): of a private mapping only what is exclusive, of a
     * shared one only what is dirty, so that its file was told, and nothing whose writes somebody wants to be told of.
     */
    private static boolean mayWriteAgain(Machine m, int f, int pte) {
        int flags = m.s[f + Frame.VM_FLAGS];
        boolean shared = (flags & Region.SHARED) != 0;
        if ((flags & Region.WRITE) == 0 || Pte.special(pte) || (!shared && m.has(NUMA_KEEPS_WRITE))) {
            return false;
        }
        if (shared) {
            FileFault.aimFile(m, f);
            if (FinishFault.defaultWrite(m, f) != 0) {
                return true;
            }
        }
        boolean guarded = Pte.uffdWp(pte) && (flags & Region.UFFD_WP) != 0;
        boolean traced = m.layout.tracksSoftDirty && (flags & Region.SOFTDIRTY) == 0 && (pte & Pte.SOFT_DIRTY) == 0;
        if (guarded || traced || m.has(NUMA_KEEPS_WRITE)) {
            return false;
        }
        return shared ? Pte.dirty(pte) : isExclusive(m, Pte.pfn(pte));
    }

    private static boolean isExclusive(Machine m, int pfn) {
        int page = m.pageAt(pfn) + Layout.FLAGS;
        m.see(page);
        int alone = Layout.FLAG_ANON | Layout.FLAG_EXCLUSIVE;
        return (m.s[page] & alone) == alone;
    }

    /**
     * ptep_set_access_flags() with young, for a write dirty, and the bits of {@code more}. One atomic here, as on arm64; on
     * x86 it is a compare and a plain store under the page-table lock, and a read fault stores nothing.
     */
    static void setAccessFlags(Machine m, int t, int f, int more) {
        int[] s = m.s;
        int at = s[f + Frame.PTES] + s[f + Frame.PAGE];
        m.rmw(at);
        int bits = s[f + Frame.IS_WRITE] != 0 ? Pte.ACCESSED | dirty(m) | more : Pte.ACCESSED;
        boolean stale = !m.has(FAULT_PTE_SAME) && s[at] != s[f + Frame.PTE];
        s[at] = stale ? s[f + Frame.PTE] | bits : s[at] | bits;
        if (more != 0 || stale) {
            m.pteChanged(t, m.threadMm[t], s[f + Frame.PAGE], s[at]);
        }
    }

    /** maybe_mkwrite(): the write bit, if the VMA may be written. */
    static int maybeWrite(Machine m, int f) {
        return (m.s[f + Frame.VM_FLAGS] & Region.WRITE) != 0 ? Pte.WRITE : 0;
    }
}
