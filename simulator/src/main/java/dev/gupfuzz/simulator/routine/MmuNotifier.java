package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Locks;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.Pte;
import dev.gupfuzz.simulator.machine.SecondaryMmu;
import dev.gupfuzz.simulator.machine.StepCode;

/**
 * mmu_notifier_invalidate_range_start() and mmu_notifier_invalidate_range_end() as other routines call them, mmu_notifier_invalidate_page() of
 * v4.8, and what the subscriber does in them. They may sleep: no page-table lock is held. Where no secondary MMU follows the process they take no step.
 *
 * <p>Source: include/linux/mmu_notifier.h; virt/kvm/kvm_main.c, kvm_mmu_notifier_invalidate_range_start(),
 * kvm_mmu_notifier_invalidate_range_end(), kvm_mmu_notifier_invalidate_page(), kvm_flush_remote_tlbs(); v4.8, v5.11 and v6.12. The entries of a range go in one step, which only
 * guests could tell: the page table is as it was. Not modelled: more than one subscriber, callers that may not block, the sequence of
 * mmu_interval_notifier (from v5.5 on), ->change_pte(), whose entry the start has dropped, ->invalidate_range() (v4.8 to v6.4) and
 * arch_invalidate_secondary_tlbs() (from v6.6 on) for devices that walk the CPU's page table, ->release().
 */
final class MmuNotifier {

    private static final String START = "invalidate_range_start";
    private static final String PAGE = "invalidate_page";
    private static final String END = "invalidate_range_end";

    static final int START_LOCK = Pc.GUEST | 16 | Pc.ON_PTL;
    static final int START_DROP = Pc.GUEST | 17;
    static final int START_KICK = Pc.GUEST | 18 | Pc.ON_KICK;
    static final int START_UNLOCK = Pc.GUEST | 19;
    static final int END_LOCK = Pc.GUEST | 20 | Pc.ON_PTL;
    static final int END_SEQ = Pc.GUEST | 21;
    static final int END_COUNT = Pc.GUEST | 22;
    static final int END_UNLOCK = Pc.GUEST | 23;

    static final int PAGE_LOCK = Pc.GUEST | 24 | Pc.ON_PTL;
    static final int PAGE_SEQ = Pc.GUEST | 25;
    static final int PAGE_DROP = Pc.GUEST | 26;

    private MmuNotifier() {}

    static void declare() {
        Labels.define(START_LOCK, START, "LOCK", Target.SECONDARY, "write_lock(&kvm->mmu_lock)", new Lock(START_DROP));
        Labels.define(
                START_DROP,
                START,
                "DROP",
                Target.SECONDARY,
                "kvm->mmu_invalidate_in_progress++; kvm_unmap_gfn_range()",
                new Drop());
        Labels.define(START_KICK, START, "KICK", Target.CPU, "kvm_flush_remote_tlbs(kvm)", new Kick());
        Labels.define(
                START_UNLOCK,
                START,
                "UNLOCK",
                Target.SECONDARY,
                "write_unlock(&kvm->mmu_lock)",
                new Unlock(SecondaryMmu.START_CALLER));
        Labels.define(END_LOCK, END, "LOCK", Target.SECONDARY, "write_lock(&kvm->mmu_lock)", new Lock(END_SEQ));
        Labels.define(END_SEQ, END, "SEQ", Target.SECONDARY, "kvm->mmu_invalidate_seq++", new EndSeq());
        Labels.define(END_COUNT, END, "COUNT", Target.SECONDARY, "kvm->mmu_invalidate_in_progress--", new EndCount());
        Labels.define(
                END_UNLOCK,
                END,
                "UNLOCK",
                Target.SECONDARY,
                "write_unlock(&kvm->mmu_lock)",
                new Unlock(SecondaryMmu.END_CALLER));
        Labels.define(PAGE_LOCK, PAGE, "LOCK", Target.SECONDARY, "spin_lock(&kvm->mmu_lock)", new Lock(PAGE_SEQ));
        Labels.define(PAGE_SEQ, PAGE, "SEQ", Target.SECONDARY, "kvm->mmu_notifier_seq++", new PageSeq());
        Labels.define(PAGE_DROP, PAGE, "DROP", Target.SECONDARY, "kvm_unmap_hva(kvm, address)", new PageDrop());
        Labels.pending(PendingAccess.rmw(Places.LOCK), START_LOCK, START_UNLOCK, END_LOCK, END_UNLOCK, PAGE_LOCK);
        Labels.pending(PendingAccess.write(MmuNotifier::entry), PAGE_DROP);
        Labels.pending(
                PendingAccess.rmw((m, t, f) -> SecondaryMmu.at(m, SecondaryMmu.IN_PROGRESS)), START_DROP, END_COUNT);
        Labels.pending(PendingAccess.rmw((m, t, f) -> SecondaryMmu.at(m, SecondaryMmu.SEQ)), END_SEQ, PAGE_SEQ);
        Labels.pending(PendingAccess.rmw(Places.ACKNOWLEDGING), START_KICK);
    }

    /** Whether the routine with this rule tells somebody of a change to a process's page table. */
    private static boolean tells(Machine m, int rule, int mm) {
        return m.layout.secondaryMm == mm && m.has(rule);
    }

    /**
     * mmu_notifier_invalidate_range_start() of pages {@code [start, end)}.
     *
     * @param rule the ordinal of the caller's rule
     * @param ret the step behind it; the lock that it may be about to take is aimed at
     * @return the first step, or {@code ret}
     */
    static int start(Machine m, int t, int f, int rule, int mm, int start, int end, int ret) {
        if (!tells(m, rule, mm)) {
            return ret;
        }
        m.s[SecondaryMmu.own(m, t, SecondaryMmu.START)] = start;
        m.s[SecondaryMmu.own(m, t, SecondaryMmu.END)] = end;
        return begin(m, t, f, START_LOCK, SecondaryMmu.START_CALLER, ret);
    }

    /** mmu_notifier_invalidate_range_end() of what {@link #start} began. */
    static int end(Machine m, int t, int f, int rule, int mm, int ret) {
        return tells(m, rule, mm) ? begin(m, t, f, END_LOCK, SecondaryMmu.END_CALLER, ret) : ret;
    }

    /** mmu_notifier_invalidate_page() of what is changed already; no start comes before it. */
    static int page(Machine m, int t, int f, int rule, int mm, int page, int ret) {
        if (!tells(m, rule, mm)) {
            return ret;
        }
        m.s[SecondaryMmu.own(m, t, SecondaryMmu.START)] = page;
        return begin(m, t, f, PAGE_LOCK, SecondaryMmu.START_CALLER, ret);
    }

    private static int entry(Machine m, int t, int f) {
        return SecondaryMmu.entry(m, m.s[SecondaryMmu.own(m, t, SecondaryMmu.START)]);
    }

    private static int begin(Machine m, int t, int f, int first, int caller, int ret) {
        m.s[SecondaryMmu.own(m, t, caller)] = ret;
        m.s[SecondaryMmu.own(m, t, caller) + 1] = m.s[f + Frame.LOCK];
        m.s[f + Frame.LOCK] = SecondaryMmu.at(m, SecondaryMmu.LOCK);
        return first;
    }

    private static final class Lock extends StepCode {

        private final int next;

        Lock(int next) {
            this.next = next;
        }

        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlLock(m, t);
            return next;
        }
    }

    private static final class Drop extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int start = s[SecondaryMmu.own(m, t, SecondaryMmu.START)];
            boolean any = SecondaryMmu.drop(m, start, s[SecondaryMmu.own(m, t, SecondaryMmu.END)]);
            m.add(SecondaryMmu.at(m, SecondaryMmu.IN_PROGRESS), 1);
            m.recheck();
            s[SecondaryMmu.own(m, t, SecondaryMmu.START)] = 0;
            s[SecondaryMmu.own(m, t, SecondaryMmu.END)] = 0;
            return any ? nextVcpu(m, t, f, -1) : START_UNLOCK;
        }
    }

    private static final class PageSeq extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.add(SecondaryMmu.at(m, SecondaryMmu.SEQ), 1);
            return PAGE_DROP;
        }
    }

    private static final class PageDrop extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int page = m.s[SecondaryMmu.own(m, t, SecondaryMmu.START)];
            boolean any = SecondaryMmu.drop(m, page, page + 1);
            m.write(SecondaryMmu.entry(m, page), Pte.NONE);
            m.s[SecondaryMmu.own(m, t, SecondaryMmu.START)] = 0;
            return any ? nextVcpu(m, t, f, -1) : START_UNLOCK;
        }
    }

    /** The next CPU whose guest may be in the middle of an access through a dropped entry. */
    private static int nextVcpu(Machine m, int t, int f, int cpu) {
        int others = m.layout.secondaryThreads & ~(1 << t) & -(1 << (cpu + 1));
        m.s[f + Frame.ACK_CPU] = others == 0 ? -1 : Integer.numberOfTrailingZeros(others);
        return others == 0 ? START_UNLOCK : START_KICK;
    }

    private static final class Kick extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.passed(t);
            int cpu = m.s[f + Frame.ACK_CPU];
            m.rmw(m.frame(cpu) + Frame.HOLD);
            return nextVcpu(m, t, f, cpu);
        }
    }

    private static final class EndSeq extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.add(SecondaryMmu.at(m, SecondaryMmu.SEQ), 1);
            return END_COUNT;
        }
    }

    private static final class EndCount extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.add(SecondaryMmu.at(m, SecondaryMmu.IN_PROGRESS), -1);
            m.recheck();
            return END_UNLOCK;
        }
    }

    /** Back to the caller. */
    private static final class Unlock extends StepCode {

        private final int caller;

        Unlock(int caller) {
            this.caller = caller;
        }

        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int at = SecondaryMmu.own(m, t, caller);
            Locks.ptlUnlock(m, t);
            int ret = s[at];
            s[f + Frame.LOCK] = s[at + 1];
            s[at] = 0;
            s[at + 1] = 0;
            return ret;
        }
    }
}
