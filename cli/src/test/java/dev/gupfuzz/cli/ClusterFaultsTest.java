package dev.gupfuzz.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Broker, coordinator and two workers as processes of their own. Workers are killed at every point of a job's life and
 * the broker in the middle of it all; what was counted in the end equals a run without Kafka, byte for byte.
 */
class ClusterFaultsTest {
    private static final String NAME = "faults";
    private static final int KILLED = 128 + 9;

    @TempDir
    Path directory;

    private String bootstrap = "";

    @Test
    void shouldLoseNothingAndCountNothingTwice() throws Exception {
        Path file = Files.writeString(directory.resolve("campaign.json"), """
                {"version": 1, "name": "%s", "kernels": ["v5.9", "v5.11"],
                 "scenarios": ["fork-vs-pin-fast", "pin-fast-vs-munmap"], "strategies": ["pct:3"],
                 "seeds": 3000000, "stepsPerRange": 2200000}
                """.formatted(NAME));
        Path remote = directory.resolve("remote.txt");
        Path local = directory.resolve("local.txt");
        RawAccounts raw;
        GupfuzzProcess broker = broker();
        try (GupfuzzProcess coordinator =
                GupfuzzProcess.start(directory, "coordinator", "--bootstrap", bootstrap, "--port", "0")) {
            coordinator.await(
                    "the coordinator to be ready", () -> coordinator.out().contains("ready "));
            CommandLineRun created = cli("campaign", "create", file.toString());
            assertThat(created.exitCode()).as(created.err()).isEqualTo(ExitCode.CLEAN);
            assertThat(show().at("/ranges/planned").asLong()).isGreaterThanOrEqualTo(200);

            try (GupfuzzProcess steady = worker("steady", "")) {
                killed("received");
                killed("published");
                broker.signal("KILL");
                broker.await();
                broker.close();
                broker = broker();
                killed("half");
                killed("acked");
                try (GupfuzzProcess second = worker("second", "")) {
                    steady.await(
                            "the campaign to end",
                            () -> CampaignState.of(show()).ended());
                    assertThat(second.alive()).isTrue();
                }
            }
            CommandLineRun watched = cli("campaign", "watch", NAME);
            assertThat(watched.exitCode()).as(watched.out()).isEqualTo(ExitCode.VIOLATED);
            assertThat(show().at("/conservation/imbalance").asLong()).isZero();
            assertThat(cli("campaign", "export", NAME, "--output", remote.toString())
                            .exitCode())
                    .isEqualTo(ExitCode.CLEAN);
            raw = RawAccounts.read(bootstrap);
            JsonNode ranges = show().get("ranges");
            assertThat(raw.done()).isEqualTo(ranges.get("planned").asLong());
            assertThat(raw.repeated())
                    .isEqualTo(ranges.get("duplicatesIdentical").asLong());
            assertThat(ranges.get("duplicatesDivergent").asLong()).isZero();
        } finally {
            broker.close();
        }
        assertThat(raw.redelivered()).as("ranges that two workers began").isPositive();
        assertThat(raw.repeated()).as("results beyond the first of their range").isPositive();
        CommandLineRun run = cli("campaign", "run", file.toString(), "--local", "--export", local.toString());
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.VIOLATED);
        assertThat(Files.mismatch(local, remote)).as("first byte that differs").isEqualTo(-1);
    }

    private GupfuzzProcess broker() throws Exception {
        GupfuzzProcess broker = GupfuzzProcess.start(
                directory, "broker", "--data", directory.resolve("kafka").toString());
        Pattern address = Pattern.compile("broker +(127\\.0\\.0\\.1:[0-9]+)");
        broker.await(
                "the broker to be ready", () -> address.matcher(broker.out()).find());
        Matcher found = address.matcher(broker.out());
        assertThat(found.find()).isTrue();
        bootstrap = found.group(1);
        return broker;
    }

    private GupfuzzProcess worker(String id, String failpoint) throws Exception {
        return GupfuzzProcess.start(
                directory,
                Map.of("GUPFUZZ_FAILPOINT", failpoint),
                "worker",
                "--bootstrap",
                bootstrap,
                "--cores",
                "1",
                "--metrics-port",
                "0",
                "--id",
                id);
    }

    /** A worker that kills itself at the failpoint. */
    private void killed(String failpoint) throws Exception {
        try (GupfuzzProcess worker = worker("dies-" + failpoint, failpoint)) {
            assertThat(worker.await()).as(worker.err()).isEqualTo(KILLED);
        }
    }

    private JsonNode show() {
        CommandLineRun show = cli("campaign", "show", NAME, "--json");
        assertThat(show.exitCode()).as(show.err()).isEqualTo(ExitCode.CLEAN);
        try {
            return new ObjectMapper().readTree(show.out());
        } catch (JsonProcessingException notJson) {
            throw new AssertionError(show.out(), notJson);
        }
    }

    private CommandLineRun cli(String... args) {
        return CommandLineRun.in(Map.of("XDG_DATA_HOME", directory.toString()), new Interrupts(), args);
    }
}
