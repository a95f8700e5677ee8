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
import dev.gupfuzz.simulator.machine.Tlb;
import dev.gupfuzz.simulator.machine.Vmas;
import dev.gupfuzz.simulator.scenario.Region;

/**
 * write(4) to /proc/self/clear_refs: takes the soft-dirty bits away, and the write permissions with them.
 *
 * <p>Source: fs/proc/task_mmu.c, clear_refs_write(), clear_refs_pte_range(), clear_soft_dirty(), pte_is_pinned(); v4.8, v5.7, v5.9,
 * v5.11, v6.12. Until v5.9 mmap_lock is held for read, but for VMAs that are not tracked yet; v5.7 to v5.9 flush only when another
 * flush is pending. Not modelled: the other values that can be written, the VMA's lock where its flags change; that
 * {@code tlb_flush_pending} counts from the first read lock on in v4.14 to v5.9, and is left alone in v4.8.
 */
final class ClearRefs {

    private static final int PROTECT_NOTIFIES = Rule.PROTECT_NOTIFIES.ordinal();
    private static final int CLEAR_REFS_NO_FLUSH = Rule.CLEAR_REFS_NO_FLUSH.ordinal();
    private static final int CLEAR_REFS_SKIPS_PINNED = Rule.CLEAR_REFS_SKIPS_PINNED.ordinal();
    private static final int CLEAR_REFS_WRITE_LOCK = Rule.CLEAR_REFS_WRITE_LOCK.ordinal();
    private static final int HAS_PINNED = Rule.HAS_PINNED.ordinal();

    private static final int VMA_LOCK = Rule.VMA_LOCK.ordinal();

    private static final String CALL = "clear_refs_write";
    private static final String RANGE = "clear_refs_pte_range";
    private static final String CLEAR = "clear_soft_dirty";
    private static final String PINNED = "pte_is_pinned";

    static final int READ_LOCK = Pc.CLEAR_REFS | Pc.ON_MMAP_READ;
    static final int FIND_TRACKED = Pc.CLEAR_REFS | 1;
    static final int READ_UNLOCK = Pc.CLEAR_REFS | 2;
    static final int WRITE_LOCK = Pc.CLEAR_REFS | 3 | Pc.ON_MMAP_WRITE;
    static final int TRACK = Pc.CLEAR_REFS | 4;
    static final int DOWNGRADE = Pc.CLEAR_REFS | 5;
    static final int PENDING = Pc.CLEAR_REFS | 6;
    static final int PTL = Pc.CLEAR_REFS | 7 | Pc.ON_PTL;
    static final int READ_PMD = Pc.CLEAR_REFS | 18;
    static final int READ_PTE = Pc.CLEAR_REFS | 8;
    static final int ANY_PINNED = Pc.CLEAR_REFS | 9;
    static final int COUNT = Pc.CLEAR_REFS | 10;
    static final int START_PTE = Pc.CLEAR_REFS | 11;
    static final int COMMIT_PTE = Pc.CLEAR_REFS | 12;
    static final int SET_SWAP = Pc.CLEAR_REFS | 13;
    static final int PTL_UNLOCK = Pc.CLEAR_REFS | 14;
    static final int NESTED = Pc.CLEAR_REFS | 15;
    static final int NOT_PENDING = Pc.CLEAR_REFS | 16;
    static final int UNLOCK = Pc.CLEAR_REFS | 17;

    private ClearRefs() {}

    static void declare() {
        Labels.define(READ_LOCK, CALL, "READ_LOCK", Target.MMAP_LOCK, "mmap_read_lock_killable(mm)", new ReadLock());
        Labels.define(
                FIND_TRACKED, CALL, "FIND_TRACKED", Target.VMA, "vma->vm_flags & VM_SOFTDIRTY", new FindTracked());
        Labels.define(READ_UNLOCK, CALL, "READ_UNLOCK", Target.MMAP_LOCK, "mmap_read_unlock(mm)", new ReadUnlock());
        Labels.define(
                WRITE_LOCK, CALL, "WRITE_LOCK", Target.MMAP_LOCK, "mmap_write_lock_killable(mm)", new WriteLock());
        Labels.define(TRACK, CALL, "TRACK", Target.VMA, "vma->vm_flags &= ~VM_SOFTDIRTY", new Track());
        Labels.define(DOWNGRADE, CALL, "DOWNGRADE", Target.MMAP_LOCK, "mmap_write_downgrade(mm)", new Downgrade());
        Labels.define(PENDING, CALL, "PENDING", Target.TLB_FLUSH, "inc_tlb_flush_pending(mm)", new Pending());
        Labels.define(READ_PMD, "walk_pmd_range", "READ_PMD", Target.TABLE, "pmd_none(*pmd)", new ReadPmd());
        Labels.define(PTL, RANGE, "PTL", Target.PTL, "pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl)", new Ptl());
        Labels.define(READ_PTE, CLEAR, "READ_PTE", Target.PTE, "ptent = *pte", new ReadPte());
        Labels.define(
                ANY_PINNED,
                PINNED,
                "ANY_PINNED",
                Target.HAS_PINNED,
                "atomic_read(&vma->vm_mm->has_pinned)",
                new AnyPinned());
        Labels.define(COUNT, PINNED, "COUNT", Target.REFCOUNT, "page_maybe_dma_pinned(page)", new Count());
        Labels.define(
                START_PTE, CLEAR, "START_PTE", Target.PTE, "ptep_modify_prot_start(vma, addr, pte)", new StartPte());
        Labels.define(
                COMMIT_PTE,
                CLEAR,
                "COMMIT_PTE",
                Target.PTE,
                "ptep_modify_prot_commit(vma, addr, pte, old_pte, ptent)",
                new CommitPte());
        Labels.define(SET_SWAP, CLEAR, "SET_SWAP", Target.PTE, "set_pte_at(..., ptent) (swap entry)", new SetSwap());
        Labels.define(PTL_UNLOCK, RANGE, "PTL_UNLOCK", Target.PTL, "pte_unmap_unlock(pte - 1, ptl)", new PtlUnlock());
        Labels.define(
                NESTED, "tlb_finish_mmu", "NESTED", Target.TLB_FLUSH, "mm_tlb_flush_nested(tlb->mm)", new Nested());
        Labels.define(
                NOT_PENDING, CALL, "NOT_PENDING", Target.TLB_FLUSH, "dec_tlb_flush_pending(mm)", new NotPending());
        Labels.define(UNLOCK, CALL, "UNLOCK", Target.MMAP_LOCK, "mmap_write_unlock(mm)", new Unlock());
        Labels.pending(
                PendingAccess.rmw(Places.mm(Layout.MMAP_LOCK)), READ_LOCK, READ_UNLOCK, WRITE_LOCK, DOWNGRADE, UNLOCK);
        Labels.pending(PendingAccess.read(Places.mm(Layout.VMA_COUNT)), FIND_TRACKED);
        Labels.pending(PendingAccess.write(Places.mm(Layout.VMA_COUNT)), TRACK);
        Labels.pending(PendingAccess.rmw(Places.mm(Layout.TLB_FLUSH_PENDING)), PENDING, NOT_PENDING);
        Labels.pending(PendingAccess.read(Places.mm(Layout.TLB_FLUSH_PENDING)), NESTED);
        Labels.pending(PendingAccess.read(Places.WALKED_PMD), READ_PMD);
        Labels.pending(PendingAccess.rmw(Places.LOCK), PTL, PTL_UNLOCK);
        Labels.pending(PendingAccess.read(Places.pte(Frame.WALK)), READ_PTE);
        Labels.pending(PendingAccess.read(Places.mm(Layout.HAS_PINNED)), ANY_PINNED);
        Labels.pending(PendingAccess.read(Places.page(Layout.REFCOUNT)), COUNT);
        Labels.pending(PendingAccess.rmw(Places.pte(Frame.WALK)), START_PTE);
        Labels.pending(PendingAccess.write(Places.pte(Frame.WALK)), COMMIT_PTE, SET_SWAP);
    }

    static int begin(Machine m) {
        return m.has(CLEAR_REFS_WRITE_LOCK) ? WRITE_LOCK : READ_LOCK;
    }

    private static final class ReadLock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.enter(t);
            Locks.mmapReadLock(m, t);
            return FIND_TRACKED;
        }
    }

    private static final class FindTracked extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int mm = m.mmOf(f);
            m.read(mm + Layout.VMA_COUNT);
            for (int slot = 0; slot < m.s[mm + Layout.VMA_COUNT]; slot++) {
                if ((m.s[Vmas.at(mm, slot) + Layout.VMA_FLAGS] & Region.SOFTDIRTY) != 0) {
                    return READ_UNLOCK;
                }
            }
            m.s[f + Frame.WALK] = 0;
            return PENDING;
        }
    }

    private static final class ReadUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.mmapReadUnlock(m, t);
            return WRITE_LOCK;
        }
    }

    private static final class WriteLock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.enter(t);
            Locks.mmapWriteLock(m, t);
            return TRACK;
        }
    }

    private static final class Track extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int mm = m.mmOf(f);
            m.write(mm + Layout.VMA_COUNT, m.s[mm + Layout.VMA_COUNT]);
            for (int slot = 0; slot < m.s[mm + Layout.VMA_COUNT]; slot++) {
                m.s[Vmas.at(mm, slot) + Layout.VMA_FLAGS] &= ~Region.SOFTDIRTY;
            }
            m.s[f + Frame.WALK] = 0;
            return m.has(CLEAR_REFS_WRITE_LOCK) ? PENDING : DOWNGRADE;
        }
    }

    private static final class Downgrade extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.mmapWriteDowngrade(m, t);
            return PENDING;
        }
    }

    private static final class Pending extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.bump(m.mmOf(f) + Layout.TLB_FLUSH_PENDING, 1);
            int next = nextTable(m, t, f);
            return MmuNotifier.start(m, t, f, PROTECT_NOTIFIES, m.threadMm[t], 0, m.pages, next);
        }
    }

    /** The next pages of a VMA that one page-table page serves. */
    private static int nextTable(Machine m, int t, int f) {
        int[] s = m.s;
        int slot = Vmas.next(m, m.mmOf(f), s[f + Frame.WALK]);
        if (slot < 0) {
            int mm = m.threadMm[t];
            int next = m.has(CLEAR_REFS_NO_FLUSH) ? NESTED : TlbFlush.begin(m, t, f, mm, 0, m.pages, NOT_PENDING);
            return MmuNotifier.end(m, t, f, PROTECT_NOTIFIES, mm, next);
        }
        int vma = Vmas.at(m.mmOf(f), slot);
        int page = Math.max(s[f + Frame.WALK], s[vma]);
        s[f + Frame.VM_FLAGS] = s[vma + Layout.VMA_FLAGS];
        s[f + Frame.WALK] = page;
        s[f + Frame.WALK_END] = m.layout.endOfTable(page, s[vma + Layout.VMA_END]);
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
            return READ_PTE;
        }
    }

    private static final class ReadPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = m.read(s[f + Frame.PTES] + s[f + Frame.WALK]);
            s[f + Frame.PTE] = pte;
            if (Pte.swap(pte)) {
                return SET_SWAP;
            } else if (!Pte.present(pte)) {
                return nextPte(m, f);
            }
            boolean asks = m.has(CLEAR_REFS_SKIPS_PINNED)
                    && Pte.write(pte)
                    && !Pte.special(pte)
                    && Region.isCow(s[f + Frame.VM_FLAGS]);
            return asks ? (m.has(HAS_PINNED) ? ANY_PINNED : COUNT) : START_PTE;
        }
    }

    private static final class AnyPinned extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return m.read(m.mmOf(f) + Layout.HAS_PINNED) != 0 ? COUNT : START_PTE;
        }
    }

    private static final class Count extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int count = m.read(m.pageAt(Pte.pfn(m.s[f + Frame.PTE])) + Layout.REFCOUNT);
            return Memory.maybePinned(m, count) ? nextPte(m, f) : START_PTE;
        }
    }

    private static final class StartPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.s[f + Frame.PTE] = m.clearForAMoment(t, m.threadMm[t], m.s[f + Frame.WALK]);
            return COMMIT_PTE;
        }
    }

    private static final class CommitPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int pte = m.s[f + Frame.PTE] & ~(Pte.WRITE | Pte.SOFT_DIRTY);
            m.setAgain(t, m.threadMm[t], m.s[f + Frame.WALK], pte);
            return nextPte(m, f);
        }
    }

    private static final class SetSwap extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.setOwnPte(t, f, m.s[f + Frame.WALK], m.s[f + Frame.PTE] & ~Pte.SOFT_DIRTY);
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

    private static final class Nested extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return m.read(m.mmOf(f) + Layout.TLB_FLUSH_PENDING) > 1
                    ? TlbFlush.begin(m, t, f, m.threadMm[t], 0, m.pages, NOT_PENDING)
                    : NOT_PENDING;
        }
    }

    private static final class NotPending extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.bump(m.mmOf(f) + Layout.TLB_FLUSH_PENDING, -1);
            return UNLOCK;
        }
    }

    private static final class Unlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            if (m.has(CLEAR_REFS_WRITE_LOCK)) {
                // faults under VMA locks flush on their own, and so do reclaim and writeback, perhaps later
                if (!m.layout.hasRmap && !m.has(VMA_LOCK)) {
                    Tlb.checkAtUnlock(m, t, m.threadMm[t]);
                }
                Locks.mmapWriteUnlock(m, t);
            } else {
                Locks.mmapReadUnlock(m, t);
            }
            return Program.next(m, t);
        }
    }
}
