package dev.gupfuzz.simulator.machine;

/**
 * The shared access of a label's pending step, known before the step is taken: which word of the state, and how. Where a
 * data choice leads to another access, this is the one of the quiet choice.
 */
public final class PendingAccess {

    /** Finds the word; it only looks. */
    public interface Place {
        /**
         * The word's offset in the state.
         *
         * @param t the thread
         * @param f first word of its registers
         */
        int word(Machine m, int t, int f);
    }

    private static final int BY_INSTRUCTION = 0;

    private final Place place;
    private final int kind;

    private PendingAccess(int kind, Place place) {
        this.kind = kind;
        this.place = place;
    }

    public static PendingAccess read(Place place) {
        return new PendingAccess(AccessLog.READ, place);
    }

    public static PendingAccess write(Place place) {
        return new PendingAccess(AccessLog.WRITE, place);
    }

    public static PendingAccess rmw(Place place) {
        return new PendingAccess(AccessLog.RMW, place);
    }

    /** A load or a store of a CPU, as {@link Frame#IS_WRITE} says. */
    public static PendingAccess loadOrStore(Place place) {
        return new PendingAccess(BY_INSTRUCTION, place);
    }

    public int word(Machine m, int t, int f) {
        return place.word(m, t, f);
    }

    /** {@link AccessLog#READ}, {@link AccessLog#WRITE} or {@link AccessLog#RMW}. */
    public int kind(Machine m, int f) {
        return kind != BY_INSTRUCTION ? kind : m.s[f + Frame.IS_WRITE] != 0 ? AccessLog.WRITE : AccessLog.READ;
    }
}
