package dev.gupfuzz.simulator.routine;

/** Do_swap_page(). */
final class SwapIn {

    private SwapIn() {}

    static void declare() {}
}
