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
import dev.gupfuzz.simulator.scenario.Foll;

/**
 * {@code get_user_pages_fast()} and {@code pin_user_pages_fast()} around their page-table walk, which is {@link GupWalk}'s: the
 * mark of the mm, the reader's side of write_protect_seq, interrupts, and what is given back when the sequence changed.
 *
 * <p>Source: arch/x86/mm/gup.c, get_user_pages_fast() (v4.8); mm/gup.c, get_user_pages_fast() (v4.14, v4.19),
 * internal_get_user_pages_fast() (v5.7 to v6.4), lockless_pages_from_mm() (v5.11 to v6.4), gup_fast_fallback() and gup_fast()
 * (v6.12). Not modelled: gup_fast_permitted() and access_ok(), which never fail here; FOLL_NOFAULT; partial unpinning of
 * ranges with errors, because a base page cannot give one here.
 */
final class GupFast {

    private static final int BACK_OUT_IN_TWO = Rule.BACK_OUT_IN_TWO.ordinal();
    private static final int DIRECT_IO_PIN = Rule.DIRECT_IO_PIN.ordinal();
    private static final int FAST_GUP_HAS_PINNED = Rule.FAST_GUP_HAS_PINNED.ordinal();
    private static final int GUP_IRQ_OFF = Rule.GUP_IRQ_OFF.ordinal();
    private static final int GUP_IRQ_RESTORE = Rule.GUP_IRQ_RESTORE.ordinal();
    private static final int HAS_PINNED_AFTER_GRAB = Rule.HAS_PINNED_AFTER_GRAB.ordinal();
    private static final int HAS_PINNED_AFTER_SEQ = Rule.HAS_PINNED_AFTER_SEQ.ordinal();
    private static final int HAS_PINNED_TEST = Rule.HAS_PINNED_TEST.ordinal();
    private static final int RETRY_CONTINUES = Rule.RETRY_CONTINUES.ordinal();
    private static final int RETRY_KEEPS_PINS = Rule.RETRY_KEEPS_PINS.ordinal();
    private static final int SEQ_END_CHECK_ONLY = Rule.SEQ_END_CHECK_ONLY.ordinal();
    private static final int SEQ_END_THEN_PTE = Rule.SEQ_END_THEN_PTE.ordinal();
    private static final int SEQ_FOR_GET = Rule.SEQ_FOR_GET.ordinal();
    private static final int SEQ_ODD_CHECK = Rule.SEQ_ODD_CHECK.ordinal();
    private static final int SEQ_RETRY_CHECK = Rule.SEQ_RETRY_CHECK.ordinal();
    private static final int SPINNING_READER = Rule.SPINNING_READER.ordinal();
    private static final int SPINNING_READER_IRQ_OFF = Rule.SPINNING_READER_IRQ_OFF.ordinal();
    private static final int UNPIN_ALL_ON_RETRY = Rule.UNPIN_ALL_ON_RETRY.ordinal();
    private static final int UNPIN_ON_RETRY = Rule.UNPIN_ON_RETRY.ordinal();
    private static final int WRITE_PROTECT_SEQ = Rule.WRITE_PROTECT_SEQ.ordinal();

    private static final String ENTRY = "internal_get_user_pages_fast";
    private static final String LOCKLESS = "lockless_pages_from_mm";

    static final int SET_HAS_PINNED = Pc.GUP_FAST;
    static final int READ_SEQ = Pc.GUP_FAST | 1;
    static final int IRQ_SAVE = Pc.GUP_FAST | 2;
    static final int IRQ_RESTORE = Pc.GUP_FAST | 8;
    static final int RETRY_SEQ = Pc.GUP_FAST | 9;
    static final int UNPIN_SUB = Pc.GUP_FAST | 10;
    static final int UNPIN_PUT = Pc.GUP_FAST | 11;
    static final int TEST_HAS_PINNED = Pc.GUP_FAST | 12;
    static final int SPIN_SEQ = Pc.GUP_FAST | 13 | Pc.ON_SEQ;
    static final int END_SEQ = Pc.GUP_FAST | 14;
    static final int END_PTE = Pc.GUP_FAST | 15;
    static final int UNPIN_SUB_AND_TEST = Pc.GUP_FAST | 16;
    static final int LATE_HAS_PINNED = Pc.GUP_FAST | 17;

    private GupFast() {}

    static void declare() {
        Labels.define(
                TEST_HAS_PINNED,
                ENTRY,
                "TEST_HAS_PINNED",
                Target.HAS_PINNED,
                "test_bit(MMF_HAS_PINNED, &mm->flags)",
                new TestHasPinned());
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
        Labels.define(
                SPIN_SEQ,
                LOCKLESS,
                "SPIN_SEQ",
                Target.SEQ,
                "seq = read_seqcount_begin(&mm->write_protect_seq)",
                new SpinSeq());
        Labels.define(IRQ_SAVE, LOCKLESS, "IRQ_SAVE", Target.CPU, "local_irq_save(flags)", new IrqSave());
        Labels.define(IRQ_RESTORE, LOCKLESS, "IRQ_RESTORE", Target.CPU, "local_irq_restore(flags)", new IrqRestore());
        Labels.define(
                LATE_HAS_PINNED,
                LOCKLESS,
                "LATE_HAS_PINNED",
                Target.HAS_PINNED,
                "atomic_set(&mm->has_pinned, 1) (late)",
                new LateHasPinned());
        Labels.define(
                RETRY_SEQ,
                LOCKLESS,
                "RETRY_SEQ",
                Target.SEQ,
                "read_seqcount_retry(&mm->write_protect_seq, seq)",
                new RetrySeq());
        Labels.define(
                END_SEQ,
                LOCKLESS,
                "END_SEQ",
                Target.SEQ,
                "raw_read_seqcount(&mm->write_protect_seq) & 1",
                new EndSeq());
        Labels.define(
                END_PTE, LOCKLESS, "END_PTE", Target.PTE, "pte_val(pte) != pte_val(*ptep) (at the end)", new EndPte());
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
        Labels.define(
                UNPIN_SUB_AND_TEST,
                LOCKLESS,
                "UNPIN_SUB_AND_TEST",
                Target.REFCOUNT,
                "unpin_user_pages_lockless(): folio_put_refs(folio, refs)",
                new UnpinSubAndTest());
        Labels.pending(PendingAccess.write(Places.mm(Layout.HAS_PINNED)), SET_HAS_PINNED, LATE_HAS_PINNED);
        Labels.pending(PendingAccess.read(Places.mm(Layout.HAS_PINNED)), TEST_HAS_PINNED);
        Labels.pending(PendingAccess.read(Places.mm(Layout.SEQ)), READ_SEQ, SPIN_SEQ, RETRY_SEQ, END_SEQ);
        Labels.pending(PendingAccess.rmw(Places.register(Frame.HOLD)), IRQ_SAVE, IRQ_RESTORE);
        Labels.pending(PendingAccess.read((m, t, f) -> endPteAt(m, f)), END_PTE);
        Labels.pending(PendingAccess.rmw(Places.PIN_REFCOUNT), UNPIN_SUB, UNPIN_PUT, UNPIN_SUB_AND_TEST);
    }

    /** The flags of the call as this kernel has them: direct I/O pins or takes plain references. */
    static int resolve(Machine m, int foll) {
        if ((foll & Foll.DIRECT_IO) == 0) {
            return foll;
        }
        int how = m.has(DIRECT_IO_PIN) ? Foll.PIN : Foll.GET;
        return (foll & ~(Foll.PIN | Foll.GET)) | how | Foll.FAST;
    }

    /** The first step of a GUP call, fast or slow, whose registers are set. */
    static int begin(Machine m, int t, int f) {
        boolean fast = (m.s[f + Frame.FOLL] & (Foll.FAST | Foll.FAST_ONLY)) != 0;
        if (!fast) {
            return GupSlow.begin(m, t, f);
        }
        m.s[f + Frame.FAST] = 1;
        if (!pins(m, f) || !m.has(FAST_GUP_HAS_PINNED) || marksLate(m)) {
            return afterHasPinned(m, f);
        }
        return m.has(HAS_PINNED_TEST) ? TEST_HAS_PINNED : SET_HAS_PINNED;
    }

    /** Whether the call takes pins, not plain references. */
    static boolean pins(Machine m, int f) {
        return (m.s[f + Frame.FOLL] & Foll.PIN) != 0;
    }

    private static boolean marksLate(Machine m) {
        return m.has(HAS_PINNED_AFTER_GRAB) || m.has(HAS_PINNED_AFTER_SEQ);
    }

    private static boolean usesSeq(Machine m, int f) {
        boolean asks = pins(m, f) || (m.has(SEQ_FOR_GET) && m.s[f + Frame.PIN] != Guest.NO_SET);
        return m.has(WRITE_PROTECT_SEQ) && asks;
    }

    private static boolean endsWithSeq(Machine m) {
        return m.has(SEQ_END_CHECK_ONLY) || m.has(SEQ_END_THEN_PTE);
    }

    private static int afterHasPinned(Machine m, int f) {
        if (!usesSeq(m, f) || endsWithSeq(m) || m.has(SPINNING_READER_IRQ_OFF)) {
            return irqSave(m, f);
        }
        return m.has(SPINNING_READER) ? SPIN_SEQ : READ_SEQ;
    }

    private static int irqSave(Machine m, int f) {
        return m.has(GUP_IRQ_OFF) ? IRQ_SAVE : irqSaved(m, f);
    }

    private static int irqSaved(Machine m, int f) {
        boolean spins = usesSeq(m, f) && m.has(SPINNING_READER_IRQ_OFF) && !endsWithSeq(m);
        return spins ? SPIN_SEQ : GupWalk.begin(m, f);
    }

    /** The first step of the call, whichever it is. */
    static void entered(Machine m, int t, int f) {
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
            if (s[m.zapAt(mm, page)] > 0) {
                m.reach(GoalPoint.PIN_OVERLAPS_UNMAP);
            }
        }
    }

    private static final class TestHasPinned extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            entered(m, t, f);
            return m.read(m.mmOf(f) + Layout.HAS_PINNED) == 0 ? SET_HAS_PINNED : afterHasPinned(m, f);
        }
    }

    private static final class SetHasPinned extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            entered(m, t, f);
            m.write(m.mmOf(f) + Layout.HAS_PINNED, 1);
            return afterHasPinned(m, f);
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
                return fastDone(m, t, f);
            } else {
                return irqSave(m, f);
            }
        }
    }

    private static final class SpinSeq extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.passed(t);
            entered(m, t, f);
            m.s[f + Frame.SEQ] = m.read(m.mmOf(f) + Layout.SEQ);
            return m.has(SPINNING_READER_IRQ_OFF) ? GupWalk.begin(m, f) : irqSave(m, f);
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
            return irqSaved(m, f);
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

    private static final class LateHasPinned extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.write(m.mmOf(f) + Layout.HAS_PINNED, 1);
            return m.has(HAS_PINNED_AFTER_GRAB) ? compareSeq(m, t, f) : fastDone(m, t, f);
        }
    }

    private static final class RetrySeq extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            if (m.read(m.mmOf(f) + Layout.SEQ) == s[f + Frame.SEQ]) {
                return compared(m, t, f);
            }
            m.reach(GoalPoint.SEQ_CHANGED);
            if (m.has(RETRY_CONTINUES)) {
                return fastDone(m, t, f);
            }
            if (m.has(RETRY_KEEPS_PINS) && s[f + Frame.NR] > 0) {
                return returned(m, t, f);
            }
            return giveBack(m, t, f);
        }
    }

    private static final class EndSeq extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            if ((m.read(m.mmOf(f) + Layout.SEQ) & 1) != 0) {
                m.reach(GoalPoint.SEQ_ODD);
                return giveBack(m, t, f);
            }
            m.s[f + Frame.CURSOR] = 0;
            return m.has(SEQ_END_THEN_PTE) ? nextEndPte(m, t, f) : compared(m, t, f);
        }
    }

    private static final class EndPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int pte = m.read(endPteAt(m, f));
            boolean same = Pte.maps(pte, entry(m, f, m.s[f + Frame.CURSOR])) && GupWalk.permits(m, f, pte);
            m.s[f + Frame.CURSOR]++;
            return same ? nextEndPte(m, t, f) : giveBack(m, t, f);
        }
    }

    private static int endPteAt(Machine m, int f) {
        return m.s[f + Frame.PTES] + m.s[f + Frame.START] + m.s[f + Frame.CURSOR];
    }

    private static int nextEndPte(Machine m, int t, int f) {
        return m.s[f + Frame.CURSOR] < m.s[f + Frame.NR] ? END_PTE : compared(m, t, f);
    }

    private static final class UnpinSub extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            Memory.ref(m, entry(m, f, s[f + Frame.CURSOR]), 1 - m.bias(s[f + Frame.FOLL]));
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

    private static final class UnpinSubAndTest extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            Memory.put(m, t, entry(m, f, s[f + Frame.CURSOR]), m.bias(s[f + Frame.FOLL]));
            s[f + Frame.CURSOR]++;
            return retry(m, t, f);
        }
    }

    private static int entry(Machine m, int f, int i) {
        return m.s[m.pinAt(m.s[f + Frame.PIN]) + Layout.PIN_HEAD + i] & Layout.ENTRY_PFN;
    }

    /** gup_pgd_range() is over, at the end of the range or before it. */
    static int walked(Machine m, int t, int f) {
        int foll = m.s[f + Frame.FOLL];
        boolean fallsBack = m.s[f + Frame.NR] < m.s[f + Frame.NR_ALL] && (foll & Foll.FAST_ONLY) == 0;
        if (m.has(GUP_IRQ_OFF) && (m.has(GUP_IRQ_RESTORE) || !fallsBack)) {
            return IRQ_RESTORE;
        } else {
            return restored(m, t, f);
        }
    }

    private static int restored(Machine m, int t, int f) {
        return pins(m, f) && m.has(HAS_PINNED_AFTER_GRAB) ? LATE_HAS_PINNED : compareSeq(m, t, f);
    }

    private static int compareSeq(Machine m, int t, int f) {
        if (!usesSeq(m, f)) {
            return compared(m, t, f);
        }
        return endsWithSeq(m) ? END_SEQ : m.has(SEQ_RETRY_CHECK) ? RETRY_SEQ : compared(m, t, f);
    }

    /** No fork was noticed. */
    private static int compared(Machine m, int t, int f) {
        boolean marks = pins(m, f) && m.has(HAS_PINNED_AFTER_SEQ) && !m.has(HAS_PINNED_AFTER_GRAB);
        return marks ? LATE_HAS_PINNED : fastDone(m, t, f);
    }

    /** A fork was noticed: none of the pages counts. */
    private static int giveBack(Machine m, int t, int f) {
        m.s[f + Frame.CURSOR] = m.has(UNPIN_ALL_ON_RETRY) ? 0 : Math.max(0, m.s[f + Frame.NR] - 1);
        return retry(m, t, f);
    }

    /** Gives back what is left to give back, then takes the slow path for the whole range. */
    private static int retry(Machine m, int t, int f) {
        int[] s = m.s;
        if (m.has(UNPIN_ON_RETRY) && s[f + Frame.CURSOR] < s[f + Frame.NR]) {
            return m.bias(s[f + Frame.FOLL]) == 1 ? UNPIN_PUT : m.has(BACK_OUT_IN_TWO) ? UNPIN_SUB : UNPIN_SUB_AND_TEST;
        } else {
            s[f + Frame.NR] = 0;
            return fastDone(m, t, f);
        }
    }

    private static int fastDone(Machine m, int t, int f) {
        boolean all = m.s[f + Frame.NR] == m.s[f + Frame.NR_ALL];
        if (all || (m.s[f + Frame.FOLL] & Foll.FAST_ONLY) != 0) {
            return returned(m, t, f);
        } else {
            return GupSlow.begin(m, t, f);
        }
    }

    /** The call returns {@code nr} pages to its caller. */
    static int returned(Machine m, int t, int f) {
        int[] s = m.s;
        if (s[f + Frame.PIN] == Guest.NO_SET) {
            irqsOn(m, f);
            return Guest.found(m, t, f);
        }
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
        irqsOn(m, f);
        return Program.next(m, t);
    }

    /** Without gup-irq-restore they are off until the call returns. */
    private static void irqsOn(Machine m, int f) {
        if (!m.has(GUP_IRQ_RESTORE)) {
            m.mark(f + Frame.HOLD);
            m.s[f + Frame.HOLD] &= ~1;
            m.recheck();
        }
    }
}
