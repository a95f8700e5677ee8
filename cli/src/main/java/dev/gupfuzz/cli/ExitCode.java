package dev.gupfuzz.cli;

/** What the process's exit code says; scripts rely on these numbers. */
final class ExitCode {
    /** Nothing found in all that was asked for, and every goal reached. */
    static final int CLEAN = 0;

    /** A violation was found, or a replay showed the recorded one again. */
    static final int VIOLATED = 1;

    /** Bad usage or bad input: nothing ran. */
    static final int USAGE = 2;

    /** The budget was spent before the question was settled, or a goal was not reached. */
    static final int INCOMPLETE = 3;

    /** A replay diverged, failed differently or ended without the recorded violation. */
    static final int DIVERGED = 4;

    /** gupfuzz failed its own self-check: a bug here, never one of the kernel. */
    static final int SELF_CHECK = 5;

    /** Kafka, a port, a directory or the network stood in the way. */
    static final int INFRASTRUCTURE = 6;

    /** A search stopped by a signal, after printing what it had covered. A service stopped by a signal ends with 0. */
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
