package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.scenario.Scenario;
import java.util.stream.IntStream;

/** Takes one step of one thread, and makes machines that are ready for it. */
public final class Step {

    static {
        User.declare();
        Fault.declare();
        WpPage.declare();
        GupFast.declare();
        GupWalk.declare();
        GupSlow.declare();
        GupFollow.declare();
        Fork.declare();
        CopyRange.declare();
        CopyPte.declare();
        CopyPresent.declare();
        Zap.declare();
        PteAlloc.declare();
        Unpin.declare();
        TlbFlush.declare();
        Sync.declare();
        AnonFault.declare();
        PrepareAnonVma.declare();
        WpCopy.declare();
        SwapReuse.declare();
        SwapIn.declare();
        SwapMap.declare();
        UserfaultWait.declare();
        FileFault.declare();
        FinishFault.declare();
        UserfaultIoctl.declare();
        UserfaultContinue.declare();
        SharedFault.declare();
        Mprotect.declare();
        Mremap.declare();
        Madvise.declare();
        ClearRefs.declare();
        Reclaim.declare();
        TryToUnmap.declare();
        Pageout.declare();
        FileIo.declare();
        Truncate.declare();
        ProcMem.declare();
        Mmap.declare();
        CopyNonpresent.declare();
        References.declare();
        Guest.declare();
        MmuNotifier.declare();
    }

    /** What each label does; one indirect call a step, with nothing prepared for its neighbours. */
    private static final StepCode[] CODE = Labels.code();

    private Step() {}

    /** A machine at the start of the scenario, every thread before its first step. */
    public static Machine machine(Kernel kernel, Scenario scenario) {
        return started(new Machine(kernel, scenario));
    }

    /** A machine that was just made, every thread before its first step. */
    public static Machine started(Machine m) {
        for (int t = 0; t < m.threads; t++) {
            if (!m.scenario.world().threads.get(t).child()) {
                m.s[Sched.ENABLED] |= 1 << t;
                m.place(t, Program.next(m, t));
            }
        }
        m.seal();
        return m;
    }

    /**
     * Runs thread {@code t}, which must be enabled, over {@code budget} decisions at the most: each is a step and the
     * invisible steps that follow it. Stops early when the set of enabled threads changes or a promise breaks, which sets a
     * bit there.
     *
     * @return the decisions that were used up; the steps are counted in {@link Sched#TAKEN}
     */
    public static int run(Machine m, int t, int budget) {
        if (m.cpus != null) {
            return Placed.run(m, t, budget);
        }
        final int[] s = m.s;
        final boolean[] covered = m.covered;
        final int f = Frame.at(t);
        final int enabled = s[Sched.ENABLED];
        int left = budget;
        int unseen = 0;
        int pc = s[f + Frame.PC];
        do {
            s[Sched.STEPPING] = pc;
            covered[pc & Pc.LABEL_MASK] = true;
            pc = CODE[pc & Pc.LABEL_MASK].take(m, t, f, pc);
            if ((pc & (Pc.INVISIBLE | Pc.BLOCKING)) != 0) {
                while ((pc & Pc.INVISIBLE) != 0 && s[Sched.ENABLED] >= 0) {
                    pc = dispatch(m, t, f, pc);
                    unseen++;
                }
                m.place(t, pc);
            }
            left--;
        } while (left > 0 && s[Sched.ENABLED] == enabled);
        s[f + Frame.PC] = pc;
        s[Sched.TAKEN] += budget - left + unseen;
        return budget - left;
    }

    /** Every label that there is, in order. */
    public static int[] labels() {
        return IntStream.range(0, Pc.LABELS).filter(Labels::defined).toArray();
    }

    /** Takes the pending step of thread {@code t}, which must be enabled, and no other. */
    public static void take(Machine m, int t) {
        if (m.cpus != null) {
            Placed.take(m, t);
            return;
        }
        int f = Frame.at(t);
        m.s[Sched.TAKEN]++;
        m.place(t, dispatch(m, t, f, m.s[f + Frame.PC]));
    }

    static int dispatch(Machine m, int t, int f, int pc) {
        m.s[Sched.STEPPING] = pc;
        m.covered[pc & Pc.LABEL_MASK] = true;
        return CODE[pc & Pc.LABEL_MASK].take(m, t, f, pc);
    }
}
