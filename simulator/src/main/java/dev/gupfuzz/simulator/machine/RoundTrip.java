package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.invariant.Invariant;
import java.util.Arrays;

/**
 * Watches a run for a livelock that is known: after {@code from} steps it is in a state in which it is again after {@code to},
 * and every thread that could run in between has. Then it goes on so for ever, and I11 is broken. Whoever takes the steps tells it of
 * each, with those that nobody else can tell. It is for machines that {@link Machine#forgets}.
 */
public final class RoundTrip {

    private final int from;
    private final int to;
    private final int[] state;
    /** The lowest label at which each thread stood, for those that ran. */
    private final int[] lowest = new int[Machine.THREADS_MAX];

    private int could;
    private int did;

    /**
     * @param from steps before the loop, as traces count them
     * @param to steps up to its end
     */
    public RoundTrip(Machine machine, int from, int to) {
        this.from = from;
        this.to = to;
        state = new int[machine.s.length];
    }

    /** Before a step of a thread. */
    public void before(Machine m, int thread) {
        if (m.s[Sched.TAKEN] == from) {
            keep(m, state);
            could = 0;
            did = 0;
            Arrays.fill(lowest, Pc.LABELS);
        }
        could |= m.s[Sched.ENABLED];
        did |= 1 << thread;
        lowest[thread] = Math.min(lowest[thread], Pc.label(m.s[Frame.at(thread) + Frame.PC]));
    }

    /** After it. */
    public void after(Machine m, int thread) {
        if (m.s[Sched.TAKEN] != to || m.violated >= 0 || (could & ~did) != 0) {
            return;
        }
        int[] now = new int[state.length];
        keep(m, now);
        if (Arrays.equals(state, now)) {
            m.violate(Invariant.I11, thread, 0, Blames.livelock(did, lowest));
        }
    }

    /** Whether the loop has ended, or should have. */
    public boolean isOver(Machine m) {
        return m.s[Sched.TAKEN] >= to;
    }

    /** All but what a run counts about itself. */
    private static void keep(Machine m, int[] into) {
        System.arraycopy(m.s, 0, into, 0, into.length);
        Sched.clearGoals(into);
        into[Sched.TAKEN] = 0;
        into[Sched.STEPPING] = 0;
    }
}
