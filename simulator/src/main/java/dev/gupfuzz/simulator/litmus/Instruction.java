package dev.gupfuzz.simulator.litmus;

import org.jspecify.annotations.Nullable;

/**
 * One instruction of a litmus thread. SET and the jumps are the thread's own and ride on the step before.
 *
 * @param code what it does
 * @param order what it orders
 * @param result register of what it reads or computes, or -1
 * @param address where, of what reaches memory
 * @param value what is stored, added or computed, or the condition of a jump
 * @param other what cmpxchg() and add_unless() compare with
 * @param to where a jump leads
 */
record Instruction(
        Code code,
        Order order,
        int result,
        @Nullable Value address,
        @Nullable Value value,
        @Nullable Value other,
        int to) {

    enum Code {
        SET,
        JUMP,
        /** When the value is 0. */
        JUMP_UNLESS,
        LOAD,
        STORE,
        /** Without a return value. */
        ADD,
        EXCHANGE,
        /** Stores the value where {@code other} is; the result is what was there. */
        COMPARE_EXCHANGE,
        /** The result is what was there before. */
        FETCH_ADD,
        /** Unless {@code other} is there; the result is whether it was added. */
        ADD_UNLESS,
        LOCK,
        UNLOCK,
        MB,
        RMB,
        WMB
    }

    enum Order {
        NONE,
        ACQUIRE,
        RELEASE,
        FULL
    }

    /** Whether it takes a step of its own. */
    boolean isShared() {
        return code.compareTo(Code.LOAD) >= 0;
    }
}
