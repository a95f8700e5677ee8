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
import dev.gupfuzz.simulator.scenario.Foll;
import dev.gupfuzz.simulator.scenario.Region;

/**
 * How slow GUP takes one page: look it up under the page-table lock, take a reference, or fault it in and look again.
 *
 * <p>Source: mm/gup.c, follow_page_pte(), can_follow_write_pte(), try_grab_page() (try_grab_folio() in v6.12), faultin_page();
 * gup_must_unshare(), follow_pmd_mask(); v4.8 to v6.12. A pin of the shared zeropage counts like any other; from v6.5 on it is not
 * counted. The PMD is read where its page-table page may not be there. Not modelled: migration entries, huge and device pages.
 */
final class GupFollow {

    private static final int FAST_GUP_MAPCOUNT = Rule.FAST_GUP_MAPCOUNT.ordinal();
    private static final int FOLL_COW = Rule.FOLL_COW.ordinal();
    private static final int FORCE_EXCLUSIVE = Rule.FORCE_EXCLUSIVE.ordinal();
    private static final int GUP_BREAKS_COW = Rule.GUP_BREAKS_COW.ordinal();
    private static final int GUP_FOLLOWS_PROTNONE = Rule.GUP_FOLLOWS_PROTNONE.ordinal();
    private static final int GUP_UNSHARE = Rule.GUP_UNSHARE.ordinal();
    private static final int LONGTERM_UNSHARE = Rule.LONGTERM_UNSHARE.ordinal();

    private static final String FOLLOW = "follow_page_pte";

    /** Follow a page; a fault comes back here. */
    static final int PTL = Pc.GUP_SLOW | 3 | Pc.ON_PTL;

    static final int READ_PTE = Pc.GUP_SLOW | 4;
    static final int GRAB = Pc.GUP_SLOW | 5;
    static final int PTL_UNLOCK = Pc.GUP_SLOW | 6;
    static final int PTL_UNLOCK_FAULT = Pc.GUP_SLOW | 7;
    static final int READ_FLAGS = Pc.GUP_SLOW | 10;
    static final int READ_MAPCOUNT = Pc.GUP_SLOW | 13;
    static final int PTL_UNLOCK_FAIL = Pc.GUP_SLOW | 14;
    /** The entry where page-table pages are allocated. */
    static final int READ_PMD = Pc.GUP_SLOW | 15;

    private GupFollow() {}

    static void declare() {
        Labels.define(PTL, FOLLOW, "PTL", Target.PTL, "pte_offset_map_lock(mm, pmd, address, &ptl)", new Ptl());
        Labels.define(READ_PMD, "follow_pmd_mask", "READ_PMD", Target.TABLE, "pmdval = READ_ONCE(*pmd)", new ReadPmd());
        Labels.define(READ_PTE, FOLLOW, "READ_PTE", Target.PTE, "pte = *ptep", new ReadPte());
        Labels.define(
                READ_FLAGS,
                FOLLOW,
                "READ_FLAGS",
                Target.PAGE_FLAGS,
                "PageAnon(page) && PageAnonExclusive(page)",
                new ReadFlags());
        Labels.define(
                READ_MAPCOUNT, FOLLOW, "READ_MAPCOUNT", Target.MAPCOUNT, "page_mapcount(page) > 1", new ReadMapcount());
        Labels.define(GRAB, FOLLOW, "GRAB", Target.REFCOUNT, "try_grab_page(page, flags)", new Grab());
        Labels.define(PTL_UNLOCK, FOLLOW, "PTL_UNLOCK", Target.PTL, "pte_unmap_unlock(ptep, ptl)", new PtlUnlock());
        Labels.define(
                PTL_UNLOCK_FAULT,
                FOLLOW,
                "PTL_UNLOCK_FAULT",
                Target.PTL,
                "pte_unmap_unlock(ptep, ptl); return NULL",
                new PtlUnlockFault());
        Labels.define(
                PTL_UNLOCK_FAIL,
                FOLLOW,
                "PTL_UNLOCK_FAIL",
                Target.PTL,
                "pte_unmap_unlock(ptep, ptl); return ERR_PTR(-ENOMEM)",
                new PtlUnlockFail());
        Labels.pending(PendingAccess.rmw(Places.LOCK), PTL, PTL_UNLOCK, PTL_UNLOCK_FAULT, PTL_UNLOCK_FAIL);
        Labels.pending(PendingAccess.read(GupFollow::pmd), READ_PMD);
        Labels.pending(PendingAccess.read(Places.PINNED_PTE), READ_PTE);
        Labels.pending(PendingAccess.read(Places.page(Layout.FLAGS)), READ_FLAGS);
        Labels.pending(PendingAccess.read(Places.page(Layout.MAPCOUNT)), READ_MAPCOUNT);
        Labels.pending(PendingAccess.rmw(Places.page(Layout.REFCOUNT)), GRAB);
    }

    private static final class Ptl extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlLock(m, t);
            return READ_PTE;
        }
    }

    private static final class ReadPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = m.read(s[f + Frame.PTES] + s[f + Frame.START] + s[f + Frame.NR]);
            s[f + Frame.PTE] = pte;
            if (!Pte.present(pte) || (Pte.protnone(pte) && !followsProtnone(m, f))) {
                return PTL_UNLOCK_FAULT;
            }
            boolean write = (s[f + Frame.FOLL_NOW] & Foll.WRITE) != 0;
            if (Pte.write(pte)) {
                return GRAB;
            } else if (write) {
                return mayForceExclusive(m, f, pte) ? READ_FLAGS : mayWrite(m, f, pte) ? GRAB : PTL_UNLOCK_FAULT;
            } else if (Pte.special(pte)) {
                return longtermOfCow(m, f) ? unshare(m, f) : GRAB;
            } else {
                return m.has(FAST_GUP_MAPCOUNT) ? READ_MAPCOUNT : readPin(m, f) ? READ_FLAGS : GRAB;
            }
        }
    }

    private static final class ReadFlags extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int flags = m.read(m.pageAt(Pte.pfn(m.s[f + Frame.PTE])) + Layout.FLAGS);
            boolean anon = (flags & Layout.FLAG_ANON) != 0;
            boolean exclusive = anon && (flags & Layout.FLAG_EXCLUSIVE) != 0;
            if (exclusive) {
                return GRAB;
            } else if ((m.s[f + Frame.FOLL_NOW] & Foll.WRITE) != 0) {
                return PTL_UNLOCK_FAULT;
            } else {
                return anon || longtermOfCow(m, f) ? unshare(m, f) : GRAB;
            }
        }
    }

    private static final class ReadMapcount extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int page = m.pageAt(Pte.pfn(m.s[f + Frame.PTE]));
            m.see(page + Layout.FLAGS);
            boolean anon = (m.s[page + Layout.FLAGS] & Layout.FLAG_ANON) != 0;
            boolean shared = m.read(page + Layout.MAPCOUNT) > 1 && anon;
            return shared ? unshare(m, f) : readPin(m, f) ? READ_FLAGS : GRAB;
        }
    }

    private static final class Grab extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pfn = Pte.pfn(s[f + Frame.PTE]);
            int at = m.pageAt(pfn) + Layout.REFCOUNT;
            if (GupWalk.overflown(m, at)) {
                m.rmw(at);
                return PTL_UNLOCK_FAIL;
            }
            Memory.ref(m, pfn, m.bias(s[f + Frame.FOLL]));
            GupSlow.grabbed(m, f, pfn);
            return PTL_UNLOCK;
        }
    }

    private static final class PtlUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlUnlock(m, t);
            return GupSlow.nextPage(m, t, f);
        }
    }

    private static final class PtlUnlockFault extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlUnlock(m, t);
            return faultin(m, f);
        }
    }

    private static final class ReadPmd extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return m.read(pmd(m, t, f)) != 0 ? PTL : faultin(m, f); // no_page_table()
        }
    }

    private static int pmd(Machine m, int t, int f) {
        return Places.pmd(m, m.threadMm[t], m.s[f + Frame.START] + m.s[f + Frame.NR]);
    }

    /** faultin_page(). */
    private static int faultin(Machine m, int f) {
        int[] s = m.s;
        s[f + Frame.PAGE] = s[f + Frame.START] + s[f + Frame.NR];
        s[f + Frame.IS_WRITE] = s[f + Frame.FOLL_NOW] & Foll.WRITE;
        s[f + Frame.FAULT_RESULT] = 0;
        s[f + Frame.FAULT_RET] = GupSlow.FAULTED;
        return Fault.handle(m);
    }

    private static final class PtlUnlockFail extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlUnlock(m, t);
            return GupSlow.finish(m, t, f);
        }
    }

    /** FOLL_NUMA: set but for FOLL_FORCE, until v6.6 gave up to honour the hint unless it is asked to, as KVM does. */
    private static boolean followsProtnone(Machine m, int f) {
        boolean follows = m.has(GUP_FOLLOWS_PROTNONE) && m.s[f + Frame.PIN] != Guest.NO_SET;
        return (m.s[f + Frame.FOLL] & Foll.FORCE) != 0 || follows;
    }

    /** can_follow_write_pte() of a PTE that is not writable, up to v5.19. */
    private static boolean mayWrite(Machine m, int f, int pte) {
        boolean force = (m.s[f + Frame.FOLL] & Foll.FORCE) != 0 || m.has(GUP_BREAKS_COW);
        return m.has(FOLL_COW) && force && (m.s[f + Frame.FOLL_NOW] & GupSlow.COW) != 0 && Pte.dirty(pte);
    }

    /** can_follow_write_pte() of a PTE that is not writable from v6.0 on, but for the marks of the page. */
    private static boolean mayForceExclusive(Machine m, int f, int pte) {
        int flags = m.s[f + Frame.VM_FLAGS];
        boolean tracked = m.layout.tracksSoftDirty && (flags & Region.SOFTDIRTY) == 0;
        boolean clean = tracked && (pte & Pte.SOFT_DIRTY) == 0;
        boolean protectedByMonitor = (flags & Region.UFFD_WP) != 0 && Pte.uffdWp(pte);
        return m.has(FORCE_EXCLUSIVE)
                && (m.s[f + Frame.FOLL] & Foll.FORCE) != 0
                && Region.isCow(flags)
                && (flags & Region.WRITE) == 0
                && !Pte.special(pte)
                && !clean
                && !protectedByMonitor;
    }

    /** The first line of gup_must_unshare(): pins for reading. */
    private static boolean readPin(Machine m, int f) {
        return m.has(GUP_UNSHARE) && (m.s[f + Frame.FOLL] & (Foll.WRITE | Foll.PIN)) == Foll.PIN;
    }

    /** gup_must_unshare() of what is not anonymous. */
    private static boolean longtermOfCow(Machine m, int f) {
        return m.has(LONGTERM_UNSHARE)
                && readPin(m, f)
                && (m.s[f + Frame.FOLL] & Foll.LONGTERM) != 0
                && Region.isCow(m.s[f + Frame.VM_FLAGS]);
    }

    /** -EMLINK: the fault is to break COW without making the PTE writable. */
    private static int unshare(Machine m, int f) {
        m.reach(GoalPoint.UNSHARE);
        m.s[f + Frame.UNSHARE] = 1;
        return PTL_UNLOCK_FAULT;
    }
}
