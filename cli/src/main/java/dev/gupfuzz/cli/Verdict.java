package dev.gupfuzz.cli;

import java.util.Locale;

/** The answer to a question, from the best to the worst. */
enum Verdict {
    CLEAN(ExitCode.CLEAN),
    INCOMPLETE(ExitCode.INCOMPLETE),
    VIOLATED(ExitCode.VIOLATED);

    private final int exitCode;

    Verdict(int exitCode) {
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }

    /** As JSON documents spell it. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    Verdict worse(Verdict other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
