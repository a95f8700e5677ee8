package dev.gupfuzz.simulator.machine;

/**
 * A program counter: a label's index within its routine (bits 0-5), the routine (6-10), and what the scheduler must know of
 * the pending step without asking the routine: whether it may have to wait, and whether anybody else could tell when it
 * happens.
 */
public final class Pc {

    public static final int INDEX_MASK = 63;
    /** The routine alone. */
    public static final int ROUTINE_MASK = 31 << 6;
    /** Index and routine: the dense name of a label. */
    public static final int LABEL_MASK = 2047;

    public static final int LABELS = 2048;
    public static final int ROUTINE_SHIFT = 6;

    /** The step waits for a condition; which one stands in the wait kind. */
    public static final int BLOCKING = 1 << 11;
    /** The step touches only what no other live thread can reach and no invariant reads: no decision before it. */
    public static final int INVISIBLE = 1 << 12;

    private static final int WAIT_SHIFT = 13;
    private static final int WAIT_MASK = 15;

    /** cond_resched() stands before the step: a CPU that others are placed on may turn to one of them. */
    static final int RESCHED = 1 << 17;

    public static final int WAIT_MMAP_READ = 0;
    public static final int WAIT_MMAP_WRITE = 1;
    public static final int WAIT_PTL = 2;
    public static final int WAIT_ACK = 3;
    public static final int WAIT_THREADS = 4;
    /** Until the event of the row has happened. */
    public static final int WAIT_EVENT = 5;
    /** Until the page whose flags {@link Frame#LOCK} leads to is unlocked. */
    public static final int WAIT_PAGE = 6;
    /** Until nobody holds the VMA lock that {@link Frame#LOCK} leads to for reading. */
    public static final int WAIT_VMA = 7;
    /** Until a userfaultfd monitor wakes the thread: {@link Frame#ASLEEP} is 0. */
    public static final int WAIT_WAKE = 8;
    /** Until the CPU {@link Frame#ACK_CPU} has interrupts on. */
    public static final int WAIT_GRACE = 9;
    /** Until {@code write_protect_seq} is even. */
    public static final int WAIT_SEQ = 10;
    /** Until nobody is about to bring the page of the swap slot that {@link Frame#LOCK} leads to into the swap cache. */
    public static final int WAIT_SLOT = 11;

    /** Until no invalidation of the secondary MMU is in progress. */
    public static final int WAIT_QUIET = 12;
    /** Until the CPU {@link Frame#ACK_CPU} is not in the middle of an access of a guest. */
    public static final int WAIT_KICK = 13;

    /** As {@link #WAIT_EVENT}, without sleeping. */
    public static final int WAIT_POLL = 14;

    public static final int USER = 0;
    public static final int FAULT = 1 << ROUTINE_SHIFT;
    public static final int WP = 2 << ROUTINE_SHIFT;
    public static final int GUP_FAST = 3 << ROUTINE_SHIFT;
    public static final int GUP_SLOW = 4 << ROUTINE_SHIFT;
    public static final int FORK = 5 << ROUTINE_SHIFT;
    public static final int COPY_PTE = 6 << ROUTINE_SHIFT;
    public static final int ZAP = 7 << ROUTINE_SHIFT;
    public static final int UNPIN = 8 << ROUTINE_SHIFT;

    public static final int SWAP_IN = 9 << ROUTINE_SHIFT;
    public static final int FILE_FAULT = 10 << ROUTINE_SHIFT;
    public static final int UFFD = 11 << ROUTINE_SHIFT;
    public static final int MPROTECT = 12 << ROUTINE_SHIFT;
    public static final int MREMAP = 13 << ROUTINE_SHIFT;
    public static final int MADVISE = 14 << ROUTINE_SHIFT;
    public static final int CLEAR_REFS = 15 << ROUTINE_SHIFT;
    public static final int RECLAIM = 16 << ROUTINE_SHIFT;
    public static final int FILE_IO = 17 << ROUTINE_SHIFT;
    public static final int TRUNCATE = 18 << ROUTINE_SHIFT;
    public static final int PROC_MEM = 19 << ROUTINE_SHIFT;
    public static final int MMAP = 20 << ROUTINE_SHIFT;
    public static final int COPY_NONPRESENT = 21 << ROUTINE_SHIFT;
    public static final int FLUSH = 22 << ROUTINE_SHIFT;
    public static final int SYNC = 23 << ROUTINE_SHIFT;
    public static final int TRY_TO_UNMAP = 26 << ROUTINE_SHIFT;
    public static final int PTE_ALLOC = 28 << ROUTINE_SHIFT;

    public static final int SWAP_CACHE = 24 << ROUTINE_SHIFT;
    public static final int WP_COPY = 25 << ROUTINE_SHIFT;

    public static final int GUEST = 27 << ROUTINE_SHIFT;

    /** A child's thread before its fork wakes it. */
    public static final int NOT_STARTED = USER | 62;
    /** A thread whose program has ended. */
    public static final int ENDED = USER | 63;

    public static final int ON_MMAP_READ = BLOCKING | WAIT_MMAP_READ << WAIT_SHIFT;
    public static final int ON_MMAP_WRITE = BLOCKING | WAIT_MMAP_WRITE << WAIT_SHIFT;
    public static final int ON_PTL = BLOCKING | WAIT_PTL << WAIT_SHIFT;
    public static final int ON_ACK = BLOCKING | WAIT_ACK << WAIT_SHIFT;
    public static final int ON_THREADS = BLOCKING | WAIT_THREADS << WAIT_SHIFT;
    public static final int ON_EVENT = BLOCKING | WAIT_EVENT << WAIT_SHIFT;
    public static final int ON_PAGE = BLOCKING | WAIT_PAGE << WAIT_SHIFT;
    public static final int ON_VMA = BLOCKING | WAIT_VMA << WAIT_SHIFT;
    public static final int ON_WAKE = BLOCKING | WAIT_WAKE << WAIT_SHIFT;
    public static final int ON_GRACE = BLOCKING | WAIT_GRACE << WAIT_SHIFT;
    public static final int ON_SEQ = BLOCKING | WAIT_SEQ << WAIT_SHIFT;
    public static final int ON_SLOT = BLOCKING | WAIT_SLOT << WAIT_SHIFT;

    public static final int ON_POLL = BLOCKING | WAIT_POLL << WAIT_SHIFT;
    public static final int ON_QUIET = BLOCKING | WAIT_QUIET << WAIT_SHIFT;
    public static final int ON_KICK = BLOCKING | WAIT_KICK << WAIT_SHIFT;

    private static final int SPINS =
            1 << WAIT_PTL | 1 << WAIT_ACK | 1 << WAIT_GRACE | 1 << WAIT_SEQ | 1 << WAIT_KICK | 1 << WAIT_POLL;

    private Pc() {}

    public static int waitKind(int pc) {
        return pc >> WAIT_SHIFT & WAIT_MASK;
    }

    /** Whether who waits before this blocking label sleeps; else it spins and keeps its CPU. */
    static boolean sleeps(int pc) {
        return (SPINS >> waitKind(pc) & 1) == 0;
    }

    public static int label(int pc) {
        return pc & LABEL_MASK;
    }
}
