package dev.gupfuzz.simulator.machine;

/** Packs what tells one failure from another into a long, without allocating. */
public final class Blames {

    private Blames() {}

    /** For I13: whose location, the store that was seen, the store that was lost, the label that separated them. */
    public static long data(int mm, int seen, int expected, int separatedAt) {
        return 1L << 62
                | (long) mm << 40
                | (long) store(seen) << 32
                | (long) store(expected) << 24
                | Pc.label(separatedAt);
    }

    /** The store's number among those of its page; 255 for what no store put there. */
    private static int store(int token) {
        return token < 0 ? 255 : token & 0xff;
    }

    private static final long VALUE = 1L << 60;

    /** For what a scenario says must be read: the store that was seen. */
    static long value(int seen) {
        return VALUE | (seen & 0xffff_ffffL);
    }

    /** Whether {@link #value} made it. */
    public static boolean isValue(long detail) {
        return (detail & VALUE) != 0;
    }

    /** The token that was seen, of {@link #value(int)}. */
    public static int value(long detail) {
        return (int) detail;
    }

    /** Threads that a deadlock's blame can name. */
    private static final int STUCK_MAX = 4;

    private static final int LABEL_BITS = 11;

    /** For I11: the threads that wait for one another, and at which labels the first four of them stand. */
    static long deadlock(Machine m, int live) {
        long detail = 0;
        int i = 0;
        for (int rest = live; rest != 0 && i < STUCK_MAX; rest &= rest - 1) {
            int pc = m.s[Frame.at(Integer.numberOfTrailingZeros(rest)) + Frame.PC];
            detail |= (long) Pc.label(pc) << (LABEL_BITS * i++);
        }
        return detail | (long) live << 44;
    }

    private static final long LIVELOCK = 1L << 61;

    /** For I11: the threads that go round for ever, and the label that stands for the loop of each of the first four. */
    static long livelock(int threads, int[] labels) {
        long detail = LIVELOCK | (long) threads << 44;
        int i = 0;
        for (int rest = threads; rest != 0 && i < STUCK_MAX; rest &= rest - 1) {
            detail |= (long) labels[Integer.numberOfTrailingZeros(rest)] << (LABEL_BITS * i++);
        }
        return detail;
    }

    /** Whether the threads that {@link #stuck} tells go round; else they wait. */
    public static boolean isLivelock(long detail) {
        return (detail & LIVELOCK) != 0;
    }

    /** The threads of a deadlock or livelock, as a mask; 0 when it is none. */
    public static int stuck(long detail) {
        return (int) (detail >> 44 & 0xffff);
    }

    /** The label at which the i-th stuck thread stands, or -1 when it is not told. */
    public static int stuckAt(long detail, int i) {
        return i < STUCK_MAX ? (int) (detail >> (LABEL_BITS * i) & Pc.LABEL_MASK) : -1;
    }

    public static boolean isData(long detail) {
        return (detail >> 62 & 1) != 0;
    }

    public static int mm(long detail) {
        return (int) (detail >> 40 & 0xff);
    }

    public static int seen(long detail) {
        return (int) (detail >> 32 & 0xff);
    }

    public static int expected(long detail) {
        return (int) (detail >> 24 & 0xff);
    }

    public static int separatedAt(long detail) {
        return (int) (detail & Pc.LABEL_MASK);
    }
}
