package dev.gupfuzz.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only a JVM of its own can show: that a finding outlives its process, and what signals do. */
class SeparateProcessTest {
    @TempDir
    Path directory;

    @Test
    void shouldReplayInANewProcessWhatAnotherFound() throws Exception {
        JsonNode fuzz;
        try (GupfuzzProcess process = GupfuzzProcess.start(
                directory,
                ("fuzz --kernel v5.9 --scenario fork-vs-pin-fast --seeds 200000 --seed 1 --json").split(" "))) {
            assertThat(process.await()).as(process.err()).isEqualTo(ExitCode.VIOLATED);
            fuzz = new ObjectMapper().readTree(process.out());
        }
        String token = fuzz.get("token").asText();
        try (GupfuzzProcess process = GupfuzzProcess.start(directory, "replay", token, "--json")) {
            assertThat(process.await()).as(process.err()).isEqualTo(ExitCode.VIOLATED);
            JsonNode replay = new ObjectMapper().readTree(process.out());
            assertThat(replay.get("stateHash")).isEqualTo(fuzz.at("/finding/stateHash"));
        }
        try (GupfuzzProcess process = GupfuzzProcess.start(directory, "replay", token, "--kernel", "v5.11")) {
            assertThat(process.await()).as(process.err()).isEqualTo(ExitCode.DIVERGED);
        }
        try (GupfuzzProcess process = GupfuzzProcess.start(directory, "replay", token.substring(0, 40))) {
            assertThat(process.await()).as(process.out()).isEqualTo(ExitCode.USAGE);
        }
    }

    @Test
    void shouldPrintWhatWasCoveredOnCtrlC() throws Exception {
        try (GupfuzzProcess process =
                GupfuzzProcess.start(directory, "fuzz", "--kernel", "v5.11", "--seeds", "1000000000000000", "--json")) {
            // Long enough for the search itself to be on: the JVM and the calibration take less processor time.
            process.await("the search to be on", () -> process.processorMillis() > 3_000);
            process.signal("INT");

            assertThat(process.await()).as(process.err()).isEqualTo(ExitCode.INTERRUPTED);
            JsonNode document = new ObjectMapper().readTree(process.out());
            assertThat(document.get("interrupted").asBoolean()).isTrue();
            assertThat(document.at("/cells/0/ended").asText()).isEqualTo("interrupted");
            assertThat(document.get("schedules").asLong()).isPositive();
        }
    }

    @Test
    void shouldSayWhatToDoWhenTheDataDirectoryIsNotWritable() throws Exception {
        try (GupfuzzProcess process = GupfuzzProcess.start(directory, "up", "--data", "/proc/gupfuzz", "--no-demo")) {
            assertThat(process.await()).isEqualTo(ExitCode.INFRASTRUCTURE);
            assertThat(process.err()).contains("/proc/gupfuzz", "give another --data");
        }
    }

    @Test
    void shouldSayWhatToDoWhenKafkaDoesNotAnswer() throws Exception {
        // All three at once: each waits its own time for an answer.
        try (GupfuzzProcess worker = GupfuzzProcess.start(directory, "worker", "--bootstrap", "127.0.0.1:1");
                GupfuzzProcess coordinator =
                        GupfuzzProcess.start(directory, "coordinator", "--bootstrap", "127.0.0.1:1");
                GupfuzzProcess doctor = GupfuzzProcess.start(directory, "doctor", "--bootstrap", "127.0.0.1:1")) {
            for (GupfuzzProcess process : List.of(worker, coordinator, doctor)) {
                assertThat(process.await()).as(process.err()).isEqualTo(ExitCode.INFRASTRUCTURE);
            }
            assertThat(worker.err()).contains("gupfuzz: ", "127.0.0.1:1");
            assertThat(coordinator.err()).contains("gupfuzz: ", "127.0.0.1:1");
            assertThat(doctor.out()).contains("problem", "127.0.0.1:1 does not answer");
        }
    }
}
