package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.machine.Claims;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Memory;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.Pte;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.machine.StepCode;

/**
 * {@code pin_user_pages_fast()} with {@code FOLL_PIN | FOLL_WRITE} on base pages.
 *
 * <p>Source: mm/gup.c, internal_get_user_pages_fast(), lockless_pages_from_mm() (v5.11; inline before), gup_pte_range(),
 * try_grab_compound_head(), put_compound_head(); v5.9-rc4, v5.9, v5.11. Not modelled: the upper levels of the page table,
 * which never change here; huge, device and special pages; FOLL_LONGTERM; the sanity read of the count before the grab;
 * SetPageReferenced.
 */
final class GupFast {

    private static final int FAST_GUP_HAS_PINNED = Rule.FAST_GUP_HAS_PINNED.ordinal();
    private static final int GUP_IRQ_OFF = Rule.GUP_IRQ_OFF.ordinal();
    private static final int GUP_IRQ_RESTORE = Rule.GUP_IRQ_RESTORE.ordinal();
    private static final int PTE_RECHECK = Rule.PTE_RECHECK.ordinal();
    private static final int SEQ_ODD_CHECK = Rule.SEQ_ODD_CHECK.ordinal();
    private static final int SEQ_RETRY_CHECK = Rule.SEQ_RETRY_CHECK.ordinal();
    private static final int UNPIN_ALL_ON_RETRY = Rule.UNPIN_ALL_ON_RETRY.ordinal();
    private static final int UNPIN_ON_RETRY = Rule.UNPIN_ON_RETRY.ordinal();
    private static final int WRITE_PROTECT_SEQ = Rule.WRITE_PROTECT_SEQ.ordinal();

    /** {@code GUP_PIN_COUNTING_BIAS}. */
    static final int BIAS = 1024;

    private static final String ENTRY = "internal_get_user_pages_fast";
    private static final String LOCKLESS = "lockless_pages_from_mm";
    private static final String WALK = "gup_pte_range";

    static final int SET_HAS_PINNED = Pc.GUP_FAST;
    static final int READ_SEQ = Pc.GUP_FAST | 1;
    static final int IRQ_SAVE = Pc.GUP_FAST | 2;
    static final int READ_PTE = Pc.GUP_FAST | 3;
    static final int GRAB = Pc.GUP_FAST | 4;
    static final int RECHECK_PTE = Pc.GUP_FAST | 5;
    static final int BACK_OUT_SUB = Pc.GUP_FAST | 6;
    static final int BACK_OUT_PUT = Pc.GUP_FAST | 7;
    static final int IRQ_RESTORE = Pc.GUP_FAST | 8;
    static final int RETRY_SEQ = Pc.GUP_FAST | 9;
    static final int UNPIN_SUB = Pc.GUP_FAST | 10;
    static final int UNPIN_PUT = Pc.GUP_FAST | 11;

    private GupFast() {}

    static void declare() {
        Labels.define(
                SET_HAS_PINNED,
                ENTRY,
                "SET_HAS_PINNED",
                Target.HAS_PINNED,
                "atomic_set(&mm->has_pinned, 1)",
                new SetHasPinned());
        Labels.define(
                READ_SEQ,
                LOCKLESS,
                "READ_SEQ",
                Target.SEQ,
                "seq = raw_read_seqcount(&mm->write_protect_seq)",
                new ReadSeq());
        Labels.define(IRQ_SAVE, LOCKLESS, "IRQ_SAVE", Target.CPU, "local_irq_save(flags)", new IrqSave());
        Labels.define(READ_PTE, WALK, "READ_PTE", Target.PTE, "pte = gup_get_pte(ptep)", new ReadPte());
        Labels.define(GRAB, WALK, "GRAB", Target.REFCOUNT, "try_grab_compound_head(page, 1, flags)", new Grab());
        Labels.define(RECHECK_PTE, WALK, "RECHECK_PTE", Target.PTE, "pte_val(pte) != pte_val(*ptep)", new RecheckPte());
        Labels.define(
                BACK_OUT_SUB,
                "put_compound_head",
                "SUB",
                Target.REFCOUNT,
                "page_ref_sub(page, refs - 1)",
                new BackOutSub());
        Labels.define(BACK_OUT_PUT, "put_compound_head", "PUT", Target.REFCOUNT, "put_page(page)", new BackOutPut());
        Labels.define(IRQ_RESTORE, LOCKLESS, "IRQ_RESTORE", Target.CPU, "local_irq_restore(flags)", new IrqRestore());
        Labels.define(
                RETRY_SEQ,
                LOCKLESS,
                "RETRY_SEQ",
                Target.SEQ,
                "read_seqcount_retry(&mm->write_protect_seq, seq)",
                new RetrySeq());
        Labels.define(
                UNPIN_SUB,
                LOCKLESS,
                "UNPIN_SUB",
                Target.REFCOUNT,
                "unpin_user_pages(): page_ref_sub(page, refs - 1)",
                new UnpinSub());
        Labels.define(
                UNPIN_PUT,
                LOCKLESS,
                "UNPIN_PUT",
                Target.REFCOUNT,
                "unpin_user_pages(): put_page(page)",
                new UnpinPut());
        Labels.pending(PendingAccess.write(Places.mm(Layout.HAS_PINNED)), SET_HAS_PINNED);
        Labels.pending(PendingAccess.read(Places.mm(Layout.SEQ)), READ_SEQ, RETRY_SEQ);
        Labels.pending(PendingAccess.rmw(Places.register(Frame.HOLD)), IRQ_SAVE, IRQ_RESTORE);
        Labels.pending(PendingAccess.read(Places.PINNED_PTE), READ_PTE, RECHECK_PTE);
        Labels.pending(PendingAccess.rmw(Places.page(Layout.REFCOUNT)), GRAB, BACK_OUT_SUB, BACK_OUT_PUT);
        Labels.pending(PendingAccess.rmw(Places.PIN_REFCOUNT), UNPIN_SUB, UNPIN_PUT);
    }

    static int begin(Machine m, int t, int f) {
        m.s[f + Frame.FAST] = 1;
        return m.has(FAST_GUP_HAS_PINNED) ? SET_HAS_PINNED : afterHasPinned(m);
    }

    private static int afterHasPinned(Machine m) {
        return m.has(WRITE_PROTECT_SEQ) ? READ_SEQ : m.has(GUP_IRQ_OFF) ? IRQ_SAVE : READ_PTE;
    }

    /** The first step of the call, whichever it is. */
    private static void entered(Machine m, int t, int f) {
        int[] s = m.s;
        if ((m.s[Sched.INSIDE] & 1 << t) != 0) {
            return;
        }
        m.enter(t);
        int mm = m.threadMm[t];
        int start = s[f + Frame.START];
        Claims.begin(m, s[f + Frame.PIN], start, s[f + Frame.NR_ALL], s[f + Frame.FOLL]);
        if (m.asks(GoalPoint.PIN_OVERLAPS_FORK) || m.asks(GoalPoint.PIN_BEGINS_IN_WALK)) {
            m.see(m.mmOf(f) + Layout.WALKERS);
        }
        if (s[m.mmOf(f) + Layout.WALKERS] > 0) {
            m.reach(GoalPoint.PIN_OVERLAPS_FORK);
            m.reach(GoalPoint.PIN_BEGINS_IN_WALK);
        }
        for (int page = start; page < start + s[f + Frame.NR_ALL]; page++) {
            if (s[m.layout.zapBase + mm * m.pages + page] > 0) {
                m.reach(GoalPoint.PIN_OVERLAPS_UNMAP);
            }
        }
    }

    private static final class SetHasPinned extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            entered(m, t, f);
            m.write(m.mmOf(f) + Layout.HAS_PINNED, 1);
            return afterHasPinned(m);
        }
    }

    private static final class ReadSeq extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            entered(m, t, f);
            int seq = m.read(m.mmOf(f) + Layout.SEQ);
            s[f + Frame.SEQ] = seq;
            if ((seq & 1) != 0 && m.has(SEQ_ODD_CHECK)) {
                m.reach(GoalPoint.SEQ_ODD);
                return GupSlow.begin(m, t, f);
            } else {
                return m.has(GUP_IRQ_OFF) ? IRQ_SAVE : READ_PTE;
            }
        }
    }

    private static final class IrqSave extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            entered(m, t, f);
            m.rmw(f + Frame.HOLD);
            s[f + Frame.HOLD] |= 1;
            if (m.s[Sched.BLOCKING] != 0) {
                m.recheck();
            }
            return READ_PTE;
        }
    }

    private static final class ReadPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            entered(m, t, f);
            int pte = m.read(pteAt(m, f));
            s[f + Frame.PTE] = pte;
            boolean permitted = Pte.present(pte) && Pte.write(pte) && !Pte.special(pte);
            if (permitted) {
                return GRAB;
            } else {
                return walked(m, t, f);
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
            if (s[at] == 0) { // page_cache_add_speculative() fails on a free page
                m.rmw(at);
                return walked(m, t, f);
            }
            Memory.ref(m, pfn, BIAS);
            if (m.asks(GoalPoint.GRAB_AFTER_ZAP)) {
                m.see(pteAt(m, f));
            }
            if (!Pte.maps(s[pteAt(m, f)], pfn)) {
                m.reach(GoalPoint.GRAB_AFTER_ZAP);
            }
            if (m.has(PTE_RECHECK)) {
                return RECHECK_PTE;
            } else {
                return recorded(m, t, f, pfn);
            }
        }
    }

    private static final class RecheckPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            if (m.read(pteAt(m, f)) == s[f + Frame.PTE]) {
                return recorded(m, t, f, Pte.pfn(s[f + Frame.PTE]));
            } else {
                m.reach(GoalPoint.RECHECK_FAILED);
                return BACK_OUT_SUB;
            }
        }
    }

    private static final class BackOutSub extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            Memory.ref(m, Pte.pfn(s[f + Frame.PTE]), 1 - BIAS);
            return BACK_OUT_PUT;
        }
    }

    private static final class BackOutPut extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            Memory.put(m, t, Pte.pfn(s[f + Frame.PTE]), 1);
            return walked(m, t, f);
        }
    }

    private static final class IrqRestore extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            m.rmw(f + Frame.HOLD);
            s[f + Frame.HOLD] &= ~1;
            if (m.s[Sched.BLOCKING] != 0) {
                m.recheck();
            }
            return restored(m, t, f);
        }
    }

    private static final class RetrySeq extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            if (m.read(m.mmOf(f) + Layout.SEQ) == s[f + Frame.SEQ]) {
                return fastDone(m, t, f);
            } else {
                m.reach(GoalPoint.SEQ_CHANGED);
                s[f + Frame.CURSOR] = m.has(UNPIN_ALL_ON_RETRY) ? 0 : Math.max(0, s[f + Frame.NR] - 1);
                return retry(m, t, f);
            }
        }
    }

    private static final class UnpinSub extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            Memory.ref(m, entry(m, f, s[f + Frame.CURSOR]), 1 - BIAS);
            return UNPIN_PUT;
        }
    }

    private static final class UnpinPut extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            Memory.put(m, t, entry(m, f, s[f + Frame.CURSOR]), 1);
            s[f + Frame.CURSOR]++;
            return retry(m, t, f);
        }
    }

    /** The PTE of the page that the walk is at. */
    private static int pteAt(Machine m, int f) {
        return m.s[f + Frame.PTES] + m.s[f + Frame.START] + m.s[f + Frame.NR];
    }

    private static int entry(Machine m, int f, int i) {
        return m.s[m.layout.pin(m.s[f + Frame.PIN]) + Layout.PIN_HEAD + i] & Layout.ENTRY_PFN;
    }

    /** {@code pages[*nr] = page; (*nr)++}, and on to the next PTE. */
    private static int recorded(Machine m, int t, int f, int pfn) {
        int[] s = m.s;
        int nr = s[f + Frame.NR];
        Claims.grabbed(m, s[f + Frame.PIN], nr, pfn);
        s[f + Frame.NR] = ++nr;
        if (nr == s[f + Frame.NR_ALL]) {
            return walked(m, t, f);
        } else {
            return READ_PTE;
        }
    }

    /** gup_pgd_range() is over, at the end of the range or before it. */
    private static int walked(Machine m, int t, int f) {
        boolean fallsBack = m.s[f + Frame.NR] < m.s[f + Frame.NR_ALL];
        if (m.has(GUP_IRQ_OFF) && (m.has(GUP_IRQ_RESTORE) || !fallsBack)) {
            return IRQ_RESTORE;
        } else {
            return restored(m, t, f);
        }
    }

    private static int restored(Machine m, int t, int f) {
        if (m.has(WRITE_PROTECT_SEQ) && m.has(SEQ_RETRY_CHECK)) {
            return RETRY_SEQ;
        } else {
            return fastDone(m, t, f);
        }
    }

    /** The sequence changed: give back what was pinned, then take the slow path for the whole range. */
    private static int retry(Machine m, int t, int f) {
        int[] s = m.s;
        if (m.has(UNPIN_ON_RETRY) && s[f + Frame.CURSOR] < s[f + Frame.NR]) {
            return UNPIN_SUB;
        } else {
            s[f + Frame.NR] = 0;
            return GupSlow.begin(m, t, f);
        }
    }

    private static int fastDone(Machine m, int t, int f) {
        if (m.s[f + Frame.NR] == m.s[f + Frame.NR_ALL]) {
            return returned(m, t, f);
        } else {
            return GupSlow.begin(m, t, f);
        }
    }

    /** The call returns {@code nr} pages to its caller. */
    static int returned(Machine m, int t, int f) {
        int[] s = m.s;
        int nr = s[f + Frame.NR];
        int mm = m.mmOf(f);
        if (m.asks(GoalPoint.PIN_AFTER_FORK) || m.asks(GoalPoint.FAST_PIN_BEFORE_FORK)) {
            m.see(mm + Layout.FORKERS);
        }
        if (nr < s[f + Frame.NR_ALL]) {
            m.reach(GoalPoint.PIN_FAILS);
        } else if (s[mm + Layout.FORKERS] == 0) {
            boolean forked = s[mm + Layout.FORKS_DONE] > 0;
            if (forked) {
                m.reach(GoalPoint.PIN_AFTER_FORK);
            } else if (s[f + Frame.FAST] != 0) {
                m.reach(GoalPoint.FAST_PIN_BEFORE_FORK);
            }
        }
        Claims.returned(m, t, s[f + Frame.PIN], nr);
        if (!m.has(GUP_IRQ_RESTORE)) {
            m.mark(f + Frame.HOLD);
            s[f + Frame.HOLD] &= ~1;
            m.recheck();
        }
        return Program.next(m, t);
    }
}
