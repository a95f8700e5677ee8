package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.machine.Contents;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Locks;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Memory;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.Pte;
import dev.gupfuzz.simulator.machine.SecondaryMmu;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.scenario.Foll;
import dev.gupfuzz.simulator.scenario.Op;

/**
 * A guest's load or store through the secondary MMU, and the fault that installs an entry: read the sequence, get the page by GUP, then look
 * under the MMU's lock whether an invalidation is in progress or has been since.
 *
 * <p>Source: virt/kvm/kvm_main.c, hva_to_pfn_fast() and hva_to_pfn_slow(), include/linux/kvm_host.h, mmu_notifier_retry()
 * (mmu_invalidate_retry() in v6.12), arch/x86/kvm/mmu.c, tdp_page_fault() (mmu/mmu.c, direct_page_fault(), kvm_tdp_mmu_page_fault()); v4.8, v5.11
 * and v6.12. GUP-fast asks for the right to write for a read too, as KVM does. A fault that gives up is tried again when no invalidation is in
 * progress: what it would do before that it does again then. Not modelled: the second look for the right to write behind a slow
 * read, asynchronous page faults, the look before GUP from v6.9 on, the fault that asks for one of several vCPUs to stop.
 */
final class Guest {

    private static final int NOTIFIER_RETRY = Rule.NOTIFIER_RETRY.ordinal();

    /** In {@link Frame#PIN}: the page is for this routine, not for a pin set. */
    static final int NO_SET = -2;

    private static final String GUEST = "guest";
    private static final String FAULT = "kvm_page_fault";

    static final int TRANSLATE = Pc.GUEST;
    static final int DATA = Pc.GUEST | 1;
    static final int READ_SEQ = Pc.GUEST | 2;
    static final int MMU_LOCK = Pc.GUEST | 3 | Pc.ON_PTL;
    static final int READ_COUNT = Pc.GUEST | 4;
    static final int RETRY_SEQ = Pc.GUEST | 5;
    static final int INSTALL = Pc.GUEST | 6;
    static final int MMU_UNLOCK = Pc.GUEST | 7;
    static final int PUT = Pc.GUEST | 8;
    static final int AGAIN = Pc.GUEST | 9 | Pc.ON_QUIET;

    private Guest() {}

    static void declare() {
        Labels.define(TRANSLATE, GUEST, "TRANSLATE", Target.SECONDARY, "walk, read spte", new Translate());
        Labels.define(DATA, GUEST, "DATA", Target.CONTENT, "access through the secondary MMU", new Data());
        Labels.define(
                READ_SEQ, FAULT, "READ_SEQ", Target.SECONDARY, "mmu_seq = kvm->mmu_invalidate_seq", new ReadSeq());
        Labels.define(MMU_LOCK, FAULT, "MMU_LOCK", Target.SECONDARY, "write_lock(&vcpu->kvm->mmu_lock)", new MmuLock());
        Labels.define(
                READ_COUNT,
                FAULT,
                "READ_COUNT",
                Target.SECONDARY,
                "mmu_invalidate_retry(): kvm->mmu_invalidate_in_progress",
                new ReadCount());
        Labels.define(
                RETRY_SEQ,
                FAULT,
                "RETRY_SEQ",
                Target.SECONDARY,
                "mmu_invalidate_retry(): kvm->mmu_invalidate_seq != mmu_seq",
                new RetrySeq());
        Labels.define(INSTALL, FAULT, "INSTALL", Target.SECONDARY, "mmu_set_spte(..., pfn)", new Install());
        Labels.define(
                MMU_UNLOCK,
                FAULT,
                "MMU_UNLOCK",
                Target.SECONDARY,
                "write_unlock(&vcpu->kvm->mmu_lock)",
                new MmuUnlock());
        Labels.define(PUT, FAULT, "PUT", Target.REFCOUNT, "kvm_release_pfn_clean(pfn)", new Put());
        Labels.define(AGAIN, FAULT, "AGAIN", Target.SECONDARY, "return RET_PF_RETRY", new Again());
        Labels.pending(PendingAccess.read((m, t, f) -> SecondaryMmu.entry(m, page(m, f))), TRANSLATE);
        Labels.pending(PendingAccess.loadOrStore(Places.frame(Frame.ACCESS_PFN, Layout.CONTENT)), DATA);
        Labels.pending(PendingAccess.read((m, t, f) -> SecondaryMmu.at(m, SecondaryMmu.SEQ)), READ_SEQ, RETRY_SEQ);
        Labels.pending(
                PendingAccess.read((m, t, f) -> SecondaryMmu.at(m, SecondaryMmu.IN_PROGRESS)), READ_COUNT, AGAIN);
        Labels.pending(PendingAccess.rmw(Places.LOCK), MMU_LOCK, MMU_UNLOCK);
        Labels.pending(PendingAccess.write((m, t, f) -> SecondaryMmu.entry(m, page(m, f))), INSTALL);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.REFCOUNT)), PUT);
    }

    private static int page(Machine m, int f) {
        return Program.operand(m, f, 1);
    }

    private static boolean writes(Machine m, int f) {
        return Program.operand(m, f, 0) == Op.GUEST_STORE;
    }

    private static final class Translate extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int entry = SecondaryMmu.enter(m, t, f, page(m, f), writes(m, f));
            if (entry == Pte.NONE) {
                return READ_SEQ;
            }
            s[f + Frame.ACCESS_PFN] = Pte.pfn(entry);
            s[f + Frame.IS_WRITE] = writes(m, f) ? 1 : 0;
            return DATA;
        }
    }

    private static final class Data extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int page = page(m, f);
            int pfn = m.s[f + Frame.ACCESS_PFN];
            if (writes(m, f)) {
                Contents.guestStore(m, t, page, pfn, Program.operand(m, f, 2));
            } else {
                int seen = Contents.guestLoad(m, t, page, pfn);
                if (m.expects) {
                    Program.expect(m, t, f, page, seen, 2);
                }
            }
            SecondaryMmu.leave(m, t, f);
            return Program.next(m, t);
        }
    }

    private static final class ReadSeq extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            m.enter(t);
            s[SecondaryMmu.own(m, t, SecondaryMmu.SEEN_SEQ)] = m.read(SecondaryMmu.at(m, SecondaryMmu.SEQ));
            s[f + Frame.PIN] = NO_SET;
            s[f + Frame.START] = page(m, f);
            s[f + Frame.NR] = 0;
            s[f + Frame.NR_ALL] = 1;
            s[f + Frame.FOLL] = Foll.GET | Foll.FAST | Foll.FAST_ONLY | Foll.WRITE;
            return GupFast.begin(m, t, f);
        }
    }

    /** GUP returned: with the page, or without. */
    static int found(Machine m, int t, int f) {
        final int[] s = m.s;
        if (s[f + Frame.NR] == 1) {
            s[f + Frame.LOCK] = SecondaryMmu.at(m, SecondaryMmu.LOCK);
            return MMU_LOCK;
        }
        if ((s[f + Frame.FOLL] & Foll.FAST_ONLY) != 0) {
            s[f + Frame.FOLL] = Foll.GET | Foll.FAST | (writes(m, f) ? Foll.WRITE : 0);
            s[f + Frame.NR] = 0;
            return GupSlow.begin(m, t, f);
        }
        m.reach(GoalPoint.SEGV);
        return Program.next(m, t);
    }

    private static final class MmuLock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlLock(m, t);
            return m.has(NOTIFIER_RETRY) ? READ_COUNT : INSTALL;
        }
    }

    private static final class ReadCount extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            if (m.read(SecondaryMmu.at(m, SecondaryMmu.IN_PROGRESS)) == 0) {
                return RETRY_SEQ;
            }
            m.reach(GoalPoint.INVALIDATE_IN_PROGRESS);
            m.s[f + Frame.ABORT] = 1;
            return MMU_UNLOCK;
        }
    }

    private static final class RetrySeq extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int seen = m.s[SecondaryMmu.own(m, t, SecondaryMmu.SEEN_SEQ)];
            if (m.read(SecondaryMmu.at(m, SecondaryMmu.SEQ)) == seen) {
                return INSTALL;
            }
            m.reach(GoalPoint.INVALIDATE_SEQ_CHANGED);
            m.s[f + Frame.ABORT] = 1;
            return MMU_UNLOCK;
        }
    }

    private static final class Install extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            boolean writable = (m.s[f + Frame.FOLL] & Foll.WRITE) != 0;
            SecondaryMmu.install(m, page(m, f), m.s[f + Frame.TARGET_PFN], writable);
            m.s[f + Frame.ABORT] = 0;
            return MMU_UNLOCK;
        }
    }

    private static final class MmuUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlUnlock(m, t);
            m.s[SecondaryMmu.own(m, t, SecondaryMmu.SEEN_SEQ)] = 0;
            return PUT;
        }
    }

    private static final class Put extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, m.s[f + Frame.TARGET_PFN], 1);
            return m.s[f + Frame.ABORT] != 0 ? AGAIN : TRANSLATE;
        }
    }

    private static final class Again extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.passed(t);
            m.read(SecondaryMmu.at(m, SecondaryMmu.IN_PROGRESS));
            return TRANSLATE;
        }
    }
}
