package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.Pte;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Swap;

/**
 * Fork's copy of a swap entry, under both page-table locks: the slot has one entry more, and none of them is exclusive.
 *
 * <p>Source: mm/memory.c, copy_nonpresent_pte(), v5.9 to v6.12; the first half of copy_one_pte() in v4.8 to v5.8. Not modelled:
 * count continuations of a slot, the list of mms for swapoff, migration and device entries, PTE markers.
 */
final class CopyNonpresent {

    private static final int FORK_CLEARS_UFFD_WP = Rule.FORK_CLEARS_UFFD_WP.ordinal();
    private static final int SWP_EXCLUSIVE = Rule.SWP_EXCLUSIVE.ordinal();

    private static final String FUNCTION = "copy_nonpresent_pte";

    static final int SWAP_DUPLICATE = Pc.COPY_NONPRESENT;
    static final int CLEAR_EXCLUSIVE = Pc.COPY_NONPRESENT | 1;
    static final int SET_PTE = Pc.COPY_NONPRESENT | 2;

    private CopyNonpresent() {}

    static void declare() {
        Labels.define(
                SWAP_DUPLICATE, FUNCTION, "SWAP_DUPLICATE", Target.SWAP, "swap_duplicate(entry)", new Duplicate());
        Labels.define(
                CLEAR_EXCLUSIVE,
                FUNCTION,
                "CLEAR_EXCLUSIVE",
                Target.PTE,
                "set_pte_at(src_mm, addr, src_pte, pte_swp_clear_exclusive(pte))",
                new ClearExclusive());
        Labels.define(
                SET_PTE,
                FUNCTION,
                "SET_PTE",
                Target.PTE,
                "set_pte_at(dst_mm, addr, dst_pte, pte) (swap)",
                new SetPte());
        Labels.pending(
                PendingAccess.rmw((m, t, f) -> m.layout.swap(Pte.slot(m.s[f + Frame.PTE])) + Layout.SWAP_MAP),
                SWAP_DUPLICATE);
        Labels.pending(PendingAccess.write(Places.pte(Frame.WALK)), CLEAR_EXCLUSIVE);
        Labels.pending(PendingAccess.write(Places.CHILD_PTE), SET_PTE);
    }

    private static final class Duplicate extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int pte = m.s[f + Frame.PTE];
            Swap.duplicate(m, Pte.slot(pte));
            return m.has(SWP_EXCLUSIVE) && (pte & Pte.SWP_EXCLUSIVE) != 0 ? CLEAR_EXCLUSIVE : SET_PTE;
        }
    }

    private static final class ClearExclusive extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int pte = m.s[f + Frame.PTE] & ~Pte.SWP_EXCLUSIVE;
            m.s[f + Frame.PTE] = pte;
            m.setOwnPte(t, f, m.s[f + Frame.WALK], pte);
            return SET_PTE;
        }
    }

    private static final class SetPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int pte = m.s[f + Frame.PTE] & (m.has(FORK_CLEARS_UFFD_WP) ? ~Pte.UFFD_WP : -1);
            m.setPte(t, m.s[f + Frame.CHILD_MM], m.s[f + Frame.WALK], pte);
            return CopyPte.copiedWithoutPut(m, f);
        }
    }
}
