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
import dev.gupfuzz.simulator.machine.PageMapping;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.Pte;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Swap;
import dev.gupfuzz.simulator.machine.Tlb;
import dev.gupfuzz.simulator.scenario.Op;

/**
 * Reclaim of one page: swap-out of an anonymous page, the discard of a MADV_FREE page, the drop of a clean page of a file.
 *
 * <p>Source: mm/vmscan.c, shrink_page_list() (shrink_folio_list()), pageout() and __remove_mapping(), with ignore_references as
 * MADV_PAGEOUT has it; mm/swap_state.c, add_to_swap(); v4.8, v4.14, v5.11, v5.14, v5.18, v5.19, v6.4 and v6.12. The scenario names the
 * page; the LRU lists are no more than the reference of the isolation. Write-out is over at once, as on a synchronous device,
 * but the page is unlocked over it. Not modelled: the referenced bits, demotion, mlock, writeback of file pages from here, v4.8's way
 * of a MADV_FREE page through the swap cache, the second look at pins behind the unmapping (6.4), which the count of references
 * repeats for small pages.
 */
final class Reclaim {

    private static final int ADD_TO_SWAP_DIRTIES = Rule.ADD_TO_SWAP_DIRTIES.ordinal();
    private static final int MADV_FREE_COUNT = Rule.MADV_FREE_COUNT.ordinal();
    private static final int SWAPOUT_SKIPS_PINNED = Rule.SWAPOUT_SKIPS_PINNED.ordinal();
    private static final int SWAP_FLUSH = Rule.SWAP_FLUSH.ordinal();

    private static final String LRU = "isolate_lru_pages";
    private static final String SHRINK = "shrink_page_list";
    private static final String ADD = "add_to_swap";
    private static final String OUT = "pageout";
    private static final String REMOVE = "__remove_mapping";

    static final int FIND = Pc.RECLAIM;
    static final int FIND_FILE = Pc.RECLAIM | 1;
    static final int ISOLATE = Pc.RECLAIM | 2;
    static final int TRYLOCK = Pc.RECLAIM | 3;
    static final int KIND = Pc.RECLAIM | 4;
    static final int PINNED = Pc.RECLAIM | 5;
    static final int SLOT = Pc.RECLAIM | 6;
    static final int ADD_CACHE = Pc.RECLAIM | 7;
    static final int ADD_DIRTY = Pc.RECLAIM | 8;
    static final int DIRTY = Pc.RECLAIM | 9;
    static final int FREEABLE = Pc.RECLAIM | 10;
    static final int CLEAN = Pc.RECLAIM | 11;
    static final int WRITE = Pc.RECLAIM | 12;
    static final int UNLOCK_WRITTEN = Pc.RECLAIM | 13;
    static final int RELOCK = Pc.RECLAIM | 14;
    static final int DIRTY_AGAIN = Pc.RECLAIM | 15;
    static final int FREEZE = Pc.RECLAIM | 16;
    static final int FROZEN_DIRTY = Pc.RECLAIM | 17;
    static final int UNFREEZE = Pc.RECLAIM | 18;
    static final int DELETE = Pc.RECLAIM | 19;
    static final int DELETE_FILE = Pc.RECLAIM | 20;
    static final int UNLOCK_FREED = Pc.RECLAIM | 21;
    static final int FREE = Pc.RECLAIM | 22;
    static final int UNLOCK_KEPT = Pc.RECLAIM | 23;
    static final int PUTBACK = Pc.RECLAIM | 24;
    static final int FLUSH = Pc.RECLAIM | 25 | Pc.ON_ACK;

    /** No slot: a MADV_FREE page, or one of a file. */
    static final int NONE = -1;

    private Reclaim() {}

    static void declare() {
        Labels.define(FIND, LRU, "FIND", Target.PTE, "page = lru_to_page(src)", new Find());
        Labels.define(FIND_FILE, LRU, "FIND_FILE", Target.FILE, "page = lru_to_page(src)", new FindFile());
        Labels.define(ISOLATE, LRU, "ISOLATE", Target.REFCOUNT, "get_page_unless_zero(page)", new Isolate());
        Labels.define(TRYLOCK, SHRINK, "TRYLOCK", Target.PAGE_LOCK, "trylock_page(page)", new Trylock());
        Labels.define(KIND, SHRINK, "KIND", Target.PAGE_LOCK, "PageAnon(page) && PageSwapBacked(page)", new Kind());
        Labels.define(PINNED, SHRINK, "PINNED", Target.REFCOUNT, "page_maybe_dma_pinned(page)", new Pinned());
        Labels.define(SLOT, ADD, "SLOT", Target.SWAP, "entry = get_swap_page(page)", new Slot());
        Labels.define(ADD_CACHE, ADD, "ADD_CACHE", Target.SWAP, "add_to_swap_cache(page, entry)", new AddCache());
        Labels.define(ADD_DIRTY, ADD, "ADD_DIRTY", Target.PAGE_LOCK, "set_page_dirty(page)", new AddDirty());
        Labels.define(DIRTY, SHRINK, "DIRTY", Target.PAGE_LOCK, "PageDirty(page)", new IsDirty());
        Labels.define(FREEABLE, OUT, "FREEABLE", Target.REFCOUNT, "is_page_cache_freeable(page)", new Freeable());
        Labels.define(CLEAN, OUT, "CLEAN", Target.PAGE_LOCK, "clear_page_dirty_for_io(page)", new Clean());
        Labels.define(WRITE, OUT, "WRITE", Target.CONTENT, "swap_writepage(page, wbc)", new Write());
        Labels.define(UNLOCK_WRITTEN, OUT, "UNLOCK", Target.PAGE_LOCK, "unlock_page(page)", new UnlockWritten());
        Labels.define(RELOCK, SHRINK, "RELOCK", Target.PAGE_LOCK, "trylock_page(page) (written)", new Relock());
        Labels.define(
                DIRTY_AGAIN, SHRINK, "DIRTY_AGAIN", Target.PAGE_LOCK, "PageDirty(page) (written)", new DirtyAgain());
        Labels.define(FREEZE, REMOVE, "FREEZE", Target.REFCOUNT, "page_ref_freeze(page, refcount)", new Freeze());
        Labels.define(FROZEN_DIRTY, REMOVE, "DIRTY", Target.PAGE_LOCK, "PageDirty(page) (frozen)", new FrozenDirty());
        Labels.define(
                UNFREEZE, REMOVE, "UNFREEZE", Target.REFCOUNT, "page_ref_unfreeze(page, refcount)", new Unfreeze());
        Labels.define(DELETE, REMOVE, "DELETE", Target.SWAP, "__delete_from_swap_cache(page)", new Delete());
        Labels.define(
                DELETE_FILE, REMOVE, "DELETE_FILE", Target.FILE, "__delete_from_page_cache(page)", new DeleteFile());
        Labels.define(UNLOCK_FREED, SHRINK, "UNLOCK", Target.PAGE_LOCK, "unlock_page(page)", new UnlockFreed());
        Labels.define(FREE, SHRINK, "FREE", Target.REFCOUNT, "free_unref_page_list(&free_pages)", new Free());
        Labels.define(
                UNLOCK_KEPT,
                SHRINK,
                "UNLOCK_KEPT",
                Target.PAGE_LOCK,
                "keep_locked: unlock_page(page)",
                new UnlockKept());
        Labels.define(PUTBACK, "move_pages_to_lru", "PUT", Target.REFCOUNT, "put_page_testzero(page)", new Putback());
        Labels.define(
                FLUSH, "try_to_unmap_flush", "FLUSH", Target.CPU, "arch_tlbbatch_flush(&tlb_ubc->arch)", new Flush());
        Labels.pending(
                PendingAccess.read((m, t, f) -> m.pteAt(Program.operand(m, f, 2), Program.operand(m, f, 1))), FIND);
        Labels.pending(
                PendingAccess.read((m, t, f) -> m.layout.file(Program.operand(m, f, 1)) + Layout.FILE_CACHE),
                FIND_FILE);
        Labels.pending(
                PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.REFCOUNT)), ISOLATE, FREEZE, FREE, PUTBACK);
        Labels.pending(PendingAccess.read(Places.frame(Frame.TARGET_PFN, Layout.REFCOUNT)), PINNED, FREEABLE);
        Labels.pending(PendingAccess.write(Places.frame(Frame.TARGET_PFN, Layout.REFCOUNT)), UNFREEZE);
        Labels.pending(
                PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.FLAGS)),
                TRYLOCK,
                ADD_DIRTY,
                CLEAN,
                UNLOCK_WRITTEN,
                RELOCK,
                UNLOCK_FREED,
                UNLOCK_KEPT);
        Labels.pending(
                PendingAccess.read(Places.frame(Frame.TARGET_PFN, Layout.FLAGS)),
                KIND,
                DIRTY,
                DIRTY_AGAIN,
                FROZEN_DIRTY);
        Labels.pending(PendingAccess.read(Places.frame(Frame.TARGET_PFN, Layout.CONTENT)), WRITE);
        Labels.pending(
                PendingAccess.rmw((m, t, f) -> m.layout.swap(Math.max(Swap.firstFree(m), 0)) + Layout.SWAP_HAS_CACHE),
                SLOT);
        Labels.pending(
                PendingAccess.write((m, t, f) -> m.layout.swap(m.s[f + Frame.SLOT]) + Layout.SWAP_CACHE),
                ADD_CACHE,
                DELETE);
        Labels.pending(
                PendingAccess.write((m, t, f) -> m.layout.file(m.s[f + Frame.FILE_PAGE]) + Layout.FILE_CACHE),
                DELETE_FILE);
        Labels.pending(PendingAccess.rmw(Places.ACKNOWLEDGING), FLUSH);
    }

    /** The first step of a row: {@code Op.RECLAIM} or {@code Op.FILE_RECLAIM}. */
    static int begin(Machine m, int t, int f) {
        int[] s = m.s;
        s[f + Frame.SLOT] = NONE;
        s[f + Frame.FILE_PAGE] = NONE;
        s[f + Frame.BATCHED] = 0;
        s[f + Frame.FORCE_FLUSH] = 0;
        return Program.operand(m, f, 0) == Op.RECLAIM ? FIND : FIND_FILE;
    }

    private static int frame(Machine m, int f) {
        return m.pageAt(m.s[f + Frame.TARGET_PFN]);
    }

    private static boolean isDirty(Machine m, int f) {
        return (m.read(frame(m, f) + Layout.FLAGS) & Layout.FLAG_DIRTY) != 0;
    }

    private static boolean isLazyFree(Machine m, int f) {
        return m.s[f + Frame.SLOT] == NONE && m.s[f + Frame.FILE_PAGE] == NONE;
    }

    private static final class Find extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.enter(t);
            int pte = m.read(m.pteAt(Program.operand(m, f, 2), Program.operand(m, f, 1)));
            if (!Pte.present(pte) || Pte.special(pte)) {
                return Program.next(m, t);
            }
            m.s[f + Frame.TARGET_PFN] = Pte.pfn(pte);
            return ISOLATE;
        }
    }

    private static final class FindFile extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.enter(t);
            m.s[f + Frame.TARGET_PFN] = PageCache.lookup(m, Program.operand(m, f, 1));
            return m.s[f + Frame.TARGET_PFN] == 0 ? Program.next(m, t) : ISOLATE;
        }
    }

    /** Only what is on an LRU list can be isolated: no page that is free, not yet mapped, or in the batch of a CPU. */
    private static final class Isolate extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int wanted = Program.operand(m, f, 0) == Op.RECLAIM ? Layout.FLAG_ANON : Layout.FLAG_FILE;
            m.see(frame(m, f) + Layout.FLAGS);
            m.see(m.layout.tenancy(m.s[f + Frame.TARGET_PFN]));
            boolean listed = (m.s[frame(m, f) + Layout.FLAGS] & (wanted | Layout.FLAG_LRU_BATCH)) == wanted;
            if (!listed) {
                m.rmw(frame(m, f) + Layout.REFCOUNT);
                return Program.next(m, t);
            }
            return Memory.getUnlessZero(m, m.s[f + Frame.TARGET_PFN]) ? TRYLOCK : Program.next(m, t);
        }
    }

    private static final class Trylock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return Locks.tryPageLock(m, m.s[f + Frame.TARGET_PFN]) ? KIND : PUTBACK;
        }
    }

    private static final class Kind extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int flags = m.read(frame(m, f) + Layout.FLAGS);
            m.see(frame(m, f) + Layout.MAPPING);
            int mapping = m.s[frame(m, f) + Layout.MAPPING];
            if ((flags & Layout.FLAG_ANON) == 0) {
                m.s[f + Frame.FILE_PAGE] = PageMapping.filePage(mapping);
                return (flags & Layout.FLAG_FILE) != 0 ? TryToUnmap.begin(m, f) : UNLOCK_KEPT;
            } else if ((flags & Layout.FLAG_SWAPCACHE) != 0) {
                m.s[f + Frame.SLOT] = PageMapping.slot(mapping);
                return TryToUnmap.begin(m, f);
            } else if ((flags & Layout.FLAG_LAZYFREE) != 0) {
                return TryToUnmap.begin(m, f);
            } else if (m.layout.world.swapSlots == 0) {
                return UNLOCK_KEPT;
            }
            return m.has(SWAPOUT_SKIPS_PINNED) ? PINNED : SLOT;
        }
    }

    private static final class Pinned extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return Memory.maybePinned(m, m.read(frame(m, f) + Layout.REFCOUNT)) ? UNLOCK_KEPT : SLOT;
        }
    }

    private static final class Slot extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.s[f + Frame.SLOT] = Swap.alloc(m);
            return m.s[f + Frame.SLOT] == NONE ? UNLOCK_KEPT : ADD_CACHE;
        }
    }

    private static final class AddCache extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Swap.addToCache(m, m.s[f + Frame.SLOT], m.s[f + Frame.TARGET_PFN]);
            return m.has(ADD_TO_SWAP_DIRTIES) ? ADD_DIRTY : TryToUnmap.begin(m, f);
        }
    }

    private static final class AddDirty extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.rmw(frame(m, f) + Layout.FLAGS);
            m.s[frame(m, f) + Layout.FLAGS] |= Layout.FLAG_DIRTY;
            return TryToUnmap.begin(m, f);
        }
    }

    /** No page table maps the page any more. */
    static int unmapped(Machine m, int f) {
        return isLazyFree(m, f) ? FREEZE : DIRTY;
    }

    private static final class IsDirty extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            if (!isDirty(m, f)) {
                return FREEZE;
            } else if (m.s[f + Frame.FILE_PAGE] != NONE) {
                return UNLOCK_KEPT;
            }
            return m.s[f + Frame.FORCE_FLUSH] != 0 ? flush(m, t, f, FREEABLE) : FREEABLE;
        }
    }

    private static final class Freeable extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            boolean freeable = m.read(frame(m, f) + Layout.REFCOUNT) == 2;
            if (!freeable) {
                m.reach(GoalPoint.SWAPOUT_KEEPS);
            }
            return freeable ? CLEAN : UNLOCK_KEPT;
        }
    }

    private static final class Clean extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.rmw(frame(m, f) + Layout.FLAGS);
            m.s[frame(m, f) + Layout.FLAGS] &= ~Layout.FLAG_DIRTY;
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
            return Locks.tryPageLock(m, m.s[f + Frame.TARGET_PFN]) ? DIRTY_AGAIN : keep(m, t, f);
        }
    }

    /** While it was unlocked the page may have left the swap cache: then page_mapping() is NULL. */
    private static final class DirtyAgain extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int flags = m.read(frame(m, f) + Layout.FLAGS);
            return (flags & (Layout.FLAG_DIRTY | Layout.FLAG_SWAPCACHE)) == Layout.FLAG_SWAPCACHE
                    ? FREEZE
                    : UNLOCK_KEPT;
        }
    }

    /** The references of the isolation and, but for a MADV_FREE page, of the cache. */
    private static int expected(Machine m, int f) {
        return isLazyFree(m, f) ? 1 : 2;
    }

    private static final class Freeze extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            if (!Memory.freeze(m, m.s[f + Frame.TARGET_PFN], expected(m, f))) {
                m.reach(GoalPoint.SWAPOUT_KEEPS);
                return UNLOCK_KEPT;
            }
            return isLazyFree(m, f) && m.has(MADV_FREE_COUNT) ? UNLOCK_FREED : FROZEN_DIRTY;
        }
    }

    private static final class FrozenDirty extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            if (isDirty(m, f)) {
                return UNFREEZE;
            } else if (isLazyFree(m, f)) {
                return UNLOCK_FREED;
            }
            return m.s[f + Frame.FILE_PAGE] != NONE ? DELETE_FILE : DELETE;
        }
    }

    private static final class Unfreeze extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.write(frame(m, f) + Layout.REFCOUNT, expected(m, f));
            return UNLOCK_KEPT;
        }
    }

    private static final class Delete extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Dirty.droppedFromSwapCache(m, t, m.s[f + Frame.SLOT], m.s[f + Frame.TARGET_PFN]);
            Swap.deleteFromCache(m, m.s[f + Frame.SLOT], m.s[f + Frame.TARGET_PFN]);
            m.reach(GoalPoint.SWAPPED_OUT);
            return UNLOCK_FREED;
        }
    }

    private static final class DeleteFile extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Dirty.droppedFromPageCache(m, t, m.s[f + Frame.FILE_PAGE], m.s[f + Frame.TARGET_PFN]);
            PageCache.delete(m, m.s[f + Frame.FILE_PAGE], m.s[f + Frame.TARGET_PFN]);
            m.reach(GoalPoint.FILE_DROPPED);
            return UNLOCK_FREED;
        }
    }

    private static final class UnlockFreed extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageUnlock(m, m.s[f + Frame.TARGET_PFN]);
            return flush(m, t, f, FREE);
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

    private static final class UnlockKept extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageUnlock(m, m.s[f + Frame.TARGET_PFN]);
            return keep(m, t, f);
        }
    }

    private static int keep(Machine m, int t, int f) {
        return flush(m, t, f, PUTBACK);
    }

    private static final class Putback extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, m.s[f + Frame.TARGET_PFN], 1);
            return Program.next(m, t);
        }
    }

    /** try_to_unmap_flush(): the deferred flush, of the whole TLB of each CPU. @return its first step, or {@code ret} */
    private static int flush(Machine m, int t, int f, int ret) {
        int processes = m.s[f + Frame.BATCHED];
        if (processes == 0 || !m.has(SWAP_FLUSH)) {
            return ret;
        }
        m.s[f + Frame.FLUSH_RET] = ret;
        Tlb.invalidate(m, t, 0, m.pages);
        return flushNext(m, t, f, -1);
    }

    private static int flushNext(Machine m, int t, int f, int cpu) {
        int next = Tlb.nextCpuOfAny(m, t, m.s[f + Frame.BATCHED], cpu);
        m.s[f + Frame.ACK_CPU] = next;
        if (next >= 0) {
            return FLUSH;
        }
        m.s[f + Frame.BATCHED] = 0;
        m.s[f + Frame.FORCE_FLUSH] = 0;
        return m.s[f + Frame.FLUSH_RET];
    }

    private static final class Flush extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int cpu = m.s[f + Frame.ACK_CPU];
            Tlb.acknowledge(m, t, cpu, 0, m.pages);
            User.flushed(m, cpu);
            return flushNext(m, t, f, cpu);
        }
    }
}
