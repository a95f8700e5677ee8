package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Tlb;

/**
 * A TLB flush that another routine calls: the CPU's own entries first, then a step for each other CPU that runs the mm.
 *
 * <p>Source: arch/x86/mm/tlb.c, flush_tlb_mm_range(); see {@link Tlb}. fork, munmap and wp_page_copy() have such steps of their own.
 */
final class TlbFlush {

    static final int FLUSH = Pc.FLUSH | Pc.ON_ACK;

    private TlbFlush() {}

    static void declare() {
        Labels.define(
                FLUSH, "flush_tlb_mm_range", "FLUSH", Target.CPU, "flush_tlb_range(vma, start, end)", new Flush());
        Labels.pending(PendingAccess.rmw(Places.ACKNOWLEDGING), FLUSH);
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
        if (m.threadMm[t] == mm) {
            Tlb.invalidate(m, t, start, end);
        }
        return next(m, t, f, -1);
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
