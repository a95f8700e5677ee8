package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.machine.SharedCpus;

/** Takes steps where threads share CPUs: as {@link Step} does, with what a CPU does between two threads ({@link SharedCpus}). */
final class Placed {

    private Placed() {}

    /** {@link Step#run}. */
    static int run(Machine m, int t, int budget) {
        final int[] s = m.s;
        final int enabled = s[Sched.ENABLED];
        int left = budget;
        do {
            take(m, t);
            while ((s[Frame.at(t) + Frame.PC] & Pc.INVISIBLE) != 0 && s[Sched.ENABLED] >= 0) {
                take(m, t);
            }
            left--;
        } while (left > 0 && s[Sched.ENABLED] == enabled);
        return budget - left;
    }

    /** {@link Step#take}. */
    static void take(Machine m, int t) {
        int f = Frame.at(t);
        SharedCpus cpus = m.cpus;
        boolean placed = cpus.isPlaced(t);
        if (placed) {
            cpus.turnTo(t);
        }
        cpus.noteOrder();
        m.s[Sched.TAKEN]++;
        m.place(t, Step.dispatch(m, t, f, m.s[f + Frame.PC]));
        if (placed) {
            cpus.settle(t, m.s[f + Frame.PC]);
            User.reconsider(m, t);
        }
        cpus.recheck();
    }
}
