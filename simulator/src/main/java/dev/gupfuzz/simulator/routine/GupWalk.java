package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Memory;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.Pte;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.scenario.Foll;

/**
 * The page-table walk of GUP-fast: no lock, interrupts off.
 *
 * <p>Source: arch/x86/mm/gup.c, gup_pte_range() (v4.8); mm/gup.c, gup_pte_range() (v4.14 to v6.4), gup_fast_pte_range() (v6.12),
 * try_grab_compound_head() (v5.7 to v5.14), try_grab_folio() (v5.18 to v6.4), try_grab_folio_fast() (v6.12),
 * put_compound_head(), gup_put_folio(); gup_must_unshare() of include/linux/mm.h (v5.19, v6.1) and mm/internal.h. Not
 * modelled: the page-table levels above; huge and device pages, and so the re-check of the head page; the zones that a long-term
 * pin avoids; what else gup_fast_folio_allowed() leaves to slow GUP (secretmem, truncated pages, files' pages for long-term
 * writing); the re-check of the PMD (v6.1 on, for the collapse of a huge page); the WARN's read of the count before
 * the grab is part of the grab; SetPageReferenced().
 */
final class GupWalk {

    private static final int BACK_OUT_IN_TWO = Rule.BACK_OUT_IN_TWO.ordinal();
    private static final int FAST_GUP_MAPCOUNT = Rule.FAST_GUP_MAPCOUNT.ordinal();
    private static final int GRAB_IN_TWO = Rule.GRAB_IN_TWO.ordinal();
    private static final int GRAB_UNLESS_ZERO = Rule.GRAB_UNLESS_ZERO.ordinal();
    private static final int GUP_BREAKS_COW = Rule.GUP_BREAKS_COW.ordinal();
    private static final int GUP_UNSHARE_FAST = Rule.GUP_UNSHARE_FAST.ordinal();
    private static final int LONGTERM_UNSHARE = Rule.LONGTERM_UNSHARE.ordinal();
    private static final int PTE_RECHECK = Rule.PTE_RECHECK.ordinal();
    private static final int RECHECK_BEFORE_GRAB = Rule.RECHECK_BEFORE_GRAB.ordinal();
    private static final int TRY_GET_PAGE = Rule.TRY_GET_PAGE.ordinal();

    /** {@code GUP_PIN_COUNTING_BIAS}. */
    static final int BIAS = 1024;

    private static final String WALK = "gup_pte_range";

    static final int READ_PTE = Pc.GUP_FAST | 3;
    static final int GRAB = Pc.GUP_FAST | 4;
    static final int RECHECK_PTE = Pc.GUP_FAST | 5;
    static final int BACK_OUT_SUB = Pc.GUP_FAST | 6;
    static final int BACK_OUT_PUT = Pc.GUP_FAST | 7;
    static final int GRAB_REST = Pc.GUP_FAST | 18;
    static final int READ_MAPCOUNT = Pc.GUP_FAST | 19;
    static final int READ_FLAGS = Pc.GUP_FAST | 20;
    static final int EARLY_RECHECK = Pc.GUP_FAST | 21;
    static final int BACK_OUT_SUB_AND_TEST = Pc.GUP_FAST | 22;
    static final int READ_PMD = Pc.GUP_FAST | 23;

    private GupWalk() {}

    static void declare() {
        Labels.define(READ_PMD, "gup_pmd_range", "READ_PMD", Target.TABLE, "pmd = READ_ONCE(*pmdp)", new ReadPmd());
        Labels.define(READ_PTE, WALK, "READ_PTE", Target.PTE, "pte = gup_get_pte(ptep)", new ReadPte());
        Labels.define(
                EARLY_RECHECK,
                WALK,
                "EARLY_RECHECK",
                Target.PTE,
                "pte_val(pte) != pte_val(*ptep) (before the grab)",
                new EarlyRecheck());
        Labels.define(GRAB, WALK, "GRAB", Target.REFCOUNT, "try_grab_compound_head(page, 1, flags)", new Grab());
        Labels.define(
                GRAB_REST,
                WALK,
                "GRAB_REST",
                Target.REFCOUNT,
                "try_grab_compound_head(): page_ref_add(page, refs * (GUP_PIN_COUNTING_BIAS - 1))",
                new GrabRest());
        Labels.define(RECHECK_PTE, WALK, "RECHECK_PTE", Target.PTE, "pte_val(pte) != pte_val(*ptep)", new RecheckPte());
        Labels.define(
                READ_FLAGS,
                WALK,
                "READ_FLAGS",
                Target.PAGE_FLAGS,
                "gup_must_unshare(): PageAnonExclusive(page)",
                new ReadFlags());
        Labels.define(
                READ_MAPCOUNT, WALK, "READ_MAPCOUNT", Target.MAPCOUNT, "page_mapcount(page) > 1", new ReadMapcount());
        Labels.define(
                BACK_OUT_SUB,
                "put_compound_head",
                "SUB",
                Target.REFCOUNT,
                "page_ref_sub(page, refs - 1)",
                new BackOutSub());
        Labels.define(BACK_OUT_PUT, "put_compound_head", "PUT", Target.REFCOUNT, "put_page(page)", new BackOutPut());
        Labels.define(
                BACK_OUT_SUB_AND_TEST,
                "gup_put_folio",
                "SUB_AND_TEST",
                Target.REFCOUNT,
                "folio_put_refs(folio, refs)",
                new BackOutSubAndTest());
        Labels.pending(PendingAccess.read((m, t, f) -> table(m, t, f) + Layout.PMD), READ_PMD);
        Labels.pending(PendingAccess.read(Places.PINNED_PTE), READ_PTE, RECHECK_PTE, EARLY_RECHECK);
        Labels.pending(PendingAccess.read(Places.page(Layout.FLAGS)), READ_FLAGS);
        Labels.pending(PendingAccess.read(Places.page(Layout.MAPCOUNT)), READ_MAPCOUNT);
        Labels.pending(
                PendingAccess.rmw(Places.page(Layout.REFCOUNT)),
                GRAB,
                GRAB_REST,
                BACK_OUT_SUB,
                BACK_OUT_PUT,
                BACK_OUT_SUB_AND_TEST);
    }

    static int begin(Machine m, int f) {
        return m.layout.tablesComeAndGo ? READ_PMD : READ_PTE;
    }

    private static int table(Machine m, int t, int f) {
        return m.layout.table(m.threadMm[t], m.layout.tableOf[m.s[f + Frame.START] + m.s[f + Frame.NR]]);
    }

    /** I7: the walk touches its page-table page, which must be the one that the PMD led to. */
    private static void touch(Machine m, int t, int f) {
        if (m.layout.tablesComeAndGo) {
            int live = table(m, t, f) + Layout.TABLE_LIVE;
            m.see(live);
            if (m.s[live] != m.s[f + Frame.TABLE_SEEN]) {
                m.violate(Invariant.I7, t, m.s[f + Frame.START] + m.s[f + Frame.NR], 0);
            }
        }
    }

    /** pte_access_permitted(), and neither pte_protnone() nor pte_special(). */
    static boolean permits(Machine m, int f, int pte) {
        int foll = m.s[f + Frame.FOLL];
        boolean write = (foll & Foll.WRITE) != 0 || (m.has(GUP_BREAKS_COW) && (foll & Foll.FAST_ONLY) == 0);
        return Pte.readable(pte) && !Pte.special(pte) && (Pte.write(pte) || !write);
    }

    private static final class ReadPmd extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            GupFast.entered(m, t, f);
            int table = table(m, t, f);
            if (m.read(table + Layout.PMD) == 0) {
                return GupFast.walked(m, t, f);
            }
            m.see(table + Layout.TABLE_LIVE);
            m.s[f + Frame.TABLE_SEEN] = m.s[table + Layout.TABLE_LIVE];
            return READ_PTE;
        }
    }

    private static final class ReadPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            GupFast.entered(m, t, f);
            touch(m, t, f);
            int pte = m.read(pteAt(m, f));
            s[f + Frame.PTE] = pte;
            if (!permits(m, f, pte)) {
                return GupFast.walked(m, t, f);
            }
            return m.has(RECHECK_BEFORE_GRAB) ? EARLY_RECHECK : GRAB;
        }
    }

    private static final class EarlyRecheck extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            touch(m, t, f);
            if (m.read(pteAt(m, f)) == m.s[f + Frame.PTE]) {
                return GRAB;
            } else {
                m.reach(GoalPoint.RECHECK_FAILED);
                return GupFast.walked(m, t, f);
            }
        }
    }

    private static final class Grab extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pfn = Pte.pfn(s[f + Frame.PTE]);
            int at = m.pageAt(pfn) + Layout.REFCOUNT;
            m.see(m.layout.tenancy(pfn)); // what a count of 0 tells
            if ((s[at] == 0 && m.has(GRAB_UNLESS_ZERO)) || overflown(m, at)) {
                m.rmw(at);
                return GupFast.walked(m, t, f);
            }
            if (s[at] == 0) {
                m.violate(Invariant.I5, t, s[f + Frame.START] + s[f + Frame.NR], 0); // get_page() of a free page
            }
            int bias = m.bias(s[f + Frame.FOLL]);
            boolean inTwo = bias > 1 && m.has(GRAB_IN_TWO);
            Memory.ref(m, pfn, inTwo ? 1 : bias);
            if (m.asks(GoalPoint.GRAB_AFTER_ZAP)) {
                m.see(pteAt(m, f));
            }
            if (!Pte.maps(s[pteAt(m, f)], pfn)) {
                m.reach(GoalPoint.GRAB_AFTER_ZAP);
            }
            return inTwo ? GRAB_REST : grabbed(m, t, f);
        }
    }

    private static final class GrabRest extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.ref(m, Pte.pfn(m.s[f + Frame.PTE]), m.bias(m.s[f + Frame.FOLL]) - 1);
            return grabbed(m, t, f);
        }
    }

    private static final class RecheckPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            touch(m, t, f);
            if (m.read(pteAt(m, f)) == m.s[f + Frame.PTE]) {
                return rechecked(m, t, f);
            } else {
                m.reach(GoalPoint.RECHECK_FAILED);
                return backOut(m, f);
            }
        }
    }

    private static final class ReadMapcount extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int page = m.pageAt(Pte.pfn(m.s[f + Frame.PTE]));
            m.see(page + Layout.FLAGS);
            boolean anon = (m.s[page + Layout.FLAGS] & Layout.FLAG_ANON) != 0;
            return m.read(page + Layout.MAPCOUNT) > 1 && anon ? backOut(m, f) : exclusive(m, t, f);
        }
    }

    private static final class ReadFlags extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int flags = m.read(m.pageAt(Pte.pfn(m.s[f + Frame.PTE])) + Layout.FLAGS);
            boolean longterm = (m.s[f + Frame.FOLL] & Foll.LONGTERM) != 0 && m.has(LONGTERM_UNSHARE);
            boolean unshare = (flags & Layout.FLAG_ANON) != 0 ? (flags & Layout.FLAG_EXCLUSIVE) == 0 : longterm;
            return unshare ? backOut(m, f) : recorded(m, t, f);
        }
    }

    private static final class BackOutSub extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            Memory.ref(m, Pte.pfn(s[f + Frame.PTE]), 1 - m.bias(s[f + Frame.FOLL]));
            return BACK_OUT_PUT;
        }
    }

    private static final class BackOutPut extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, Pte.pfn(m.s[f + Frame.PTE]), 1);
            return GupFast.walked(m, t, f);
        }
    }

    private static final class BackOutSubAndTest extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            Memory.put(m, t, Pte.pfn(s[f + Frame.PTE]), m.bias(s[f + Frame.FOLL]));
            return GupFast.walked(m, t, f);
        }
    }

    /** The PTE of the page that the walk is at. */
    private static int pteAt(Machine m, int f) {
        return m.s[f + Frame.PTES] + m.s[f + Frame.START] + m.s[f + Frame.NR];
    }

    /** try_get_page() and its like refuse a page whose count looks negative; somebody must have taken very many references. */
    static boolean overflown(Machine m, int refcount) {
        if (!m.layout.manyReferences || !m.has(TRY_GET_PAGE)) {
            return false;
        }
        m.see(refcount);
        return m.s[refcount] < 0;
    }

    private static int grabbed(Machine m, int t, int f) {
        return m.has(PTE_RECHECK) && !m.has(RECHECK_BEFORE_GRAB) ? RECHECK_PTE : rechecked(m, t, f);
    }

    private static int rechecked(Machine m, int t, int f) {
        boolean writes = (m.s[f + Frame.FOLL] & Foll.WRITE) != 0;
        boolean asks = m.has(FAST_GUP_MAPCOUNT) && !writes && !Pte.write(m.s[f + Frame.PTE]);
        return asks ? READ_MAPCOUNT : exclusive(m, t, f);
    }

    private static int exclusive(Machine m, int t, int f) {
        boolean readPin = (m.s[f + Frame.FOLL] & (Foll.WRITE | Foll.PIN)) == Foll.PIN;
        boolean asks = readPin && !Pte.write(m.s[f + Frame.PTE]) && m.has(GUP_UNSHARE_FAST);
        return asks ? READ_FLAGS : recorded(m, t, f);
    }

    private static int backOut(Machine m, int f) {
        boolean plain = m.bias(m.s[f + Frame.FOLL]) == 1;
        return plain ? BACK_OUT_PUT : m.has(BACK_OUT_IN_TWO) ? BACK_OUT_SUB : BACK_OUT_SUB_AND_TEST;
    }

    /** {@code pages[*nr] = page; (*nr)++}, and on to the next PTE. */
    private static int recorded(Machine m, int t, int f) {
        int[] s = m.s;
        int nr = s[f + Frame.NR];
        GupSlow.grabbed(m, f, Pte.pfn(s[f + Frame.PTE]));
        s[f + Frame.NR] = ++nr;
        int page = s[f + Frame.START] + nr;
        if (nr == s[f + Frame.NR_ALL]) {
            return GupFast.walked(m, t, f);
        }
        return m.layout.tableOf[page] == m.layout.tableOf[page - 1] ? READ_PTE : begin(m, f);
    }
}
