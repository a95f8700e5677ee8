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
import dev.gupfuzz.simulator.scenario.Region;

/**
 * A write fault, or an unsharing, on a read-only PTE: reuse the page or copy it. {@link WpCopy} copies.
 *
 * <p>Source: mm/memory.c, do_wp_page() and wp_page_reuse(): v4.8, v4.14 and v5.7 (mappings and swap entries count), v5.9-rc4 to v5.14
 * (09854ba94c6a: references count; v5.9-rc4 unlocks a reused page after the page-table lock, which be068f29034f turned round), v5.18
 * (references of the LRU batch and of the swap cache are given up first), v5.19 to v6.12 (PG_anon_exclusive). v6.12 marks a page that it
 * reuses right behind its unlocking, here it is marked before. Which CPU's batch has a page is a data choice at the drain, since a thread
 * moves. Not modelled: KSM, memory cgroups, large folios, special
 * PTEs other than the zeropage's.
 */
final class WpPage {

    private static final int LONGTERM_UNSHARE = Rule.LONGTERM_UNSHARE.ordinal();
    private static final int UFFD_WP = Rule.UFFD_WP.ordinal();
    private static final int WP_FLUSH_PENDING = Rule.WP_FLUSH_PENDING.ordinal();
    private static final int WP_FREES_REFS = Rule.WP_FREES_REFS.ordinal();
    private static final int WP_LATE_UNLOCK = Rule.WP_LATE_UNLOCK.ordinal();
    private static final int WP_PAGE_COUNT = Rule.WP_PAGE_COUNT.ordinal();
    private static final int WP_REUSE_EXCLUSIVE = Rule.WP_REUSE_EXCLUSIVE.ordinal();
    private static final int WP_SOLE_USER = Rule.WP_SOLE_USER.ordinal();
    private static final int ANON_EXCLUSIVE = Rule.ANON_EXCLUSIVE.ordinal();

    private static final String WP = "do_wp_page";

    private static final int COUNT = Pc.WP;
    private static final int TRYLOCK = Pc.WP | 1;
    private static final int MAPCOUNT = Pc.WP | 2;
    private static final int COUNT_LOCKED = Pc.WP | 3;
    private static final int UNLOCK_PAGE = Pc.WP | 4;
    private static final int REUSE = Pc.WP | 5;
    private static final int UNLOCK_PAGE_COPY = Pc.WP | 6;
    private static final int REUSE_UNLOCK_PTL = Pc.WP | 7;
    private static final int UNLOCK_PAGE_LATE = Pc.WP | 8;
    private static final int UFFD_UNLOCK_PTL = Pc.WP | 9;
    private static final int FLUSH_PENDING = Pc.WP | 10;
    /** Where the flush comes back to: the next step is chosen behind it. */
    private static final int EXCLUSIVE = Pc.WP | 11;

    private static final int DRAIN = Pc.WP | 12;
    private static final int COUNT_ALL = Pc.WP | 13;
    private static final int GET_LOCK = Pc.WP | 14;
    private static final int GET_LOCK_UNLOCK_PTL = Pc.WP | 15;
    private static final int LOCK_PAGE = Pc.WP | 16 | Pc.ON_PAGE;
    private static final int RELOCK_PTL = Pc.WP | 17 | Pc.ON_PTL;
    private static final int RELOCK_PTE_SAME = Pc.WP | 18;
    private static final int PUT_LOCKED = Pc.WP | 19;
    private static final int CHANGED_UNLOCK_PAGE = Pc.WP | 20;
    private static final int CHANGED_UNLOCK_PTL = Pc.WP | 21;
    private static final int CHANGED_PUT = Pc.WP | 22;
    private static final int COUNTED = Pc.WP | 23;

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
        Labels.define(
                UFFD_UNLOCK_PTL,
                WP,
                "UFFD_UNLOCK_PTL",
                Target.PTL,
                "pte_unmap_unlock(vmf->pte, vmf->ptl); return handle_userfault()",
                new UffdUnlockPtl());
        Labels.define(
                FLUSH_PENDING,
                WP,
                "FLUSH_PENDING",
                Target.TLB_FLUSH,
                "mm_tlb_flush_pending(vmf->vma->vm_mm)",
                new FlushPending());
        Labels.define(EXCLUSIVE, WP, "EXCLUSIVE", Target.PAGE_LOCK, "PageAnonExclusive(page)", new Exclusive());
        Labels.define(DRAIN, WP, "DRAIN", Target.REFCOUNT, "lru_add_drain()", new Drain());
        Labels.define(COUNT_ALL, WP, "COUNT_ALL", Target.REFCOUNT, "page_count(page) > 3", new CountAll());
        Labels.define(
                COUNTED,
                WP,
                "COUNT_CACHED",
                Target.REFCOUNT,
                "page_count(page) > 1 + PageSwapCache(page)",
                new Counted());
        lockLabels();
        Labels.pending(PendingAccess.read(Places.page(Layout.REFCOUNT)), COUNT, COUNT_LOCKED, COUNT_ALL, COUNTED);
        Labels.pending(
                PendingAccess.rmw(Places.page(Layout.FLAGS)),
                TRYLOCK,
                UNLOCK_PAGE,
                UNLOCK_PAGE_COPY,
                UNLOCK_PAGE_LATE,
                CHANGED_UNLOCK_PAGE);
        Labels.pending(PendingAccess.read(Places.page(Layout.FLAGS)), EXCLUSIVE);
        Labels.pending(PendingAccess.read(Places.page(Layout.MAPCOUNT)), MAPCOUNT);
        Labels.pending(PendingAccess.rmw(Places.pte(Frame.PAGE)), REUSE);
        Labels.pending(
                PendingAccess.rmw(Places.LOCK),
                REUSE_UNLOCK_PTL,
                UFFD_UNLOCK_PTL,
                GET_LOCK_UNLOCK_PTL,
                LOCK_PAGE,
                RELOCK_PTL,
                CHANGED_UNLOCK_PTL);
        Labels.pending(PendingAccess.read(Places.mm(Layout.TLB_FLUSH_PENDING)), FLUSH_PENDING);
        Labels.pending(PendingAccess.rmw(Places.page(Layout.REFCOUNT)), DRAIN, GET_LOCK, PUT_LOCKED, CHANGED_PUT);
        Labels.pending(PendingAccess.read(Places.pte(Frame.PAGE)), RELOCK_PTE_SAME);
    }

    /** Up to v5.8 the page lock is worth waiting for, without the page-table lock. */
    private static void lockLabels() {
        Labels.define(GET_LOCK, WP, "GET_LOCK", Target.REFCOUNT, "get_page(page) (for its lock)", new GetLock());
        Labels.define(
                GET_LOCK_UNLOCK_PTL,
                WP,
                "GET_LOCK_UNLOCK_PTL",
                Target.PTL,
                "pte_unmap_unlock(vmf->pte, vmf->ptl) (for the page lock)",
                new GetLockUnlockPtl());
        Labels.define(LOCK_PAGE, WP, "LOCK_PAGE", Target.PAGE_LOCK, "lock_page(page)", new LockPage());
        Labels.define(RELOCK_PTL, WP, "RELOCK_PTL", Target.PTL, "pte_offset_map_lock(..., &vmf->ptl)", new RelockPtl());
        Labels.define(
                RELOCK_PTE_SAME,
                WP,
                "RELOCK_PTE_SAME",
                Target.PTE,
                "pte_same(*vmf->pte, vmf->orig_pte)",
                new RelockPteSame());
        Labels.define(PUT_LOCKED, WP, "PUT_LOCKED", Target.REFCOUNT, "put_page(page) (page locked)", new PutLocked());
        Labels.define(
                CHANGED_UNLOCK_PAGE,
                WP,
                "CHANGED_UNLOCK_PAGE",
                Target.PAGE_LOCK,
                "unlock_page(page) (PTE changed)",
                new ChangedUnlockPage());
        Labels.define(
                CHANGED_UNLOCK_PTL,
                WP,
                "CHANGED_UNLOCK_PTL",
                Target.PTL,
                "pte_unmap_unlock(vmf->pte, vmf->ptl) (PTE changed)",
                new ChangedUnlockPtl());
        Labels.define(
                CHANGED_PUT, WP, "CHANGED_PUT", Target.REFCOUNT, "put_page(page) (PTE changed)", new ChangedPut());
    }

    /** The first step of do_wp_page(): the page-table lock is held, PTE is what the page table has. */
    static int begin(Machine m, int t, int f) {
        int pte = m.s[f + Frame.PTE];
        boolean watched = (m.s[f + Frame.VM_FLAGS] & Region.UFFD_WP) != 0 && m.has(UFFD_WP);
        if (watched && m.s[f + Frame.UNSHARE] == 0) {
            if (Pte.uffdWp(pte)) {
                return UFFD_UNLOCK_PTL;
            }
            if (m.has(WP_FLUSH_PENDING)) {
                return FLUSH_PENDING;
            }
        }
        return decide(m, f);
    }

    /** Whose page it is, which cannot change while the page-table lock is held. */
    private static int decide(Machine m, int f) {
        int pte = m.s[f + Frame.PTE];
        boolean unshare = m.s[f + Frame.UNSHARE] != 0;
        if (Pte.special(pte)) {
            return unshare && !m.has(LONGTERM_UNSHARE) ? Fault.PTL_UNLOCK : WpCopy.UNLOCK_PTL;
        }
        m.see(m.layout.tenancy(Pte.pfn(pte)));
        m.s[f + Frame.TARGET_PFN] = Pte.pfn(pte);
        if ((m.s[page(m, f) + Layout.FLAGS] & Layout.FLAG_ANON) == 0) {
            if ((m.s[f + Frame.VM_FLAGS] & Region.SHARED) != 0) {
                return unshare ? Fault.PTL_UNLOCK : SharedFault.beginWp(m, f);
            }
            return unshare && !m.has(LONGTERM_UNSHARE) ? Fault.PTL_UNLOCK : WpCopy.GET_PAGE;
        }
        if (!m.has(WP_SOLE_USER)) {
            return unshare ? Fault.PTL_UNLOCK : REUSE;
        }
        return m.has(WP_REUSE_EXCLUSIVE) ? EXCLUSIVE : count(m);
    }

    /** Where the decision about a page that is not marked begins. */
    private static int count(Machine m) {
        if (!m.has(WP_PAGE_COUNT)) {
            return TRYLOCK;
        } else if (!m.has(WP_FREES_REFS)) {
            return COUNT;
        }
        return m.layout.world.lruBatch || m.layout.world.swapSlots > 0 ? COUNT_ALL : COUNTED;
    }

    private static final class UffdUnlockPtl extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlUnlock(m, t);
            return UserfaultWait.begin(m, f);
        }
    }

    private static final class FlushPending extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int page = m.s[f + Frame.PAGE];
            boolean pending = m.read(m.mmOf(f) + Layout.TLB_FLUSH_PENDING) != 0;
            int next = decide(m, f);
            return pending ? TlbFlush.begin(m, t, f, m.threadMm[t], page, page + 1, next) : next;
        }
    }

    private static final class Exclusive extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            boolean exclusive = (m.read(page(m, f) + Layout.FLAGS) & Layout.FLAG_EXCLUSIVE) != 0;
            return exclusive ? reuse(m, f) : count(m);
        }
    }

    /** Nothing is left to do but to map it writable; an unsharing leaves it as it is. */
    private static int reuse(Machine m, int f) {
        return m.s[f + Frame.UNSHARE] != 0 ? Fault.PTL_UNLOCK : REUSE;
    }

    private static final class Count extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return m.read(page(m, f) + Layout.REFCOUNT) != 1 ? WpCopy.GET_PAGE : TRYLOCK;
        }
    }

    private static final class CountAll extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            if (m.read(page(m, f) + Layout.REFCOUNT) > 3) {
                return WpCopy.GET_PAGE;
            }
            return (SwapReuse.flags(m, f) & Layout.FLAG_LRU_BATCH) != 0 ? DRAIN : COUNTED;
        }
    }

    private static final class Drain extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            drain(m, t, m.s[f + Frame.TARGET_PFN], pc);
            return COUNTED;
        }
    }

    /** lru_add_drain(): the page leaves this CPU's batch; it may be in another's. */
    static void drain(Machine m, int t, int pfn, int pc) {
        m.see(m.pageAt(pfn) + Layout.FLAGS);
        boolean batched = (m.s[m.pageAt(pfn) + Layout.FLAGS] & Layout.FLAG_LRU_BATCH) != 0;
        if (m.choices.choose(t, pc, 2) == 0 && batched) {
            Memory.lruDrain(m, t, pfn);
        } else {
            Memory.ref(m, pfn, 0);
        }
    }

    private static final class Counted extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int count = m.read(page(m, f) + Layout.REFCOUNT);
            boolean swaps = m.layout.world.swapSlots > 0;
            boolean cached = swaps && (SwapReuse.flags(m, f) & Layout.FLAG_SWAPCACHE) != 0;
            return count > (cached ? 2 : 1) ? WpCopy.GET_PAGE : TRYLOCK;
        }
    }

    private static final class Trylock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            boolean locked = Locks.tryPageLock(m, m.s[f + Frame.TARGET_PFN]);
            if (!m.has(WP_PAGE_COUNT)) {
                return locked ? SwapReuse.reuse(m, f, UNLOCK_PAGE) : GET_LOCK;
            } else if (!locked) {
                return WpCopy.GET_PAGE;
            } else if (!m.has(WP_FREES_REFS)) {
                return MAPCOUNT;
            }
            boolean cached = (SwapReuse.flags(m, f) & Layout.FLAG_SWAPCACHE) != 0;
            return cached ? SwapReuse.tryFree(m, f, COUNT_LOCKED) : COUNT_LOCKED;
        }
    }

    private static final class Mapcount extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return m.read(page(m, f) + Layout.MAPCOUNT) != 1 ? UNLOCK_PAGE_COPY : COUNT_LOCKED;
        }
    }

    private static final class CountLocked extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            if (m.read(page(m, f) + Layout.REFCOUNT) != 1) {
                return UNLOCK_PAGE_COPY;
            }
            return m.has(WP_LATE_UNLOCK) ? REUSE : UNLOCK_PAGE; // be068f29034f
        }
    }

    private static final class UnlockPage extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int pfn = m.s[f + Frame.TARGET_PFN];
            if (!m.has(WP_PAGE_COUNT) && m.s[f + Frame.REUSED] == 0) {
                Locks.pageUnlock(m, pfn);
                return WpCopy.GET_PAGE;
            }
            if (m.has(ANON_EXCLUSIVE)) {
                m.s[m.pageAt(pfn) + Layout.FLAGS] |= Layout.FLAG_EXCLUSIVE;
            }
            if (!m.has(WP_PAGE_COUNT) || m.has(ANON_EXCLUSIVE)) { // page_move_anon_rmap(), under the page lock
                Memory.moveAnonRmap(m, m.threadMm[t], m.s[f + Frame.PAGE], pfn);
            }
            Locks.pageUnlock(m, pfn);
            return reuse(m, f);
        }
    }

    private static final class Reuse extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            reusePage(m, t, f);
            return m.has(WP_LATE_UNLOCK) && m.has(WP_SOLE_USER) ? REUSE_UNLOCK_PTL : Fault.PTL_UNLOCK;
        }
    }

    /** wp_page_reuse(), but for the page-table lock: the PTE becomes writable, if the VMA may be written. */
    static void reusePage(Machine m, int t, int f) {
        Fault.setAccessFlags(m, t, f, Fault.maybeWrite(m, f));
        m.s[f + Frame.FAULT_RESULT] |= Frame.FAULT_WRITE;
        m.reach(GoalPoint.COW_REUSE);
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
            Locks.pageUnlock(m, m.s[f + Frame.TARGET_PFN]);
            return m.s[f + Frame.FAULT_RET];
        }
    }

    private static final class UnlockPageCopy extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageUnlock(m, m.s[f + Frame.TARGET_PFN]);
            return WpCopy.GET_PAGE;
        }
    }

    private static final class GetLock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.ref(m, m.s[f + Frame.TARGET_PFN], 1);
            return GET_LOCK_UNLOCK_PTL;
        }
    }

    private static final class GetLockUnlockPtl extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlUnlock(m, t);
            Locks.aimPage(m, f, m.s[f + Frame.TARGET_PFN]);
            return LOCK_PAGE;
        }
    }

    private static final class LockPage extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageLock(m, t);
            Locks.aim(m, f, m.threadMm[t], m.s[f + Frame.PAGE]);
            return RELOCK_PTL;
        }
    }

    private static final class RelockPtl extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlLock(m, t);
            return RELOCK_PTE_SAME;
        }
    }

    private static final class RelockPteSame extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            boolean same = m.read(m.s[f + Frame.PTES] + m.s[f + Frame.PAGE]) == m.s[f + Frame.PTE];
            return same ? PUT_LOCKED : CHANGED_UNLOCK_PAGE;
        }
    }

    private static final class PutLocked extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, m.s[f + Frame.TARGET_PFN], 1);
            return SwapReuse.reuse(m, f, UNLOCK_PAGE);
        }
    }

    private static final class ChangedUnlockPage extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageUnlock(m, m.s[f + Frame.TARGET_PFN]);
            return CHANGED_UNLOCK_PTL;
        }
    }

    private static final class ChangedUnlockPtl extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlUnlock(m, t);
            return CHANGED_PUT;
        }
    }

    private static final class ChangedPut extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, m.s[f + Frame.TARGET_PFN], 1);
            return m.s[f + Frame.FAULT_RET];
        }
    }

    /** The struct page behind the PTE. */
    private static int page(Machine m, int f) {
        return m.pageAt(m.s[f + Frame.TARGET_PFN]);
    }
}
