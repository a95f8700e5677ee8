package dev.gupfuzz.simulator.routine;

/** Fork's copy of a swap entry. */
final class CopyNonpresent {

    private CopyNonpresent() {}

    static void declare() {}
}
