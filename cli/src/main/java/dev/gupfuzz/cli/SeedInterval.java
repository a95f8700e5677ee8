package dev.gupfuzz.cli;

/** Consecutive seeds; seeds are unsigned. */
final class SeedInterval {
    private static final long MANY = 1L << 62;

    private SeedInterval() {}

    /** Adds a problem when an interval does not end at or below the largest seed. */
    static void check(long first, long count, Problems problems) {
        if (Long.compareUnsigned(first + (count - 1), first) < 0) {
            problems.add("--seed " + Quantities.hex(first) + " with --seeds " + count
                    + " goes past the largest seed: give at most --seeds " + Long.toUnsignedString(-first));
        }
    }

    /** How many seeds there are from {@code first} to the largest, at most 2^62: more than anybody will run. */
    static long from(long first) {
        long remaining = -first; // 2^64 - first; 0 stands for 2^64
        return remaining <= 0 ? MANY : Math.min(MANY, remaining);
    }
}
