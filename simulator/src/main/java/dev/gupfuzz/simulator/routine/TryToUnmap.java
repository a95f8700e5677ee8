package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.machine.Dirty;
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
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Swap;
import dev.gupfuzz.simulator.machine.Tlb;

/**
 * Takes a locked page out of every page table: swap entries for an anonymous page, nothing for a MADV_FREE page or one of a file.
 *
 * <p>Source: mm/rmap.c, try_to_unmap(), try_to_unmap_one(), set_tlb_ubc_flush_pending(); mm/page_vma_mapped.c,
 * page_vma_mapped_walk() (page_check_address() in v4.8); include/linux/rmap.h, page_try_share_anon_rmap(); v4.8, v4.14, v5.11, v5.18,
 * v5.19, v6.1 and v6.12. The TLB flush of a PTE is deferred where another CPU runs the mm; v5.19 flushes at once
 * what is exclusive, which the barriers of v6.1 made unneeded. v4.8 discards the pages of MADV_FREE on their way through the swap
 * cache. Not modelled: mlock, KSM, hwpoison, the anon_vma lock ({@link Rmap}), swap count continuations, uffd-wp
 * markers of file PTEs, and that the flush of an entry without access rights is left out (pte_accessible()).
 */
final class TryToUnmap {

    private static final int ANON_EXCLUSIVE = Rule.ANON_EXCLUSIVE.ordinal();
    private static final int BATCHED_FLUSH_PENDING = Rule.BATCHED_FLUSH_PENDING.ordinal();
    private static final int BATCH_SPARES_EXCLUSIVE = Rule.BATCH_SPARES_EXCLUSIVE.ordinal();
    private static final int BATCHED_UNMAP_FLUSH = Rule.BATCHED_UNMAP_FLUSH.ordinal();
    private static final int RMAP_NOTIFIES = Rule.RMAP_NOTIFIES.ordinal();
    private static final int RMAP_NOTIFIES_AROUND = Rule.RMAP_NOTIFIES_AROUND.ordinal();
    private static final int MADV_FREE_COUNT = Rule.MADV_FREE_COUNT.ordinal();
    private static final int MADV_FREE_MARKS = Rule.MADV_FREE_MARKS.ordinal();
    private static final int SHARE_CLEARS_PTE = Rule.SHARE_CLEARS_PTE.ordinal();
    private static final int SWAPOUT_SHARE = Rule.SWAPOUT_SHARE.ordinal();
    private static final int SWP_EXCLUSIVE = Rule.SWP_EXCLUSIVE.ordinal();

    private static final String ONE = "try_to_unmap_one";
    private static final String WALK = "page_vma_mapped_walk";
    private static final String SHARE = "page_try_share_anon_rmap";

    static final int MAPPED = Pc.TRY_TO_UNMAP;
    static final int PEEK = Pc.TRY_TO_UNMAP | 1;
    static final int PTL = Pc.TRY_TO_UNMAP | 2 | Pc.ON_PTL;
    static final int CHECK = Pc.TRY_TO_UNMAP | 3;
    static final int EXCLUSIVE = Pc.TRY_TO_UNMAP | 4;
    static final int PINS_FIRST = Pc.TRY_TO_UNMAP | 5;
    static final int SHARE_FIRST = Pc.TRY_TO_UNMAP | 6;
    static final int CLEAR = Pc.TRY_TO_UNMAP | 7;
    static final int BATCH = Pc.TRY_TO_UNMAP | 8;
    static final int SET_DIRTY = Pc.TRY_TO_UNMAP | 9;
    static final int LAZY_REFS = Pc.TRY_TO_UNMAP | 10;
    static final int LAZY_MAPS = Pc.TRY_TO_UNMAP | 11;
    static final int LAZY_DIRTY = Pc.TRY_TO_UNMAP | 12;
    static final int SWAPBACKED = Pc.TRY_TO_UNMAP | 13;
    static final int DUPLICATE = Pc.TRY_TO_UNMAP | 14;
    static final int PINS = Pc.TRY_TO_UNMAP | 15;
    static final int CLEAR_EXCLUSIVE = Pc.TRY_TO_UNMAP | 16;
    static final int SWAP_FREE = Pc.TRY_TO_UNMAP | 17;
    static final int RESTORE = Pc.TRY_TO_UNMAP | 18;
    static final int SET_SWAP = Pc.TRY_TO_UNMAP | 19;
    static final int REMOVE_RMAP = Pc.TRY_TO_UNMAP | 20;
    static final int PUT = Pc.TRY_TO_UNMAP | 21;
    static final int PTL_UNLOCK = Pc.TRY_TO_UNMAP | 22;

    private TryToUnmap() {}

    static void declare() {
        Labels.define(MAPPED, "try_to_unmap", "MAPPED", Target.MAPCOUNT, "page_mapped(page)", new Mapped());
        Labels.define(PEEK, WALK, "PEEK", Target.PTE, "map_pte(): pte_present(*pvmw->pte)", new Peek());
        Labels.define(PTL, WALK, "PTL", Target.PTL, "spin_lock(pvmw->ptl)", new Ptl());
        Labels.define(CHECK, WALK, "CHECK", Target.PTE, "check_pte(pvmw)", new Check());
        Labels.define(EXCLUSIVE, ONE, "EXCLUSIVE", Target.PAGE_LOCK, "PageAnonExclusive(subpage)", new Exclusive());
        Labels.define(
                PINS_FIRST, SHARE, "PINS_FIRST", Target.REFCOUNT, "page_maybe_dma_pinned(page) (mapped)", new Pins());
        Labels.define(
                SHARE_FIRST,
                SHARE,
                "CLEAR_FIRST",
                Target.PAGE_LOCK,
                "ClearPageAnonExclusive(page) (mapped)",
                new ClearExclusive());
        Labels.define(CLEAR, ONE, "CLEAR", Target.PTE, "pteval = ptep_get_and_clear(mm, address, pte)", new Clear());
        Labels.define(
                BATCH,
                "set_tlb_ubc_flush_pending",
                "BATCH",
                Target.TLB_FLUSH,
                "mm->tlb_flush_batched = true",
                new Batch());
        Labels.define(SET_DIRTY, ONE, "SET_DIRTY", Target.PAGE_LOCK, "set_page_dirty(page)", new SetDirty());
        Labels.define(LAZY_REFS, ONE, "LAZY_REFS", Target.REFCOUNT, "ref_count = page_count(page)", new LazyRefs());
        Labels.define(LAZY_MAPS, ONE, "LAZY_MAPS", Target.MAPCOUNT, "map_count = page_mapcount(page)", new LazyMaps());
        Labels.define(LAZY_DIRTY, ONE, "LAZY_DIRTY", Target.PAGE_LOCK, "!PageDirty(page)", new LazyDirty());
        Labels.define(SWAPBACKED, ONE, "SWAPBACKED", Target.PAGE_LOCK, "SetPageSwapBacked(page)", new SwapBacked());
        Labels.define(DUPLICATE, ONE, "DUPLICATE", Target.SWAP, "swap_duplicate(entry)", new Duplicate());
        Labels.define(PINS, SHARE, "PINS", Target.REFCOUNT, "page_maybe_dma_pinned(page)", new Pins());
        Labels.define(
                CLEAR_EXCLUSIVE,
                SHARE,
                "CLEAR",
                Target.PAGE_LOCK,
                "ClearPageAnonExclusive(page)",
                new ClearExclusive());
        Labels.define(SWAP_FREE, ONE, "SWAP_FREE", Target.SWAP, "swap_free(entry)", new SwapFree());
        Labels.define(RESTORE, ONE, "RESTORE", Target.PTE, "set_pte_at(mm, address, pte, pteval)", new Restore());
        Labels.define(SET_SWAP, ONE, "SET_SWAP", Target.PTE, "set_pte_at(mm, address, pte, swp_pte)", new SetSwap());
        Labels.define(REMOVE_RMAP, ONE, "REMOVE_RMAP", Target.MAPCOUNT, "page_remove_rmap(subpage)", new RemoveRmap());
        Labels.define(PUT, ONE, "PUT", Target.REFCOUNT, "put_page(page)", new Put());
        Labels.define(PTL_UNLOCK, WALK, "PTL_UNLOCK", Target.PTL, "spin_unlock(pvmw->ptl)", new PtlUnlock());
        Place pte = (m, t, f) -> m.pteAt(m.s[f + Frame.WALK_MM], m.s[f + Frame.WALK]);
        Place map = (m, t, f) -> m.layout.swap(m.s[f + Frame.SLOT]) + Layout.SWAP_MAP;
        Labels.pending(PendingAccess.read(Places.frame(Frame.TARGET_PFN, Layout.MAPCOUNT)), MAPPED, LAZY_MAPS);
        Labels.pending(PendingAccess.read(pte), PEEK, CHECK);
        Labels.pending(PendingAccess.rmw(pte), CLEAR);
        Labels.pending(PendingAccess.write(pte), RESTORE, SET_SWAP);
        Labels.pending(PendingAccess.rmw(Places.LOCK), PTL, PTL_UNLOCK);
        Labels.pending(PendingAccess.read(Places.frame(Frame.TARGET_PFN, Layout.FLAGS)), EXCLUSIVE, LAZY_DIRTY);
        Labels.pending(
                PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.FLAGS)),
                SHARE_FIRST,
                CLEAR_EXCLUSIVE,
                SET_DIRTY,
                SWAPBACKED);
        Labels.pending(
                PendingAccess.read(Places.frame(Frame.TARGET_PFN, Layout.REFCOUNT)), PINS_FIRST, PINS, LAZY_REFS);
        Labels.pending(
                PendingAccess.rmw((m, t, f) -> m.mmAt(m.s[f + Frame.WALK_MM]) + Layout.TLB_FLUSH_BATCHED), BATCH);
        Labels.pending(PendingAccess.rmw(map), DUPLICATE, SWAP_FREE);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.MAPCOUNT)), REMOVE_RMAP);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.REFCOUNT)), PUT);
    }

    /** Of the page TARGET_PFN, whose slot is SLOT or whose file's page is FILE_PAGE. It goes on at {@link Reclaim}. */
    static int begin(Machine m, int f) {
        Rmap.begin(m, f);
        m.s[f + Frame.ABORT] = 0;
        return MAPPED;
    }

    private static boolean isFile(Machine m, int f) {
        return m.s[f + Frame.FILE_PAGE] != Reclaim.NONE;
    }

    private static int frame(Machine m, int f) {
        return m.pageAt(m.s[f + Frame.TARGET_PFN]);
    }

    /** Before the first VMA, behind each, and behind the last. */
    private static final class Mapped extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            if (m.read(frame(m, f) + Layout.MAPCOUNT) == 0) {
                return Pageout.begin(m, f);
            } else if (s[f + Frame.ABORT] != 0) {
                return Reclaim.UNLOCK_KEPT;
            }
            boolean more = isFile(m, f)
                    ? Rmap.nextFile(m, f, s[f + Frame.FILE_PAGE], 0)
                    : Rmap.nextAnon(m, f, s[f + Frame.TARGET_PFN]);
            return more ? visit(m, t, f) : Reclaim.UNLOCK_KEPT;
        }
    }

    /** A VMA that may map the page: the notifiers are told before anybody looks whether it does. */
    private static int visit(Machine m, int t, int f) {
        int page = m.s[f + Frame.WALK];
        boolean around = m.has(RMAP_NOTIFIES_AROUND);
        int mm = m.s[f + Frame.WALK_MM];
        int first = m.resched(PEEK);
        return around ? MmuNotifier.start(m, t, f, RMAP_NOTIFIES, mm, page, page + 1, first) : first;
    }

    /** Done with the VMA. Where the notifiers were not told before they are told now, of what was unmapped. */
    private static int visited(Machine m, int t, int f, boolean unmapped) {
        int mm = m.s[f + Frame.WALK_MM];
        if (m.has(RMAP_NOTIFIES_AROUND)) {
            return MmuNotifier.end(m, t, f, RMAP_NOTIFIES, mm, MAPPED);
        }
        return unmapped ? MmuNotifier.page(m, t, f, RMAP_NOTIFIES, mm, m.s[f + Frame.WALK], MAPPED) : MAPPED;
    }

    private static final class Peek extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            if (!Pte.present(m.read(m.pteAt(s[f + Frame.WALK_MM], s[f + Frame.WALK])))) {
                return visited(m, t, f, false);
            }
            Locks.aim(m, f, s[f + Frame.WALK_MM], s[f + Frame.WALK]);
            return PTL;
        }
    }

    private static final class Ptl extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlLock(m, t);
            return CHECK;
        }
    }

    private static final class Check extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = m.read(m.pteAt(s[f + Frame.WALK_MM], s[f + Frame.WALK]));
            s[f + Frame.EXCLUSIVE] = 0;
            if (!Pte.maps(pte, s[f + Frame.TARGET_PFN])) {
                s[f + Frame.PTE] = m.layout.secondaryMm >= 0 ? Pte.NONE : s[f + Frame.PTE]; // there is nothing to tell
                return PTL_UNLOCK;
            }
            return m.has(ANON_EXCLUSIVE) && !isFile(m, f) ? EXCLUSIVE : CLEAR;
        }
    }

    private static final class Exclusive extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            boolean exclusive = (m.read(frame(m, f) + Layout.FLAGS) & Layout.FLAG_EXCLUSIVE) != 0;
            m.s[f + Frame.EXCLUSIVE] = exclusive ? 1 : 0;
            return shares(m, f) && !m.has(SHARE_CLEARS_PTE) ? PINS_FIRST : CLEAR;
        }
    }

    /** Whether the mark of an exclusive page is to be taken: not from a MADV_FREE page. */
    private static boolean shares(Machine m, int f) {
        return m.s[f + Frame.EXCLUSIVE] != 0 && m.s[f + Frame.SLOT] != Reclaim.NONE && m.has(SWAPOUT_SHARE);
    }

    private static final class Clear extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int mm = s[f + Frame.WALK_MM];
            int page = s[f + Frame.WALK];
            s[f + Frame.PTE] = m.clearForAMoment(t, mm, page);
            if (isFile(m, f)) {
                m.endMoment(mm, page);
                m.pteChanged(t, mm, page, Pte.NONE);
            }
            boolean mayDefer = s[f + Frame.EXCLUSIVE] == 0 || !m.has(BATCH_SPARES_EXCLUSIVE);
            if (mayDefer && m.has(BATCHED_UNMAP_FLUSH) && Tlb.nextCpu(m, t, mm, -1) >= 0) {
                s[f + Frame.BATCHED] |= 1 << mm;
                s[f + Frame.FORCE_FLUSH] |= Pte.dirty(s[f + Frame.PTE]) ? 1 : 0;
                m.reach(GoalPoint.FLUSH_BATCHED);
                return m.has(BATCHED_FLUSH_PENDING) ? BATCH : cleared(m, f);
            }
            return TlbFlush.begin(m, t, f, mm, page, page + 1, cleared(m, f));
        }
    }

    private static final class Batch extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            TlbFlush.batch(m, m.mmAt(m.s[f + Frame.WALK_MM]) + Layout.TLB_FLUSH_BATCHED);
            return cleared(m, f);
        }
    }

    private static int cleared(Machine m, int f) {
        return Pte.dirty(m.s[f + Frame.PTE]) ? SET_DIRTY : next(m, f);
    }

    private static final class SetDirty extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.rmw(frame(m, f) + Layout.FLAGS);
            m.s[frame(m, f) + Layout.FLAGS] |= Layout.FLAG_DIRTY;
            return next(m, f);
        }
    }

    private static int next(Machine m, int f) {
        if (isFile(m, f)) {
            return REMOVE_RMAP;
        } else if (m.s[f + Frame.SLOT] == Reclaim.NONE) {
            return m.has(MADV_FREE_COUNT) ? LAZY_REFS : LAZY_DIRTY;
        }
        return m.s[f + Frame.FRESH] != 0 && !m.has(MADV_FREE_MARKS) ? LAZY_DIRTY : DUPLICATE; // TTU_LZFREE
    }

    private static final class LazyRefs extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.s[f + Frame.COUNT] = m.read(frame(m, f) + Layout.REFCOUNT);
            return LAZY_MAPS;
        }
    }

    /** The only references must be the isolation's and the mappings'. */
    private static final class LazyMaps extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int maps = m.read(frame(m, f) + Layout.MAPCOUNT);
            return m.s[f + Frame.COUNT] == 1 + maps ? LAZY_DIRTY : RESTORE;
        }
    }

    private static final class LazyDirty extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int mm = s[f + Frame.WALK_MM];
            int page = s[f + Frame.WALK];
            if ((m.read(frame(m, f) + Layout.FLAGS) & Layout.FLAG_DIRTY) != 0) {
                return s[f + Frame.SLOT] == Reclaim.NONE ? RESTORE : DUPLICATE;
            }
            m.endMoment(mm, page);
            m.pteChanged(t, mm, page, Pte.NONE);
            Dirty.discarded(m, t, mm, page, s[f + Frame.TARGET_PFN]);
            m.reach(GoalPoint.LAZYFREE_DISCARDED);
            return REMOVE_RMAP;
        }
    }

    private static final class Duplicate extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Swap.duplicate(m, m.s[f + Frame.SLOT]);
            return shares(m, f) && m.has(SHARE_CLEARS_PTE) ? PINS : SET_SWAP;
        }
    }

    private static final class Pins extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            boolean pinned = Memory.maybePinned(m, m.read(frame(m, f) + Layout.REFCOUNT));
            if (pinned) {
                m.reach(GoalPoint.SHARE_BUSY);
            }
            if (m.has(SHARE_CLEARS_PTE)) {
                return pinned ? SWAP_FREE : CLEAR_EXCLUSIVE;
            }
            m.s[f + Frame.ABORT] = pinned ? 1 : 0;
            return pinned ? PTL_UNLOCK : SHARE_FIRST;
        }
    }

    private static final class ClearExclusive extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.clearExclusive(m, m.s[f + Frame.TARGET_PFN]);
            return m.has(SHARE_CLEARS_PTE) ? SET_SWAP : CLEAR;
        }
    }

    private static final class SwapFree extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Swap.free(m, t, m.s[f + Frame.SLOT], m.s[f + Frame.WALK]);
            return RESTORE;
        }
    }

    private static final class Restore extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            m.setAgain(t, s[f + Frame.WALK_MM], s[f + Frame.WALK], s[f + Frame.PTE]);
            s[f + Frame.ABORT] = 1;
            return s[f + Frame.SLOT] == Reclaim.NONE ? SWAPBACKED : PTL_UNLOCK;
        }
    }

    private static final class SwapBacked extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.rmw(frame(m, f) + Layout.FLAGS);
            m.s[frame(m, f) + Layout.FLAGS] &= ~Layout.FLAG_LAZYFREE;
            return PTL_UNLOCK;
        }
    }

    private static final class SetSwap extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int exclusive = s[f + Frame.EXCLUSIVE] != 0 && m.has(SWP_EXCLUSIVE) ? Pte.SWP_EXCLUSIVE : 0;
            int kept = s[f + Frame.PTE] & (Pte.SOFT_DIRTY | Pte.UFFD_WP);
            m.setAgain(t, s[f + Frame.WALK_MM], s[f + Frame.WALK], Pte.swapEntry(s[f + Frame.SLOT], exclusive | kept));
            return REMOVE_RMAP;
        }
    }

    private static final class RemoveRmap extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.rmap(m, t, m.s[f + Frame.TARGET_PFN], -1);
            return PUT;
        }
    }

    private static final class Put extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, m.s[f + Frame.TARGET_PFN], 1);
            return PTL_UNLOCK;
        }
    }

    private static final class PtlUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlUnlock(m, t);
            return visited(m, t, f, m.s[f + Frame.PTE] != Pte.NONE && m.s[f + Frame.ABORT] == 0);
        }
    }
}
