package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.machine.Discards;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Locks;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Memory;
import dev.gupfuzz.simulator.machine.PageMapping;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.Pte;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Swap;

/**
 * A swap entry that a zap finds: the slot loses a reference, and the swap cache its page when that was the last one.
 *
 * <p>Source: mm/swapfile.c, free_swap_and_cache(), __try_to_reclaim_swap(), try_to_free_swap(); v4.8 to v6.12. The page is found
 * and gets its reference in one step. Not modelled: batches of entries (v6.10 on), pages under writeback, which stay.
 */
final class ZapSwap {

    private static final String FREE = "free_swap_and_cache";
    private static final String RECLAIM = "__try_to_reclaim_swap";

    static final int FREE_SLOT = Pc.ZAP | 32;
    static final int FIND = Pc.ZAP | 33;
    static final int TRYLOCK = Pc.ZAP | 34;
    static final int MAPPED = Pc.ZAP | 35;
    static final int SWAPPED = Pc.ZAP | 36;
    static final int DELETE = Pc.ZAP | 37;
    static final int PUT_CACHE = Pc.ZAP | 38;
    static final int UNLOCK = Pc.ZAP | 39;
    static final int PUT = Pc.ZAP | 40;
    static final int CLEAR_PTE = Pc.ZAP | 41;

    private ZapSwap() {}

    static void declare() {
        Labels.define(FREE_SLOT, FREE, "FREE_SLOT", Target.SWAP, "__swap_entry_free(p, entry)", new FreeSlot());
        Labels.define(
                FIND,
                RECLAIM,
                "FIND",
                Target.SWAP,
                "page = find_get_page(swap_address_space(entry), offset)",
                new Find());
        Labels.define(TRYLOCK, RECLAIM, "TRYLOCK", Target.PAGE_LOCK, "trylock_page(page)", new Trylock());
        Labels.define(MAPPED, RECLAIM, "MAPPED", Target.MAPCOUNT, "page_mapped(page)", new Mapped());
        Labels.define(SWAPPED, RECLAIM, "SWAPPED", Target.SWAP, "page_swapped(page)", new Swapped());
        Labels.define(DELETE, RECLAIM, "DELETE", Target.SWAP, "delete_from_swap_cache(page)", new Delete());
        Labels.define(PUT_CACHE, RECLAIM, "PUT_CACHE", Target.REFCOUNT, "put_page(page) (the cache's)", new PutCache());
        Labels.define(UNLOCK, RECLAIM, "UNLOCK", Target.PAGE_LOCK, "unlock_page(page)", new Unlock());
        Labels.define(PUT, RECLAIM, "PUT", Target.REFCOUNT, "put_page(page)", new Put());
        Labels.define(
                CLEAR_PTE,
                "zap_pte_range",
                "CLEAR_SWAP",
                Target.PTE,
                "pte_clear_not_present_full(mm, addr, pte)",
                new ClearPte());
        Labels.pending(PendingAccess.rmw((m, t, f) -> slot(m, f) + Layout.SWAP_MAP), FREE_SLOT);
        Labels.pending(PendingAccess.read((m, t, f) -> slot(m, f) + Layout.SWAP_CACHE), FIND);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.FLAGS)), TRYLOCK, UNLOCK);
        Labels.pending(PendingAccess.read(Places.frame(Frame.TARGET_PFN, Layout.MAPCOUNT)), MAPPED);
        Labels.pending(PendingAccess.read((m, t, f) -> slot(m, f) + Layout.SWAP_MAP), SWAPPED);
        Labels.pending(PendingAccess.write((m, t, f) -> slot(m, f) + Layout.SWAP_CACHE), DELETE);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.REFCOUNT)), PUT_CACHE, PUT);
        Labels.pending(PendingAccess.write(Zap.WALKED_PTE), CLEAR_PTE);
    }

    private static int slot(Machine m, int f) {
        return m.layout.swap(m.s[f + Frame.SLOT]);
    }

    /** For the swap entry in PTE. */
    static int begin(Machine m, int f) {
        m.s[f + Frame.SLOT] = Pte.slot(m.s[f + Frame.PTE]);
        return FREE_SLOT;
    }

    private static final class FreeSlot extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int at = slot(m, f);
            Swap.free(m, t, m.s[f + Frame.SLOT], m.s[f + Frame.WALK]);
            Swap.release(m, m.s[f + Frame.WALK_MM], m.s[f + Frame.WALK], 1);
            m.see(at + Layout.SWAP_HAS_CACHE);
            return m.s[at + Layout.SWAP_MAP] == 0 && m.s[at + Layout.SWAP_HAS_CACHE] != 0 ? FIND : CLEAR_PTE;
        }
    }

    private static final class Find extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int pfn = Swap.lookup(m, m.s[f + Frame.SLOT]);
            if (pfn == Swap.FROZEN) {
                return FIND;
            }
            m.s[f + Frame.TARGET_PFN] = pfn;
            return pfn == 0 ? CLEAR_PTE : TRYLOCK;
        }
    }

    private static final class Trylock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int pfn = m.s[f + Frame.TARGET_PFN];
            if (!Locks.tryPageLock(m, pfn)) {
                return PUT;
            }
            int frame = m.pageAt(pfn);
            m.see(frame + Layout.MAPPING);
            boolean there = (m.s[frame + Layout.FLAGS] & Layout.FLAG_SWAPCACHE) != 0
                    && PageMapping.slot(m.s[frame + Layout.MAPPING]) == m.s[f + Frame.SLOT];
            return there ? MAPPED : UNLOCK;
        }
    }

    private static final class Mapped extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return m.read(m.pageAt(m.s[f + Frame.TARGET_PFN]) + Layout.MAPCOUNT) == 0 ? SWAPPED : UNLOCK;
        }
    }

    private static final class Swapped extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return Swap.count(m, m.s[f + Frame.SLOT]) == 0 ? DELETE : UNLOCK;
        }
    }

    private static final class Delete extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int pfn = m.s[f + Frame.TARGET_PFN];
            Swap.deleteFromCache(m, m.s[f + Frame.SLOT], pfn);
            m.s[m.pageAt(pfn) + Layout.FLAGS] |= Layout.FLAG_DIRTY;
            return PUT_CACHE;
        }
    }

    private static final class PutCache extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, m.s[f + Frame.TARGET_PFN], 1);
            return UNLOCK;
        }
    }

    private static final class Unlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageUnlock(m, m.s[f + Frame.TARGET_PFN]);
            return PUT;
        }
    }

    private static final class Put extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, m.s[f + Frame.TARGET_PFN], 1);
            return CLEAR_PTE;
        }
    }

    private static final class ClearPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int mm = m.s[f + Frame.WALK_MM];
            int page = m.s[f + Frame.WALK];
            boolean freeing = m.s[f + Frame.ZAP_MODE] == Zap.FREEING;
            Swap.release(m, mm, page, 0);
            if (freeing) {
                Discards.freedEntry(m, mm, page);
            }
            m.setPte(t, mm, page, Pte.NONE);
            return freeing ? MadvFree.nextPte(m, f) : Zap.nextPte(m, t, f);
        }
    }
}
