package dev.gupfuzz.cli;

import org.jspecify.annotations.Nullable;

/** The option {@code --cores}. */
final class Cores {
    private static final int MOST = 1024;

    private Cores() {}

    /** The cores asked for, all of this machine when {@code written} is null. */
    static int chosen(@Nullable String written, Problems problems) {
        int available = Runtime.getRuntime().availableProcessors();
        if (written == null) {
            return available;
        }
        return problems.attempt(() -> (int) Quantities.number("--cores", written, 1, MOST))
                .orElse(available);
    }
}
