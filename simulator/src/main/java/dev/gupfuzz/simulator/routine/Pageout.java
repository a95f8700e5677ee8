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
import dev.gupfuzz.simulator.machine.PageCache;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Swap;

/**
 * What reclaim does with a page that no page table maps any more: it writes a dirty one to its swap slot, takes it out of its cache
 * and frees it, unless somebody holds a reference.
 *
 * <p>Source: mm/vmscan.c, shrink_page_list() behind try_to_unmap(), pageout() and __remove_mapping(); v4.8, v4.14, v5.11, v5.14,
 * v5.19, v6.4 and v6.12. Write-out is over at once, as on a synchronous device, but the page is unlocked over it. Not
 * modelled: PG_writeback, writeback of file pages from here, the slot that swap_writepage() gives up when no entry refers to it, the
 * second look at pins behind the unmapping (v6.4), which for small pages the count of references repeats,
 * the first look at the dirty mark behind the write-out, before the lock.
 */
final class Pageout {

    private static final int MADV_FREE_COUNT = Rule.MADV_FREE_COUNT.ordinal();

    private static final String OUT = "pageout";
    private static final String REMOVE = "__remove_mapping";

    static final int DIRTY = Pc.RECLAIM | 32;
    static final int FREEABLE = Pc.RECLAIM | 33;
    static final int CLEAN = Pc.RECLAIM | 34;
    static final int WRITE = Pc.RECLAIM | 35;
    static final int UNLOCK_WRITTEN = Pc.RECLAIM | 36;
    static final int RELOCK = Pc.RECLAIM | 37;
    static final int DIRTY_AGAIN = Pc.RECLAIM | 38;
    static final int FREEZE = Pc.RECLAIM | 39;
    static final int UNLOCK_FREED = Pc.RECLAIM | 40;
    static final int FREE = Pc.RECLAIM | 41;

    private Pageout() {}

    static void declare() {
        Labels.define(DIRTY, Reclaim.SHRINK, "DIRTY", Target.PAGE_LOCK, "PageDirty(page)", new IsDirty());
        Labels.define(FREEABLE, OUT, "FREEABLE", Target.REFCOUNT, "is_page_cache_freeable(page)", new Freeable());
        Labels.define(CLEAN, OUT, "CLEAN", Target.PAGE_LOCK, "clear_page_dirty_for_io(page)", new Clean());
        Labels.define(WRITE, OUT, "WRITE", Target.CONTENT, "swap_writepage(page, wbc)", new Write());
        Labels.define(UNLOCK_WRITTEN, OUT, "UNLOCK", Target.PAGE_LOCK, "unlock_page(page)", new UnlockWritten());
        Labels.define(RELOCK, Reclaim.SHRINK, "RELOCK", Target.PAGE_LOCK, "trylock_page(page) (written)", new Relock());
        Labels.define(
                DIRTY_AGAIN,
                Reclaim.SHRINK,
                "DIRTY_AGAIN",
                Target.PAGE_LOCK,
                "PageDirty(page) (written)",
                new DirtyAgain());
        Labels.define(FREEZE, REMOVE, "FREEZE", Target.REFCOUNT, "page_ref_freeze(page, refcount)", new Freeze());
        Labels.define(UNLOCK_FREED, Reclaim.SHRINK, "UNLOCK", Target.PAGE_LOCK, "unlock_page(page)", new UnlockFreed());
        Labels.define(FREE, Reclaim.SHRINK, "FREE", Target.REFCOUNT, "free_unref_page_list(&free_pages)", new Free());
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.REFCOUNT)), FREEZE, FREE);
        Labels.pending(PendingAccess.read(Places.frame(Frame.TARGET_PFN, Layout.REFCOUNT)), FREEABLE);
        Labels.pending(
                PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.FLAGS)),
                CLEAN,
                UNLOCK_WRITTEN,
                RELOCK,
                UNLOCK_FREED);
        Labels.pending(PendingAccess.read(Places.frame(Frame.TARGET_PFN, Layout.FLAGS)), DIRTY, DIRTY_AGAIN);
        Labels.pending(PendingAccess.read(Places.frame(Frame.TARGET_PFN, Layout.CONTENT)), WRITE);
    }

    /** No page table maps the page any more. */
    static int begin(Machine m, int f) {
        return Reclaim.isLazyFree(m, f) ? FREEZE : DIRTY;
    }

    private static boolean isDirty(Machine m, int f) {
        return (m.read(Reclaim.frame(m, f) + Layout.FLAGS) & Layout.FLAG_DIRTY) != 0;
    }

    /** The references of the isolation and, but for a MADV_FREE page, of the cache. */
    private static int expected(Machine m, int f) {
        return Reclaim.isLazyFree(m, f) ? 1 : 2;
    }

    private static final class IsDirty extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            if (!isDirty(m, f)) {
                return FREEZE;
            } else if (m.s[f + Frame.FILE_PAGE] != Reclaim.NONE) {
                return Reclaim.UNLOCK_KEPT;
            }
            return m.s[f + Frame.FORCE_FLUSH] != 0 ? Reclaim.flush(m, t, f, FREEABLE) : FREEABLE;
        }
    }

    private static final class Freeable extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            boolean freeable = m.read(Reclaim.frame(m, f) + Layout.REFCOUNT) == 2;
            if (!freeable) {
                m.reach(GoalPoint.SWAPOUT_KEEPS);
            }
            return freeable ? CLEAN : Reclaim.UNLOCK_KEPT;
        }
    }

    private static final class Clean extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.rmw(Reclaim.frame(m, f) + Layout.FLAGS);
            m.s[Reclaim.frame(m, f) + Layout.FLAGS] &= ~Layout.FLAG_DIRTY;
            return WRITE;
        }
    }

    private static final class Write extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Swap.write(m, m.s[f + Frame.SLOT], m.s[f + Frame.TARGET_PFN]);
            return UNLOCK_WRITTEN;
        }
    }

    private static final class UnlockWritten extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageUnlock(m, m.s[f + Frame.TARGET_PFN]);
            return RELOCK;
        }
    }

    private static final class Relock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return Locks.tryPageLock(m, m.s[f + Frame.TARGET_PFN]) ? DIRTY_AGAIN : Reclaim.keep(m, t, f);
        }
    }

    /** While it was unlocked the page may have left the swap cache: then page_mapping() is NULL. */
    private static final class DirtyAgain extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int flags = m.read(Reclaim.frame(m, f) + Layout.FLAGS);
            return (flags & (Layout.FLAG_DIRTY | Layout.FLAG_SWAPCACHE)) == Layout.FLAG_SWAPCACHE
                    ? FREEZE
                    : Reclaim.UNLOCK_KEPT;
        }
    }

    /**
     * Freezes the references, looks whether the page is clean, and takes it out of its cache: one step, because the cache's lock is
     * held and a lookup that finds a frozen page tries again.
     */
    private static final class Freeze extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pfn = s[f + Frame.TARGET_PFN];
            if (!Memory.freeze(m, pfn, expected(m, f))) {
                m.reach(GoalPoint.SWAPOUT_KEEPS);
                return Reclaim.UNLOCK_KEPT;
            }
            m.see(Reclaim.frame(m, f) + Layout.FLAGS);
            boolean dirty = (s[Reclaim.frame(m, f) + Layout.FLAGS] & Layout.FLAG_DIRTY) != 0;
            if (dirty && !(Reclaim.isLazyFree(m, f) && m.has(MADV_FREE_COUNT))) {
                s[Reclaim.frame(m, f) + Layout.REFCOUNT] = expected(m, f);
                return Reclaim.UNLOCK_KEPT;
            }
            if (s[f + Frame.FILE_PAGE] != Reclaim.NONE) {
                Dirty.droppedFromPageCache(m, t, s[f + Frame.FILE_PAGE], pfn);
                PageCache.removed(m, s[f + Frame.FILE_PAGE], pfn);
                m.reach(GoalPoint.FILE_DROPPED);
            } else if (s[f + Frame.SLOT] != Reclaim.NONE) {
                Dirty.droppedFromSwapCache(m, t, s[f + Frame.SLOT], pfn);
                Swap.removed(m, s[f + Frame.SLOT], pfn);
                m.reach(GoalPoint.SWAPPED_OUT);
            }
            return UNLOCK_FREED;
        }
    }

    private static final class UnlockFreed extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageUnlock(m, m.s[f + Frame.TARGET_PFN]);
            return Reclaim.flush(m, t, f, FREE);
        }
    }

    /** The frozen page has no reference left. */
    private static final class Free extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, m.s[f + Frame.TARGET_PFN], 0);
            return Program.next(m, t);
        }
    }
}
