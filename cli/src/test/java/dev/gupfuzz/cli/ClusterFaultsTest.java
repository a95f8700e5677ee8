package dev.gupfuzz.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Broker, coordinator and two workers as processes of their own. Workers are killed at every point of a job's life,
 * one of them from outside, and the broker in the middle of it all; what was counted in the end equals a run without Kafka, byte for byte.
 */
@Tag("slow")
class ClusterFaultsTest {
    private static final String NAME = "faults";
    private static final int KILLED = 128 + 9;
    private static final String REDELIVERIES = "gupfuzz_worker_redeliveries_total";
    private static final Pattern METRICS_PORT = Pattern.compile(" metrics=([0-9]+)");
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    private String bootstrap = "";

    @Test
    void shouldLoseNothingAndCountNothingTwice() throws Exception {
        Path file = Files.writeString(directory.resolve("campaign.json"), """
                {"version": 1, "name": "%s", "kernels": ["v5.9", "v5.11"],
                 "scenarios": ["fork-vs-pin-fast", "pin-fast-vs-munmap"], "strategies": ["pct:3"],
                 "seeds": 750000, "stepsPerRange": 550000}
                """.formatted(NAME));
        Path remote = directory.resolve("remote.txt");
        Path local = directory.resolve("local.txt");
        RawAccounts raw;
        GupfuzzProcess broker = broker();
        try (GupfuzzProcess coordinator =
                GupfuzzProcess.start(directory, "coordinator", "--bootstrap", bootstrap, "--port", "0")) {
            coordinator.await(
                    "the coordinator to be ready", () -> coordinator.out().contains("ready "));
            shouldRefuse(port(coordinator));
            CommandLineRun created = cli("campaign", "create", file.toString());
            assertThat(created.exitCode()).as(created.err()).isEqualTo(ExitCode.CLEAN);
            long planned = show().at("/ranges/planned").asLong();
            assertThat(planned).isGreaterThanOrEqualTo(200);

            // Nobody else works meanwhile, so every one of them gets a job to die of.
            killAtFailpoints("received", "half");
            killAtFailpoints("published", "acked");
            killInTheMiddle();

            try (GupfuzzProcess first = worker("first", "");
                    GupfuzzProcess second = worker("second", "")) {
                first.await(
                        "a job that a dead worker had held",
                        () -> metric(first, REDELIVERIES) + metric(second, REDELIVERIES) > 0);
                first.await("a third to be done", () -> done() > planned / 3);
                broker.signal("KILL");
                assertThat(broker.await()).isEqualTo(KILLED);
                broker.close();
                assertThat(done()).as("the broker dies before the end").isLessThan(planned);
                broker = broker();
                first.await(
                        "the campaign to end", () -> CampaignState.of(show()).ended());
                assertThat(second.alive()).isTrue();
                assertStopsOnSignal(first);
                assertStopsOnSignal(second);
            }
            CommandLineRun watched = cli("campaign", "watch", NAME);
            assertThat(watched.exitCode()).as(watched.out()).isEqualTo(ExitCode.VIOLATED);
            assertThat(show().at("/conservation/imbalance").asLong()).isZero();
            assertThat(cli("campaign", "export", NAME, "--output", remote.toString())
                            .exitCode())
                    .isEqualTo(ExitCode.CLEAN);
            raw = RawAccounts.read(bootstrap);
            JsonNode ranges = show().get("ranges");
            assertThat(raw.done()).isEqualTo(planned);
            assertThat(raw.repeated())
                    .isEqualTo(ranges.get("duplicatesIdentical").asLong());
            assertThat(ranges.get("duplicatesDivergent").asLong()).isZero();
            assertStopsOnSignal(coordinator);
            assertStopsOnSignal(broker);
        } finally {
            broker.close();
        }
        assertThat(raw.redelivered()).as("ranges that two workers began").isPositive();
        assertThat(raw.repeated()).as("results beyond the first of their range").isPositive();
        assertThat(raw.divergent())
                .as("ranges whose results differ in their digests")
                .isZero();
        CommandLineRun run = cli("campaign", "run", file.toString(), "--local", "--export", local.toString());
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.VIOLATED);
        assertThat(Files.mismatch(local, remote)).as("first byte that differs").isEqualTo(-1);
    }

    private static String port(GupfuzzProcess coordinator) {
        Matcher found =
                Pattern.compile("ready +http://127\\.0\\.0\\.1:([0-9]+)").matcher(coordinator.out());
        assertThat(found.find()).isTrue();
        return found.group(1);
    }

    /** A second coordinator that cannot have its port gives up, and leaves the first one alone. */
    private void shouldRefuse(String port) throws Exception {
        String data = directory.resolve("second").toString();
        try (GupfuzzProcess second = GupfuzzProcess.start(
                directory, "coordinator", "--bootstrap", bootstrap, "--port", port, "--data", data)) {
            assertThat(second.await()).as(second.out()).isEqualTo(ExitCode.INFRASTRUCTURE);
            assertThat(second.err()).contains(port);
        }
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

    /** Two workers, each of which kills itself at its failpoint. */
    private void killAtFailpoints(String one, String other) throws Exception {
        try (GupfuzzProcess first = worker("dies-" + one, one);
                GupfuzzProcess second = worker("dies-" + other, other)) {
            assertThat(first.await()).as(first.err()).isEqualTo(KILLED);
            assertThat(second.await()).as(second.err()).isEqualTo(KILLED);
        }
    }

    /** A worker that gets SIGKILL from outside while it computes. */
    private void killInTheMiddle() throws Exception {
        try (GupfuzzProcess worker = worker("killed", "")) {
            worker.await("it to compute", () -> metric(worker, "gupfuzz_worker_schedules_executed_total") > 0);
            worker.signal("KILL");
            assertThat(worker.await()).isEqualTo(KILLED);
        }
    }

    private static void assertStopsOnSignal(GupfuzzProcess service) throws Exception {
        long begin = System.nanoTime();
        service.signal("TERM");
        assertThat(service.await()).as(service.err()).isEqualTo(ExitCode.CLEAN);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
    }

    private long done() {
        return show().at("/ranges/done").asLong();
    }

    /** The value of a worker's metric without labels; 0 until it serves metrics. */
    private static double metric(GupfuzzProcess worker, String name) {
        Matcher port = METRICS_PORT.matcher(worker.err());
        if (!port.find()) {
            return 0;
        }
        try {
            URI metrics = URI.create("http://127.0.0.1:" + port.group(1) + "/metrics");
            return HTTP.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(name + " "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                    .sum();
        } catch (IOException | InterruptedException failed) {
            throw new AssertionError("the worker does not serve its metrics", failed);
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
