package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.machine.Claims;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Locks;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Moves;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.Pte;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Tlb;
import dev.gupfuzz.simulator.machine.Vmas;
import dev.gupfuzz.simulator.scenario.Region;

/**
 * mremap(MREMAP_MAYMOVE | MREMAP_FIXED) of pages of one VMA to where nothing is mapped, at the same size.
 *
 * <p>Source: mm/mremap.c, move_vma(), move_page_tables(), move_ptes(), v4.8, v4.14, v4.19, v5.11, v6.4, v6.12; mm/mmap.c, copy_vma();
 * fs/userfaultfd.c, mremap_userfaultfd_prep(), v5.7 and v6.12, which takes userfaultfd from what is moved. A flush is of the whole
 * range of the call, where the kernel's is of what was moved under one pair of locks. Not modelled: the rmap locks that are taken
 * where a walk could see the new address before the old (so a scenario with a walk moves to a higher address), moves of whole
 * page-table pages (v5.0 on), merging, MREMAP_DONTUNMAP, UFFD_FEATURE_EVENT_REMAP, page tables that the unmapping of the old range
 * frees.
 */
final class Mremap {

    private static final int MREMAP_FLUSH = Rule.MREMAP_FLUSH.ordinal();
    private static final int MREMAP_DIRTY_FLUSH = Rule.MREMAP_DIRTY_FLUSH.ordinal();
    private static final int ZAP_NOTIFIES = Rule.ZAP_NOTIFIES.ordinal();
    private static final int VMA_LOCK = Rule.VMA_LOCK.ordinal();

    private static final String CALL = "mremap";
    private static final String VMA = "move_vma";
    private static final String PTES = "move_ptes";

    static final int LOCK = Pc.MREMAP | Pc.ON_MMAP_WRITE;
    static final int FIND_VMA = Pc.MREMAP | 1;
    static final int WRITE_VMA = Pc.MREMAP | 2 | Pc.ON_VMA;
    static final int COPY_VMA = Pc.MREMAP | 3;
    static final int OLD_PTL = Pc.MREMAP | 4 | Pc.ON_PTL;
    static final int NEW_PTL = Pc.MREMAP | 5 | Pc.ON_PTL;
    static final int READ_PTE = Pc.MREMAP | 6;
    static final int CLEAR_PTE = Pc.MREMAP | 7;
    static final int SET_PTE = Pc.MREMAP | 8;
    static final int NEW_UNLOCK = Pc.MREMAP | 9;
    static final int OLD_UNLOCK = Pc.MREMAP | 10;
    static final int UNMAP = Pc.MREMAP | 11;
    static final int UNLOCK = Pc.MREMAP | 12;

    // ---- in FORCE_FLUSH

    /** Some present PTE was moved, ... */
    private static final int PRESENT = 1;
    /** ... a dirty one, ... */
    private static final int DIRTY = 2;
    /** ... in a part of the range that is done: the flush comes last. */
    private static final int LATE = 4;

    private Mremap() {}

    static void declare() {
        Labels.define(LOCK, CALL, "LOCK", Target.MMAP_LOCK, "mmap_write_lock_killable(mm)", new Lock());
        Labels.define(FIND_VMA, CALL, "FIND_VMA", Target.VMA, "vma = vma_to_resize(addr, ...)", new FindVma());
        Labels.define(WRITE_VMA, VMA, "WRITE_VMA", Target.VMA_LOCK, "vma_start_write(vma)", new WriteVma());
        Labels.define(COPY_VMA, VMA, "COPY_VMA", Target.VMA, "new_vma = copy_vma(&vma, new_addr, ...)", new CopyVma());
        Labels.define(
                OLD_PTL,
                PTES,
                "OLD_PTL",
                Target.PTL,
                "pte_offset_map_lock(mm, old_pmd, old_addr, &old_ptl)",
                new OldPtl());
        Labels.define(NEW_PTL, PTES, "NEW_PTL", Target.PTL, "spin_lock_nested(new_ptl, ...)", new NewPtl());
        Labels.define(READ_PTE, PTES, "READ_PTE", Target.PTE, "pte_none(*old_pte)", new ReadPte());
        Labels.define(
                CLEAR_PTE, PTES, "CLEAR_PTE", Target.PTE, "ptep_get_and_clear(mm, old_addr, old_pte)", new ClearPte());
        Labels.define(SET_PTE, PTES, "SET_PTE", Target.PTE, "set_pte_at(mm, new_addr, new_pte, pte)", new SetPte());
        Labels.define(NEW_UNLOCK, PTES, "NEW_UNLOCK", Target.PTL, "spin_unlock(new_ptl)", new NewUnlock());
        Labels.define(
                OLD_UNLOCK, PTES, "OLD_UNLOCK", Target.PTL, "pte_unmap_unlock(old_pte - 1, old_ptl)", new OldUnlock());
        Labels.define(UNMAP, VMA, "UNMAP", Target.VMA, "do_munmap(mm, old_addr, old_len)", new Unmap());
        Labels.define(UNLOCK, CALL, "UNLOCK", Target.MMAP_LOCK, "mmap_write_unlock(mm)", new Unlock());
        Labels.pending(PendingAccess.rmw(Places.mm(Layout.MMAP_LOCK)), LOCK, UNLOCK);
        Labels.pending(PendingAccess.read(Places.mm(Layout.VMA_COUNT)), FIND_VMA);
        Labels.pending(PendingAccess.write(Places.mm(Layout.VMA_COUNT)), COPY_VMA, UNMAP);
        Labels.pending(PendingAccess.rmw(Places.LOCK), WRITE_VMA, OLD_PTL, NEW_PTL);
        Labels.pending(PendingAccess.read(Places.pte(Frame.WALK)), READ_PTE);
        Labels.pending(PendingAccess.rmw(Places.pte(Frame.WALK)), CLEAR_PTE);
        Labels.pending(
                PendingAccess.write((m, t, f) -> m.pteAt(m.threadMm[t], m.s[f + Frame.WALK] + distance(m, f))),
                SET_PTE);
        Labels.pending(PendingAccess.rmw((m, t, f) -> newPtl(m, t, f)), NEW_UNLOCK);
        Labels.pending(PendingAccess.rmw((m, t, f) -> oldPtl(m, t, f)), OLD_UNLOCK);
    }

    static int begin(Machine m, int f) {
        m.s[f + Frame.START] = Program.operand(m, f, 1);
        m.s[f + Frame.NR_ALL] = Program.operand(m, f, 2);
        m.s[f + Frame.FORCE_FLUSH] = 0;
        return LOCK;
    }

    private static int end(Machine m, int f) {
        return m.s[f + Frame.START] + m.s[f + Frame.NR_ALL];
    }

    /** From the old address to the new. */
    private static int distance(Machine m, int f) {
        return Program.operand(m, f, 3) - Program.operand(m, f, 1);
    }

    /** The lock of the old page table of the pages that were moved last, ... */
    private static int oldPtl(Machine m, int t, int f) {
        return m.layout.ptl(m.threadMm[t], m.s[f + Frame.WALK_END] - 1);
    }

    /** ... and of the new. */
    private static int newPtl(Machine m, int t, int f) {
        return m.layout.ptl(m.threadMm[t], m.s[f + Frame.WALK_END] - 1 + distance(m, f));
    }

    private static final class Lock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.enter(t);
            Zap.overlapsPin(m, m.threadMm[t]);
            Claims.unmapBegins(m, m.threadMm[t], m.s[f + Frame.START], end(m, f));
            Locks.mmapWriteLock(m, t);
            return FIND_VMA;
        }
    }

    private static final class FindVma extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int mm = m.mmOf(f);
            int slot = Vmas.find(m, mm, s[f + Frame.START]);
            int vma = Vmas.at(mm, Math.max(slot, 0));
            boolean possible = slot >= 0 && s[vma + Layout.VMA_END] >= end(m, f);
            for (int page = s[f + Frame.START]; page < end(m, f); page++) {
                possible &= Vmas.lookup(m, mm, page + distance(m, f)) < 0;
            }
            s[f + Frame.ABORT] = possible ? 0 : 1;
            if (!possible) {
                return UNLOCK;
            }
            Locks.aimVma(m, f, vma);
            return m.has(VMA_LOCK) ? WRITE_VMA : COPY_VMA;
        }
    }

    private static final class WriteVma extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.vmaStartWrite(m, t);
            return COPY_VMA;
        }
    }

    private static final class CopyVma extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int mm = m.mmOf(f);
            int start = s[f + Frame.START];
            m.write(mm + Layout.VMA_COUNT, s[mm + Layout.VMA_COUNT]);
            int copy = Vmas.insert(m, mm, start + distance(m, f), end(m, f) + distance(m, f));
            int vma = Vmas.at(mm, Vmas.lookup(m, mm, start));
            for (int word = Layout.VMA_ANON; word < Layout.VMA_WORDS; word++) {
                s[copy + word] = s[vma + word];
            }
            s[copy + Layout.VMA_FLAGS] &=
                    ~(Region.UFFD_WP | Region.UFFD_MINOR); // nobody sees it before mmap_lock is released
            // an anonymous VMA without pages forgets where it was
            boolean fresh = (s[vma + Layout.VMA_FLAGS] & Vmas.FILE) == 0 && s[vma + Layout.VMA_ANON] == 0;
            s[copy + Layout.VMA_PGOFF] = fresh ? 0 : s[vma + Layout.VMA_PGOFF] - distance(m, f);
            m.mark(copy + Layout.VMA_LOCK);
            s[copy + Layout.VMA_LOCK] = m.has(VMA_LOCK) ? Layout.VMA_WRITE_LOCKED : 0;
            s[f + Frame.WALK] = start;
            s[f + Frame.WALK_MM] = m.threadMm[t];
            return MmuNotifier.start(m, t, f, ZAP_NOTIFIES, m.threadMm[t], start, end(m, f), nextTables(m, t, f));
        }
    }

    /** The part of the range that one page-table page serves at the old address, and one at the new. */
    private static int nextTables(Machine m, int t, int f) {
        int[] s = m.s;
        int page = s[f + Frame.WALK];
        while (page < end(m, f) && !FreeTables.isThere(m, m.threadMm[t], page)) {
            Moves.moved(m, m.threadMm[t], page, page + distance(m, f));
            page = ++s[f + Frame.WALK];
        }
        if (page == end(m, f)) {
            int told = MmuNotifier.end(m, t, f, ZAP_NOTIFIES, m.threadMm[t], UNMAP);
            return (s[f + Frame.FORCE_FLUSH] & LATE) != 0
                    ? TlbFlush.begin(m, t, f, m.threadMm[t], s[f + Frame.START], page, told)
                    : told;
        }
        int old = m.layout.endOfTable(page, end(m, f));
        int moved = m.layout.endOfTable(page + distance(m, f), end(m, f) + distance(m, f)) - distance(m, f);
        s[f + Frame.WALK_END] = Math.min(old, moved);
        s[f + Frame.FORCE_FLUSH] &= LATE;
        Locks.aim(m, f, m.threadMm[t], page);
        return m.resched(PteAlloc.begin(m, f, m.threadMm[t], page + distance(m, f), OLD_PTL));
    }

    private static final class OldPtl extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlLock(m, t);
            if (newPtl(m, t, f) == oldPtl(m, t, f)) {
                return TlbFlush.batchedPending(m, f, READ_PTE);
            }
            Locks.aim(m, f, m.threadMm[t], m.s[f + Frame.WALK] + distance(m, f));
            return NEW_PTL;
        }
    }

    private static final class NewPtl extends StepCode {
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
            int page = s[f + Frame.WALK];
            if (m.read(s[f + Frame.PTES] + page) != Pte.NONE) {
                return CLEAR_PTE;
            }
            Moves.moved(m, m.threadMm[t], page, page + distance(m, f));
            return nextPte(m, t, f);
        }
    }

    private static final class ClearPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = m.clearForAMoment(t, m.threadMm[t], s[f + Frame.WALK]);
            s[f + Frame.PTE] = pte;
            if (Pte.present(pte)) {
                s[f + Frame.FORCE_FLUSH] |= Pte.dirty(pte) ? PRESENT | DIRTY : PRESENT;
            }
            return SET_PTE;
        }
    }

    private static final class SetPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int page = s[f + Frame.WALK];
            int soft = m.layout.tracksSoftDirty ? Pte.SOFT_DIRTY : 0;
            m.endMoment(m.threadMm[t], page);
            Moves.moved(m, m.threadMm[t], page, page + distance(m, f));
            m.setPte(t, m.threadMm[t], page + distance(m, f), s[f + Frame.PTE] | soft);
            return nextPte(m, t, f);
        }
    }

    private static int nextPte(Machine m, int t, int f) {
        int[] s = m.s;
        if (++s[f + Frame.WALK] < s[f + Frame.WALK_END]) {
            return READ_PTE;
        }
        boolean two = newPtl(m, t, f) != oldPtl(m, t, f);
        int next = two ? NEW_UNLOCK : OLD_UNLOCK;
        if ((s[f + Frame.FORCE_FLUSH] & PRESENT) != 0 && m.has(MREMAP_FLUSH)) {
            return flush(m, t, f, next);
        }
        return two ? NEW_UNLOCK : dirtyFlush(m, t, f);
    }

    private static int flush(Machine m, int t, int f, int ret) {
        return TlbFlush.begin(m, t, f, m.threadMm[t], m.s[f + Frame.START], end(m, f), ret);
    }

    /** Before v4.19: under the old page-table lock at most, and only for dirty PTEs. */
    private static int dirtyFlush(Machine m, int t, int f) {
        if (m.has(MREMAP_FLUSH)) {
            return OLD_UNLOCK;
        }
        if ((m.s[f + Frame.FORCE_FLUSH] & DIRTY) != 0 && m.has(MREMAP_DIRTY_FLUSH)) {
            return flush(m, t, f, OLD_UNLOCK);
        }
        m.s[f + Frame.FORCE_FLUSH] |= LATE;
        return OLD_UNLOCK;
    }

    private static final class NewUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.unlock(m, t, newPtl(m, t, f));
            return dirtyFlush(m, t, f);
        }
    }

    private static final class OldUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.unlock(m, t, oldPtl(m, t, f));
            return nextTables(m, t, f);
        }
    }

    private static final class Unmap extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Vmas.detach(m, m.mmOf(f), m.s[f + Frame.START], end(m, f));
            return UNLOCK;
        }
    }

    private static final class Unlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            if (s[f + Frame.ABORT] != 0) {
                Claims.discardEnds(m, m.threadMm[t], s[f + Frame.START], end(m, f));
            } else {
                if (!m.layout.hasRmap) { // reclaim and writeback flush on their own, perhaps later
                    Tlb.checkAtUnlock(m, t, m.threadMm[t], s[f + Frame.START], end(m, f));
                }
                Moves.ended(m, m.threadMm[t], s[f + Frame.START], end(m, f));
            }
            Locks.mmapWriteUnlock(m, t);
            return Program.next(m, t);
        }
    }
}
