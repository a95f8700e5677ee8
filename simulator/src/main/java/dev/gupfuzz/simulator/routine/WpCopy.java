package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.machine.Contents;
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

/**
 * The copy of a write fault: the page is copied without locks, then takes the place of the old one unless the PTE changed.
 *
 * <p>Source: mm/memory.c, wp_page_copy(), v4.8 to v6.12. The old page's mapping reference is put under the page-table lock, as up to
 * v6.4; v6.12 puts it right behind. Not modelled: memory cgroups, allocation failure, mlock(), and free_swap_cache() of
 * the old page (from v5.14 on): it stays in the swap cache until reclaim.
 */
final class WpCopy {

    private static final int WP_CLEAR_FLUSH = Rule.WP_CLEAR_FLUSH.ordinal();
    private static final int WP_COPY_NOTIFIES = Rule.WP_COPY_NOTIFIES.ordinal();
    private static final int WP_PTE_RECHECK = Rule.WP_PTE_RECHECK.ordinal();
    private static final int WP_RMAP_LAST = Rule.WP_RMAP_LAST.ordinal();

    private static final String WP = "do_wp_page";
    private static final String COPY = "wp_page_copy";

    static final int GET_PAGE = Pc.WP_COPY;
    static final int UNLOCK_PTL = Pc.WP_COPY | 1;
    private static final int ANON_VMA = Pc.WP_COPY | 2;
    private static final int ALLOC = Pc.WP_COPY | 3;
    private static final int COPY_PAGE = Pc.WP_COPY | 4;
    private static final int PTL = Pc.WP_COPY | 5 | Pc.ON_PTL;
    private static final int PTE_SAME = Pc.WP_COPY | 6;
    private static final int CLEAR = Pc.WP_COPY | 7;
    private static final int FLUSH = Pc.WP_COPY | 8 | Pc.ON_ACK;
    private static final int SET_PTE = Pc.WP_COPY | 9;
    private static final int REMOVE_RMAP = Pc.WP_COPY | 10;
    private static final int PUT_MAPPING = Pc.WP_COPY | 11;
    private static final int PUT_NEW = Pc.WP_COPY | 12;
    private static final int UNLOCK_PTL_COPIED = Pc.WP_COPY | 13;
    static final int PUT_OLD = Pc.WP_COPY | 14;

    private WpCopy() {}

    static void declare() {
        Labels.define(GET_PAGE, WP, "GET_PAGE", Target.REFCOUNT, "get_page(vmf->page)", new GetPage());
        Labels.define(
                UNLOCK_PTL, WP, "UNLOCK_PTL", Target.PTL, "pte_unmap_unlock(vmf->pte, vmf->ptl)", new UnlockPtl());
        Labels.define(ANON_VMA, COPY, "ANON_VMA", Target.VMA, "anon_vma_prepare(vma)", new PrepareAnonVma(ALLOC, true));
        Labels.define(ALLOC, COPY, "ALLOC", Target.ALLOCATOR, "new_page = alloc_page_vma()", new Alloc());
        Labels.define(
                COPY_PAGE, COPY, "COPY_PAGE", Target.CONTENT, "cow_user_page(new_page, old_page, vmf)", new CopyPage());
        Labels.define(PTL, COPY, "PTL", Target.PTL, "pte_offset_map_lock(..., &vmf->ptl)", new Ptl());
        Labels.define(PTE_SAME, COPY, "PTE_SAME", Target.PTE, "pte_same(*vmf->pte, vmf->orig_pte)", new PteSame());
        Labels.define(CLEAR, COPY, "CLEAR", Target.PTE, "ptep_clear_flush(): ptep_get_and_clear()", new Clear());
        Labels.define(FLUSH, COPY, "FLUSH", Target.CPU, "ptep_clear_flush(): flush_tlb_page()", new Flush());
        Labels.define(SET_PTE, COPY, "SET_PTE", Target.PTE, "set_pte_at_notify(..., vmf->pte, entry)", new SetPte());
        Labels.define(
                REMOVE_RMAP, COPY, "REMOVE_RMAP", Target.MAPCOUNT, "page_remove_rmap(old_page)", new RemoveRmap());
        Labels.define(
                PUT_MAPPING,
                COPY,
                "PUT_MAPPING",
                Target.REFCOUNT,
                "put_page(old_page) (the mapping's)",
                new PutMapping());
        Labels.define(PUT_NEW, COPY, "PUT_NEW", Target.REFCOUNT, "put_page(new_page)", new PutNew());
        Labels.define(
                UNLOCK_PTL_COPIED,
                COPY,
                "UNLOCK_PTL_COPIED",
                Target.PTL,
                "pte_unmap_unlock(vmf->pte, vmf->ptl)",
                new UnlockPtlCopied());
        Labels.define(PUT_OLD, COPY, "PUT_OLD", Target.REFCOUNT, "put_page(old_page)", new PutOld());
        Labels.pending(PendingAccess.rmw(Places.LOCK), UNLOCK_PTL, PTL, UNLOCK_PTL_COPIED);
        Labels.pending(PendingAccess.rmw(Places.page(Layout.REFCOUNT)), GET_PAGE, PUT_MAPPING, PUT_OLD);
        Labels.pending(PendingAccess.read(Places.mm(Layout.VMA_COUNT)), ANON_VMA);
        Labels.pending(PendingAccess.rmw(Places.ALLOCATOR), ALLOC);
        Labels.pending(PendingAccess.read(Places.page(Layout.CONTENT)), COPY_PAGE);
        Labels.pending(PendingAccess.read(Places.pte(Frame.PAGE)), PTE_SAME);
        Labels.pending(PendingAccess.write(Places.pte(Frame.PAGE)), CLEAR, SET_PTE);
        Labels.pending(PendingAccess.rmw(Places.ACKNOWLEDGING), FLUSH);
        Labels.pending(PendingAccess.rmw(Places.page(Layout.MAPCOUNT)), REMOVE_RMAP);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.NEW_PFN, Layout.REFCOUNT)), PUT_NEW);
    }

    private static final class GetPage extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = s[f + Frame.PTE];
            Memory.ref(m, Pte.pfn(pte), 1);
            return UNLOCK_PTL;
        }
    }

    private static final class UnlockPtl extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlUnlock(m, t);
            return ANON_VMA;
        }
    }

    private static final class Alloc extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = s[f + Frame.PTE];
            int pfn = Memory.alloc(m, t, pc, s[f + Frame.PAGE]);
            s[f + Frame.NEW_PFN] = pfn;
            s[m.pageAt(pfn) + Layout.CONTENT] = 0;
            return Pte.special(pte) ? copied(m, t, f) : COPY_PAGE;
        }
    }

    private static final class CopyPage extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = s[f + Frame.PTE];
            m.mark(m.pageAt(s[f + Frame.NEW_PFN]) + Layout.CONTENT);
            m.mark(f + Frame.COPY_PAGE);
            s[m.pageAt(s[f + Frame.NEW_PFN]) + Layout.CONTENT] = m.read(page(m, pte) + Layout.CONTENT);
            s[f + Frame.COPY_PAGE] = s[f + Frame.PAGE] + 1;
            s[f + Frame.COPY_PFN] = Pte.pfn(pte);
            s[f + Frame.COPY_STORED] = 0;
            m.s[Sched.COPYING] |= 1 << t;
            return copied(m, t, f);
        }
    }

    /** The new page is ready: the notifiers are told, then the page-table lock is taken again. */
    private static int copied(Machine m, int t, int f) {
        int page = m.s[f + Frame.PAGE];
        return MmuNotifier.start(m, t, f, WP_COPY_NOTIFIES, m.threadMm[t], page, page + 1, PTL);
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
            int pte = s[f + Frame.PTE];
            boolean same = m.read(s[f + Frame.PTES] + s[f + Frame.PAGE]) == pte || !m.has(WP_PTE_RECHECK);
            if (!same) {
                m.mark(f + Frame.COPY_PAGE);
                m.s[Sched.COPYING] &= ~(1 << t);
            }
            if (!same) {
                return PUT_NEW;
            }
            return m.has(WP_RMAP_LAST) || Pte.special(pte) ? CLEAR : REMOVE_RMAP;
        }
    }

    private static final class Clear extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            m.setOwnPte(t, f, s[f + Frame.PAGE], Pte.NONE);
            Tlb.invalidate(m, t, s[f + Frame.PAGE], s[f + Frame.PAGE] + 1);
            return flushNext(m, t, f, -1);
        }
    }

    private static final class Flush extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int cpu = s[f + Frame.ACK_CPU];
            Tlb.acknowledge(m, t, cpu, s[f + Frame.PAGE], s[f + Frame.PAGE] + 1);
            User.flushed(m, cpu);
            return flushNext(m, t, f, cpu);
        }
    }

    private static final class SetPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = s[f + Frame.PTE];
            m.mark(f + Frame.COPY_PAGE);
            m.s[Sched.COPYING] &= ~(1 << t);
            if (!Pte.special(pte) && s[f + Frame.COPY_STORED] != 0) {
                m.violate(Invariant.I4, t, s[f + Frame.PAGE], 0);
            }
            Contents.ownCopy(m, m.threadMm[t], s[f + Frame.PAGE], s[f + Frame.NEW_PFN]);
            m.reach(GoalPoint.COW_COPY);
            FinishFault.mapNewAnon(m, t, f, pc, bits(m, f, pte));
            if (s[f + Frame.UNSHARE] == 0) {
                s[f + Frame.FAULT_RESULT] |= Frame.FAULT_WRITE;
            }
            return Pte.special(pte) ? UNLOCK_PTL_COPIED : m.has(WP_RMAP_LAST) ? REMOVE_RMAP : PUT_MAPPING;
        }
    }

    private static final class RemoveRmap extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = s[f + Frame.PTE];
            Memory.rmap(m, t, Pte.pfn(pte), -1);
            return m.has(WP_RMAP_LAST) ? PUT_MAPPING : CLEAR;
        }
    }

    private static final class PutMapping extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = s[f + Frame.PTE];
            Memory.put(m, t, Pte.pfn(pte), 1);
            return UNLOCK_PTL_COPIED;
        }
    }

    private static final class PutNew extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            Memory.put(m, t, s[f + Frame.NEW_PFN], 1);
            return UNLOCK_PTL_COPIED;
        }
    }

    private static final class UnlockPtlCopied extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = s[f + Frame.PTE];
            Locks.ptlUnlock(m, t);
            int next = Pte.special(pte) ? s[f + Frame.FAULT_RET] : PUT_OLD;
            return MmuNotifier.end(m, t, f, WP_COPY_NOTIFIES, m.threadMm[t], next);
        }
    }

    private static final class PutOld extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = s[f + Frame.PTE];
            Memory.put(m, t, Pte.pfn(pte), 1);
            return s[f + Frame.FAULT_RET];
        }
    }

    /** An unsharing gives no right to write, and keeps what others trace by the PTE. */
    private static int bits(Machine m, int f, int old) {
        int bits = Pte.PRESENT | Pte.ACCESSED;
        if (m.s[f + Frame.UNSHARE] != 0) {
            return bits | (old & (Pte.SOFT_DIRTY | Pte.UFFD_WP));
        }
        return bits | Fault.dirty(m) | Fault.maybeWrite(m, f);
    }

    /** The struct page behind a PTE. */
    private static int page(Machine m, int pte) {
        return m.pageAt(Pte.pfn(pte));
    }

    private static int flushNext(Machine m, int t, int f, int cpu) {
        int next = m.has(WP_CLEAR_FLUSH) ? Tlb.nextCpu(m, t, cpu) : -1;
        m.s[f + Frame.ACK_CPU] = next;
        return next < 0 ? SET_PTE : FLUSH;
    }
}
