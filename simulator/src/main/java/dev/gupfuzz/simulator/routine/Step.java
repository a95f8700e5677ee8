package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.Sched;
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

    /** A budget of one step, seen or not. */
    private static final int ONE_STEP = -1;

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
     * bit there. Each routine keeps a loop of its own, so that a thread on its way through one makes no call a step.
     *
     * @return the decisions that were used up; the steps are counted in {@link Sched#TAKEN}
     */
    public static int run(Machine m, int t, int budget) {
        final int[] s = m.s;
        final int f = Frame.at(t);
        final int enabled = s[Sched.ENABLED];
        int left = budget;
        int pc = s[f + Frame.PC];
        do {
            left = dispatch(m, t, f, pc, left, enabled);
            pc = s[f + Frame.PC];
        } while (mayGoOn(s, pc, left, enabled));
        // a violation before an invisible step ends the run in the middle of a decision, which was used up all the same
        return budget - left + ((pc & Pc.INVISIBLE) != 0 ? 1 : 0);
    }

    /** Takes the pending step of thread {@code t}, which must be enabled, and no other. */
    public static void take(Machine m, int t) {
        int f = Frame.at(t);
        dispatch(m, t, f, m.s[f + Frame.PC], ONE_STEP, 0);
    }

    /** What is left of the budget after a step that ended before {@code pc}: an invisible step costs no decision. */
    static int spend(int left, int pc) {
        return left - ((pc & Pc.INVISIBLE) != 0 ? 0 : 1);
    }

    /** Whether the thread, standing at {@code pc}, goes on. */
    static boolean mayGoOn(int[] s, int pc, int left, int enabled) {
        return (pc & Pc.INVISIBLE) != 0
                ? left != ONE_STEP && s[Sched.ENABLED] >= 0
                : left > 0 && s[Sched.ENABLED] == enabled;
    }

    private static int dispatch(Machine m, int t, int f, int pc, int left, int enabled) {
        switch ((pc >> Pc.ROUTINE_SHIFT) & 15) {
            case Pc.USER >> Pc.ROUTINE_SHIFT:
                return User.run(m, t, f, pc, left, enabled);
            case Pc.FAULT >> Pc.ROUTINE_SHIFT:
                return Fault.run(m, t, f, pc, left, enabled);
            case Pc.WP >> Pc.ROUTINE_SHIFT:
                return WpPage.run(m, t, f, pc, left, enabled);
            case Pc.GUP_FAST >> Pc.ROUTINE_SHIFT:
                return GupFast.run(m, t, f, pc, left, enabled);
            case Pc.GUP_SLOW >> Pc.ROUTINE_SHIFT:
                return GupSlow.run(m, t, f, pc, left, enabled);
            case Pc.FORK >> Pc.ROUTINE_SHIFT:
                return Fork.run(m, t, f, pc, left, enabled);
            case Pc.COPY_PTE >> Pc.ROUTINE_SHIFT:
                return CopyPte.run(m, t, f, pc, left, enabled);
            case Pc.ZAP >> Pc.ROUTINE_SHIFT:
                return Zap.run(m, t, f, pc, left, enabled);
            case Pc.UNPIN >> Pc.ROUTINE_SHIFT:
                return Unpin.run(m, t, f, pc, left, enabled);
            default:
                throw new IllegalStateException("[simulator bug] no such routine: pc=" + pc);
        }
    }
}
