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
 * A fault that a userfaultfd monitor has to resolve: the thread gives its lock up and sleeps until the monitor wakes it.
 *
 * <p>Source: fs/userfaultfd.c, handle_userfault() and userfaultfd_must_wait(), v5.7, v5.9, v6.12. Not modelled: the message to the
 * monitor, signals, UFFD_FEATURE_SIGBUS, asynchronous write protection; a thread that was woken begins its access anew, also
 * where the kernel would retry the fault first; a swap entry has its soft-dirty bit, which userfaultfd_must_wait() takes for the
 * right to write.
 */
final class UserfaultWait {

    private static final String WAIT = "handle_userfault";

    private static final int QUEUE = Pc.UFFD | 40;
    private static final int MUST_WAIT = Pc.UFFD | 41;
    private static final int UNLOCK_MMAP = Pc.UFFD | 42;
    private static final int UNLOCK_VMA = Pc.UFFD | 43;
    private static final int SLEEP = Pc.UFFD | 44 | Pc.ON_WAKE;

    private UserfaultWait() {}

    static void declare() {
        Labels.define(
                QUEUE, WAIT, "QUEUE", Target.THREAD, "__add_wait_queue(&ctx->fault_pending_wqh, ...)", new Queue());
        Labels.define(MUST_WAIT, WAIT, "MUST_WAIT", Target.PTE, "userfaultfd_must_wait(...)", new MustWait());
        Labels.define(UNLOCK_MMAP, WAIT, "UNLOCK_MMAP", Target.MMAP_LOCK, "mmap_read_unlock(mm)", new UnlockMmap());
        Labels.define(UNLOCK_VMA, WAIT, "UNLOCK_VMA", Target.VMA_LOCK, "vma_end_read(vma)", new UnlockVma());
        Labels.define(SLEEP, WAIT, "SLEEP", Target.THREAD, "schedule()", new Sleep());
        Labels.pending(PendingAccess.rmw(Places.register(Frame.ASLEEP)), QUEUE, SLEEP);
        Labels.pending(PendingAccess.read(Places.pte(Frame.PAGE)), MUST_WAIT);
        Labels.pending(PendingAccess.rmw(Places.mm(Layout.MMAP_LOCK)), UNLOCK_MMAP);
        Labels.pending(PendingAccess.rmw((m, t, f) -> Vmas.lockWord(m, m.mmOf(f), m.s[f + Frame.PAGE])), UNLOCK_VMA);
    }

    /**
     * The first step of handle_userfault(), behind the release of the page-table lock. Who may not be told to try again gets
     * VM_FAULT_SIGBUS, and nobody waits.
     */
    static int begin(Machine m, int f) {
        boolean mayRetry = m.s[f + Frame.FAULT_RET] != GupSlow.FAULTED || GupSlow.unlockable(m, f);
        if (!mayRetry) {
            m.s[f + Frame.FAULT_RESULT] = Frame.FAULT_ERROR;
            return m.s[f + Frame.FAULT_RET];
        }
        return QUEUE;
    }

    private static final class Queue extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.rmw(f + Frame.ASLEEP);
            m.s[f + Frame.ASLEEP] = m.s[f + Frame.PAGE] + 1;
            m.s[f + Frame.FAULT_RESULT] = Frame.FAULT_RETRY;
            return MUST_WAIT;
        }
    }

    private static final class MustWait extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int pte = m.read(m.s[f + Frame.PTES] + m.s[f + Frame.PAGE]);
            boolean minor = m.s[f + Frame.PTE] == Pte.NONE;
            if (pte != Pte.NONE && (minor || !Pte.present(pte) || Pte.write(pte))) {
                m.mark(f + Frame.ASLEEP);
                m.s[f + Frame.ASLEEP] = 0; // somebody was faster; it leaves the queue and does not sleep
            }
            return m.s[f + Frame.VMA_LOCKED] != 0 ? UNLOCK_VMA : UNLOCK_MMAP;
        }
    }

    private static final class UnlockMmap extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.mmapReadUnlock(m, t);
            return SLEEP;
        }
    }

    private static final class UnlockVma extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.s[f + Frame.VMA_LOCKED] = 0;
            Locks.vmaEndRead(m, Vmas.lockWord(m, m.mmOf(f), m.s[f + Frame.PAGE]));
            return SLEEP;
        }
    }

    private static final class Sleep extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.passed(t);
            m.rmw(f + Frame.ASLEEP);
            int ret = m.s[f + Frame.FAULT_RET];
            return ret == Fault.MMAP_UNLOCK || ret == Fault.VMA_END_READ ? Fault.again(m, t, f) : ret;
        }
    }
}
