package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.machine.Claims;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Locks;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Memory;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.PendingAccess.Place;
import dev.gupfuzz.simulator.machine.Pte;
import dev.gupfuzz.simulator.machine.Rmap;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Tlb;
import dev.gupfuzz.simulator.machine.Vmas;

/**
 * munmap(2), the exit of a process, and the zap that MADV_DONTNEED and truncation share with them: clear the PTEs, flush, then
 * free the pages. {@link ZapSwap} has swap entries, {@link FreeTables} page-table pages.
 *
 * <p>Source: mm/mmap.c, do_munmap() without a downgrade of mmap_lock (v4.8 to v4.19), __do_munmap() (v5.7 to v5.19),
 * do_vmi_align_munmap() (v6.4), exit_mmap(); mm/vma.c (v6.12); mm/memory.c, unmap_single_vma(), zap_pte_range(); mm/mmu_gather.c,
 * tlb_flush_mmu(), tlb_flush_rmaps(). The break of the zap for need_resched() is a data choice of munmap's, once a walk, and not behind
 * a dirty page of a file (from v5.7 on). A flush is of the whole range of the call, where the kernel's is of what was
 * cleared. Not modelled: a full mmu_gather batch, the flush of everything that tlb_finish_mmu() makes while another one is pending
 * (v4.14 on), the page-table lock that each VMA takes anew in one table, lru_add_drain(), the notifiers' release of an mm that
 * exits, the OOM reaper.
 */
final class Zap {

    private static final int MUNMAP_DOWNGRADE = Rule.MUNMAP_DOWNGRADE.ordinal();
    private static final int VMA_LOCK = Rule.VMA_LOCK.ordinal();
    private static final int ZAP_NOTIFIES = Rule.ZAP_NOTIFIES.ordinal();
    private static final int ZAP_FLUSH = Rule.ZAP_FLUSH.ordinal();
    private static final int ZAP_BREAKS = Rule.ZAP_BREAKS.ordinal();
    private static final int ZAP_DELAYS_RMAP = Rule.ZAP_DELAYS_RMAP.ordinal();
    private static final int ZAP_DIRTY_FLUSH = Rule.ZAP_DIRTY_FLUSH.ordinal();

    // ---- in ZAP_MODE

    /** Every VMA of the thread's mm, which nobody else uses any more. */
    static final int EXIT = 0;
    /** Pages whose VMAs were detached. */
    static final int MUNMAP = 1;
    /** Pages of VMAs that stay. */
    static final int DISCARD = 2;
    /** Pages of one VMA of any process; {@link Frame#RET} is the step behind it. */
    static final int TRUNCATE = 3;
    /** As {@link #TRUNCATE}, but private copies stay. */
    static final int TRUNCATE_FILE = 4;
    /** No zap: MADV_FREE, which shares {@link ZapSwap} with it. */
    static final int FREEING = 5;

    // ---- in FORCE_FLUSH

    /** The page-table lock is not to be dropped before a flush. */
    private static final int FLUSH_FIRST = 1;
    /** Nothing was cleared since the last flush. */
    private static final int FLUSHED = 2;

    private static final String UNMAP = "__do_munmap";
    private static final String RANGE = "zap_pte_range";

    static final int MUNMAP_LOCK = Pc.ZAP | Pc.ON_MMAP_WRITE;
    static final int DETACH = Pc.ZAP | 1;
    static final int DOWNGRADE = Pc.ZAP | 2;
    static final int PTL = Pc.ZAP | 3 | Pc.ON_PTL;
    static final int READ_PTE = Pc.ZAP | 4;
    static final int CLEAR_PTE = Pc.ZAP | 5;
    static final int REMOVE_RMAP = Pc.ZAP | 6;
    static final int PTL_UNLOCK = Pc.ZAP | 7;
    static final int FLUSH = Pc.ZAP | 8 | Pc.ON_ACK;
    static final int FREE = Pc.ZAP | 9;
    static final int MUNMAP_UNLOCK = Pc.ZAP | 10;
    static final int WRITE_VMA = Pc.ZAP | 11 | Pc.ON_VMA;
    static final int SET_DIRTY = Pc.ZAP | 12;
    static final int LATE_RMAP = Pc.ZAP | 13;
    static final int READ_PMD = Pc.ZAP | 14;

    /** The PTE that the walk is at, in whichever process. */
    static final Place WALKED_PTE = (m, t, f) -> m.pteAt(m.s[f + Frame.WALK_MM], m.s[f + Frame.WALK]);

    private Zap() {}

    static void declare() {
        ZapSwap.declare();
        FreeTables.declare();
        Labels.define(MUNMAP_LOCK, UNMAP, "LOCK", Target.MMAP_LOCK, "mmap_write_lock_killable(mm)", new MunmapLock());
        Labels.define(WRITE_VMA, UNMAP, "WRITE_VMA", Target.VMA_LOCK, "vma_start_write(vma)", new WriteVma());
        Labels.define(DETACH, UNMAP, "DETACH", Target.VMA, "detach_vmas_to_be_unmapped()", new Detach());
        Labels.define(DOWNGRADE, UNMAP, "DOWNGRADE", Target.MMAP_LOCK, "mmap_write_downgrade(mm)", new Downgrade());
        Labels.define(PTL, RANGE, "PTL", Target.PTL, "pte_offset_map_lock(mm, pmd, addr, &ptl)", new Ptl());
        Labels.define(
                READ_PMD,
                "zap_pmd_range",
                "READ_PMD",
                Target.TABLE,
                "pmd_none_or_trans_huge_or_clear_bad(pmd)",
                new ReadPmd());
        Labels.define(READ_PTE, RANGE, "READ_PTE", Target.PTE, "ptent = *pte", new ReadPte());
        Labels.define(
                CLEAR_PTE, RANGE, "CLEAR_PTE", Target.PTE, "ptep_get_and_clear_full(mm, addr, pte)", new ClearPte());
        Labels.define(SET_DIRTY, RANGE, "SET_DIRTY", Target.PAGE_LOCK, "set_page_dirty(page)", new SetDirty());
        Labels.define(
                REMOVE_RMAP, RANGE, "REMOVE_RMAP", Target.MAPCOUNT, "page_remove_rmap(page, false)", new RemoveRmap());
        Labels.define(
                LATE_RMAP,
                "tlb_flush_rmaps",
                "REMOVE_RMAP",
                Target.MAPCOUNT,
                "page_remove_rmap(page, vma, false)",
                new LateRmap());
        Labels.define(PTL_UNLOCK, RANGE, "PTL_UNLOCK", Target.PTL, "pte_unmap_unlock(start_pte, ptl)", new PtlUnlock());
        Labels.define(FLUSH, "tlb_flush_mmu", "FLUSH", Target.CPU, "tlb_flush_mmu_tlbonly(tlb)", new Flush());
        Labels.define(
                FREE, "tlb_flush_mmu", "FREE", Target.REFCOUNT, "tlb_batch_pages_flush(): put_page(page)", new Free());
        Labels.define(MUNMAP_UNLOCK, UNMAP, "UNLOCK", Target.MMAP_LOCK, "mmap_read_unlock(mm)", new MunmapUnlock());
        Labels.pending(PendingAccess.rmw(Places.mm(Layout.MMAP_LOCK)), MUNMAP_LOCK, DOWNGRADE, MUNMAP_UNLOCK);
        Labels.pending(PendingAccess.write(Places.mm(Layout.VMA_COUNT)), DETACH);
        Labels.pending(PendingAccess.rmw(Places.LOCK), WRITE_VMA, PTL, PTL_UNLOCK);
        Labels.pending(PendingAccess.read((m, t, f) -> pmd(m, f)), READ_PMD);
        Labels.pending(PendingAccess.read(WALKED_PTE), READ_PTE);
        Labels.pending(PendingAccess.rmw(WALKED_PTE), CLEAR_PTE);
        Labels.pending(PendingAccess.rmw((m, t, f) -> lastQueued(m, t, f) + Layout.FLAGS), SET_DIRTY);
        Labels.pending(PendingAccess.rmw((m, t, f) -> lastQueued(m, t, f) + Layout.MAPCOUNT), REMOVE_RMAP);
        Labels.pending(
                PendingAccess.rmw((m, t, f) -> m.pageAt(queued(m, t, m.s[f + Frame.CURSOR])) + Layout.MAPCOUNT),
                LATE_RMAP);
        Labels.pending(PendingAccess.rmw(Places.ACKNOWLEDGING), FLUSH);
        Labels.pending(
                PendingAccess.rmw((m, t, f) -> m.pageAt(queued(m, t, m.s[f + Frame.CURSOR])) + Layout.REFCOUNT), FREE);
    }

    private static int lastQueued(Machine m, int t, int f) {
        return m.pageAt(queued(m, t, m.s[f + Frame.QUEUED] - 1));
    }

    /** exit_mmap(): nobody else uses the mm any more, so mmap_lock is not taken. {@link Program#NOTHING} when nothing is mapped. */
    static int beginExit(Machine m, int t, int f) {
        m.s[f + Frame.BREAKS] = 0;
        begin(m, f, m.threadMm[t], EXIT, 0, m.pages);
        return segment(m, f, EXIT, m.threadMm[t], 0, m.pages) ? PTL : Program.NOTHING;
    }

    private static void begin(Machine m, int f, int mm, int mode, int start, int end) {
        int[] s = m.s;
        s[f + Frame.ZAP_MODE] = mode;
        s[f + Frame.WALK_MM] = mm;
        s[f + Frame.START] = start;
        s[f + Frame.NR_ALL] = end - start;
        s[f + Frame.QUEUED] = 0;
        s[f + Frame.FORCE_FLUSH] = FLUSHED;
    }

    /**
     * Zaps pages {@code [start, end)} of a process whose VMAs stay, flushes and frees. The claims on the pages are the caller's.
     *
     * @param mode {@link #DISCARD} and so on
     * @param ret the step behind it
     * @return the first step, or {@code ret} where nothing is mapped
     */
    static int discard(Machine m, int t, int f, int mm, int mode, int start, int end, int ret) {
        m.s[f + Frame.RET] = ret;
        m.s[f + Frame.BREAKS] = 0;
        begin(m, f, mm, mode, start, end);
        return segment(m, f, start) ? notified(m, t, f) : ret;
    }

    /** Before the first PTE of a zap: the notifiers are told of the whole range, but by exit, which has released them. */
    private static int notified(Machine m, int t, int f) {
        int start = m.s[f + Frame.START];
        int end = start + m.s[f + Frame.NR_ALL];
        return MmuNotifier.start(m, t, f, ZAP_NOTIFIES, m.s[f + Frame.WALK_MM], start, end, first(m, f));
    }

    private static void unmapBegins(Machine m, int t, int f) {
        int[] s = m.s;
        int start = s[f + Frame.START];
        int end = start + s[f + Frame.NR_ALL];
        m.enter(t);
        overlapsPin(m, m.threadMm[t]);
        Claims.unmapBegins(m, m.threadMm[t], start, end);
    }

    /** An unmapping begins; what goes with {@link Claims#unmapBegins}. */
    static void overlapsPin(Machine m, int mm) {
        // Claims.unmapBegins() looks at the same calls
        for (int rest = m.s[Sched.PINS_IN_FLIGHT]; rest != 0; rest &= rest - 1) {
            if (m.pinMm[Integer.numberOfTrailingZeros(rest)] == mm) {
                m.reach(GoalPoint.PIN_OVERLAPS_UNMAP);
            }
        }
    }

    private static final class MunmapLock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            unmapBegins(m, t, f);
            Locks.mmapWriteLock(m, t);
            begin(m, f, m.threadMm[t], MUNMAP, s[f + Frame.START], s[f + Frame.START] + s[f + Frame.NR_ALL]);
            s[f + Frame.BREAKS] = m.has(ZAP_BREAKS) ? 1 : 0;
            s[f + Frame.WALK] = s[f + Frame.START];
            return m.has(VMA_LOCK) ? nextVma(m, f) : DETACH;
        }
    }

    /** The next VMA to write-lock before it is detached. */
    private static int nextVma(Machine m, int f) {
        int[] s = m.s;
        int slot = Vmas.next(m, m.mmOf(f), s[f + Frame.WALK]);
        int vma = Vmas.at(m.mmOf(f), Math.max(slot, 0));
        if (slot < 0 || s[vma] >= s[f + Frame.START] + s[f + Frame.NR_ALL]) {
            return DETACH;
        }
        s[f + Frame.WALK] = s[vma + Layout.VMA_END];
        Locks.aimVma(m, f, vma);
        return WRITE_VMA;
    }

    private static final class WriteVma extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.vmaStartWrite(m, t);
            return nextVma(m, f);
        }
    }

    private static final class Detach extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int start = s[f + Frame.START];
            boolean more = segment(m, f, start);
            if (more) {
                Rmap.detach(m, m.threadMm[t], start, start + s[f + Frame.NR_ALL]);
            }
            Vmas.detach(m, m.mmOf(f), start, start + s[f + Frame.NR_ALL]);
            return m.has(MUNMAP_DOWNGRADE) ? DOWNGRADE : more ? notified(m, t, f) : MUNMAP_UNLOCK;
        }
    }

    private static final class Downgrade extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.mmapWriteDowngrade(m, t);
            return segment(m, f, m.s[f + Frame.START]) ? notified(m, t, f) : MUNMAP_UNLOCK;
        }
    }

    /** Whether a page-table page may come to be during the walk: nobody maps anything any more where a VMA was detached, or at exit. */
    private static boolean readsPmd(Machine m, int mode) {
        return m.layout.allocatesTables && mode != EXIT && mode != MUNMAP;
    }

    private static int first(Machine m, int f) {
        return readsPmd(m, m.s[f + Frame.ZAP_MODE]) ? READ_PMD : PTL;
    }

    private static int pmd(Machine m, int f) {
        return Places.pmd(m, m.s[f + Frame.WALK_MM], m.s[f + Frame.WALK]);
    }

    private static final class ReadPmd extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return m.read(pmd(m, f)) != 0 ? PTL : nextSegment(m, t, f);
        }
    }

    private static final class Ptl extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            if ((m.s[Sched.INSIDE] & 1 << t) == 0) {
                unmapBegins(m, t, f);
            }
            Locks.ptlLock(m, t);
            return TlbFlush.batchedPending(m, f, READ_PTE);
        }
    }

    private static final class ReadPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            boolean mayBreak = s[f + Frame.BREAKS] > 0 && s[f + Frame.FORCE_FLUSH] != FLUSH_FIRST;
            if (mayBreak && s[f + Frame.WALK] > s[f + Frame.START] && m.choices.choose(t, pc, 2) == 1) {
                s[f + Frame.BREAKS]--;
                m.s[Sched.STEPPING] = PTL_UNLOCK;
                return ptlUnlock(m, t, f);
            }
            int pte = m.read(m.pteAt(s[f + Frame.WALK_MM], s[f + Frame.WALK]));
            s[f + Frame.PTE] = pte;
            if (Pte.present(pte)) {
                return s[f + Frame.ZAP_MODE] == TRUNCATE_FILE && !isFile(m, pte) ? nextPte(m, t, f) : CLEAR_PTE;
            }
            return Pte.swap(pte) && s[f + Frame.ZAP_MODE] != TRUNCATE_FILE ? ZapSwap.begin(m, f) : nextPte(m, t, f);
        }
    }

    private static boolean isFile(Machine m, int pte) {
        m.see(m.layout.tenancy(Pte.pfn(pte)));
        return (m.s[m.pageAt(Pte.pfn(pte)) + Layout.FLAGS] & Layout.FLAG_FILE) != 0;
    }

    private static final class ClearPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int mm = s[f + Frame.WALK_MM];
            int at = m.pteAt(mm, s[f + Frame.WALK]);
            m.rmw(at);
            int pte = s[at];
            s[at] = Pte.NONE;
            m.pteChanged(t, mm, s[f + Frame.WALK], Pte.NONE);
            s[f + Frame.FORCE_FLUSH] &= ~FLUSHED;
            if (Pte.special(pte)) {
                return nextPte(m, t, f);
            }
            s[m.layout.queueBase + t * m.pages + s[f + Frame.QUEUED]++] = Pte.pfn(pte);
            return Pte.dirty(pte) && m.layout.world.filePages > 0 && isFile(m, pte) ? SET_DIRTY : REMOVE_RMAP;
        }
    }

    private static final class SetDirty extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int at = lastQueued(m, t, f) + Layout.FLAGS;
            m.rmw(at);
            m.s[at] |= Layout.FLAG_DIRTY;
            m.s[f + Frame.FORCE_FLUSH] = m.has(ZAP_DIRTY_FLUSH) ? FLUSH_FIRST : 0;
            if (m.has(ZAP_DELAYS_RMAP) && m.has(ZAP_DIRTY_FLUSH)) {
                m.s[m.layout.queueBase + t * m.pages + m.s[f + Frame.QUEUED] - 1] |= Layout.QUEUE_MAPPED;
                return nextPte(m, t, f);
            }
            return REMOVE_RMAP;
        }
    }

    /** Under the page-table lock still, behind the flush. */
    private static final class LateRmap extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int i = m.s[f + Frame.CURSOR];
            Memory.rmap(m, t, queued(m, t, i), -1);
            m.s[m.layout.queueBase + t * m.pages + i] &= ~Layout.QUEUE_MAPPED;
            return lateRmap(m, t, f);
        }
    }

    /** The next page whose mapping is to be given up now, or the end of the walk under this lock. */
    private static int lateRmap(Machine m, int t, int f) {
        for (int i = 0; i < m.s[f + Frame.QUEUED]; i++) {
            if ((m.s[m.layout.queueBase + t * m.pages + i] & Layout.QUEUE_MAPPED) != 0) {
                m.s[f + Frame.CURSOR] = i;
                return LATE_RMAP;
            }
        }
        return PTL_UNLOCK;
    }

    private static final class RemoveRmap extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.rmap(m, t, queued(m, t, m.s[f + Frame.QUEUED] - 1), -1);
            return nextPte(m, t, f);
        }
    }

    private static final class PtlUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return ptlUnlock(m, t, f);
        }
    }

    private static final class Flush extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int cpu = s[f + Frame.ACK_CPU];
            Tlb.acknowledge(m, t, cpu, s[f + Frame.START], s[f + Frame.START] + s[f + Frame.NR_ALL]);
            User.flushed(m, cpu);
            return flushNext(m, t, f, cpu);
        }
    }

    private static final class Free extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            Memory.put(m, t, queued(m, t, s[f + Frame.CURSOR]), 1);
            if (++s[f + Frame.CURSOR] == s[f + Frame.QUEUED]) {
                return freed(m, t, f);
            }
            return FREE;
        }
    }

    private static final class MunmapUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            if (m.has(MUNMAP_DOWNGRADE)) {
                Locks.mmapReadUnlock(m, t);
            } else {
                int start = m.s[f + Frame.START];
                if (!m.layout.hasRmap) { // reclaim and writeback flush on their own, perhaps later
                    Tlb.checkAtUnlock(m, t, m.threadMm[t], start, start + m.s[f + Frame.NR_ALL]);
                }
                Locks.mmapWriteUnlock(m, t);
            }
            return unmapEnds(m, t, f);
        }
    }

    private static int queued(Machine m, int t, int i) {
        return m.s[m.layout.queueBase + t * m.pages + i] & ~Layout.QUEUE_MAPPED;
    }

    /** The next pages from {@code from} on that one walk under one page-table lock clears: whether there are any. */
    private static boolean segment(Machine m, int f, int from) {
        int[] s = m.s;
        return segment(
                m, f, s[f + Frame.ZAP_MODE], s[f + Frame.WALK_MM], from, s[f + Frame.START] + s[f + Frame.NR_ALL]);
    }

    private static boolean segment(Machine m, int f, int mode, int mm, int from, int end) {
        int[] s = m.s;
        int at = m.mmAt(mm);
        int page = from;
        while (true) {
            int last = end;
            if (mode == EXIT || mode == DISCARD) {
                int slot = Vmas.next(m, at, page);
                if (slot < 0) {
                    return false;
                }
                int vma = Vmas.at(at, slot);
                page = Math.max(page, s[vma]);
                last = Math.min(end, s[vma + Layout.VMA_END]);
            }
            if (page >= end) {
                return false;
            }
            last = m.layout.endOfTable(page, last);
            if (readsPmd(m, mode) || FreeTables.isThere(m, mm, page)) {
                s[f + Frame.WALK] = page;
                s[f + Frame.WALK_END] = last;
                Locks.aim(m, f, mm, page);
                return true;
            }
            page = last;
        }
    }

    /** The walk goes on behind the PTE that it was at. */
    static int nextPte(Machine m, int t, int f) {
        int[] s = m.s;
        int page = ++s[f + Frame.WALK];
        if (page < s[f + Frame.WALK_END]) {
            return READ_PTE;
        }
        if (s[f + Frame.FORCE_FLUSH] != FLUSH_FIRST) {
            return PTL_UNLOCK;
        }
        int start = s[f + Frame.START];
        int late = lateRmap(m, t, f);
        return TlbFlush.begin(m, t, f, s[f + Frame.WALK_MM], start, start + s[f + Frame.NR_ALL], late);
    }

    private static int ptlUnlock(Machine m, int t, int f) {
        int[] s = m.s;
        Locks.ptlUnlock(m, t);
        if (s[f + Frame.WALK] < s[f + Frame.WALK_END]) {
            return m.resched(PTL); // goto again
        }
        if (s[f + Frame.FORCE_FLUSH] == FLUSH_FIRST) {
            s[f + Frame.FORCE_FLUSH] = FLUSHED;
            if (s[f + Frame.QUEUED] > 0) {
                s[f + Frame.CURSOR] = 0;
                return FREE;
            }
        }
        return m.resched(nextSegment(m, t, f));
    }

    private static int nextSegment(Machine m, int t, int f) {
        int[] s = m.s;
        if (segment(m, f, s[f + Frame.WALK_END])) {
            return first(m, f);
        }
        int mode = s[f + Frame.ZAP_MODE];
        int next = mode == MUNMAP ? FreeTables.begin(m, t, f) : gathered(m, t, f);
        return mode == EXIT ? next : MmuNotifier.end(m, t, f, ZAP_NOTIFIES, s[f + Frame.WALK_MM], next);
    }

    /** tlb_finish_mmu(). */
    static int gathered(Machine m, int t, int f) {
        if (m.s[f + Frame.FORCE_FLUSH] == FLUSHED) {
            return end(m, t, f);
        }
        return m.has(ZAP_FLUSH) ? beginFlush(m, t, f) : beginFree(m, t, f);
    }

    private static int beginFlush(Machine m, int t, int f) {
        int start = m.s[f + Frame.START];
        Tlb.invalidateOwn(m, t, m.s[f + Frame.WALK_MM], start, start + m.s[f + Frame.NR_ALL]);
        return flushNext(m, t, f, -1);
    }

    private static int flushNext(Machine m, int t, int f, int cpu) {
        int next = Tlb.nextCpu(m, t, m.s[f + Frame.WALK_MM], cpu);
        m.s[f + Frame.ACK_CPU] = next;
        if (next >= 0) {
            return FLUSH;
        } else if (m.has(ZAP_FLUSH)) {
            return beginFree(m, t, f);
        } else {
            return end(m, t, f);
        }
    }

    private static int beginFree(Machine m, int t, int f) {
        m.s[f + Frame.CURSOR] = 0;
        if (m.s[f + Frame.QUEUED] > 0) {
            return FREE;
        } else {
            return freed(m, t, f);
        }
    }

    /** Without zap-flush the flush comes after the pages are gone. */
    private static int freed(Machine m, int t, int f) {
        if (m.s[f + Frame.FORCE_FLUSH] == FLUSHED) {
            m.s[f + Frame.QUEUED] = 0;
            return m.resched(nextSegment(m, t, f));
        } else if (m.has(ZAP_FLUSH)) {
            return end(m, t, f);
        } else {
            return beginFlush(m, t, f);
        }
    }

    private static int end(Machine m, int t, int f) {
        return switch (m.s[f + Frame.ZAP_MODE]) {
            case EXIT -> unmapEnds(m, t, f);
            case MUNMAP -> FreeTables.grace(m, t, f, MUNMAP_UNLOCK);
            default -> m.s[f + Frame.RET];
        };
    }

    private static int unmapEnds(Machine m, int t, int f) {
        int start = m.s[f + Frame.START];
        Claims.unmapEnds(m, m.threadMm[t], start, start + m.s[f + Frame.NR_ALL]);
        return Program.next(m, t);
    }
}
