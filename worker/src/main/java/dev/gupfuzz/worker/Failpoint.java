package dev.gupfuzz.worker;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Nearest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A place in the life of a job where the process kills itself, as SIGKILL would, for tests of what survives. Off unless
 * the environment names one in {@link #VARIABLE}.
 */
enum Failpoint {
    /** The job was received and nothing was done for it. */
    RECEIVED,
    /** Half of the job's schedules were executed. */
    HALF,
    /** The result is in Kafka, the job is not acknowledged. */
    PUBLISHED,
    /** The job is acknowledged. */
    ACKED;

    static final String VARIABLE = "GUPFUZZ_FAILPOINT";

    /** The exit code of a process that SIGKILL ended, as shells report it. */
    private static final int KILLED = 128 + 9;

    /**
     * The failpoint with this name; null for no name.
     *
     * @throws BadInput if there is no such failpoint
     */
    static @Nullable Failpoint named(@Nullable String name) {
        if (name == null || name.isEmpty()) {
            return null;
        }
        List<String> names = Arrays.stream(values())
                .map(point -> point.name().toLowerCase(Locale.ROOT))
                .toList();
        if (!names.contains(name)) {
            throw new BadInput(List.of("unknown failpoint: " + VARIABLE + "=" + name + Nearest.hint(name, names)));
        }
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** Kills the process if this is the chosen failpoint: no shutdown hooks, no flushing. */
    void pass(@Nullable Failpoint chosen) {
        if (this == chosen) {
            Runtime.getRuntime().halt(KILLED);
        }
    }
}
