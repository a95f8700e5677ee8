package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Machine;

/** Handle_userfault(), and the ioctls of userfaultfd. */
final class Userfault {

    private Userfault() {}

    static void declare() {}

    /** The first step of a row, whichever of this routine's operations it is. */
    static int begin(Machine m, int t, int f) {
        throw new IllegalStateException(
                "[simulator bug] not there yet: " + m.code[m.s[f + Frame.OP]] + " of thread " + t);
    }
}
