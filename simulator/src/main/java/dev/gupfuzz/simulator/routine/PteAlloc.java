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
import dev.gupfuzz.simulator.machine.PageTables;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.PendingAccess.Place;
import dev.gupfuzz.simulator.machine.StepCode;

/**
 * pte_alloc(): a page-table page for where there is none, of faults, mremap, fork and UFFDIO_CONTINUE. It is allocated without a lock;
 * who finds another one in its place under the PMD lock gives its own back. Only where {@link Layout#allocatesTables}.
 *
 * <p>Source: mm/memory.c, __pte_alloc(), v4.8 to v6.12, with pmd_install() from v5.17 on; pte_alloc_one_map() (v4.8 to v5.11). All
 * page-table pages of a process hang off one PMD page, so that CONFIG_SPLIT_PMD_PTLOCKS has one lock for them. The smp_wmb() before the
 * new page is seen belongs between ALLOC and POPULATE: before the lock up to v5.14, behind the look from v5.17 on; memory is sequentially
 * consistent here. finish_fault()'s own look at the PMD and pte_alloc()'s are one step. The page that __do_fault() allocates ahead (v5.7
 * on) is allocated where it is put to use, or, in v5.12, another in its place: nobody else can tell. Not modelled: upper levels,
 * do_fault_around(), change_pmd_prepare() for userfaultfd's markers (v5.19 on). Without the look under the lock, who stands in the
 * page-table page that is lost goes on in the one that took its place.
 */
final class PteAlloc {

    private static final int PTE_ALLOC_RECHECK = Rule.PTE_ALLOC_RECHECK.ordinal();

    private static final String ALLOC_PTE = "__pte_alloc";

    static final int READ_PMD = Pc.PTE_ALLOC;
    static final int ALLOC = Pc.PTE_ALLOC | 1;
    static final int PMD_LOCK = Pc.PTE_ALLOC | 2 | Pc.ON_PTL;
    static final int RECHECK = Pc.PTE_ALLOC | 3;
    static final int POPULATE = Pc.PTE_ALLOC | 4;
    static final int PMD_UNLOCK = Pc.PTE_ALLOC | 5;
    static final int PMD_UNLOCK_UNUSED = Pc.PTE_ALLOC | 6;
    static final int FREE = Pc.PTE_ALLOC | 7;

    private PteAlloc() {}

    static void declare() {
        Labels.define(READ_PMD, "pte_alloc", "READ_PMD", Target.TABLE, "pmd_none(*pmd)", new ReadPmd());
        Labels.define(ALLOC, ALLOC_PTE, "ALLOC", Target.TABLE, "new = pte_alloc_one(mm)", new Alloc());
        Labels.define(PMD_LOCK, ALLOC_PTE, "PMD_LOCK", Target.PTL, "ptl = pmd_lock(mm, pmd)", new PmdLock());
        Labels.define(RECHECK, ALLOC_PTE, "RECHECK", Target.TABLE, "pmd_none(*pmd) (locked)", new Recheck());
        Labels.define(POPULATE, ALLOC_PTE, "POPULATE", Target.TABLE, "pmd_populate(mm, pmd, new)", new Populate());
        Labels.define(PMD_UNLOCK, ALLOC_PTE, "PMD_UNLOCK", Target.PTL, "spin_unlock(ptl)", new PmdUnlock());
        Labels.define(
                PMD_UNLOCK_UNUSED,
                ALLOC_PTE,
                "PMD_UNLOCK_UNUSED",
                Target.PTL,
                "spin_unlock(ptl) (populated by another)",
                new PmdUnlockUnused());
        Labels.define(FREE, ALLOC_PTE, "FREE", Target.TABLE, "pte_free(mm, new)", new Free());
        Place pmd = (m, t, f) -> m.s[f + Frame.TABLE_AT] + Layout.PMD;
        Labels.pending(PendingAccess.read(pmd), READ_PMD, RECHECK);
        Labels.pending(PendingAccess.write(pmd), POPULATE);
        Labels.pending(PendingAccess.rmw((m, t, f) -> pmdPage(m, f) + Layout.PTE_PAGES), ALLOC, FREE);
        Labels.pending(PendingAccess.rmw(Places.LOCK), PMD_LOCK, PMD_UNLOCK, PMD_UNLOCK_UNUSED);
    }

    /** The PMD page that TABLE_AT hangs off. */
    private static int pmdPage(Machine m, int f) {
        return m.layout.pmd(m.layout.mmOfTable(m.s[f + Frame.TABLE_AT]));
    }

    /**
     * Makes sure that (mm, page) has a page-table page; nothing that LOCK leads to is held.
     *
     * @param ret the step behind it; LOCK is then what it is now
     * @return the first step
     */
    static int begin(Machine m, int f, int mm, int page, int ret) {
        if (!m.layout.allocatesTables) {
            return ret;
        }
        m.s[f + Frame.TABLE_AT] = m.layout.table(mm, m.layout.tableOf[page]);
        m.s[f + Frame.TABLE_LOCK] = m.s[f + Frame.LOCK];
        m.s[f + Frame.TABLE_RET] = ret;
        return READ_PMD;
    }

    private static int end(Machine m, int f) {
        int ret = m.s[f + Frame.TABLE_RET];
        m.s[f + Frame.LOCK] = m.s[f + Frame.TABLE_LOCK];
        m.s[f + Frame.TABLE_AT] = 0;
        m.s[f + Frame.TABLE_LOCK] = 0;
        m.s[f + Frame.TABLE_RET] = 0;
        return ret;
    }

    private static final class ReadPmd extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return m.read(m.s[f + Frame.TABLE_AT] + Layout.PMD) != 0 ? end(m, f) : ALLOC;
        }
    }

    private static final class Alloc extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int table = m.s[f + Frame.TABLE_AT];
            m.bump(pmdPage(m, f) + Layout.PTE_PAGES, 1);
            if (m.layout.mmOfTable(table) != m.threadMm[t] && CopyRange.preemptionOff(m, f)) {
                m.violate(Invariant.I11, t, m.s[f + Frame.WALK], 0); // it may sleep
            }
            m.s[f + Frame.LOCK] = pmdPage(m, f) + Layout.PMD_LOCK;
            return PMD_LOCK;
        }
    }

    private static final class PmdLock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlLock(m, t);
            return m.has(PTE_ALLOC_RECHECK) ? RECHECK : POPULATE;
        }
    }

    private static final class Recheck extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            if (m.read(m.s[f + Frame.TABLE_AT] + Layout.PMD) == 0) {
                return POPULATE;
            }
            m.reach(GoalPoint.PTE_ALLOC_RACE);
            return PMD_UNLOCK_UNUSED;
        }
    }

    private static final class Populate extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int table = m.s[f + Frame.TABLE_AT];
            boolean lost = m.s[table + Layout.PMD] != 0;
            m.write(table + Layout.PMD, 1);
            if (lost) {
                PageTables.lost(m, t, table);
            } else {
                PageTables.born(m, table);
            }
            return PMD_UNLOCK;
        }
    }

    private static final class PmdUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlUnlock(m, t);
            return end(m, f);
        }
    }

    private static final class PmdUnlockUnused extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlUnlock(m, t);
            return FREE;
        }
    }

    private static final class Free extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.bump(pmdPage(m, f) + Layout.PTE_PAGES, -1);
            return end(m, f);
        }
    }
}
