package dev.gupfuzz.simulator.machine;

/**
 * Offsets of what is not one thread's: who can run, who is where, how far the run is. They lie in the state array because a
 * run's whole state is there, and because compiled routines load an array word where they use it but a field at every step.
 */
public final class Sched {

    /** Words before the first thread's registers. */
    public static final int WORDS = 16;

    /** Threads that can take a step now, as a mask, and {@link #STOP}. */
    public static final int ENABLED = 0;
    /** Threads whose pending step waits for a condition, whether it holds or not. */
    public static final int BLOCKING = 1;
    /** Threads that have ended. */
    public static final int ENDED = 2;
    /** Threads between the first and the last step of a system call, a fault or an exit. */
    public static final int INSIDE = 3;
    /** Pin calls in flight, by pin set. */
    public static final int PINS_IN_FLIGHT = 4;
    /** Threads with a COW copy that is not yet installed. */
    public static final int COPYING = 5;
    /** Threads inside fork. */
    public static final int FORKING = 6;
    /** Events that have happened. */
    public static final int EVENTS = 7;
    /** Steps of this run. */
    public static final int TAKEN = 8;
    /** Label of the step being taken. */
    public static final int STEPPING = 11;
    /** First word of the physical pages; fixed. */
    public static final int PAGE_BASE = 12;
    /** Whether a count of a frame changed since the last check; the frames themselves are marked in the machine. */
    public static final int ANY_DIRTY = 13;

    /** Goals that this run reached, two words: {@link #goals}. */
    public static final int GOALS = 14;

    /** A bit of {@link #ENABLED} that no thread has: a promise broke, and nothing else there counts any more. */
    public static final int STOP = 1 << 31;

    private Sched() {}

    /** The goals that the run with state {@code s} has reached, as a mask. */
    public static long goals(int[] s) {
        return (s[GOALS] & 0xffff_ffffL) | ((long) s[GOALS + 1] << Integer.SIZE);
    }

    /** Forgets them. */
    public static void clearGoals(int[] s) {
        s[GOALS] = 0;
        s[GOALS + 1] = 0;
    }
}
