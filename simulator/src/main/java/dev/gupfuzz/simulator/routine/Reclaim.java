package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Machine;

/** Reclaim of one page: swap-out, and the discard of a MADV_FREE page. */
final class Reclaim {

    private Reclaim() {}

    static void declare() {}

    /** The first step of a row, whichever of this routine's operations it is. */
    static int begin(Machine m, int t, int f) {
        throw new IllegalStateException(
                "[simulator bug] not there yet: " + m.code[m.s[f + Frame.OP]] + " of thread " + t);
    }
}
