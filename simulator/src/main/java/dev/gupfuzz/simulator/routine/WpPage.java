package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.invariant.Invariant;
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
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Tlb;
import dev.gupfuzz.simulator.machine.Vmas;

/**
 * A write fault on a read-only PTE: reuse the page or copy it.
 *
 * <p>Source: mm/memory.c, do_wp_page(), wp_page_reuse() and wp_page_copy(), v5.9-rc4 to v5.11: the rule of 09854ba94c6a in
 * all of them; v5.9-rc4 unlocks a reused page after the page-table lock, which be068f29034f turned round. Not modelled: KSM
 * and file pages, the LRU batch's reference, memory cgroups, mmu notifiers, allocation failure.
 */
final class WpPage {

    private static final int WP_CLEAR_FLUSH = Rule.WP_CLEAR_FLUSH.ordinal();
    private static final int WP_LATE_UNLOCK = Rule.WP_LATE_UNLOCK.ordinal();
    private static final int WP_PAGE_COUNT = Rule.WP_PAGE_COUNT.ordinal();
    private static final int WP_PTE_RECHECK = Rule.WP_PTE_RECHECK.ordinal();

    private static final String WP = "do_wp_page";
    private static final String COPY = "wp_page_copy";

    static final int COUNT = Pc.WP;
    static final int TRYLOCK = Pc.WP | 1;
    static final int MAPCOUNT = Pc.WP | 2;
    static final int COUNT_LOCKED = Pc.WP | 3;
    static final int UNLOCK_PAGE = Pc.WP | 4;
    static final int REUSE = Pc.WP | 5;
    static final int UNLOCK_PAGE_COPY = Pc.WP | 6;
    static final int GET_PAGE = Pc.WP | 7;
    static final int UNLOCK_PTL = Pc.WP | 8;
    static final int ALLOC = Pc.WP | 9;
    static final int COPY_PAGE = Pc.WP | 10;
    static final int PTL = Pc.WP | 11 | Pc.ON_PTL;
    static final int PTE_SAME = Pc.WP | 12;
    static final int CLEAR = Pc.WP | 13;
    static final int FLUSH = Pc.WP | 14 | Pc.ON_ACK;
    static final int SET_PTE = Pc.WP | 15;
    static final int REMOVE_RMAP = Pc.WP | 16;
    static final int PUT_MAPPING = Pc.WP | 17;
    static final int PUT_NEW = Pc.WP | 18;
    static final int UNLOCK_PTL_COPIED = Pc.WP | 19;
    static final int PUT_OLD = Pc.WP | 20;
    static final int ANON_VMA = Pc.WP | 21;
    static final int REUSE_UNLOCK_PTL = Pc.WP | 22;
    static final int UNLOCK_PAGE_LATE = Pc.WP | 23;

    private WpPage() {}

    static void declare() {
        Labels.define(COUNT, WP, "COUNT", Target.REFCOUNT, "page_count(page) != 1", new Count());
        Labels.define(TRYLOCK, WP, "TRYLOCK", Target.PAGE_LOCK, "trylock_page(page)", new Trylock());
        Labels.define(MAPCOUNT, WP, "MAPCOUNT", Target.MAPCOUNT, "page_mapcount(page) != 1", new Mapcount());
        Labels.define(
                COUNT_LOCKED,
                WP,
                "COUNT_LOCKED",
                Target.REFCOUNT,
                "page_count(page) != 1 (page locked)",
                new CountLocked());
        Labels.define(UNLOCK_PAGE, WP, "UNLOCK_PAGE", Target.PAGE_LOCK, "unlock_page(page)", new UnlockPage());
        Labels.define(
                REUSE, "wp_page_reuse", "REUSE", Target.PTE, "ptep_set_access_flags(..., maybe_mkwrite)", new Reuse());
        Labels.define(
                UNLOCK_PAGE_COPY,
                WP,
                "UNLOCK_PAGE_COPY",
                Target.PAGE_LOCK,
                "unlock_page(page); goto copy",
                new UnlockPageCopy());
        Labels.define(
                REUSE_UNLOCK_PTL,
                "wp_page_reuse",
                "UNLOCK_PTL",
                Target.PTL,
                "pte_unmap_unlock(vmf->pte, vmf->ptl)",
                new ReuseUnlockPtl());
        Labels.define(
                UNLOCK_PAGE_LATE,
                WP,
                "UNLOCK_PAGE_LATE",
                Target.PAGE_LOCK,
                "unlock_page(page) (after the PTL)",
                new UnlockPageLate());
        Labels.define(GET_PAGE, WP, "GET_PAGE", Target.REFCOUNT, "get_page(vmf->page)", new GetPage());
        Labels.define(
                UNLOCK_PTL, WP, "UNLOCK_PTL", Target.PTL, "pte_unmap_unlock(vmf->pte, vmf->ptl)", new UnlockPtl());
        Labels.define(ANON_VMA, COPY, "ANON_VMA", Target.VMA, "anon_vma_prepare(vma)", new AnonVma());
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
        Labels.pending(PendingAccess.read(Places.page(Layout.REFCOUNT)), COUNT, COUNT_LOCKED);
        Labels.pending(
                PendingAccess.rmw(Places.page(Layout.FLAGS)), TRYLOCK, UNLOCK_PAGE, UNLOCK_PAGE_COPY, UNLOCK_PAGE_LATE);
        Labels.pending(PendingAccess.read(Places.page(Layout.MAPCOUNT)), MAPCOUNT);
        Labels.pending(PendingAccess.rmw(Places.pte(Frame.PAGE)), REUSE);
        Labels.pending(PendingAccess.rmw(Places.LOCK), REUSE_UNLOCK_PTL, UNLOCK_PTL, PTL, UNLOCK_PTL_COPIED);
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

    private static final class Count extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = s[f + Frame.PTE];
            return m.read(page(m, pte) + Layout.REFCOUNT) != 1 && m.has(WP_PAGE_COUNT) ? GET_PAGE : TRYLOCK;
        }
    }

    private static final class Trylock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = s[f + Frame.PTE];
            m.rmw(page(m, pte) + Layout.FLAGS);
            if ((s[page(m, pte) + Layout.FLAGS] & Layout.FLAG_LOCKED) != 0) {
                return GET_PAGE;
            } else {
                s[page(m, pte) + Layout.FLAGS] |= Layout.FLAG_LOCKED;
                return m.has(WP_PAGE_COUNT) ? MAPCOUNT : reuse(m);
            }
        }
    }

    private static final class Mapcount extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = s[f + Frame.PTE];
            return m.read(page(m, pte) + Layout.MAPCOUNT) != 1 ? UNLOCK_PAGE_COPY : COUNT_LOCKED;
        }
    }

    private static final class CountLocked extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = s[f + Frame.PTE];
            return m.read(page(m, pte) + Layout.REFCOUNT) != 1 ? UNLOCK_PAGE_COPY : reuse(m);
        }
    }

    private static final class UnlockPage extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = s[f + Frame.PTE];
            unlockPage(m, page(m, pte));
            return REUSE;
        }
    }

    private static final class Reuse extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Fault.setAccessFlags(m, t, f, Pte.WRITE);
            m.reach(GoalPoint.COW_REUSE);
            return m.has(WP_LATE_UNLOCK) ? REUSE_UNLOCK_PTL : Fault.PTL_UNLOCK;
        }
    }

    private static final class ReuseUnlockPtl extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlUnlock(m, t);
            return UNLOCK_PAGE_LATE;
        }
    }

    private static final class UnlockPageLate extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = s[f + Frame.PTE];
            unlockPage(m, page(m, pte));
            return s[f + Frame.FAULT_RET];
        }
    }

    private static final class UnlockPageCopy extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = s[f + Frame.PTE];
            unlockPage(m, page(m, pte));
            return GET_PAGE;
        }
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

    private static final class AnonVma extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            Vmas.prepareAnon(m, m.mmOf(f), s[f + Frame.PAGE]);
            return ALLOC;
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
            return Pte.special(pte) ? PTL : COPY_PAGE;
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
            return PTL;
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
            int pte = s[f + Frame.PTE];
            boolean same = m.read(s[f + Frame.PTES] + s[f + Frame.PAGE]) == pte || !m.has(WP_PTE_RECHECK);
            if (!same) {
                m.mark(f + Frame.COPY_PAGE);
                m.s[Sched.COPYING] &= ~(1 << t);
            }
            return same ? CLEAR : PUT_NEW;
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
            int pfn = s[f + Frame.NEW_PFN];
            m.mark(f + Frame.COPY_PAGE);
            m.s[Sched.COPYING] &= ~(1 << t);
            if (!Pte.special(pte) && s[f + Frame.COPY_STORED] != 0) {
                m.violate(Invariant.I4, t, s[f + Frame.PAGE], 0);
            }
            Memory.newAnon(m, m.threadMm[t], s[f + Frame.PAGE], pfn);
            m.reach(GoalPoint.COW_COPY);
            m.setOwnPte(t, f, s[f + Frame.PAGE], Pte.of(pfn, Pte.PRESENT | Pte.WRITE | Pte.DIRTY | Pte.ACCESSED));
            return Pte.special(pte) ? UNLOCK_PTL_COPIED : REMOVE_RMAP;
        }
    }

    private static final class RemoveRmap extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = s[f + Frame.PTE];
            Memory.rmap(m, t, Pte.pfn(pte), -1);
            return PUT_MAPPING;
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
            return Pte.special(pte) ? s[f + Frame.FAULT_RET] : PUT_OLD;
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

    /** The page is ours alone: up to be068f29034f it was unlocked after wp_page_reuse(), which drops the PTL. */
    private static int reuse(Machine m) {
        return m.has(WP_LATE_UNLOCK) ? REUSE : UNLOCK_PAGE;
    }

    /** The struct page behind a PTE. */
    private static int page(Machine m, int pte) {
        return m.pageAt(Pte.pfn(pte));
    }

    private static void unlockPage(Machine m, int frame) {
        m.rmw(frame + Layout.FLAGS);
        m.s[frame + Layout.FLAGS] &= ~Layout.FLAG_LOCKED;
    }

    private static int flushNext(Machine m, int t, int f, int cpu) {
        int next = m.has(WP_CLEAR_FLUSH) ? Tlb.nextCpu(m, t, cpu) : -1;
        m.s[f + Frame.ACK_CPU] = next;
        return next < 0 ? SET_PTE : FLUSH;
    }
}
