package dev.gupfuzz.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gupfuzz.broker.EmbeddedBroker;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code up} in a process of its own: what it says, how it stops, and that its accounts are right. */
@Tag("slow")
class UpTest {
    private static final Pattern READY = Pattern.compile("ready +(http://\\S+)");
    private static final String[] UP = {"up", "--port", "0", "--metrics-port", "0", "--cores", "1"};

    @TempDir
    Path directory;

    @Test
    void shouldStopWithinFiveSecondsOfASignalAndGoOnAtTheNextStart() throws Exception {
        long before;
        try (GupfuzzProcess up = GupfuzzProcess.start(directory, UP)) {
            String url = ready(up);
            Path token = directory.resolve("gupfuzz/token");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(token)))
                    .isEqualTo("rw-------");
            assertThat(get(url + "/readyz")).isEqualTo(200);
            assertThat(get(url + "/metrics")).isEqualTo(200);
            assertThat(get(url + "/api/v1/campaigns")).isEqualTo(401);
            up.await("the demonstration to begin", () -> up.out().contains("look "));
            up.await("ranges to be counted", () -> done() >= 3);
            before = done();

            stopsInTime(up, "TERM");
        }
        try (GupfuzzProcess up = GupfuzzProcess.start(directory, UP)) {
            ready(up);
            long resumed = done();
            assertThat(resumed).isGreaterThanOrEqualTo(before);
            up.await("more ranges to be counted", () -> done() > resumed);

            stopsInTime(up, "INT");
        }
    }

    @Test
    void shouldAccountForEveryRangeExactlyOnce() throws Exception {
        JsonNode report;
        Path data = directory.resolve("data");
        try (GupfuzzProcess up = GupfuzzProcess.start(
                directory,
                "up",
                "--for",
                "25s",
                "--json",
                "--port",
                "0",
                "--metrics-port",
                "0",
                "--data",
                data.toString())) {
            assertThat(up.await()).as(up.err()).isEqualTo(ExitCode.VIOLATED);
            report = new ObjectMapper().readTree(up.out());
        }

        assertThat(report.get("verdict").asText()).isEqualTo("violated");
        assertThat(report.get("imbalance").asLong()).isZero();
        assertThat(report.get("token").asText()).startsWith("gf1:");
        assertThat(report.at("/minimized/certificate/preemptions").asInt())
                .isLessThanOrEqualTo(report.get("preemptions").asInt());
        RawAccounts raw;
        try (EmbeddedBroker broker = EmbeddedBroker.start(data.resolve("broker"), 0, System.err)) {
            raw = RawAccounts.read(broker.bootstrapServers());
        }
        JsonNode ranges = report.get("ranges");
        assertThat(ranges.get("issued").asLong()).isPositive();
        assertThat(raw.jobs()).isGreaterThanOrEqualTo(ranges.get("issued").asLong());
        assertThat(raw.done()).isEqualTo(ranges.get("done").asLong());
        assertThat(raw.repeated()).isEqualTo(ranges.get("duplicatesIdentical").asLong());
        assertThat(ranges.get("issued").asLong())
                .isEqualTo(ranges.get("done").asLong()
                        + ranges.get("queued").asLong()
                        + ranges.get("leased").asLong()
                        + ranges.get("dead").asLong()
                        + ranges.get("cancelled").asLong());
        for (JsonNode cell : report.get("cells")) {
            String name =
                    cell.get("kernel").asText() + " x " + cell.get("scenario").asText();
            long schedules = cell.get("schedules").asLong();
            assertThat(raw.schedules().getOrDefault(name, 0L)).as(name).isEqualTo(schedules);
            if (name.equals("v5.9 x fork-vs-pin-fast")) {
                assertThat(cell.get("verdict").asText()).as(name).isEqualTo("violated");
            }
            if (cell.get("kernel").asText().equals("v5.11")) {
                assertThat(cell.get("violations")).as(name).isEmpty();
                // On a busy machine a cell may not have had its turn: then nothing is claimed about it.
                assertThat(cell.get("verdict").asText()).as(name).isEqualTo(schedules > 0 ? "clean" : "incomplete");
            }
        }
    }

    @Test
    void shouldRunACampaignAsALocalRunDoes() throws Exception {
        Path file = Files.writeString(directory.resolve("campaign.json"), """
                {"version": 1, "name": "both", "kernels": ["v5.9", "v5.11"], "scenarios": ["fork-vs-pin-fast"],
                 "strategies": ["pct:3"], "firstSeed": "0x1", "seeds": 60000, "stepsPerRange": 262144}
                """);
        Path local = directory.resolve("local.txt");
        Path remote = directory.resolve("remote.txt");
        try (GupfuzzProcess up = GupfuzzProcess.start(
                directory, "up", "--no-demo", "--port", "0", "--metrics-port", "0", "--cores", "2")) {
            String url = ready(up);
            Matcher broker = Pattern.compile("broker +(\\S+)").matcher(up.out());
            assertThat(broker.find()).isTrue();
            CommandLineRun doctor = cli("doctor", "--bootstrap", broker.group(1));
            assertThat(doctor.exitCode()).as(doctor.out()).isEqualTo(ExitCode.CLEAN);
            assertThat(doctor.out()).contains("share groups", "topics          all present and configured");
            CommandLineRun health = cli("healthcheck", "--url", url);
            assertThat(health.exitCode()).as(health.err()).isEqualTo(ExitCode.CLEAN);
            try (GupfuzzProcess another = GupfuzzProcess.start(directory, "up", "--no-demo", "--port", "0")) {
                assertThat(another.await()).isEqualTo(ExitCode.INFRASTRUCTURE);
                assertThat(another.err()).contains("is in use by process", "give another --data");
            }

            CommandLineRun created = cli("campaign", "create", file.toString());
            assertThat(created.exitCode()).as(created.err()).isEqualTo(ExitCode.CLEAN);
            assertThat(cli("campaign", "list").out()).contains("both");

            CommandLineRun watched = cli("campaign", "watch", "both", "--for", "2m");
            assertThat(watched.exitCode()).as(watched.out()).isEqualTo(ExitCode.VIOLATED);
            assertThat(watched.out()).contains("both: complete, violated", "accounts  balance");

            CommandLineRun exported = cli("campaign", "export", "both", "--output", remote.toString());
            assertThat(exported.exitCode()).as(exported.err()).isEqualTo(ExitCode.CLEAN);

            CommandLineRun again = cli("campaign", "create", file.toString());
            assertThat(again.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(again.err()).contains("both");
            CommandLineRun unknown = cli("campaign", "show", "bot");
            assertThat(unknown.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(unknown.err()).contains("'bot'", "did you mean 'both'?");
            Path stranger = Files.writeString(directory.resolve("stranger"), "0".repeat(64));
            CommandLineRun refused = cli("campaign", "list", "--token-file", stranger.toString());
            assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(refused.err()).contains("refuses the token");
            stopsInTime(up, "TERM");
        }
        CommandLineRun run = cli("campaign", "run", file.toString(), "--local", "--export", local.toString());
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.VIOLATED);
        assertThat(Files.mismatch(local, remote)).as("first byte that differs").isEqualTo(-1);

        CommandLineRun gone = cli("campaign", "list");
        assertThat(gone.exitCode()).isEqualTo(ExitCode.INFRASTRUCTURE);
        assertThat(gone.err()).contains("no coordinator answers at");
    }

    private CommandLineRun cli(String... args) {
        return CommandLineRun.in(Map.of("XDG_DATA_HOME", directory.toString()), new Interrupts(), args);
    }

    private static String ready(GupfuzzProcess up) throws InterruptedException {
        up.await("the service to be ready", () -> READY.matcher(up.out()).find());
        Matcher matcher = READY.matcher(up.out());
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }

    private static void stopsInTime(GupfuzzProcess up, String signal) throws Exception {
        long start = System.nanoTime();
        up.signal(signal);
        assertThat(up.await()).as(up.err()).isEqualTo(ExitCode.CLEAN);
        // it promises 5 s; a machine that is busy with other things gets time, a stop that hangs does not
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
    }

    private static int get(String url) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
        return HttpClient.newHttpClient()
                .send(request, BodyHandlers.discarding())
                .statusCode();
    }

    /** Ranges counted so far, as `campaign show` tells. */
    private long done() {
        CommandLineRun show = cli("campaign", "show", Demonstration.NAME, "--json");
        assertThat(show.exitCode()).as(show.err()).isEqualTo(ExitCode.CLEAN);
        try {
            return new ObjectMapper().readTree(show.out()).at("/ranges/done").asLong();
        } catch (JsonProcessingException notJson) {
            throw new AssertionError(show.out(), notJson);
        }
    }
}
