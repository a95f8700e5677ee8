package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
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

    private Step() {}

    /** A machine at the start of the scenario, every thread before its first step. */
    public static Machine machine(Kernel kernel, Scenario scenario) {
        Machine m = new Machine(kernel, scenario);
        for (int t = 0; t < m.threads; t++) {
            if (!scenario.world().threads.get(t).child()) {
                m.enabled |= 1 << t;
                Program.next(m, t);
            }
        }
        m.seal();
        return m;
    }

    /** Takes the pending step of thread {@code t}, which must be enabled. */
    public static void take(Machine m, int t) {
        int f = m.frame(t);
        int pc = m.s[f + Frame.PC];
        m.stepping = pc;
        m.covered[pc & Pc.LABEL_MASK] = true;
        switch (pc >> Pc.ROUTINE_SHIFT & 15) {
            case Pc.USER >> Pc.ROUTINE_SHIFT:
                User.step(m, t, f, pc);
                break;
            case Pc.FAULT >> Pc.ROUTINE_SHIFT:
                Fault.step(m, t, f, pc);
                break;
            case Pc.WP >> Pc.ROUTINE_SHIFT:
                WpPage.step(m, t, f, pc);
                break;
            case Pc.GUP_FAST >> Pc.ROUTINE_SHIFT:
                GupFast.step(m, t, f, pc);
                break;
            case Pc.GUP_SLOW >> Pc.ROUTINE_SHIFT:
                GupSlow.step(m, t, f, pc);
                break;
            case Pc.FORK >> Pc.ROUTINE_SHIFT:
                Fork.step(m, t, f, pc);
                break;
            case Pc.COPY_PTE >> Pc.ROUTINE_SHIFT:
                CopyPte.step(m, t, f, pc);
                break;
            case Pc.ZAP >> Pc.ROUTINE_SHIFT:
                Zap.step(m, t, f, pc);
                break;
            case Pc.UNPIN >> Pc.ROUTINE_SHIFT:
                Unpin.step(m, t, f, pc);
                break;
            default:
                throw new IllegalStateException("[simulator bug] no such routine: pc=" + pc);
        }
    }
}
