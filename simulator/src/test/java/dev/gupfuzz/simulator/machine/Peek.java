package dev.gupfuzz.simulator.machine;

import java.util.List;

/** What the tests look at inside the machine, in one place. */
public final class Peek {

    private Peek() {}

    /** Threads that the machine thinks can run, as a mask. */
    public static int enabled(Machine m) {
        return m.s[Sched.ENABLED];
    }

    /** Label of the last step. */
    public static int stepping(Machine m) {
        return Pc.label(m.s[Sched.STEPPING]);
    }

    /** The thread's program counter. */
    public static int pc(Machine m, int thread) {
        return m.s[m.frame(thread) + Frame.PC];
    }

    /** The row of its program that a thread is at; as many as there are rows once it has ended. */
    public static int row(Machine m, int thread) {
        return (m.s[m.frame(thread) + Frame.OP] - m.codeStart[thread]) / dev.gupfuzz.simulator.scenario.Op.WORDS;
    }

    /** The thread's program. */
    public static int[][] program(Machine m, int thread) {
        return m.scenario.world().threads.get(thread).program();
    }

    /** Goals that the run reached, by their bits. */
    public static int goals(Machine m) {
        return m.s[Sched.GOALS];
    }

    /** Whether the thread has begun and not ended. */
    public static boolean live(Machine m, int thread) {
        int pc = pc(m, thread);
        return pc != Pc.NOT_STARTED && pc != Pc.ENDED;
    }

    /** The names of the threads of a mask. */
    public static List<String> roles(Machine m, int mask) {
        return java.util.stream.IntStream.range(0, m.threads)
                .filter(t -> (mask >> t & 1) != 0)
                .mapToObj(t -> m.scenario.threads().get(t))
                .toList();
    }
}
