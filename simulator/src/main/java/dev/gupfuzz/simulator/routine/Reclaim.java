package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.kernel.Rule;
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
 * Reclaim of one page: swap-out of an anonymous page, the discard of a MADV_FREE page, the drop of a clean page of a file. This
 * is its way up to {@link TryToUnmap}, and back to the LRU of what is kept; {@link Pageout} is the rest.
 *
 * <p>Source: mm/vmscan.c, shrink_page_list() (shrink_folio_list()), with ignore_references as MADV_PAGEOUT has it; mm/swap_state.c, add_to_swap(); v4.8, v4.14, v5.11, v5.14, v5.18, v5.19, v6.4 and v6.12. The scenario names the
 * page; the LRU lists are no more than the reference of the isolation. Not modelled: the referenced bits, demotion, mlock, that
 * a page which is being reclaimed is on no list, so that no second reclaim isolates it and MADV_FREE does not mark it,
 * the slot that a kept page gives up when half of the swap device is used.
 */
final class Reclaim {

    private static final int ADD_TO_SWAP_DIRTIES = Rule.ADD_TO_SWAP_DIRTIES.ordinal();
    private static final int SWAPOUT_SKIPS_PINNED = Rule.SWAPOUT_SKIPS_PINNED.ordinal();
    private static final int SWAP_FLUSH = Rule.SWAP_FLUSH.ordinal();

    private static final String LRU = "isolate_lru_pages";
    static final String SHRINK = "shrink_page_list";
    private static final String ADD = "add_to_swap";

    static final int FIND = Pc.RECLAIM;
    static final int FIND_FILE = Pc.RECLAIM | 1;
    static final int ISOLATE = Pc.RECLAIM | 2;
    static final int TRYLOCK = Pc.RECLAIM | 3;
    static final int KIND = Pc.RECLAIM | 4;
    static final int PINNED = Pc.RECLAIM | 5;
    static final int SLOT = Pc.RECLAIM | 6;
    static final int ADD_CACHE = Pc.RECLAIM | 7;
    static final int ADD_DIRTY = Pc.RECLAIM | 8;
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
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.REFCOUNT)), ISOLATE, PUTBACK);
        Labels.pending(PendingAccess.read(Places.frame(Frame.TARGET_PFN, Layout.REFCOUNT)), PINNED);
        Labels.pending(
                PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.FLAGS)), TRYLOCK, ADD_DIRTY, UNLOCK_KEPT);
        Labels.pending(PendingAccess.read(Places.frame(Frame.TARGET_PFN, Layout.FLAGS)), KIND);
        Labels.pending(
                PendingAccess.rmw((m, t, f) -> m.layout.swap(Math.max(Swap.firstFree(m), 0)) + Layout.SWAP_HAS_CACHE),
                SLOT);
        Labels.pending(
                PendingAccess.write((m, t, f) -> m.layout.swap(m.s[f + Frame.SLOT]) + Layout.SWAP_CACHE), ADD_CACHE);
        Labels.pending(PendingAccess.rmw(Places.ACKNOWLEDGING), FLUSH);
    }

    /** The first step of a row: {@code Op.RECLAIM} or {@code Op.FILE_RECLAIM}. */
    static int begin(Machine m, int t, int f) {
        int[] s = m.s;
        s[f + Frame.SLOT] = NONE;
        s[f + Frame.FILE_PAGE] = NONE;
        s[f + Frame.FRESH] = 0;
        s[f + Frame.BATCHED] = 0;
        s[f + Frame.FORCE_FLUSH] = 0;
        return Program.operand(m, f, 0) == Op.RECLAIM ? FIND : FIND_FILE;
    }

    /** First word of the page. */
    static int frame(Machine m, int f) {
        return m.pageAt(m.s[f + Frame.TARGET_PFN]);
    }

    static boolean isLazyFree(Machine m, int f) {
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
            m.s[f + Frame.FRESH] = 1;
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

    private static final class UnlockKept extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageUnlock(m, m.s[f + Frame.TARGET_PFN]);
            return keep(m, t, f);
        }
    }

    /** The page stays, unlocked: deferred flushes first. */
    static int keep(Machine m, int t, int f) {
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
    static int flush(Machine m, int t, int f, int ret) {
        int processes = m.s[f + Frame.BATCHED];
        if (processes == 0 || !m.has(SWAP_FLUSH)) {
            return ret;
        }
        m.s[f + Frame.FLUSH_RET] = ret;
        for (int rest = processes; rest != 0; rest &= rest - 1) {
            Tlb.invalidateOwn(m, t, Integer.numberOfTrailingZeros(rest), 0, m.pages);
        }
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
