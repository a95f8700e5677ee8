package dev.gupfuzz.simulator.routine;

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
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.machine.StepCode;

/**
 * {@code unpin_user_pages()}.
 *
 * <p>Source: mm/gup.c, unpin_user_page(): one page_ref_sub_and_test() up to v5.10; put_compound_head(), two atomics, from
 * v5.11 (4509b42c3896). Not modelled: compound pages, vmstat.
 */
final class Unpin {

    private static final int UNPIN_IN_TWO = Rule.UNPIN_IN_TWO.ordinal();

    static final int SUB_AND_TEST = Pc.UNPIN;
    static final int SUB = Pc.UNPIN | 1;
    static final int PUT = Pc.UNPIN | 2;

    private Unpin() {}

    static void declare() {
        Labels.define(
                SUB_AND_TEST,
                "unpin_user_page",
                "SUB_AND_TEST",
                Target.REFCOUNT,
                "page_ref_sub_and_test(page, refs)",
                new SubAndTest());
        Labels.define(
                SUB,
                "unpin_user_page",
                "SUB",
                Target.REFCOUNT,
                "put_compound_head(): page_ref_sub(page, refs - 1)",
                new Sub());
        Labels.define(PUT, "unpin_user_page", "PUT", Target.REFCOUNT, "put_compound_head(): put_page(page)", new Put());
        Labels.pending(PendingAccess.rmw(Places.PIN_REFCOUNT), SUB_AND_TEST, SUB, PUT);
    }

    private static final class SubAndTest extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, current(m, t, f), GupFast.BIAS);
            return next(m, t, f);
        }
    }

    private static final class Sub extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.ref(m, current(m, t, f), 1 - GupFast.BIAS);
            return PUT;
        }
    }

    private static final class Put extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, current(m, t, f), 1);
            return next(m, t, f);
        }
    }

    /** The page that is being unpinned; the first step of the call ends all claims of the set. */
    private static int current(Machine m, int t, int f) {
        final int[] s = m.s;
        int set = s[f + Frame.PIN];
        if ((s[Sched.INSIDE] & (1 << t)) == 0) {
            m.enter(t);
            Claims.release(m, set);
        }
        return s[m.layout.pin(set) + Layout.PIN_HEAD + s[f + Frame.CURSOR]] & Layout.ENTRY_PFN;
    }

    private static int next(Machine m, int t, int f) {
        final int[] s = m.s;
        int set = s[f + Frame.PIN];
        if (++s[f + Frame.CURSOR] < s[m.layout.pin(set) + Layout.PIN_NR]) {
            return m.has(UNPIN_IN_TWO) ? SUB : SUB_AND_TEST;
        } else {
            Claims.unpinned(m, set);
            return Program.next(m, t);
        }
    }
}
