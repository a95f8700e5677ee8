package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.PendingAccess.Place;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Tlb;

/**
 * A TLB flush that another routine calls: the CPU's own entries first, then a step for each other CPU that runs the mm.
 *
 * <p>Source: arch/x86/mm/tlb.c, flush_tlb_mm_range(); see {@link Tlb}. fork, munmap and wp_page_copy() have such steps of their own.
 * mm/rmap.c, flush_tlb_batched_pending(), v4.14 to v6.12.
 */
final class TlbFlush {

    private static final int BATCHED_FLUSH_COUNTS = Rule.BATCHED_FLUSH_COUNTS.ordinal();
    private static final int BATCHED_FLUSH_PENDING = Rule.BATCHED_FLUSH_PENDING.ordinal();

    // ---- mm->tlb_flush_batched: batches that are pending or were, and behind them how many of these were flushed

    private static final int PENDING_MASK = 0x7fff;
    private static final int FLUSHED_SHIFT = 16;

    private static final String PENDING = "flush_tlb_batched_pending";

    static final int FLUSH = Pc.FLUSH | Pc.ON_ACK;
    static final int READ_BATCHED = Pc.FLUSH | 1;
    static final int CLEAR_BATCHED = Pc.FLUSH | 2;

    private TlbFlush() {}

    static void declare() {
        Labels.define(
                FLUSH, "flush_tlb_mm_range", "FLUSH", Target.CPU, "flush_tlb_range(vma, start, end)", new Flush());
        Labels.define(READ_BATCHED, PENDING, "READ", Target.TLB_FLUSH, "if (mm->tlb_flush_batched)", new ReadBatched());
        Labels.define(
                CLEAR_BATCHED, PENDING, "CLEAR", Target.TLB_FLUSH, "mm->tlb_flush_batched = false", new ClearBatched());
        Labels.pending(PendingAccess.rmw(Places.ACKNOWLEDGING), FLUSH);
        Place batched = (m, t, f) -> m.mmAt(m.s[f + Frame.WALK_MM]) + Layout.TLB_FLUSH_BATCHED;
        Labels.pending(PendingAccess.read(batched), READ_BATCHED);
        Labels.pending(PendingAccess.rmw(batched), CLEAR_BATCHED);
    }

    /**
     * Flushes pages {@code [start, end)} of a process. The calling CPU's part rides on the step before; where no other CPU runs the
     * mm, nothing is left to do.
     *
     * @return the first step, or {@code ret}
     */
    static int begin(Machine m, int t, int f, int mm, int start, int end, int ret) {
        m.s[f + Frame.WALK_MM] = mm;
        m.s[f + Frame.FLUSH_START] = start;
        m.s[f + Frame.FLUSH_END] = end;
        m.s[f + Frame.FLUSH_RET] = ret;
        Tlb.invalidateOwn(m, t, mm, start, end);
        return next(m, t, f, -1);
    }

    /**
     * set_tlb_ubc_flush_pending(): one more batch, of those that the low half counts; before they were counted, a mark. The access of
     * its step.
     */
    static void batch(Machine m, int at) {
        m.rmw(at);
        m.s[at] = m.has(BATCHED_FLUSH_COUNTS) ? m.s[at] + 1 : 1;
    }

    private static boolean isPending(Machine m, int batches) {
        return (batches & PENDING_MASK) != (m.has(BATCHED_FLUSH_COUNTS) ? batches >> FLUSHED_SHIFT : 0);
    }

    /**
     * flush_tlb_batched_pending() of process {@link Frame#WALK_MM}, under a page-table lock; nothing where reclaim leaves no flush
     * for later.
     *
     * @return the first step, or {@code ret}
     */
    static int batchedPending(Machine m, int f, int ret) {
        if (!m.layout.batchesFlushes || !m.has(BATCHED_FLUSH_PENDING)) {
            return ret;
        }
        m.s[f + Frame.BATCHED_RET] = ret;
        return READ_BATCHED;
    }

    private static final class ReadBatched extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int mm = m.s[f + Frame.WALK_MM];
            int batches = m.read(m.mmAt(mm) + Layout.TLB_FLUSH_BATCHED);
            if (!isPending(m, batches)) {
                return m.s[f + Frame.BATCHED_RET];
            }
            m.s[f + Frame.BATCHES] = batches;
            return begin(m, t, f, mm, 0, m.pages, CLEAR_BATCHED);
        }
    }

    private static final class ClearBatched extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int at = m.mmAt(m.s[f + Frame.WALK_MM]) + Layout.TLB_FLUSH_BATCHED;
            int batches = m.s[f + Frame.BATCHES];
            m.rmw(at);
            if (!m.has(BATCHED_FLUSH_COUNTS)) {
                m.s[at] = 0;
            } else if (m.s[at] == batches) { // else a batch came during the flush, and another flush is to follow
                int pending = batches & PENDING_MASK;
                m.s[at] = pending | pending << FLUSHED_SHIFT;
            }
            m.s[f + Frame.BATCHES] = 0;
            return m.s[f + Frame.BATCHED_RET];
        }
    }

    private static int next(Machine m, int t, int f, int cpu) {
        int next = Tlb.nextCpu(m, t, m.s[f + Frame.WALK_MM], cpu);
        m.s[f + Frame.ACK_CPU] = next;
        return next < 0 ? m.s[f + Frame.FLUSH_RET] : FLUSH;
    }

    private static final class Flush extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int cpu = m.s[f + Frame.ACK_CPU];
            Tlb.acknowledge(m, t, cpu, m.s[f + Frame.FLUSH_START], m.s[f + Frame.FLUSH_END]);
            User.flushed(m, cpu);
            return next(m, t, f, cpu);
        }
    }
}
