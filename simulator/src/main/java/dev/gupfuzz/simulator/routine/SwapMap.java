package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.kernel.Rule;
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
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Swap;
import dev.gupfuzz.simulator.scenario.Region;

/**
 * The second half of a fault on a swap entry: the page, which is locked, is mapped. Up to v5.17 the mapping comes first and the swap
 * entry goes after, and mappings and swap entries say whether the page may be written; from v5.18 on the entry goes first and the
 * references say it, from v5.19 on the entry's own mark.
 *
 * <p>Source: mm/memory.c, do_swap_page(), v4.8, v4.14, v5.9, v5.17, v5.18, v5.19, v6.4, v6.12. Not modelled: what a full swap device
 * changes (mem_cgroup_swap_full()), SWP_STABLE_WRITES, mlock(), KSM, large folios.
 */
final class SwapMap {

    private static final int SWAPIN_MKWRITE = Rule.SWAPIN_MKWRITE.ordinal();
    private static final int SWAPIN_PAGE_COUNT = Rule.SWAPIN_PAGE_COUNT.ordinal();
    private static final int SWP_EXCLUSIVE = Rule.SWP_EXCLUSIVE.ordinal();
    private static final int ANON_EXCLUSIVE = Rule.ANON_EXCLUSIVE.ordinal();

    private static final String SWAP_PAGE = SwapIn.SWAP_PAGE;

    private static final int DRAIN = Pc.SWAP_IN | 20;
    private static final int PTL = Pc.SWAP_IN | 21 | Pc.ON_PTL;
    private static final int PTE_SAME = Pc.SWAP_IN | 22;
    private static final int PTL_UNLOCK_OUT = Pc.SWAP_IN | 23;
    private static final int SET_PTE = Pc.SWAP_IN | 24;
    private static final int ADD_RMAP = Pc.SWAP_IN | 25;
    private static final int SWAP_FREE = Pc.SWAP_IN | 26;
    private static final int SHOULD_FREE = Pc.SWAP_IN | 27;
    private static final int COUNT_REFS = Pc.SWAP_IN | 28;
    private static final int UNLOCK_PAGE = Pc.SWAP_IN | 29;
    private static final int PTL_UNLOCK = Pc.SWAP_IN | 30;

    /** The kernel does it behind do_wp_page(); nobody can tell, since the entry is gone. */
    private static final int CLEAR_CACHE = Pc.SWAP_IN | 31;

    private SwapMap() {}

    static void declare() {
        Labels.define(DRAIN, SWAP_PAGE, "DRAIN", Target.REFCOUNT, "lru_add_drain()", new Drain());
        Labels.define(PTL, SWAP_PAGE, "PTL", Target.PTL, "pte_offset_map_lock(..., &vmf->ptl)", new Ptl());
        Labels.define(PTE_SAME, SWAP_PAGE, "PTE_SAME", Target.PTE, "pte_same(*vmf->pte, vmf->orig_pte)", new PteSame());
        Labels.define(
                PTL_UNLOCK_OUT,
                SWAP_PAGE,
                "PTL_UNLOCK_OUT",
                Target.PTL,
                "out_nomap: pte_unmap_unlock(vmf->pte, vmf->ptl)",
                new PtlUnlockOut());
        Labels.define(SET_PTE, SWAP_PAGE, "SET_PTE", Target.PTE, "set_pte_at(..., vmf->pte, pte)", new SetPte());
        Labels.define(ADD_RMAP, SWAP_PAGE, "ADD_RMAP", Target.MAPCOUNT, "page_add_anon_rmap(page, ...)", new AddRmap());
        Labels.define(SWAP_FREE, SWAP_PAGE, "SWAP_FREE", Target.SWAP, "swap_free(entry)", new SwapFree());
        Labels.define(
                SHOULD_FREE,
                "should_try_to_free_swap",
                "SHOULD_FREE",
                Target.REFCOUNT,
                "page_count(page) == 2",
                new ShouldFree());
        Labels.define(COUNT_REFS, SWAP_PAGE, "COUNT_REFS", Target.REFCOUNT, "page_count(page) == 1", new CountRefs());
        Labels.define(UNLOCK_PAGE, SWAP_PAGE, "UNLOCK_PAGE", Target.PAGE_LOCK, "unlock_page(page)", new UnlockPage());
        Labels.define(
                PTL_UNLOCK,
                SWAP_PAGE,
                "PTL_UNLOCK",
                Target.PTL,
                "pte_unmap_unlock(vmf->pte, vmf->ptl)",
                new PtlUnlock());
        Labels.define(
                CLEAR_CACHE,
                SWAP_PAGE,
                "CLEAR_CACHE_EARLY",
                Target.SWAP,
                "swapcache_clear(si, entry) (before do_wp_page())",
                new ClearCache());
        Labels.pending(PendingAccess.write(Places.swap(Layout.SWAP_HAS_CACHE)), CLEAR_CACHE);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.REFCOUNT)), DRAIN);
        Labels.pending(PendingAccess.rmw(Places.LOCK), PTL, PTL_UNLOCK_OUT, PTL_UNLOCK);
        Labels.pending(PendingAccess.read(Places.pte(Frame.PAGE)), PTE_SAME);
        Labels.pending(PendingAccess.write(Places.pte(Frame.PAGE)), SET_PTE);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.MAPCOUNT)), ADD_RMAP);
        Labels.pending(PendingAccess.rmw(Places.swap(Layout.SWAP_MAP)), SWAP_FREE);
        Labels.pending(PendingAccess.read(Places.frame(Frame.TARGET_PFN, Layout.REFCOUNT)), SHOULD_FREE, COUNT_REFS);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.FLAGS)), UNLOCK_PAGE);
    }

    /** The page is locked, and in the swap cache still or never was. */
    static int begin(Machine m, int t, int f) {
        boolean counts = m.has(SWAPIN_PAGE_COUNT) && m.s[f + Frame.IS_WRITE] != 0 && m.s[f + Frame.FRESH] == 0;
        if (counts && m.layout.world.lruBatch && (SwapReuse.flags(m, f) & Layout.FLAG_LRU_BATCH) != 0) {
            return DRAIN;
        }
        return lock(m, t, f);
    }

    private static int lock(Machine m, int t, int f) {
        Locks.aim(m, f, m.threadMm[t], m.s[f + Frame.PAGE]);
        return PTL;
    }

    private static final class Drain extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            WpPage.drain(m, t, m.s[f + Frame.TARGET_PFN], pc);
            return lock(m, t, f);
        }
    }

    private static final class Ptl extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlLock(m, t);
            return PTE_SAME;
        }
    }

    private static final class PteSame extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            if (m.read(s[f + Frame.PTES] + s[f + Frame.PAGE]) != s[f + Frame.PTE]) {
                return PTL_UNLOCK_OUT;
            }
            boolean marked = m.has(SWP_EXCLUSIVE) && (s[f + Frame.PTE] & Pte.SWP_EXCLUSIVE) != 0;
            s[f + Frame.REUSED] = marked || s[f + Frame.FRESH] != 0 ? 1 : 0;
            if (m.has(SWAPIN_PAGE_COUNT)) {
                return SWAP_FREE;
            }
            int next = rmapFirst(m) ? ADD_RMAP : SET_PTE;
            return s[f + Frame.IS_WRITE] != 0 && s[f + Frame.REUSED] == 0 ? SwapReuse.reuse(m, f, next) : next;
        }
    }

    /** page_add_anon_rmap() came before set_pte_at() by v5.17. */
    private static boolean rmapFirst(Machine m) {
        return m.has(SWAPIN_PAGE_COUNT) || m.has(ANON_EXCLUSIVE);
    }

    private static final class PtlUnlockOut extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlUnlock(m, t);
            return SwapIn.UNLOCK_OUT;
        }
    }

    private static final class SetPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = Pte.of(s[f + Frame.TARGET_PFN], bits(m, f));
            m.mapsFromCache(m.threadMm[t], s[f + Frame.PAGE]);
            m.setOwnPte(t, f, s[f + Frame.PAGE], pte);
            s[f + Frame.PTE] = pte;
            return m.has(SWAPIN_PAGE_COUNT) ? UNLOCK_PAGE : rmapFirst(m) ? SWAP_FREE : ADD_RMAP;
        }
    }

    /** The bits of the new PTE; a write fault that they satisfy is a write fault no more. */
    private static int bits(Machine m, int f) {
        final int[] s = m.s;
        int kept = s[f + Frame.PTE] & (Pte.UFFD_WP | Pte.SOFT_DIRTY);
        int bits = Pte.PRESENT | Pte.ACCESSED | kept;
        boolean write = s[f + Frame.IS_WRITE] != 0;
        boolean alone = s[f + Frame.REUSED] != 0;
        if (m.has(SWAPIN_MKWRITE)) {
            boolean guarded = (kept & Pte.UFFD_WP) != 0 && (s[f + Frame.VM_FLAGS] & Region.UFFD_WP) != 0;
            boolean traced = m.layout.tracksSoftDirty
                    && (kept & Pte.SOFT_DIRTY) == 0
                    && (s[f + Frame.VM_FLAGS] & Region.SOFTDIRTY) == 0;
            if (alone && Fault.maybeWrite(m, f) != 0 && !guarded && !traced) {
                return write ? satisfied(m, f, bits | Pte.WRITE) : bits | Pte.WRITE;
            }
            return bits;
        }
        if (alone && write) {
            bits = satisfied(m, f, bits | Fault.maybeWrite(m, f));
        }
        return (kept & Pte.UFFD_WP) != 0 ? Pte.wrprotect(bits) : bits;
    }

    private static int satisfied(Machine m, int f, int bits) {
        m.s[f + Frame.FAULT_RESULT] |= Frame.FAULT_WRITE;
        m.reach(GoalPoint.COW_REUSE);
        return bits | Fault.dirty(m);
    }

    private static final class AddRmap extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            // before v5.19 the mark says only whether rmap may take the own anon_vma
            boolean exclusive = s[f + Frame.REUSED] != 0 && (m.has(ANON_EXCLUSIVE) || s[f + Frame.IS_WRITE] != 0);
            Memory.addAnonRmap(m, t, s[f + Frame.PAGE], s[f + Frame.TARGET_PFN], exclusive);
            return rmapFirst(m) ? SET_PTE : SWAP_FREE;
        }
    }

    private static final class SwapFree extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            Swap.free(m, t, s[f + Frame.SLOT], s[f + Frame.PAGE]);
            if (!m.has(SWAPIN_PAGE_COUNT)) {
                return UNLOCK_PAGE;
            }
            return s[f + Frame.IS_WRITE] != 0 && s[f + Frame.FRESH] == 0 ? SHOULD_FREE : alone(m, f);
        }
    }

    private static final class ShouldFree extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int count = m.read(m.pageAt(m.s[f + Frame.TARGET_PFN]) + Layout.REFCOUNT);
            int next = alone(m, f);
            return count == 2 ? SwapReuse.tryFree(m, f, next) : next;
        }
    }

    /** The references are counted only where nothing else says that the page is ours. */
    private static int alone(Machine m, int f) {
        boolean asked = m.has(ANON_EXCLUSIVE) || m.s[f + Frame.IS_WRITE] != 0;
        return m.s[f + Frame.REUSED] == 0 && asked ? COUNT_REFS : ADD_RMAP;
    }

    private static final class CountRefs extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int count = m.read(m.pageAt(m.s[f + Frame.TARGET_PFN]) + Layout.REFCOUNT);
            m.s[f + Frame.REUSED] = count == 1 ? 1 : 0;
            return ADD_RMAP;
        }
    }

    private static final class UnlockPage extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            Locks.pageUnlock(m, s[f + Frame.TARGET_PFN]);
            boolean write = s[f + Frame.IS_WRITE] != 0 && (s[f + Frame.FAULT_RESULT] & Frame.FAULT_WRITE) == 0;
            if (!write) {
                return PTL_UNLOCK;
            }
            return SwapIn.out(m, f) == SwapIn.CLEAR_CACHE ? CLEAR_CACHE : WpPage.begin(m, t, f);
        }
    }

    private static final class ClearCache extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Swap.clearCache(m, m.s[f + Frame.SLOT]);
            return WpPage.begin(m, t, f);
        }
    }

    private static final class PtlUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlUnlock(m, t);
            return SwapIn.out(m, f);
        }
    }
}
