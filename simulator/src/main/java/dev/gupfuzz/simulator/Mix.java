package dev.gupfuzz.simulator;

/**
 * The counter-based generator behind every draw: SplitMix64's finaliser over keys, so that a draw depends on what it is
 * for and never on how many draws came before it.
 */
public final class Mix {

    /** 2^64 divided by the golden ratio, the increment of SplitMix64. */
    public static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private Mix() {}

    /** SplitMix64's output function: a bijection of 64 bits with full avalanche. */
    public static long mix64(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** The {@code index}-th output of the stream that {@code seed} names. */
    public static long at(long seed, long index) {
        return mix64(seed + GOLDEN * (index + 1));
    }

    /** A seed of its own for one purpose, so that purposes never share draws. */
    public static long lane(long seed, long id) {
        return mix64(seed ^ mix64(id + GOLDEN));
    }

    /** One link of {@code keyed(seed; a, b, c...)}: fold the key {@code x} into {@code h}. */
    public static long key(long h, long x) {
        return mix64(h ^ mix64(x + GOLDEN));
    }

    /** The half of {@link #key} that knows only {@code x}: {@code key(h, x) == mix64(h ^ ready(x))}. */
    public static long ready(long x) {
        return mix64(x + GOLDEN);
    }

    /** {@code keyed(seed; a)}. */
    public static long keyed(long seed, long a) {
        return key(seed, a);
    }

    /** {@code keyed(seed; a, b, c)}. */
    public static long keyed(long seed, long a, long b, long c) {
        return key(key(key(seed, a), b), c);
    }

    /** A stable 64-bit name: the keys of draws are names, never positions in an array. */
    public static long name(String text) {
        long h = text.length();
        for (int i = 0; i < text.length(); i++) {
            h = key(h, text.charAt(i));
        }
        return h;
    }

    /**
     * Maps a 64-bit draw to {@code [0, n)}. The bias is below n / 2^64, far under what any run could show; a rejection
     * loop would need a second draw and with it a second key.
     */
    public static int below(long draw, int n) {
        return (int) unsignedMultiplyHigh(draw, n);
    }

    /** The high 64 bits of the unsigned product. */
    public static long unsignedMultiplyHigh(long a, long b) {
        return Math.multiplyHigh(a, b) + ((a >> 63) & b) + ((b >> 63) & a);
    }
}
