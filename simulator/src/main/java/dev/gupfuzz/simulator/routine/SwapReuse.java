package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Memory;
import dev.gupfuzz.simulator.machine.PageMapping;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Swap;

/**
 * Whether a page is ours alone by its mappings and swap entries, and the way out of the swap cache: two functions that page faults
 * call with the page locked. The page is TARGET_PFN, the way back RET.
 *
 * <p>Source: mm/swapfile.c, reuse_swap_page() (v4.8 to v5.17) and try_to_free_swap() (v4.8 to v6.12). Not modelled: SWP_STABLE_WRITES,
 * KSM, huge pages, hibernation.
 */
final class SwapReuse {

    private static final String REUSE = "reuse_swap_page";
    private static final String FREE = "try_to_free_swap";

    private static final int MAPS = Pc.SWAP_CACHE;
    private static final int SWAPS = Pc.SWAP_CACHE | 1;
    private static final int SWAPPED = Pc.SWAP_CACHE | 2;
    private static final int DELETE = Pc.SWAP_CACHE | 3;
    private static final int PUT_CACHE = Pc.SWAP_CACHE | 4;

    private SwapReuse() {}

    static void declare() {
        Labels.define(MAPS, REUSE, "MAPS", Target.MAPCOUNT, "page_mapcount(page)", new Maps());
        Labels.define(SWAPS, REUSE, "SWAPS", Target.SWAP, "page_swapcount(page)", new Swaps());
        Labels.define(SWAPPED, FREE, "SWAPPED", Target.SWAP, "page_swapped(page)", new Swapped());
        Labels.define(DELETE, FREE, "DELETE", Target.SWAP, "delete_from_swap_cache(page)", new Delete());
        Labels.define(
                PUT_CACHE, FREE, "PUT_CACHE", Target.REFCOUNT, "put_page(page) (the swap cache's)", new PutCache());
        Labels.pending(PendingAccess.read(Places.frame(Frame.TARGET_PFN, Layout.MAPCOUNT)), MAPS);
        Labels.pending(PendingAccess.read(Places.swap(Layout.SWAP_MAP)), SWAPS, SWAPPED);
        Labels.pending(PendingAccess.write(Places.swap(Layout.SWAP_CACHE)), DELETE);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.REFCOUNT)), PUT_CACHE);
    }

    /** reuse_swap_page(): REUSED says whether nobody else has the page. */
    static int reuse(Machine m, int f, int ret) {
        m.s[f + Frame.RET] = ret;
        return MAPS;
    }

    /** try_to_free_swap() of a page in the swap cache. */
    static int tryFree(Machine m, int f, int ret) {
        m.s[f + Frame.RET] = ret;
        aimSlot(m, f);
        return SWAPPED;
    }

    /** Flags of TARGET_PFN; a look beside the step's access. */
    static int flags(Machine m, int f) {
        int at = m.pageAt(m.s[f + Frame.TARGET_PFN]) + Layout.FLAGS;
        m.see(at);
        return m.s[at];
    }

    private static void aimSlot(Machine m, int f) {
        int at = m.pageAt(m.s[f + Frame.TARGET_PFN]) + Layout.MAPPING;
        m.see(at);
        m.s[f + Frame.SLOT] = PageMapping.slot(m.s[at]);
    }

    private static final class Maps extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int count = m.read(m.pageAt(m.s[f + Frame.TARGET_PFN]) + Layout.MAPCOUNT);
            if ((flags(m, f) & Layout.FLAG_SWAPCACHE) != 0) {
                m.s[f + Frame.REUSED] = count;
                aimSlot(m, f);
                return SWAPS;
            }
            m.s[f + Frame.REUSED] = count <= 1 ? 1 : 0;
            return m.s[f + Frame.RET];
        }
    }

    private static final class Swaps extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int count = m.s[f + Frame.REUSED] + Swap.count(m, m.s[f + Frame.SLOT]);
            m.s[f + Frame.REUSED] = count <= 1 ? 1 : 0;
            return count == 1 && (flags(m, f) & Layout.FLAG_WRITEBACK) == 0 ? DELETE : m.s[f + Frame.RET];
        }
    }

    private static final class Swapped extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int count = Swap.count(m, m.s[f + Frame.SLOT]);
            return count == 0 && (flags(m, f) & Layout.FLAG_WRITEBACK) == 0 ? DELETE : m.s[f + Frame.RET];
        }
    }

    private static final class Delete extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int pfn = m.s[f + Frame.TARGET_PFN];
            Swap.deleteFromCache(m, m.s[f + Frame.SLOT], pfn);
            m.leavesCache(m.threadMm[t], m.s[f + Frame.PAGE], pfn);
            m.s[m.pageAt(pfn) + Layout.FLAGS] |= Layout.FLAG_DIRTY;
            return PUT_CACHE;
        }
    }

    private static final class PutCache extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, m.s[f + Frame.TARGET_PFN], 1);
            return m.s[f + Frame.RET];
        }
    }
}
