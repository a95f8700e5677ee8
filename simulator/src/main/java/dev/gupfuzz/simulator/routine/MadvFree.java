package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.machine.Contents;
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
import dev.gupfuzz.simulator.machine.Vmas;

/**
 * MADV_FREE's walk: makes the PTEs clean and old and the pages free for reclaim to discard while they stay clean.
 *
 * <p>Source: mm/madvise.c, madvise_free_single_vma(), madvise_free_pte_range(); mm/swap.c, mark_page_lazyfree(); v4.8, v5.11, v6.12.
 * A page is marked at once, where the kernel marks it as its CPU's batch of such pages, which holds a reference to it, is emptied; v4.8
 * marks nothing. Not modelled: that batch, the LRU lists, large folios, several VMAs in one call, the flush of a call that has
 * changed nothing while another flush is pending (mm_tlb_flush_nested(), v4.14 on).
 */
final class MadvFree {

    private static final int ZAP_NOTIFIES = Rule.ZAP_NOTIFIES.ordinal();
    private static final int MADV_FREE_MARKS = Rule.MADV_FREE_MARKS.ordinal();

    private static final String SINGLE = "madvise_free_single_vma";
    private static final String RANGE = "madvise_free_pte_range";

    static final int PENDING = Pc.MADVISE | 16;
    static final int PTL = Pc.MADVISE | 17 | Pc.ON_PTL;
    static final int READ_PMD = Pc.MADVISE | 32;
    static final int READ_PTE = Pc.MADVISE | 18;
    static final int FLAGS = Pc.MADVISE | 19;
    static final int TRYLOCK = Pc.MADVISE | 20;
    static final int MAPCOUNT = Pc.MADVISE | 21;
    static final int SWAPPED = Pc.MADVISE | 22;
    static final int DELETE = Pc.MADVISE | 23;
    static final int PUT_CACHE = Pc.MADVISE | 24;
    static final int CLEAR_DIRTY = Pc.MADVISE | 25;
    static final int UNLOCK_PAGE = Pc.MADVISE | 26;
    static final int CLEAR_PTE = Pc.MADVISE | 27;
    static final int SET_PTE = Pc.MADVISE | 28;
    static final int MARK = Pc.MADVISE | 29;
    static final int PTL_UNLOCK = Pc.MADVISE | 30;
    static final int NOT_PENDING = Pc.MADVISE | 31;

    private MadvFree() {}

    static void declare() {
        Labels.define(
                PENDING,
                SINGLE,
                "PENDING",
                Target.TLB_FLUSH,
                "tlb_gather_mmu(): inc_tlb_flush_pending(mm)",
                new Pending());
        Labels.define(READ_PMD, "walk_pmd_range", "READ_PMD", Target.TABLE, "pmd_none(*pmd)", new ReadPmd());
        Labels.define(PTL, RANGE, "PTL", Target.PTL, "pte_offset_map_lock(mm, pmd, addr, &ptl)", new Ptl());
        Labels.define(READ_PTE, RANGE, "READ_PTE", Target.PTE, "ptent = *pte", new ReadPte());
        Labels.define(FLAGS, RANGE, "FLAGS", Target.PAGE_LOCK, "PageSwapCache(page) || PageDirty(page)", new Flags());
        Labels.define(TRYLOCK, RANGE, "TRYLOCK", Target.PAGE_LOCK, "trylock_page(page)", new Trylock());
        Labels.define(MAPCOUNT, RANGE, "MAPCOUNT", Target.MAPCOUNT, "page_mapcount(page) != 1", new Mapcount());
        Labels.define(SWAPPED, "try_to_free_swap", "SWAPPED", Target.SWAP, "page_swapped(page)", new Swapped());
        Labels.define(DELETE, "try_to_free_swap", "DELETE", Target.SWAP, "delete_from_swap_cache(page)", new Delete());
        Labels.define(
                PUT_CACHE,
                "try_to_free_swap",
                "PUT_CACHE",
                Target.REFCOUNT,
                "put_page(page) (the cache's)",
                new PutCache());
        Labels.define(CLEAR_DIRTY, RANGE, "CLEAR_DIRTY", Target.PAGE_LOCK, "ClearPageDirty(page)", new ClearDirty());
        Labels.define(UNLOCK_PAGE, RANGE, "UNLOCK_PAGE", Target.PAGE_LOCK, "unlock_page(page)", new UnlockPage());
        Labels.define(
                CLEAR_PTE, RANGE, "CLEAR_PTE", Target.PTE, "ptep_get_and_clear_full(mm, addr, pte)", new ClearPte());
        Labels.define(
                SET_PTE, RANGE, "SET_PTE", Target.PTE, "set_pte_at(mm, addr, pte, ptent) (old, clean)", new SetPte());
        Labels.define(MARK, RANGE, "MARK", Target.PAGE_LOCK, "mark_page_lazyfree(page)", new Mark());
        Labels.define(PTL_UNLOCK, RANGE, "PTL_UNLOCK", Target.PTL, "pte_unmap_unlock(orig_pte, ptl)", new PtlUnlock());
        Labels.define(
                NOT_PENDING,
                SINGLE,
                "NOT_PENDING",
                Target.TLB_FLUSH,
                "tlb_finish_mmu(): dec_tlb_flush_pending(mm)",
                new NotPending());
        Labels.pending(PendingAccess.rmw(Places.mm(Layout.TLB_FLUSH_PENDING)), PENDING, NOT_PENDING);
        Labels.pending(PendingAccess.read(Places.WALKED_PMD), READ_PMD);
        Labels.pending(PendingAccess.rmw(Places.LOCK), PTL, PTL_UNLOCK);
        Labels.pending(PendingAccess.read(Places.pte(Frame.WALK)), READ_PTE);
        Labels.pending(PendingAccess.read(Places.page(Layout.FLAGS)), FLAGS);
        Labels.pending(PendingAccess.rmw(Places.page(Layout.FLAGS)), TRYLOCK, CLEAR_DIRTY, UNLOCK_PAGE, MARK);
        Labels.pending(PendingAccess.read(Places.page(Layout.MAPCOUNT)), MAPCOUNT);
        Labels.pending(PendingAccess.read((m, t, f) -> m.layout.swap(m.s[f + Frame.SLOT]) + Layout.SWAP_MAP), SWAPPED);
        Labels.pending(
                PendingAccess.write((m, t, f) -> m.layout.swap(m.s[f + Frame.SLOT]) + Layout.SWAP_CACHE), DELETE);
        Labels.pending(PendingAccess.rmw(Places.page(Layout.REFCOUNT)), PUT_CACHE);
        Labels.pending(PendingAccess.rmw(Places.pte(Frame.WALK)), CLEAR_PTE);
        Labels.pending(PendingAccess.write(Places.pte(Frame.WALK)), SET_PTE);
    }

    /** For the part of the call's range that the VMA covers; a VMA of a file ends it. */
    static int begin(Machine m, int t, int f, int vma, int ret) {
        int[] s = m.s;
        if ((s[vma + Layout.VMA_FLAGS] & Vmas.FILE) != 0) {
            return ret; // EINVAL
        }
        s[f + Frame.ZAP_MODE] = Zap.FREEING;
        s[f + Frame.WALK_MM] = m.threadMm[t];
        s[f + Frame.WALK] = s[f + Frame.START];
        s[f + Frame.CURSOR] = Math.min(s[f + Frame.START] + s[f + Frame.NR_ALL], s[vma + Layout.VMA_END]);
        s[f + Frame.FORCE_FLUSH] = 0;
        s[f + Frame.RET] = ret;
        return PENDING;
    }

    private static int frame(Machine m, int f) {
        return m.pageAt(Pte.pfn(m.s[f + Frame.PTE]));
    }

    private static final class Pending extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            m.bump(m.mmOf(f) + Layout.TLB_FLUSH_PENDING, 1);
            int next = nextTable(m, t, f);
            int mm = m.threadMm[t];
            return MmuNotifier.start(m, t, f, ZAP_NOTIFIES, mm, s[f + Frame.START], s[f + Frame.CURSOR], next);
        }
    }

    private static int nextTable(Machine m, int t, int f) {
        int[] s = m.s;
        int page = s[f + Frame.WALK];
        if (page == s[f + Frame.CURSOR]) {
            int start = s[f + Frame.START];
            int mm = m.threadMm[t];
            boolean flush = s[f + Frame.FORCE_FLUSH] != 0;
            int next = flush ? TlbFlush.begin(m, t, f, mm, start, page, NOT_PENDING) : NOT_PENDING;
            return MmuNotifier.end(m, t, f, ZAP_NOTIFIES, mm, next);
        }
        s[f + Frame.WALK_END] = m.layout.endOfTable(page, s[f + Frame.CURSOR]);
        Locks.aim(m, f, m.threadMm[t], page);
        return m.layout.allocatesTables ? READ_PMD : PTL;
    }

    /** Where there is no page-table page nothing is mapped. */
    private static final class ReadPmd extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            if (m.read(Places.WALKED_PMD.word(m, t, f)) != 0) {
                return PTL;
            }
            m.s[f + Frame.WALK] = m.s[f + Frame.WALK_END];
            return nextTable(m, t, f);
        }
    }

    private static final class Ptl extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlLock(m, t);
            return TlbFlush.batchedPending(m, f, READ_PTE);
        }
    }

    private static final class ReadPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int pte = m.read(m.s[f + Frame.PTES] + m.s[f + Frame.WALK]);
            m.s[f + Frame.PTE] = pte;
            if (Pte.swap(pte)) {
                return ZapSwap.begin(m, f);
            }
            return Pte.present(pte) && !Pte.special(pte) ? FLAGS : nextPte(m, f);
        }
    }

    private static final class Flags extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int flags = m.read(frame(m, f) + Layout.FLAGS);
            return (flags & (Layout.FLAG_SWAPCACHE | Layout.FLAG_DIRTY)) != 0 ? TRYLOCK : clean(m, t, f);
        }
    }

    /** From here on the page may be discarded. */
    private static int clean(Machine m, int t, int f) {
        Contents.allow(m, m.threadMm[t], m.s[f + Frame.WALK], 0);
        return (m.s[f + Frame.PTE] & (Pte.ACCESSED | Pte.DIRTY)) != 0 ? CLEAR_PTE : cleaned(m, f);
    }

    private static int cleaned(Machine m, int f) {
        return m.has(MADV_FREE_MARKS) ? MARK : nextPte(m, f);
    }

    private static final class Trylock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return Locks.tryPageLock(m, Pte.pfn(m.s[f + Frame.PTE])) ? MAPCOUNT : nextPte(m, f);
        }
    }

    private static final class Mapcount extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            boolean shared = m.read(frame(m, f) + Layout.MAPCOUNT) != 1;
            m.s[f + Frame.ABORT] = shared ? 1 : 0;
            m.see(frame(m, f) + Layout.FLAGS); // the page is locked
            m.see(frame(m, f) + Layout.MAPPING);
            m.s[f + Frame.SLOT] = PageMapping.slot(m.s[frame(m, f) + Layout.MAPPING]);
            boolean cached = (m.s[frame(m, f) + Layout.FLAGS] & Layout.FLAG_SWAPCACHE) != 0;
            return shared ? UNLOCK_PAGE : cached ? SWAPPED : CLEAR_DIRTY;
        }
    }

    private static final class Swapped extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            boolean swapped = Swap.count(m, m.s[f + Frame.SLOT]) != 0;
            m.s[f + Frame.ABORT] = swapped ? 1 : 0;
            return swapped ? UNLOCK_PAGE : DELETE;
        }
    }

    private static final class Delete extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Swap.deleteFromCache(m, m.s[f + Frame.SLOT], Pte.pfn(m.s[f + Frame.PTE]));
            return PUT_CACHE;
        }
    }

    private static final class PutCache extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, Pte.pfn(m.s[f + Frame.PTE]), 1);
            return CLEAR_DIRTY;
        }
    }

    private static final class ClearDirty extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.rmw(frame(m, f) + Layout.FLAGS);
            m.s[frame(m, f) + Layout.FLAGS] &= ~Layout.FLAG_DIRTY;
            return UNLOCK_PAGE;
        }
    }

    private static final class UnlockPage extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageUnlock(m, Pte.pfn(m.s[f + Frame.PTE]));
            return m.s[f + Frame.ABORT] != 0 ? nextPte(m, f) : clean(m, t, f);
        }
    }

    private static final class ClearPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.s[f + Frame.PTE] = m.clearForAMoment(t, m.threadMm[t], m.s[f + Frame.WALK]);
            return SET_PTE;
        }
    }

    private static final class SetPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int pte = m.s[f + Frame.PTE] & ~(Pte.ACCESSED | Pte.DIRTY);
            m.setAgain(t, m.threadMm[t], m.s[f + Frame.WALK], pte);
            m.s[f + Frame.FORCE_FLUSH] = 1;
            return cleaned(m, f);
        }
    }

    private static final class Mark extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int at = frame(m, f) + Layout.FLAGS;
            m.rmw(at);
            int asked = Layout.FLAG_ANON | Layout.FLAG_SWAPCACHE | Layout.FLAG_LRU_BATCH;
            if ((m.s[at] & asked) == Layout.FLAG_ANON) {
                m.s[at] |= Layout.FLAG_LAZYFREE;
            }
            return nextPte(m, f);
        }
    }

    /** The walk goes on behind the PTE that it was at. */
    static int nextPte(Machine m, int f) {
        int page = ++m.s[f + Frame.WALK];
        return page == m.s[f + Frame.WALK_END] ? PTL_UNLOCK : READ_PTE;
    }

    private static final class PtlUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlUnlock(m, t);
            return m.resched(nextTable(m, t, f));
        }
    }

    private static final class NotPending extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.bump(m.mmOf(f) + Layout.TLB_FLUSH_PENDING, -1);
            return m.s[f + Frame.RET];
        }
    }
}
