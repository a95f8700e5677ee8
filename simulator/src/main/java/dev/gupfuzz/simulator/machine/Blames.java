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
