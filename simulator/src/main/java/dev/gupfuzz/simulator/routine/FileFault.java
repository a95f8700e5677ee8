package dev.gupfuzz.simulator.routine;

/** Do_fault(). */
final class FileFault {

    private FileFault() {}

    static void declare() {}
}
