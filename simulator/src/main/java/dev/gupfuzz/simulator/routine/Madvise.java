package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Machine;

/** Madvise(2): MADV_DONTNEED and MADV_FREE. */
final class Madvise {

    private Madvise() {}

    static void declare() {}

    /** The first step of a row, whichever of this routine's operations it is. */
    static int begin(Machine m, int t, int f) {
        throw new IllegalStateException(
                "[simulator bug] not there yet: " + m.code[m.s[f + Frame.OP]] + " of thread " + t);
    }
}
