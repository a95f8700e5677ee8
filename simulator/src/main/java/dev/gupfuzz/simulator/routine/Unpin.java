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
import dev.gupfuzz.simulator.scenario.Foll;

/**
 * {@code unpin_user_pages()}, and {@code put_page()} of plain references. Where pages can be reclaimed, what was pinned for
 * writing is marked dirty first, as {@code unpin_user_pages_dirty_lock()} and the users of plain references do.
 *
 * <p>Source: mm/gup.c, unpin_user_page(): one page_ref_sub_and_test() up to v5.9; put_compound_head(), two atomics, from v5.11
 * (4509b42c3896) to v5.14; gup_put_folio(), one atomic, from v5.18. Not modelled: compound pages, vmstat, the page lock around
 * the dirty mark; that from v5.14 on the references of one call to one page go together where they stand side by side.
 */
final class Unpin {

    private static final int HAS_PINNED_CLEARED = Rule.HAS_PINNED_CLEARED.ordinal();
    private static final int UNPIN_IN_TWO = Rule.UNPIN_IN_TWO.ordinal();

    static final int SUB_AND_TEST = Pc.UNPIN;
    static final int SUB = Pc.UNPIN | 1;
    static final int PUT = Pc.UNPIN | 2;
    static final int SET_DIRTY = Pc.UNPIN | 3;
    static final int CLEAR_HAS_PINNED = Pc.UNPIN | 4;

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
        Labels.define(
                SET_DIRTY,
                "unpin_user_page",
                "SET_DIRTY",
                Target.PAGE_FLAGS,
                "set_page_dirty_lock(page)",
                new SetDirty());
        Labels.define(
                CLEAR_HAS_PINNED,
                "unpin_user_page",
                "CLEAR_HAS_PINNED",
                Target.HAS_PINNED,
                "atomic_set(&mm->has_pinned, 0)",
                new ClearHasPinned());
        Labels.pending(PendingAccess.rmw(Places.PIN_REFCOUNT), SUB_AND_TEST, SUB, PUT);
        Labels.pending(
                PendingAccess.rmw(
                        (m, t, f) -> Places.pinned(m, m.s[f + Frame.PIN], m.s[f + Frame.CURSOR]) + Layout.FLAGS),
                SET_DIRTY);
        Labels.pending(PendingAccess.write(Places.mm(Layout.HAS_PINNED)), CLEAR_HAS_PINNED);
    }

    /** The first step for set {@link Frame#PIN}, or {@link Program#NOTHING} when its call returned no page. */
    static int begin(Machine m, int f) {
        int set = m.s[f + Frame.PIN];
        m.s[f + Frame.CURSOR] = 0;
        m.see(m.layout.call(set));
        int at = m.pinAt(set);
        return m.s[at + Layout.PIN_NR] <= 0 ? Program.NOTHING : page(m, m.s[at + Layout.PIN_KIND]);
    }

    /** The first step for a page of a set with the flags {@code foll}. */
    private static int page(Machine m, int foll) {
        boolean dirties = m.layout.hasRmap && (foll & Foll.WRITE) != 0;
        return dirties ? SET_DIRTY : drop(m, foll);
    }

    private static int drop(Machine m, int foll) {
        return m.bias(foll) == 1 ? PUT : m.has(UNPIN_IN_TWO) ? SUB : SUB_AND_TEST;
    }

    private static final class SetDirty extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int at = m.pageAt(current(m, t, f)) + Layout.FLAGS;
            m.rmw(at);
            m.s[at] |= Layout.FLAG_DIRTY;
            return drop(m, m.s[m.pinAt(m.s[f + Frame.PIN]) + Layout.PIN_KIND]);
        }
    }

    private static final class SubAndTest extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, current(m, t, f), GupWalk.BIAS);
            return next(m, t, f);
        }
    }

    private static final class Sub extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.ref(m, current(m, t, f), 1 - GupWalk.BIAS);
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

    private static final class ClearHasPinned extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.write(m.mmOf(f) + Layout.HAS_PINNED, 0);
            Claims.unpinned(m, m.s[f + Frame.PIN]);
            return Program.next(m, t);
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
        return s[m.pinAt(set) + Layout.PIN_HEAD + s[f + Frame.CURSOR]] & Layout.ENTRY_PFN;
    }

    private static int next(Machine m, int t, int f) {
        final int[] s = m.s;
        int set = s[f + Frame.PIN];
        int at = m.pinAt(set);
        if (++s[f + Frame.CURSOR] < s[at + Layout.PIN_NR]) {
            return page(m, s[at + Layout.PIN_KIND]);
        }
        if (m.has(HAS_PINNED_CLEARED) && wasLast(m, set)) {
            return CLEAR_HAS_PINNED;
        }
        Claims.unpinned(m, set);
        return Program.next(m, t);
    }

    /** A count of the mm's pins would have dropped to 0: it rides on the step that gives the last page of the set back. */
    private static boolean wasLast(Machine m, int set) {
        for (int other = 0; other < m.pins; other++) {
            if (other != set && m.pinMm[other] == m.pinMm[set]) {
                m.see(m.layout.call(other));
                int at = m.pinAt(other);
                if (m.s[at + Layout.PIN_NR] > 0 && (m.s[at + Layout.PIN_KIND] & Foll.PIN) != 0) {
                    return false;
                }
            }
        }
        return (m.s[m.pinAt(set) + Layout.PIN_KIND] & Foll.PIN) != 0;
    }
}
