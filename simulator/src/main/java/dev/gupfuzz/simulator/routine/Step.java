package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.scenario.Scenario;

/** Takes one step of one thread, and makes machines that are ready for it. */
public final class Step {

    static {
        User.declare();
        Fault.declare();
        WpPage.declare();
        GupFast.declare();
        GupSlow.declare();
        Fork.declare();
        CopyPte.declare();
        Zap.declare();
        Unpin.declare();
    }

    /** What each label does; one indirect call a step, with nothing prepared for its neighbours. */
    private static final StepCode[] CODE = Labels.code();

    private Step() {}

    /** A machine at the start of the scenario, every thread before its first step. */
    public static Machine machine(Kernel kernel, Scenario scenario) {
        Machine m = new Machine(kernel, scenario);
        for (int t = 0; t < m.threads; t++) {
            if (!scenario.world().threads.get(t).child()) {
                m.s[Sched.ENABLED] |= 1 << t;
                Program.next(m, t);
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
        final int[] s = m.s;
        final int f = Frame.at(t);
        final int enabled = s[Sched.ENABLED];
        int left = budget;
        int taken = 0;
        do {
            int pc = s[f + Frame.PC];
            do {
                dispatch(m, t, f, pc);
                taken++;
                pc = s[f + Frame.PC];
            } while ((pc & Pc.INVISIBLE) != 0 && s[Sched.ENABLED] >= 0);
            left--;
        } while (left > 0 && s[Sched.ENABLED] == enabled);
        s[Sched.TAKEN] += taken;
        return budget - left;
    }

    /** Takes the pending step of thread {@code t}, which must be enabled, and no other. */
    public static void take(Machine m, int t) {
        int f = Frame.at(t);
        m.s[Sched.TAKEN]++;
        dispatch(m, t, f, m.s[f + Frame.PC]);
    }

    private static void dispatch(Machine m, int t, int f, int pc) {
        m.begin(pc);
        CODE[pc & Pc.LABEL_MASK].take(m, t, f, pc);
    }
}
