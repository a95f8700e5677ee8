package dev.gupfuzz.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmallVerbsTest {
    @TempDir
    Path directory;

    @Test
    void shouldListAndShowScenarios() throws Exception {
        assertThat(CommandLineRun.of("scenarios", "list").out()).contains("fork-vs-pin-fast", "fork-vs-write");
        assertThat(CommandLineRun.of("scenarios", "show", "fork-vs-pin-fast:pages=4", "--kernel", "v5.11")
                        .out())
                .contains("parameter pages=4", "goals on v5.11", "seq-odd");
        JsonNode scenario = FuzzVerbTest.json("scenarios", "show", "fork-vs-pin-fast", "--json")
                .at("/scenarios/0");
        assertThat(FuzzVerbTest.fields(scenario))
                .containsExactly("name", "summary", "threads", "parameters", "goals", "program");
    }

    @Test
    void shouldNameVersionsInOneForm() throws Exception {
        JsonNode version = FuzzVerbTest.json("version", "--json");
        assertThat(version.get("gupfuzz").asText()).matches("[0-9]+\\.[0-9]+\\.[0-9]+.*");
        assertThat(version.get("engine").asText()).matches("[0-9a-f]{64}");
        assertThat(CommandLineRun.of("--version").out())
                .isEqualTo(CommandLineRun.of("version").out())
                .startsWith("gupfuzz " + version.get("gupfuzz").asText());
    }

    @Test
    void shouldPrintACompletionScriptThatBashReads() throws Exception {
        CommandLineRun run = CommandLineRun.of("completion");
        Path script = Files.writeString(directory.resolve("completion"), run.out());

        assertThat(run.exitCode()).isEqualTo(ExitCode.CLEAN);
        assertThat(run.out()).contains("--keep-going", "--kernel", "healthcheck");
        Process bash =
                new ProcessBuilder("bash", "-n", script.toString()).inheritIO().start();
        assertThat(bash.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(bash.exitValue()).isZero();
    }

    @Test
    void shouldSayWhatIsWellAndWhatToDo() throws Exception {
        Map<String, String> environment = Map.of("XDG_DATA_HOME", directory.toString());
        CommandLineRun well = CommandLineRun.in(environment, new Interrupts(), "doctor");
        CommandLineRun json = CommandLineRun.in(environment, new Interrupts(), "doctor", "--json");
        CommandLineRun broken =
                CommandLineRun.in(environment, new Interrupts(), "doctor", "--data", "/proc/no-such-directory");

        assertThat(well.exitCode()).as(well.out()).isEqualTo(ExitCode.CLEAN);
        assertThat(well.out().lines()).allMatch(line -> line.startsWith("ok "));
        assertThat(new ObjectMapper().readTree(json.out()).get("checks")).hasSizeGreaterThanOrEqualTo(6);
        assertThat(broken.exitCode()).isEqualTo(ExitCode.INFRASTRUCTURE);
        assertThat(broken.out()).contains("problem", "/proc/no-such-directory", "give --data DIR");
    }

    @Test
    void shouldTellWhenNothingIsReady() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        CommandLineRun run = CommandLineRun.of("healthcheck", "--url", "http://127.0.0.1:" + free);

        assertThat(run.exitCode()).isEqualTo(ExitCode.INFRASTRUCTURE);
        assertThat(run.err()).contains("http://127.0.0.1:" + free + "/readyz does not answer");
    }

    @Test
    void shouldRefuseAPortInUseThatWasAskedFor() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Port port = new Port("--metrics-port", socket.getLocalPort(), true);

            assertThatThrownBy(port::free)
                    .hasMessageContaining("port " + socket.getLocalPort() + " is in use")
                    .hasMessageContaining("--metrics-port");
            assertThat(new Port("--metrics-port", socket.getLocalPort(), false).free())
                    .isZero();
        }
    }

    @Test
    void shouldFailWhenItsOutputCannotBeWritten() throws Exception {
        Path err = directory.resolve("err");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        "dev.gupfuzz.cli.Main",
                        "kernels",
                        "list",
                        "--json")
                .redirectOutput(Path.of("/dev/full").toFile())
                .redirectError(err.toFile())
                .start();

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(ExitCode.INFRASTRUCTURE);
        assertThat(err).content().contains("standard output cannot be written");
    }

    @Test
    void shouldNotLoadTheServiceForASearch() throws Exception {
        Path classes = directory.resolve("classes.txt");
        try (GupfuzzProcess process = GupfuzzProcess.start(
                directory, Map.of("JAVA_TOOL_OPTIONS", "-Xlog:class+load:file=" + classes), "fuzz", "--json")) {
            assertThat(process.await()).as(process.err()).isEqualTo(ExitCode.VIOLATED);
        }
        assertThat(Files.readString(classes))
                .contains("dev.gupfuzz.simulator.search.Sampler")
                .doesNotContain("org.apache.kafka.", "io.vertx.", "ch.qos.logback.", "io.micrometer.", "databind");
    }
}
