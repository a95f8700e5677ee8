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
 * change_protection(), which mprotect(), NUMA balancing and userfaultfd write-protection share: PTE by PTE under the page-table
 * lock, and one flush of the whole range at the end.
 *
 * <p>Source: mm/mprotect.c, change_protection(), change_pte_range(), can_change_pte_writable(); v4.8 to v6.12. The flush is
 * flush_tlb_range() until v5.18 and tlb_finish_mmu() from v5.19 on. Not modelled: PTE markers of file mappings, migration and
 * device entries, the node that NUMA balancing compares, its look at dirty file pages, huge pages; that
 * {@code tlb_flush_pending} was a flag and not a count before v4.14; from v5.19 on that the flush begins and ends with the PTEs
 * that need it, and that it is of the whole mm where another flush is pending, in whose place it is done here for PTEs that had
 * no access rights before, too.
 */
final class ChangeProtection {

    private static final int PROTECT_NOTIFIES = Rule.PROTECT_NOTIFIES.ordinal();
    private static final int MPROTECT_FLUSH = Rule.MPROTECT_FLUSH.ordinal();
    private static final int PTE_NEEDS_FLUSH = Rule.PTE_NEEDS_FLUSH.ordinal();
    private static final int MPROTECT_UPGRADES = Rule.MPROTECT_UPGRADES.ordinal();
    private static final int MPROTECT_UPGRADES_CLEAN = Rule.MPROTECT_UPGRADES_CLEAN.ordinal();
    private static final int UFFD_WP_UPGRADES = Rule.UFFD_WP_UPGRADES.ordinal();
    private static final int NUMA_KEEPS_WRITE = Rule.NUMA_KEEPS_WRITE.ordinal();
    private static final int NUMA_SKIPS_SHARED = Rule.NUMA_SKIPS_SHARED.ordinal();
    private static final int NUMA_PAGE_COUNT = Rule.NUMA_PAGE_COUNT.ordinal();
    private static final int NUMA_SKIPS_PINNED = Rule.NUMA_SKIPS_PINNED.ordinal();

    // ---- in CHANGE, beside the READ and WRITE of the new protection

    /** MM_CP_PROT_NUMA. */
    static final int NUMA = 1 << 8;
    /** MM_CP_UFFD_WP. */
    static final int WP = 1 << 9;
    /** MM_CP_UFFD_WP_RESOLVE. */
    static final int WP_RESOLVE = 1 << 10;
    /** vma_wants_writenotify(): a shared mapping whose writes must fault. */
    private static final int WRITENOTIFY = 1 << 11;

    private static final String RANGE = "change_protection_range";
    private static final String PTES = "change_pte_range";

    static final int PENDING = Pc.MPROTECT;
    static final int PTL = Pc.MPROTECT | 1 | Pc.ON_PTL;
    static final int READ_PMD = Pc.MPROTECT | 28;
    static final int READ_PTE = Pc.MPROTECT | 2;
    static final int COUNT = Pc.MPROTECT | 3;
    static final int MAPCOUNT = Pc.MPROTECT | 4;
    static final int START_PTE = Pc.MPROTECT | 5;
    static final int EXCLUSIVE = Pc.MPROTECT | 6;
    static final int COMMIT_PTE = Pc.MPROTECT | 7;
    static final int SET_SWAP = Pc.MPROTECT | 8;
    static final int PTL_UNLOCK = Pc.MPROTECT | 9;
    static final int NOT_PENDING = Pc.MPROTECT | 10;

    private ChangeProtection() {}

    static void declare() {
        Labels.define(PENDING, RANGE, "PENDING", Target.TLB_FLUSH, "inc_tlb_flush_pending(mm)", new Pending());
        Labels.define(
                READ_PMD, "change_pmd_range", "READ_PMD", Target.TABLE, "pmd_none_or_clear_bad(pmd)", new ReadPmd());
        Labels.define(PTL, PTES, "PTL", Target.PTL, "pte_offset_map_lock(mm, pmd, addr, &ptl)", new Ptl());
        Labels.define(READ_PTE, PTES, "READ_PTE", Target.PTE, "oldpte = *pte", new ReadPte());
        Labels.define(COUNT, PTES, "COUNT", Target.REFCOUNT, "page_count(page) (prot_numa)", new Count());
        Labels.define(MAPCOUNT, PTES, "MAPCOUNT", Target.MAPCOUNT, "page_mapcount(page) (prot_numa)", new Mapcount());
        Labels.define(
                START_PTE, PTES, "START_PTE", Target.PTE, "ptep_modify_prot_start(vma, addr, pte)", new StartPte());
        Labels.define(
                EXCLUSIVE,
                PTES,
                "EXCLUSIVE",
                Target.PAGE_LOCK,
                "can_change_pte_writable(): PageAnonExclusive(page)",
                new Exclusive());
        Labels.define(
                COMMIT_PTE,
                PTES,
                "COMMIT_PTE",
                Target.PTE,
                "ptep_modify_prot_commit(vma, addr, pte, oldpte, ptent)",
                new CommitPte());
        Labels.define(SET_SWAP, PTES, "SET_SWAP", Target.PTE, "set_pte_at(..., newpte) (swap entry)", new SetSwap());
        Labels.define(PTL_UNLOCK, PTES, "PTL_UNLOCK", Target.PTL, "pte_unmap_unlock(pte - 1, ptl)", new PtlUnlock());
        Labels.define(
                NOT_PENDING, RANGE, "NOT_PENDING", Target.TLB_FLUSH, "dec_tlb_flush_pending(mm)", new NotPending());
        Labels.pending(PendingAccess.rmw(Places.mm(Layout.TLB_FLUSH_PENDING)), PENDING, NOT_PENDING);
        Labels.pending(PendingAccess.read(Places.WALKED_PMD), READ_PMD);
        Labels.pending(PendingAccess.rmw(Places.LOCK), PTL, PTL_UNLOCK);
        Labels.pending(PendingAccess.read(Places.pte(Frame.WALK)), READ_PTE);
        Labels.pending(PendingAccess.read(Places.page(Layout.REFCOUNT)), COUNT);
        Labels.pending(PendingAccess.read(Places.page(Layout.MAPCOUNT)), MAPCOUNT);
        Labels.pending(PendingAccess.read(Places.page(Layout.FLAGS)), EXCLUSIVE);
        Labels.pending(PendingAccess.rmw(Places.pte(Frame.WALK)), START_PTE);
        Labels.pending(PendingAccess.write(Places.pte(Frame.WALK)), COMMIT_PTE, SET_SWAP);
    }

    /**
     * Changes pages {@code [start, end)} of the thread's own process, which one VMA covers.
     *
     * @param change {@link Region#READ} and {@link Region#WRITE} of the new protection, with {@link #NUMA} and so on
     * @param ret the step behind it
     * @return the first step
     */
    static int begin(Machine m, int t, int f, int vma, int start, int end, int change, int ret) {
        int[] s = m.s;
        m.see(m.mmOf(f) + Layout.VMA_COUNT);
        s[f + Frame.VM_FLAGS] = s[vma + Layout.VMA_FLAGS];
        s[f + Frame.CHANGE] = change | (writenotify(m, vma, start, change) ? WRITENOTIFY : 0);
        s[f + Frame.WALK_MM] = m.threadMm[t];
        s[f + Frame.NR] = start;
        s[f + Frame.WALK] = start;
        s[f + Frame.CURSOR] = end;
        s[f + Frame.FORCE_FLUSH] = 0;
        s[f + Frame.RET] = ret;
        return PENDING;
    }

    private static boolean writenotify(Machine m, int vma, int page, int change) {
        int flags = m.s[vma + Layout.VMA_FLAGS];
        if ((flags & Region.SHARED) == 0 || (change & Region.WRITE) == 0) {
            return false;
        }
        if (isTracked(m, flags) || ((flags & Region.UFFD_WP) != 0 && m.has(UFFD_WP_UPGRADES))) {
            return true;
        }
        int file = m.layout.fileOf(Vmas.filePage(m, vma, page));
        return !m.layout.world.files.get(file).shmem();
    }

    /** vma_soft_dirty_enabled(). */
    private static boolean isTracked(Machine m, int flags) {
        return m.layout.tracksSoftDirty && (flags & Region.SOFTDIRTY) == 0;
    }

    private static final class Pending extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            m.bump(m.mmOf(f) + Layout.TLB_FLUSH_PENDING, 1);
            int next = nextTable(m, t, f);
            int mm = m.threadMm[t];
            return MmuNotifier.start(m, t, f, PROTECT_NOTIFIES, mm, s[f + Frame.WALK], s[f + Frame.CURSOR], next);
        }
    }

    /** The part of the range that the page-table page at WALK serves. */
    private static int nextTable(Machine m, int t, int f) {
        int page = m.s[f + Frame.WALK];
        if (page == m.s[f + Frame.CURSOR]) {
            boolean flush = m.s[f + Frame.FORCE_FLUSH] != 0 && m.has(MPROTECT_FLUSH);
            int mm = m.threadMm[t];
            int next = flush ? TlbFlush.begin(m, t, f, mm, m.s[f + Frame.NR], page, NOT_PENDING) : NOT_PENDING;
            return MmuNotifier.end(m, t, f, PROTECT_NOTIFIES, mm, next);
        }
        m.s[f + Frame.WALK_END] = m.layout.endOfTable(page, m.s[f + Frame.CURSOR]);
        Locks.aim(m, f, m.threadMm[t], page);
        return m.layout.allocatesTables ? READ_PMD : PTL;
    }

    /** Where there is no page-table page nothing is mapped. */
    private static final class ReadPmd extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            if (m.read(Places.WALKED_PMD.word(m, t, f)) != 0) {
                return PTL;
            }
            m.s[f + Frame.WALK] = m.s[f + Frame.WALK_END];
            return nextTable(m, t, f);
        }
    }

    private static final class Ptl extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlLock(m, t);
            return TlbFlush.batchedPending(m, f, READ_PTE);
        }
    }

    private static final class ReadPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = m.read(s[f + Frame.PTES] + s[f + Frame.WALK]);
            int change = s[f + Frame.CHANGE];
            s[f + Frame.PTE] = pte;
            if (Pte.swap(pte)) {
                int wanted = wp(pte, change);
                s[f + Frame.NEW_PTE] = wanted;
                return wanted == pte ? nextPte(m, f) : SET_SWAP;
            } else if (!Pte.present(pte)) {
                return nextPte(m, f);
            } else if ((change & NUMA) == 0) {
                return START_PTE;
            } else if (Pte.protnone(pte) || Pte.special(pte)) {
                return nextPte(m, f);
            } else if (!m.has(NUMA_SKIPS_SHARED) || !Region.isCow(s[f + Frame.VM_FLAGS])) {
                return START_PTE;
            } else {
                return m.has(NUMA_PAGE_COUNT) || m.has(NUMA_SKIPS_PINNED) ? COUNT : MAPCOUNT;
            }
        }
    }

    private static final class Count extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int count = m.read(m.pageAt(Pte.pfn(m.s[f + Frame.PTE])) + Layout.REFCOUNT);
            if (m.has(NUMA_SKIPS_PINNED)) {
                return Memory.maybePinned(m, count) ? nextPte(m, f) : MAPCOUNT;
            }
            return count == 1 ? START_PTE : nextPte(m, f);
        }
    }

    private static final class Mapcount extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int count = m.read(m.pageAt(Pte.pfn(m.s[f + Frame.PTE])) + Layout.MAPCOUNT);
            return count == 1 ? START_PTE : nextPte(m, f);
        }
    }

    private static final class StartPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int old = m.clearForAMoment(t, m.threadMm[t], s[f + Frame.WALK]);
            int wanted = modified(m, f, old);
            s[f + Frame.PTE] = old;
            s[f + Frame.NEW_PTE] = wanted;
            if (Pte.write(wanted) || !mayUpgrade(m, f, wanted)) {
                return COMMIT_PTE;
            } else if ((s[f + Frame.VM_FLAGS] & Region.SHARED) != 0) {
                s[f + Frame.NEW_PTE] |= Pte.WRITE;
                return COMMIT_PTE;
            } else {
                return Pte.special(wanted) ? COMMIT_PTE : EXCLUSIVE;
            }
        }
    }

    /** pte_modify() and what userfaultfd adds. */
    private static int modified(Machine m, int f, int old) {
        int change = m.s[f + Frame.CHANGE];
        boolean shared = (m.s[f + Frame.VM_FLAGS] & Region.SHARED) != 0;
        int pte = old & ~(Pte.WRITE | Pte.PROTNONE);
        if ((change & NUMA) != 0) {
            return pte | Pte.PROTNONE | (m.has(NUMA_KEEPS_WRITE) ? old & Pte.WRITE : 0);
        }
        pte |= (change & Region.READ) == 0 ? Pte.PROTNONE : 0;
        pte |= shared && (change & (Region.WRITE | WRITENOTIFY)) == Region.WRITE ? Pte.WRITE : 0;
        return wp(pte, change);
    }

    private static int wp(int pte, int change) {
        if ((change & WP) != 0) {
            return (Pte.present(pte) ? Pte.wrprotect(pte) : pte) | Pte.UFFD_WP;
        }
        return (change & WP_RESOLVE) != 0 ? pte & ~Pte.UFFD_WP : pte;
    }

    /** What a read-only PTE must be before anybody asks whose its page is. */
    private static boolean mayUpgrade(Machine m, int f, int pte) {
        int flags = m.s[f + Frame.VM_FLAGS];
        int change = m.s[f + Frame.CHANGE];
        boolean shared = (flags & Region.SHARED) != 0;
        if ((change & (NUMA | WP)) != 0 || (change & Region.WRITE) == 0) {
            return false;
        }
        if ((change & WP_RESOLVE) != 0 && !m.has(UFFD_WP_UPGRADES)) {
            return false;
        }
        boolean softDirty = !m.layout.tracksSoftDirty || (pte & Pte.SOFT_DIRTY) != 0;
        if (!m.has(MPROTECT_UPGRADES)) { // VM_SOFTDIRTY was asked for the wrong way round, until 76aefad628aa
            return (change & WRITENOTIFY) != 0 && Pte.dirty(pte) && (softDirty || (flags & Region.SOFTDIRTY) == 0);
        }
        if (isTracked(m, flags) && !softDirty) {
            return false;
        }
        boolean asksDirty = shared || !m.has(MPROTECT_UPGRADES_CLEAN);
        boolean watched = Pte.uffdWp(pte) && (flags & Region.UFFD_WP) != 0;
        return !Pte.protnone(pte) && !watched && (Pte.dirty(pte) || !asksDirty);
    }

    private static final class Exclusive extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int flags = m.read(m.pageAt(Pte.pfn(s[f + Frame.PTE])) + Layout.FLAGS);
            if ((flags & Layout.FLAG_EXCLUSIVE) != 0) {
                s[f + Frame.NEW_PTE] |= Pte.WRITE;
            }
            return COMMIT_PTE;
        }
    }

    private static final class CommitPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int old = s[f + Frame.PTE];
            int wanted = s[f + Frame.NEW_PTE];
            m.setAgain(t, m.threadMm[t], s[f + Frame.WALK], wanted);
            if (!m.has(PTE_NEEDS_FLUSH) || ((old ^ wanted) & (Pte.WRITE | Pte.PROTNONE)) != 0) {
                s[f + Frame.FORCE_FLUSH] = 1;
            }
            return nextPte(m, f);
        }
    }

    private static final class SetSwap extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            m.setOwnPte(t, f, s[f + Frame.WALK], s[f + Frame.NEW_PTE]);
            s[f + Frame.FORCE_FLUSH] |= m.has(PTE_NEEDS_FLUSH) ? 0 : 1;
            return nextPte(m, f);
        }
    }

    private static int nextPte(Machine m, int f) {
        int page = ++m.s[f + Frame.WALK];
        return page == m.s[f + Frame.WALK_END] ? PTL_UNLOCK : READ_PTE;
    }

    private static final class PtlUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlUnlock(m, t);
            return m.resched(nextTable(m, t, f));
        }
    }

    private static final class NotPending extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.bump(m.mmOf(f) + Layout.TLB_FLUSH_PENDING, -1);
            return m.s[f + Frame.RET];
        }
    }
}
