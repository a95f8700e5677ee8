package dev.gupfuzz.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A signal while {@code up} is starting, when the JVM already runs its shutdown hooks and the start still goes on: it ends
 * as at any other time, and the next start goes on from what is there.
 */
@Tag("slow")
class StopWhileStartingTest {
    private static final String[] UP = {"up", "--port", "0", "--metrics-port", "0", "--cores", "1"};

    @TempDir
    Path directory;

    /** How far the start has come. */
    enum Point {
        DATA_DIRECTORY_LOCKED((up, data) -> Files.exists(data.resolve("format"))),
        BROKER_FORMATTED((up, data) -> Files.exists(data.resolve("broker/kafka/meta.properties"))),
        BROKER_STARTED((up, data) -> up.err().contains("broker=started")),
        TOKEN_MADE((up, data) -> Files.exists(data.resolve("token"))),
        WORKER_STARTED((up, data) -> up.err().contains("state=started"));

        private final BiPredicate<GupfuzzProcess, Path> reached;

        Point(BiPredicate<GupfuzzProcess, Path> reached) {
            this.reached = reached;
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldEndCleanly(Point point) throws Exception {
        stopAt(point);
    }

    @Test
    void shouldStartOnWhatAStoppedStartLeft() throws Exception {
        stopAt(Point.BROKER_FORMATTED);

        try (GupfuzzProcess up = GupfuzzProcess.start(directory, UP)) {
            up.await("the next start", () -> up.out().contains("ready "));
            up.signal("TERM");
            assertThat(up.await()).as(up.err()).isEqualTo(ExitCode.CLEAN);
        }
    }

    private void stopAt(Point point) throws Exception {
        try (GupfuzzProcess up = GupfuzzProcess.start(directory, UP)) {
            up.await(point.name(), () -> point.reached.test(up, directory.resolve("gupfuzz")));
            up.signal("TERM");

            assertThat(up.await()).as(up.out() + up.err()).isEqualTo(ExitCode.CLEAN);
            assertThat(up.err()).doesNotContain("gupfuzz bug", "Exception", "Shutdown in progress");
        }
    }
}
