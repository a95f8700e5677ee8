package dev.gupfuzz.simulator.scenario;

/**
 * One simulated thread.
 *
 * @param role its stable name; draws are keyed by it
 * @param mm index of its process; of an agent, a process that it borrows nothing from
 * @param child true when it starts only when a fork wakes it
 * @param agent a kernel thread: it has no address space of its own
 * @param cpu the CPU that it is placed on, or {@link #OWN_CPU}
 * @param priority on that CPU: a thread runs there only while none of higher priority can
 * @param program rows of {@link Op}
 */
public record ThreadSpec(String role, int mm, boolean child, boolean agent, int cpu, int priority, int[][] program) {

    /** The thread has a CPU of its own. */
    public static final int OWN_CPU = -1;
}
