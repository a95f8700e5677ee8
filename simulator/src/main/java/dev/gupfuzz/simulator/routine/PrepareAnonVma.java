package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Locks;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.Pte;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Vmas;

/**
 * What a fault does before it maps a page of its own: the VMA gets its anon_vma. A fault that holds only the VMA's lock needs
 * mmap_lock for that, takes it if it is free, and starts again with it otherwise.
 *
 * <p>Source: mm/rmap.c, anon_vma_prepare(); mm/memory.c, __vmf_anon_prepare(); v4.8 to v6.4, v6.8, v6.12. Not modelled: allocation
 * failure, the reuse of a neighbour's anon_vma.
 */
final class PrepareAnonVma extends StepCode {

    private static final String PREPARE = "__vmf_anon_prepare";

    private static final int MMAP_TRYLOCK = Pc.FAULT | 22;
    private static final int MMAP_UNLOCK = Pc.FAULT | 23;

    /** In {@link Frame#VMA_LOCKED}: mmap_lock is held for reading besides. */
    private static final int WITH_MMAP_LOCK = 2;

    private final int next;
    private final boolean copies;

    /**
     * The step of the function that calls it.
     *
     * @param next the step behind it
     * @param copies whether {@code wp_page_copy()} calls it, which holds a reference to the old page
     */
    PrepareAnonVma(int next, boolean copies) {
        this.next = next;
        this.copies = copies;
    }

    static void declare() {
        Labels.define(
                MMAP_TRYLOCK,
                PREPARE,
                "MMAP_TRYLOCK",
                Target.MMAP_LOCK,
                "mmap_read_trylock(vma->vm_mm)",
                new MmapTrylock());
        Labels.define(
                MMAP_UNLOCK,
                PREPARE,
                "MMAP_UNLOCK",
                Target.MMAP_LOCK,
                "mmap_read_unlock(vma->vm_mm)",
                new MmapUnlock());
        Labels.pending(PendingAccess.rmw(Places.mm(Layout.MMAP_LOCK)), MMAP_TRYLOCK, MMAP_UNLOCK);
    }

    @Override
    public int take(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        if (s[f + Frame.VMA_LOCKED] != 1) {
            Vmas.prepareAnon(m, m.mmOf(f), s[f + Frame.PAGE]);
        } else if (!isThere(m, f)) {
            boolean holds = copies && !Pte.special(s[f + Frame.PTE]);
            s[f + Frame.RET] = pc;
            s[f + Frame.ANON_RET] = holds ? WpCopy.PUT_OLD : s[f + Frame.FAULT_RET];
            return MMAP_TRYLOCK;
        }
        if (s[f + Frame.VMA_LOCKED] != WITH_MMAP_LOCK) {
            return next;
        }
        s[f + Frame.RET] = next;
        return MMAP_UNLOCK;
    }

    /** vma->anon_vma; the VMA's lock keeps the VMA, not its anon_vma. */
    private static boolean isThere(Machine m, int f) {
        int slot = Vmas.find(m, m.mmOf(f), m.s[f + Frame.PAGE]);
        return slot < 0 || m.s[Vmas.at(m.mmOf(f), slot) + Layout.VMA_ANON] != 0;
    }

    private static final class MmapTrylock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            if (!Locks.mmapReadTrylock(m, t)) {
                s[f + Frame.FAULT_RESULT] = Frame.FAULT_RETRY;
                return s[f + Frame.ANON_RET];
            }
            s[f + Frame.VMA_LOCKED] = WITH_MMAP_LOCK;
            return s[f + Frame.RET];
        }
    }

    private static final class MmapUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.s[f + Frame.VMA_LOCKED] = 1;
            Locks.mmapReadUnlock(m, t);
            return m.s[f + Frame.RET];
        }
    }
}
