package dev.gupfuzz.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bounds, reductions and checkpoints of {@code explore}. */
class ExploreStatesTest {

    private static final String LARGE = "fork-vs-pin-fast:pages=4";

    @TempDir
    Path directory;

    @Test
    void shouldSayExactlyWhatABoundOfPreemptionsProves() throws Exception {
        JsonNode clean = json(ExitCode.CLEAN, "--kernel", "v5.11", "--preemptions", "1");
        assertThat(clean.get("verdict").asText()).isEqualTo("clean");
        assertThat(clean.at("/cells/0/ended").asText()).isEqualTo("preemptions");
        assertThat(clean.at("/cells/0/preemptionBound").asInt()).isEqualTo(1);
        assertThat(explore("--kernel", "v5.11", "--preemptions", "1").out())
                .contains("v5.11 x fork-vs-pin-fast: no violation with at most 1 preemption")
                .doesNotContain("proved");

        // the race needs one, and so do goals
        CommandLineRun none = explore("--kernel", "v5.9", "--preemptions", "0");
        assertThat(none.exitCode()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(none.out()).contains("raise --preemptions");
        JsonNode one = json(ExitCode.VIOLATED, "--kernel", "v5.9", "--preemptions", "1");
        assertThat(one.at("/cells/0/certificate/preemptions").asInt()).isEqualTo(1);

        assertThat(json(ExitCode.CLEAN, "--kernel", "v5.11", "--preemptions", "1000")
                        .at("/cells/0/ended")
                        .asText())
                .isEqualTo("complete");
    }

    @Test
    void shouldNameItsReductions() throws Exception {
        JsonNode all = json(ExitCode.CLEAN, "--kernel", "v5.11", "--reductions", "all");
        JsonNode nothing = json(ExitCode.CLEAN, "--kernel", "v5.11", "--reductions", "none");
        assertThat(all.at("/cells/0/reductions"))
                .extracting(JsonNode::asText)
                .containsExactly("sleep", "persistent", "local", "symmetry");
        assertThat(nothing.at("/cells/0/reductions")).isEmpty();
        assertThat(all.get("transitions").asLong())
                .isLessThan(nothing.get("transitions").asLong());
        assertThat(all.at("/cells/0/goals")).isEqualTo(nothing.at("/cells/0/goals"));
    }

    @Test
    void shouldRefuseWhatDoesNotGoTogether() {
        refused("--reductions", "sleep", "--preemptions", "2");
        refused("--reductions", "slep");
        refused("--reductions", "all,none");
        refused("--checkpoint", "/");
        refused("--checkpoint", directory.toString());
        refused("--engine", "dpor", "--preemptions", "2");
        refused("--engine", "dpor", "--memory-limit", "64");
        refused("--kernel", "v5.9", "--kernel", "v5.11", "--checkpoint", "file");
        refused("--resume", directory.resolve("missing").toString());
        CommandLineRun nowhere =
                explore("--checkpoint", directory.resolve("missing/file").toString());
        assertThat(nowhere.exitCode()).isEqualTo(ExitCode.INFRASTRUCTURE);
        assertThat(nowhere.err()).contains("missing/file", "cannot be written").doesNotContain("Exception");
    }

    private static void refused(String... options) {
        CommandLineRun run = explore(options);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("gupfuzz: ").doesNotContain("Exception");
    }

    @Test
    void shouldGoOnFromACheckpoint() throws Exception {
        String file = directory.resolve("state").toString();
        CommandLineRun bounded = explore("--kernel", "v5.11", "--states", "1000", "--checkpoint", file);
        assertThat(bounded.exitCode()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(bounded.out()).contains("found and not expanded", "MiB for visited states");

        JsonNode resumed = json(ExitCode.CLEAN, "--kernel", "v5.11", "--resume", file);
        JsonNode whole = json(ExitCode.CLEAN, "--kernel", "v5.11");
        for (String count : new String[] {"states", "transitions", "ends", "levels", "goals", "tableBytes"}) {
            assertThat(resumed.at("/cells/0").get(count))
                    .isEqualTo(whole.at("/cells/0").get(count));
        }
        CommandLineRun other = explore("--kernel", "v5.9", "--resume", file);
        assertThat(other.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(other.err()).contains("another kernel", "'v5.11'", "'v5.9'");
        assertThat(explore("--kernel", "v5.11", "--keep-going", "--resume", file)
                        .err())
                .contains("another plan");
    }

    @Test
    void shouldGoOnByClassesFromACheckpoint() throws Exception {
        String file = directory.resolve("classes").toString();
        String[] dpor = {"--kernel", "v5.11", "--engine", "dpor"};
        CommandLineRun bounded = explore(with(dpor, "--states", "9000", "--checkpoint", file));
        assertThat(bounded.exitCode()).as(bounded.err()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(bounded.out()).contains("of the tree is done");

        JsonNode resumed = json(ExitCode.CLEAN, with(dpor, "--resume", file));
        JsonNode whole = json(ExitCode.CLEAN, dpor);
        for (String count : new String[] {"classes", "blocked", "steps", "longest", "goals"}) {
            assertThat(resumed.at("/cells/0").get(count))
                    .isEqualTo(whole.at("/cells/0").get(count));
        }
        assertThat(explore("--kernel", "v5.11", "--resume", file).err())
                .contains("another engine", "'dpor'", "'states'");
        assertThat(explore("--kernel", "v5.9", "--engine", "dpor", "--resume", file)
                        .err())
                .contains("another kernel");
        assertThat(explore(with(dpor, "--preemptions", "2")).err()).contains("--engine states", "more preemptions");
    }

    private static String[] with(String[] options, String... more) {
        String[] all = java.util.Arrays.copyOf(options, options.length + more.length);
        System.arraycopy(more, 0, all, options.length, more.length);
        return all;
    }

    @Test
    @Tag("slow")
    void shouldKeepWhatASignalEnds() throws Exception {
        Path file = directory.resolve("state");
        try (GupfuzzProcess process = GupfuzzProcess.start(
                directory, "explore", "--kernel", "v5.11", "--scenario", LARGE, "--checkpoint", file.toString())) {
            process.await("some exploring", () -> process.processorMillis() > 2500);
            process.signal("TERM");
            assertThat(process.await()).isEqualTo(ExitCode.INTERRUPTED);
        }
        assertThat(file).exists();
        try (GupfuzzProcess process = GupfuzzProcess.start(
                directory,
                Map.of("JAVA_TOOL_OPTIONS", "-Xmx8m"),
                "explore",
                "--kernel",
                "v5.11",
                "--scenario",
                LARGE,
                "--resume",
                file.toString())) {
            assertThat(process.await()).isIn(ExitCode.USAGE, ExitCode.INCOMPLETE);
            assertThat(process.out() + process.err()).contains("-Xmx...").doesNotContain("Exception", "\tat ");
        }
        // on to the end of the level, and there on another way
        JsonNode resumed = json(
                ExitCode.INCOMPLETE,
                "--kernel",
                "v5.11",
                "--scenario",
                LARGE,
                "--resume",
                file.toString(),
                "--states",
                "1");
        JsonNode whole = json(
                ExitCode.INCOMPLETE,
                "--kernel",
                "v5.11",
                "--scenario",
                LARGE,
                "--states",
                resumed.get("states").asText());
        for (String count : new String[] {"states", "transitions", "levels", "waiting"}) {
            assertThat(resumed.at("/cells/0").get(count))
                    .isEqualTo(whole.at("/cells/0").get(count));
        }
        assertThat(Files.list(directory).filter(path -> path.toString().endsWith(".new")))
                .isEmpty();
    }

    @Test
    @Tag("slow")
    void shouldStopWhereTheHeapEnds() throws Exception {
        try (GupfuzzProcess process = GupfuzzProcess.start(
                directory,
                Map.of("JAVA_TOOL_OPTIONS", "-Xmx16m"),
                "explore",
                "--kernel",
                "v5.11",
                "--scenario",
                LARGE,
                "--memory-limit",
                "4000")) {
            assertThat(process.await()).isEqualTo(ExitCode.INCOMPLETE);
            assertThat(process.out()).contains("raise --memory-limit", "-Xmx");
            assertThat(process.err()).doesNotContain("Error", "Exception", "\tat ");
        }
    }

    private static CommandLineRun explore(String... options) {
        String[] arguments = new String[options.length + 1];
        arguments[0] = "explore";
        System.arraycopy(options, 0, arguments, 1, options.length);
        return CommandLineRun.of(arguments);
    }

    private static JsonNode json(int exitCode, String... options) throws Exception {
        String[] all = java.util.Arrays.copyOf(options, options.length + 1);
        all[options.length] = "--json";
        CommandLineRun run = explore(all);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(exitCode);
        return new ObjectMapper().readTree(run.out());
    }
}
