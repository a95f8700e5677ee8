package dev.gupfuzz.simulator.routine;

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
import dev.gupfuzz.simulator.scenario.Op;

/**
 * Plain references that somebody holds, and the LRU batches.
 *
 * <p>Source: include/linux/mm.h, get_page() and put_page(), as in a pipe or a socket that holds a page many times;
 * mm/swap.c, lru_add_drain_all() and __pagevec_lru_add(); v4.8 to v6.12. All references of a row are taken, or given back, in one
 * step, and all batches are emptied in one. Not modelled: the work items on the other CPUs.
 */
final class References {

    static final int HOLD = Pc.SYNC | 8;
    static final int RELEASE = Pc.SYNC | 9;
    static final int DRAIN = Pc.SYNC | 10;

    private References() {}

    static void declare() {
        Labels.define(HOLD, "get_page", "HOLD", Target.REFCOUNT, "page_ref_add(page, nr)", new Hold());
        Labels.define(
                RELEASE, "put_page", "RELEASE", Target.REFCOUNT, "page_ref_sub_and_test(page, nr)", new Release());
        Labels.define(DRAIN, "lru_add_drain_all", "DRAIN", Target.REFCOUNT, "release_pages(pvec->pages)", new Drain());
        Labels.pending(PendingAccess.rmw((m, t, f) -> m.pageAt(mapped(m, f)) + Layout.REFCOUNT), HOLD);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.HELD_PFN, Layout.REFCOUNT)), RELEASE);
        Labels.pending(PendingAccess.rmw((m, t, f) -> m.pageAt(0) + Layout.REFCOUNT), DRAIN);
    }

    /** The first step of a row: {@code Op.HOLD}, {@code Op.RELEASE} or {@code Op.LRU_DRAIN}. */
    static int begin(Machine m, int t, int f) {
        switch (Program.operand(m, f, 0)) {
            case Op.HOLD:
                return HOLD;
            case Op.RELEASE:
                return m.s[f + Frame.HELD] == 0 ? Program.NOTHING : RELEASE;
            default:
                return DRAIN;
        }
    }

    /** The frame that the page of the row has; the zeropage's, which is not counted, where it has none. */
    private static int mapped(Machine m, int f) {
        int pte = m.s[m.s[f + Frame.PTES] + Program.operand(m, f, 1)];
        return Pte.present(pte) ? Pte.pfn(pte) : 0;
    }

    private static final class Hold extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.see(m.s[f + Frame.PTES] + Program.operand(m, f, 1));
            int pfn = mapped(m, f);
            m.enter(t);
            int refs = pfn == 0 ? 0 : Program.operand(m, f, 2);
            Memory.ref(m, pfn, refs);
            m.s[f + Frame.HELD_PFN] = pfn;
            m.s[f + Frame.HELD] = refs;
            return Program.next(m, t);
        }
    }

    private static final class Release extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.enter(t);
            Memory.put(m, t, m.s[f + Frame.HELD_PFN], m.s[f + Frame.HELD]);
            m.s[f + Frame.HELD_PFN] = 0;
            m.s[f + Frame.HELD] = 0;
            return Program.next(m, t);
        }
    }

    private static final class Drain extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.enter(t);
            Memory.drainBatches(m, t);
            return Program.next(m, t);
        }
    }
}
