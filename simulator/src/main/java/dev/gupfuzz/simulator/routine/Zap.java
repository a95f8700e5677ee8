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
import dev.gupfuzz.simulator.machine.Pte;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Tlb;
import dev.gupfuzz.simulator.machine.Vmas;

/**
 * munmap(2), and the exit of a process: clear the PTEs, flush, then free the pages.
 *
 * <p>Source: mm/mmap.c, __do_munmap() with its downgrade of mmap_lock, and exit_mmap(); mm/memory.c, zap_pte_range();
 * mm/mmu_gather.c, tlb_flush_mmu(); v5.9 to v5.11. The break of the zap for need_resched() is a data choice, once a walk.
 * Not modelled: freeing page tables, a full mmu_gather batch, file pages, the OOM reaper.
 */
final class Zap {

    private static final int ZAP_FLUSH = Rule.ZAP_FLUSH.ordinal();

    private static final String MUNMAP = "__do_munmap";
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

    private Zap() {}

    static void declare() {
        Labels.define(MUNMAP_LOCK, MUNMAP, "LOCK", Target.MMAP_LOCK, "mmap_write_lock_killable(mm)", new MunmapLock());
        Labels.define(DETACH, MUNMAP, "DETACH", Target.VMA, "detach_vmas_to_be_unmapped()", new Detach());
        Labels.define(DOWNGRADE, MUNMAP, "DOWNGRADE", Target.MMAP_LOCK, "mmap_write_downgrade(mm)", new Downgrade());
        Labels.define(PTL, RANGE, "PTL", Target.PTL, "pte_offset_map_lock(mm, pmd, addr, &ptl)", new Ptl());
        Labels.define(READ_PTE, RANGE, "READ_PTE", Target.PTE, "ptent = *pte", new ReadPte());
        Labels.define(
                CLEAR_PTE, RANGE, "CLEAR_PTE", Target.PTE, "ptep_get_and_clear_full(mm, addr, pte)", new ClearPte());
        Labels.define(
                REMOVE_RMAP, RANGE, "REMOVE_RMAP", Target.MAPCOUNT, "page_remove_rmap(page, false)", new RemoveRmap());
        Labels.define(PTL_UNLOCK, RANGE, "PTL_UNLOCK", Target.PTL, "pte_unmap_unlock(start_pte, ptl)", new PtlUnlock());
        Labels.define(FLUSH, "tlb_flush_mmu", "FLUSH", Target.CPU, "tlb_flush_mmu_tlbonly(tlb)", new Flush());
        Labels.define(
                FREE, "tlb_flush_mmu", "FREE", Target.REFCOUNT, "tlb_batch_pages_flush(): put_page(page)", new Free());
        Labels.define(MUNMAP_UNLOCK, MUNMAP, "UNLOCK", Target.MMAP_LOCK, "mmap_read_unlock(mm)", new MunmapUnlock());
        Labels.pending(PendingAccess.rmw(Places.mm(Layout.MMAP_LOCK)), MUNMAP_LOCK, DOWNGRADE, MUNMAP_UNLOCK);
        Labels.pending(PendingAccess.write(Places.mm(Layout.VMA_COUNT)), DETACH);
        Labels.pending(PendingAccess.rmw(Places.LOCK), PTL, PTL_UNLOCK);
        Labels.pending(PendingAccess.read(Places.pte(Frame.WALK)), READ_PTE);
        Labels.pending(PendingAccess.rmw(Places.pte(Frame.WALK)), CLEAR_PTE);
        Labels.pending(
                PendingAccess.rmw((m, t, f) -> m.pageAt(queued(m, t, m.s[f + Frame.QUEUED] - 1)) + Layout.MAPCOUNT),
                REMOVE_RMAP);
        Labels.pending(PendingAccess.rmw(Places.ACKNOWLEDGING), FLUSH);
        Labels.pending(
                PendingAccess.rmw((m, t, f) -> m.pageAt(queued(m, t, m.s[f + Frame.CURSOR])) + Layout.REFCOUNT), FREE);
    }

    /** exit_mmap(): nobody else uses the mm any more, so mmap_lock is not taken. {@link Program#NOTHING} when nothing is mapped. */
    static int beginExit(Machine m, int t, int f) {
        int[] s = m.s;
        s[f + Frame.UNMAPPING] = 0;
        s[f + Frame.START] = 0;
        s[f + Frame.NR_ALL] = m.pages;
        s[f + Frame.BREAKS] = 0;
        s[f + Frame.QUEUED] = 0;
        s[f + Frame.WALK_END] = 0;
        int slot = Vmas.next(m, m.mmOf(f), 0);
        if (slot < 0) {
            return Program.NOTHING;
        }
        return beginVma(m, f, slot);
    }

    private static int beginVma(Machine m, int f, int slot) {
        int vma = Vmas.at(m.mmOf(f), slot);
        m.s[f + Frame.WALK] = m.s[vma];
        m.s[f + Frame.WALK_END] = m.s[vma + 1];
        return PTL;
    }

    private static void unmapBegins(Machine m, int t, int f) {
        int[] s = m.s;
        int start = s[f + Frame.START];
        int end = start + s[f + Frame.NR_ALL];
        m.enter(t);
        // Claims.unmapBegins() looks at the same calls
        for (int rest = m.s[Sched.PINS_IN_FLIGHT]; rest != 0; rest &= rest - 1) {
            if (m.pinMm[Integer.numberOfTrailingZeros(rest)] == m.threadMm[t]) {
                m.reach(GoalPoint.PIN_OVERLAPS_UNMAP);
            }
        }
        Claims.unmapBegins(m, m.threadMm[t], start, end);
    }

    private static final class MunmapLock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            unmapBegins(m, t, f);
            Locks.mmapWriteLock(m, t);
            s[f + Frame.UNMAPPING] = 1;
            s[f + Frame.BREAKS] = 1;
            s[f + Frame.QUEUED] = 0;
            return DETACH;
        }
    }

    private static final class Detach extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int start = s[f + Frame.START];
            Vmas.detach(m, m.mmOf(f), start, start + s[f + Frame.NR_ALL]);
            s[f + Frame.WALK] = start;
            s[f + Frame.WALK_END] = start + s[f + Frame.NR_ALL];
            return DOWNGRADE;
        }
    }

    private static final class Downgrade extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.mmapWriteDowngrade(m, t);
            return PTL;
        }
    }

    private static final class Ptl extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            if ((m.s[Sched.INSIDE] & 1 << t) == 0) {
                unmapBegins(m, t, f);
            }
            Locks.ptlLock(m, t);
            return READ_PTE;
        }
    }

    private static final class ReadPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            if (s[f + Frame.BREAKS] > 0 && s[f + Frame.WALK] > s[f + Frame.START]) {
                if (m.choices.choose(t, pc, 2) == 1) {
                    s[f + Frame.BREAKS]--;
                    m.s[Sched.STEPPING] = PTL_UNLOCK;
                    return ptlUnlock(m, t, f);
                }
            }
            int pte = m.read(s[f + Frame.PTES] + s[f + Frame.WALK]);
            s[f + Frame.PTE] = pte;
            if (Pte.present(pte)) {
                return CLEAR_PTE;
            } else {
                return nextPte(m, f);
            }
        }
    }

    private static final class ClearPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int at = s[f + Frame.PTES] + s[f + Frame.WALK];
            m.rmw(at);
            int pte = s[at];
            s[at] = Pte.NONE;
            m.pteChanged(t, m.threadMm[t], s[f + Frame.WALK], Pte.NONE);
            if (Pte.special(pte)) {
                return nextPte(m, f);
            } else {
                s[m.layout.queueBase + t * m.pages + s[f + Frame.QUEUED]++] = Pte.pfn(pte);
                return REMOVE_RMAP;
            }
        }
    }

    private static final class RemoveRmap extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            Memory.rmap(m, t, queued(m, t, s[f + Frame.QUEUED] - 1), -1);
            return nextPte(m, f);
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
            Locks.mmapReadUnlock(m, t);
            return unmapEnds(m, t, f);
        }
    }

    private static int queued(Machine m, int t, int i) {
        return m.s[m.layout.queueBase + t * m.pages + i];
    }

    private static int nextPte(Machine m, int f) {
        int page = ++m.s[f + Frame.WALK];
        return page == m.s[f + Frame.WALK_END] ? PTL_UNLOCK : READ_PTE;
    }

    private static int ptlUnlock(Machine m, int t, int f) {
        int[] s = m.s;
        Locks.ptlUnlock(m, t);
        if (s[f + Frame.WALK] < s[f + Frame.WALK_END]) {
            return PTL; // goto again
        }
        int slot = s[f + Frame.UNMAPPING] != 0 ? -1 : Vmas.next(m, m.mmOf(f), s[f + Frame.WALK_END]);
        if (slot >= 0) {
            return beginVma(m, f, slot);
        } else if (m.has(ZAP_FLUSH)) {
            return beginFlush(m, t, f);
        } else {
            return beginFree(m, t, f);
        }
    }

    private static int beginFlush(Machine m, int t, int f) {
        Tlb.invalidate(m, t, m.s[f + Frame.START], m.s[f + Frame.START] + m.s[f + Frame.NR_ALL]);
        return flushNext(m, t, f, -1);
    }

    private static int flushNext(Machine m, int t, int f, int cpu) {
        int next = Tlb.nextCpu(m, t, cpu);
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
        if (m.has(ZAP_FLUSH)) {
            return end(m, t, f);
        } else {
            return beginFlush(m, t, f);
        }
    }

    private static int end(Machine m, int t, int f) {
        if (m.s[f + Frame.UNMAPPING] != 0) {
            return MUNMAP_UNLOCK;
        } else {
            return unmapEnds(m, t, f);
        }
    }

    private static int unmapEnds(Machine m, int t, int f) {
        int start = m.s[f + Frame.START];
        Claims.unmapEnds(m, m.threadMm[t], start, start + m.s[f + Frame.NR_ALL]);
        return Program.next(m, t);
    }
}
