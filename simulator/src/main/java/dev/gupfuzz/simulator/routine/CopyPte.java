package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Locks;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Memory;
import dev.gupfuzz.simulator.machine.PageTables;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.Pte;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.machine.StepCode;

/**
 * fork's walk over the PTEs of one VMA.
 *
 * <p>Source: mm/memory.c, copy_pte_range(), page_copy_prealloc(), v4.8 to v6.12. The reads of {@code *src_pte} by pte_none(),
 * pte_present() and copy_present_pte() are one step: under the page-table lock only the hardware's A and D bits could change between
 * them. need_resched() and lock contention, asked for after every fourth present PTE, are one data choice. The child's page-table page
 * comes with its lock, but in worlds whose page-table pages come and go: there {@link PteAlloc} brings it. Where nobody goes from pages
 * to mappings that lock is taken in steps that nobody else can see; where somebody does, through the anon_vma or the file that the
 * child's VMA is linked to already, it is a lock as any. Not modelled: huge pages, the batches of v6.12 (they are of large folios),
 * accounting, failing allocations.
 */
final class CopyPte {

    private static final int EAGAIN_DROPS_PTL = Rule.EAGAIN_DROPS_PTL.ordinal();

    private static final String RANGE = "copy_pte_range";

    /** Units of progress after which the walk looks whether to break: 8 for a PTE, 1 for none. */
    private static final int PROGRESS_MAX = 32;

    static final int DST_LOCK = Pc.COPY_PTE | Pc.INVISIBLE;
    static final int SRC_LOCK = Pc.COPY_PTE | 1 | Pc.ON_PTL;
    static final int READ_PTE = Pc.COPY_PTE | 2;
    static final int PUT_PREALLOC = Pc.COPY_PTE | 11;
    static final int SRC_UNLOCK = Pc.COPY_PTE | 12;
    static final int DST_UNLOCK = Pc.COPY_PTE | 13 | Pc.INVISIBLE;
    static final int PREALLOC = Pc.COPY_PTE | 14;
    static final int DST_LOCK_SEEN = Pc.COPY_PTE | 19 | Pc.ON_PTL;
    static final int DST_UNLOCK_SEEN = Pc.COPY_PTE | 20;

    private CopyPte() {}

    static void declare() {
        Labels.define(
                DST_LOCK, RANGE, "DST_LOCK", Target.PTL, "dst_pte = pte_alloc_map_lock(..., &dst_ptl)", new DstLock());
        Labels.define(SRC_LOCK, RANGE, "SRC_LOCK", Target.PTL, "spin_lock_nested(src_ptl)", new SrcLock());
        Labels.define(READ_PTE, "copy_present_pte", "READ_PTE", Target.PTE, "pte = *src_pte", new ReadPte());
        Labels.define(PUT_PREALLOC, RANGE, "PUT_PREALLOC", Target.REFCOUNT, "put_page(prealloc)", new PutPrealloc());
        Labels.define(SRC_UNLOCK, RANGE, "SRC_UNLOCK", Target.PTL, "spin_unlock(src_ptl)", new SrcUnlock());
        Labels.define(
                DST_UNLOCK,
                RANGE,
                "DST_UNLOCK",
                Target.PTL,
                "pte_unmap_unlock(orig_dst_pte, dst_ptl)",
                new DstUnlock());
        Labels.define(
                DST_LOCK_SEEN,
                RANGE,
                "DST_LOCK_SEEN",
                Target.PTL,
                "dst_pte = pte_alloc_map_lock(..., &dst_ptl)",
                new DstLockSeen());
        Labels.define(
                DST_UNLOCK_SEEN,
                RANGE,
                "DST_UNLOCK_SEEN",
                Target.PTL,
                "pte_unmap_unlock(orig_dst_pte, dst_ptl)",
                new DstUnlockSeen());
        Labels.define(PREALLOC, RANGE, "PREALLOC", Target.ALLOCATOR, "prealloc = page_copy_prealloc()", new Prealloc());
        Labels.pending(PendingAccess.write(Places.CHILD_PTL), DST_LOCK, DST_UNLOCK);
        Labels.pending(PendingAccess.rmw(Places.CHILD_PTL), DST_UNLOCK_SEEN);
        Labels.pending(PendingAccess.rmw(Places.LOCK), SRC_LOCK, SRC_UNLOCK, DST_LOCK_SEEN);
        Labels.pending(PendingAccess.read(Places.pte(Frame.WALK)), READ_PTE);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.PREALLOC, Layout.REFCOUNT)), PUT_PREALLOC);
        Labels.pending(PendingAccess.rmw(Places.ALLOCATOR), PREALLOC);
    }

    /** The first step of taking the locks; nothing leads to the child's but an rmap walk. */
    static int lock(Machine m, int f) {
        if (m.layout.hasRmap) {
            m.s[f + Frame.LOCK] = Places.childPtl(m, f);
        }
        int lock = m.layout.hasRmap ? DST_LOCK_SEEN : DST_LOCK;
        return PteAlloc.begin(m, f, m.s[f + Frame.CHILD_MM], m.s[f + Frame.WALK_END] - 1, lock);
    }

    private static final class DstLock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.write(Places.childPtl(m, f), t + 1);
            return dstLocked(m, t, f);
        }
    }

    private static final class DstLockSeen extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlLock(m, t);
            Locks.aim(m, f, m.threadMm[t], m.s[f + Frame.WALK]);
            return dstLocked(m, t, f);
        }
    }

    private static int dstLocked(Machine m, int t, int f) {
        final int[] s = m.s;
        int table = Places.childPtl(m, f) - Layout.PTL;
        if (s[table + Layout.PMD] == 0 && CopyRange.preemptionOff(m, f)) {
            m.violate(Invariant.I11, t, s[f + Frame.WALK], 0); // __pte_alloc() may sleep
        }
        if (s[table + Layout.PMD] == 0) { // where page-table pages are allocated in steps, it is there
            m.mark(table + Layout.PMD);
            s[table + Layout.PMD] = 1;
            PageTables.born(m, table);
        }
        s[f + Frame.PROGRESS] = 0;
        return SRC_LOCK;
    }

    private static final class SrcLock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlLock(m, t);
            return CopyRange.locked(m, f);
        }
    }

    private static final class ReadPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            if (s[f + Frame.PROGRESS] >= PROGRESS_MAX) {
                s[f + Frame.PROGRESS] = 0;
                if (m.choices.choose(t, pc, 2) == 1) {
                    return CopyRange.endsUnderPtl(m, f) ? CopyRange.beginEnd(m, f) : srcUnlock(m, t);
                }
            }
            int pte = m.read(s[f + Frame.PTES] + s[f + Frame.WALK]);
            s[f + Frame.PTE] = pte;
            if (pte == Pte.NONE) {
                s[f + Frame.PROGRESS]++;
                return nextPte(m, f);
            } else {
                return Pte.present(pte) ? CopyPresent.begin(m, f) : CopyNonpresent.SWAP_DUPLICATE;
            }
        }
    }

    private static final class PutPrealloc extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            Memory.put(m, t, s[f + Frame.PREALLOC], 1);
            s[f + Frame.PREALLOC] = 0;
            if (s[f + Frame.WALK] == s[f + Frame.WALK_END]) {
                return CopyRange.walked(m, t); // out: the walk ended with a page it did not need
            } else {
                return nextPte(m, f);
            }
        }
    }

    private static final class SrcUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return srcUnlock(m, t);
        }
    }

    private static final class DstUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.write(Places.childPtl(m, f), 0);
            return resched(m, t, f);
        }
    }

    private static final class DstUnlockSeen extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.unlock(m, t, Places.childPtl(m, f));
            return resched(m, t, f);
        }
    }

    private static int resched(Machine m, int t, int f) {
        int next = unlocked(m, t, f);
        return CopyRange.preemptionOff(m, f) ? next : m.resched(next);
    }

    private static int unlocked(Machine m, int t, int f) {
        final int[] s = m.s;
        if (s[f + Frame.WALK] == s[f + Frame.WALK_END]) {
            return s[f + Frame.PREALLOC] != 0 ? PUT_PREALLOC : CopyRange.walked(m, t);
        } else if (s[f + Frame.PREALLOC] == 0 && wantsPrealloc(m, f)) {
            return PREALLOC;
        } else {
            return lock(m, f);
        }
    }

    private static final class Prealloc extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            s[f + Frame.PREALLOC] = Memory.alloc(m, t, pc, s[f + Frame.WALK]);
            s[f + Frame.PTE] = Pte.NONE;
            if (!m.has(EAGAIN_DROPS_PTL) || CopyRange.preemptionOff(m, f)) {
                m.violate(Invariant.I11, t, s[f + Frame.WALK], 0); // an allocation that may sleep
            }
            return m.has(EAGAIN_DROPS_PTL) ? lock(m, f) : READ_PTE;
        }
    }

    /** The walk stopped with -EAGAIN at this PTE: it was read and not dealt with. */
    private static boolean wantsPrealloc(Machine m, int f) {
        return m.s[f + Frame.PTE] != Pte.NONE;
    }

    private static int srcUnlock(Machine m, int t) {
        m.s[Sched.STEPPING] = SRC_UNLOCK;
        Locks.ptlUnlock(m, t);
        return m.layout.hasRmap ? DST_UNLOCK_SEEN : DST_UNLOCK;
    }

    /** The first step of dropping the locks. */
    static int unlock(Machine m, int f) {
        return CopyRange.endsUnderPtl(m, f) ? CopyRange.SEQ_END_LOAD : SRC_UNLOCK;
    }

    /** The PTE is dealt with, and a page that was allocated for it in vain goes first. */
    static int copied(Machine m, int f) {
        m.s[f + Frame.PROGRESS] += 8;
        return m.s[f + Frame.PREALLOC] != 0 ? PUT_PREALLOC : nextPte(m, f);
    }

    /** The swap entry is dealt with, or a page was copied. */
    static int copiedWithoutPut(Machine m, int f) {
        m.s[f + Frame.PROGRESS] += 8;
        return nextPte(m, f);
    }

    private static int nextPte(Machine m, int f) {
        int[] s = m.s;
        s[f + Frame.PTE] = Pte.NONE;
        int page = ++s[f + Frame.WALK];
        return page == s[f + Frame.WALK_END] ? unlock(m, f) : READ_PTE;
    }
}
