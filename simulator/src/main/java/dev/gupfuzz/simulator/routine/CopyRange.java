package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.scenario.Region;

/**
 * fork's walk of one VMA, from the question whether it needs one to the end of the write section of write_protect_seq.
 *
 * <p>Source: mm/memory.c, copy_page_range() and vma_needs_copy(), v4.8 to v6.12; include/linux/seqlock.h,
 * raw_write_seqcount_begin() and raw_write_seqcount_end(). A VMA of the child never keeps its userfaultfd context here, so that
 * the test of vma_needs_copy() for it is left out. The parent's PMD entry is read where its page-table page may not be there. Not
 * modelled: upper levels, huge and hugetlb pages, PFN maps.
 */
final class CopyRange {

    private static final int FORK_NOTIFIES = Rule.FORK_NOTIFIES.ordinal();
    private static final int SEQ_END = Rule.SEQ_END.ordinal();
    private static final int SEQ_PREEMPT_OFF = Rule.SEQ_PREEMPT_OFF.ordinal();
    private static final int SEQ_UNDER_PTL = Rule.SEQ_UNDER_PTL.ordinal();
    private static final int WRITE_PROTECT_SEQ = Rule.WRITE_PROTECT_SEQ.ordinal();

    private static final String RANGE = "copy_page_range";

    static final int SEQ_BEGIN_LOAD = Pc.FORK | 5;
    static final int SEQ_BEGIN_STORE = Pc.FORK | 6;
    static final int SEQ_END_LOAD = Pc.FORK | 7;
    static final int SEQ_END_STORE = Pc.FORK | 8;
    static final int TEST_ANON_VMA = Pc.FORK | 13;
    static final int READ_PMD = Pc.FORK | 15;

    private CopyRange() {}

    static void declare() {
        Labels.define(TEST_ANON_VMA, RANGE, "TEST_ANON_VMA", Target.VMA, "!src_vma->anon_vma", new TestAnonVma());
        Labels.define(
                SEQ_BEGIN_LOAD,
                RANGE,
                "SEQ_BEGIN_LOAD",
                Target.SEQ,
                "raw_write_seqcount_begin(): load sequence",
                new SeqBeginLoad());
        Labels.define(
                SEQ_BEGIN_STORE,
                RANGE,
                "SEQ_BEGIN_STORE",
                Target.SEQ,
                "raw_write_seqcount_begin(): sequence++",
                new SeqBeginStore());
        Labels.define(
                SEQ_END_LOAD,
                RANGE,
                "SEQ_END_LOAD",
                Target.SEQ,
                "raw_write_seqcount_end(): load sequence",
                new SeqEndLoad());
        Labels.define(
                SEQ_END_STORE,
                RANGE,
                "SEQ_END_STORE",
                Target.SEQ,
                "raw_write_seqcount_end(): sequence++",
                new SeqEndStore());
        Labels.define(
                READ_PMD, "copy_pmd_range", "READ_PMD", Target.TABLE, "pmd_none_or_clear_bad(src_pmd)", new ReadPmd());
        Labels.pending(PendingAccess.read(Places.WALKED_PMD), READ_PMD);
        Labels.pending(PendingAccess.read((m, t, f) -> m.s[f + Frame.VMA] + Layout.VMA_ANON), TEST_ANON_VMA);
        Labels.pending(PendingAccess.read(Places.mm(Layout.SEQ)), SEQ_BEGIN_LOAD, SEQ_END_LOAD);
        Labels.pending(PendingAccess.write(Places.mm(Layout.SEQ)), SEQ_BEGIN_STORE, SEQ_END_STORE);
    }

    /** The first step for the VMA whose flags are known: a mixed map is copied even without an anon_vma. */
    static int begin(Machine m, int t, int f) {
        return (m.s[f + Frame.VM_FLAGS] & Region.MIXEDMAP) == 0 ? TEST_ANON_VMA : needsCopy(m, t, f);
    }

    /** {@code is_cow}, where the kernel has the sequence. */
    private static boolean hasSection(Machine m, int f) {
        return m.has(WRITE_PROTECT_SEQ) && Region.isCow(m.s[f + Frame.VM_FLAGS]);
    }

    /** The notifiers are told before the section begins, since they may sleep. */
    private static int needsCopy(Machine m, int t, int f) {
        final int[] s = m.s;
        int next = hasSection(m, f) && !m.has(SEQ_UNDER_PTL) ? SEQ_BEGIN_LOAD : walk(m, t, f);
        boolean isCow = Region.isCow(s[f + Frame.VM_FLAGS]);
        int mm = m.threadMm[t];
        return isCow
                ? MmuNotifier.start(m, t, f, FORK_NOTIFIES, mm, s[f + Frame.WALK], s[f + Frame.WALK_END], next)
                : next;
    }

    /** Behind the section. */
    private static int copied(Machine m, int t, int f) {
        int next = Fork.nextVma(m, f);
        boolean isCow = Region.isCow(m.s[f + Frame.VM_FLAGS]);
        return isCow ? MmuNotifier.end(m, t, f, FORK_NOTIFIES, m.threadMm[t], next) : next;
    }

    /** copy_pte_range() holds its page-table locks. */
    static int locked(Machine m, int f) {
        return m.has(SEQ_UNDER_PTL) && hasSection(m, f) ? SEQ_BEGIN_LOAD : CopyPte.READ_PTE;
    }

    /** copy_pte_range() is about to drop them: whether the section is to end first, in steps from {@link #SEQ_END_LOAD}. */
    static boolean endsUnderPtl(Machine m, int f) {
        return m.has(SEQ_UNDER_PTL) && hasSection(m, f) && endSection(m, f);
    }

    /** The walk is done with this VMA. */
    static int walked(Machine m, int t) {
        int f = m.frame(t);
        int at = m.mmOf(f);
        m.tick(at + Layout.WALKERS);
        m.s[at + Layout.WALKERS]--;
        if (!m.has(SEQ_UNDER_PTL) && hasSection(m, f) && endSection(m, f)) {
            return SEQ_END_LOAD;
        } else {
            return copied(m, t, f);
        }
    }

    /** Whether the end of the section takes steps: without seq-end it takes none, and the sequence stays as it is. */
    private static boolean endSection(Machine m, int f) {
        if (!m.has(SEQ_END)) {
            m.mark(m.mmOf(f) + Layout.SEQ);
            m.s[m.mmOf(f) + Layout.SEQ_WRITERS]--;
        }
        return m.has(SEQ_END);
    }

    /** Whether a write section with preemption off is open. */
    static boolean preemptionOff(Machine m, int f) {
        return m.has(SEQ_PREEMPT_OFF) && hasSection(m, f);
    }

    private static final class TestAnonVma extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return m.read(m.s[f + Frame.VMA] + Layout.VMA_ANON) == 0
                    ? Fork.nextVma(m, f) // the child refaults what it needs
                    : needsCopy(m, t, f);
        }
    }

    private static final class SeqBeginLoad extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.s[f + Frame.SEQ] = m.read(m.mmOf(f) + Layout.SEQ);
            return SEQ_BEGIN_STORE;
        }
    }

    private static final class SeqBeginStore extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int at = m.mmOf(f);
            if ((s[at + Layout.SEQ] & 1) != 0 || s[at + Layout.SEQ_WRITERS] > 0) {
                m.violate(Invariant.I9, t, 0, 0);
            }
            s[at + Layout.SEQ_WRITERS]++;
            m.write(at + Layout.SEQ, s[f + Frame.SEQ] + 1);
            if (s[Sched.BLOCKING] != 0) {
                m.recheck();
            }
            return m.has(SEQ_UNDER_PTL) ? CopyPte.READ_PTE : walk(m, t, f);
        }
    }

    private static final class SeqEndLoad extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return beginEnd(m, f);
        }
    }

    /** The step {@link #SEQ_END_LOAD}, taken in the place of another one. */
    static int beginEnd(Machine m, int f) {
        m.s[Sched.STEPPING] = SEQ_END_LOAD;
        m.s[f + Frame.SEQ] = m.read(m.mmOf(f) + Layout.SEQ);
        return SEQ_END_STORE;
    }

    private static final class SeqEndStore extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int at = m.mmOf(f);
            m.s[at + Layout.SEQ_WRITERS]--;
            m.write(at + Layout.SEQ, m.s[f + Frame.SEQ] + 1);
            if (m.s[Sched.BLOCKING] != 0) {
                m.recheck();
            }
            return m.has(SEQ_UNDER_PTL) ? CopyPte.SRC_UNLOCK : copied(m, t, f);
        }
    }

    private static int walk(Machine m, int t, int f) {
        int at = m.mmOf(f);
        m.tick(at + Layout.WALKERS);
        m.s[at + Layout.WALKERS]++;
        for (int set = 0; m.log != null && m.asks(GoalPoint.PIN_OVERLAPS_FORK) && set < m.pins; set++) {
            m.see(m.layout.call(set));
        }
        for (int rest = m.s[Sched.PINS_IN_FLIGHT]; rest != 0; rest &= rest - 1) {
            if (m.pinMm[Integer.numberOfTrailingZeros(rest)] == m.threadMm[t]) {
                m.reach(GoalPoint.PIN_OVERLAPS_FORK);
            }
        }
        m.s[f + Frame.PREALLOC] = 0;
        return m.layout.allocatesTables ? READ_PMD : CopyPte.lock(m, f);
    }

    /** Where the parent has no page-table page there is nothing to copy. */
    private static final class ReadPmd extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return m.read(Places.WALKED_PMD.word(m, t, f)) != 0 ? CopyPte.lock(m, f) : walked(m, t);
        }
    }
}
