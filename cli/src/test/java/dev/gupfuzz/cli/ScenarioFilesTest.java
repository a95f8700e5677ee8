package dev.gupfuzz.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gupfuzz.simulator.scenario.ScenarioText;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.trace.Finding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A scenario of one's own, from its check to its minimised finding. */
class ScenarioFilesTest {
    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void writeAScenario() throws Exception {
        file = Files.writeString(
                directory.resolve("mine.gup"),
                Scenarios.text("pin-fork-child-exits-write")
                        .text()
                        .replace("scenario pin-fork-child-exits-write", "scenario mine"));
    }

    @Test
    void shouldCheckFiles() throws Exception {
        Path bad = Files.writeString(
                directory.resolve("bad.gup"), "scenario bad \"b\"\nproces p\nthread t in p { laod x }\n");
        CommandLineRun good = CommandLineRun.of("scenarios", "check", file.toString());
        CommandLineRun both = CommandLineRun.of("scenarios", "check", file.toString(), bad.toString());

        assertThat(good.exitCode()).isEqualTo(ExitCode.CLEAN);
        assertThat(good.out()).matches("(?s).*mine.gup: scenario mine, text [0-9a-f]{16}\n");
        assertThat(both.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(both.out())
                .contains(
                        "mine.gup: scenario mine",
                        bad + ":2:1: expected a part",
                        "did you mean 'process'?",
                        bad + ":3:17:");
        assertThat(both.out().lines()).hasSize(3);
        assertThat(both.err()).isEmpty();
        CommandLineRun run = CommandLineRun.of("scenarios", "check", bad.toString(), "nowhere.gup", "--json");
        JsonNode document = new ObjectMapper().readTree(run.out());
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(document.at("/exitCode").asInt()).isEqualTo(ExitCode.USAGE);
        assertThat(document.at("/files/0/ok").asBoolean()).isFalse();
        assertThat(document.at("/files/0/problems")).hasSize(2);
        assertThat(document.at("/files/1/problems/0").asText())
                .contains("'nowhere.gup' cannot be read: there is no such file");
        assertThat(CommandLineRun.of("scenarios", "check").exitCode()).isEqualTo(ExitCode.USAGE);
    }

    /** What is right with the defaults may be wrong with other parameters. */
    @Test
    void shouldCheckTheEndsOfParameters() throws Exception {
        Path bad = Files.writeString(
                directory.resolve("ends.gup"), Files.readString(file).replace("in 1..64", "in 0..64"));

        assertThat(CommandLineRun.of("scenarios", "check", bad.toString()).out())
                .contains("pages of 'buffer' must be from 1 to 128: it is 0", "this is with {pages=0}");
    }

    @Test
    void shouldShowAFile() throws Exception {
        assertThat(CommandLineRun.of("scenarios", "show", file + ":pages=3").out())
                .contains("mine:pages=3", "parameter pages=3", "# A pin, a fork", "region buffer[pages] written");
        JsonNode shown = FuzzVerbTest.json("scenarios", "show", file.toString(), "--json")
                .at("/scenarios/0");
        assertThat(shown.at("/program").asText()).isEqualTo(Files.readString(file));
        assertThat(CommandLineRun.of("scenarios", "show", "cow-vs-reader").out())
                .contains("scenario cow-vs-reader \"");
    }

    @Test
    void shouldSearchReplayAndMinimizeAFile() throws Exception {
        CommandLineRun fuzz = CommandLineRun.of(
                "fuzz", "--kernel", "v5.9-rc4", "--scenario", file + ":pages=2", "--seeds", "10", "--json");
        assertThat(fuzz.exitCode()).isEqualTo(ExitCode.VIOLATED);
        JsonNode document = new ObjectMapper().readTree(fuzz.out());
        assertThat(document.at("/cells/0/scenario").asText()).isEqualTo("mine:pages=2");
        String token = document.at("/finding/token").asText();

        CommandLineRun without = CommandLineRun.of("replay", token);
        assertThat(without.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(without.err()).contains("mine.gup", "--scenario FILE");
        assertThat(CommandLineRun.of("replay", token, "--scenario", "fork-vs-write")
                        .exitCode())
                .isEqualTo(ExitCode.USAGE);
        assertThat(CommandLineRun.of("replay", token, "--scenario", file.toString())
                        .exitCode())
                .isEqualTo(ExitCode.VIOLATED);
        CommandLineRun small = CommandLineRun.of("minimize", token, "--scenario", file.toString(), "--json");
        assertThat(small.exitCode()).isEqualTo(ExitCode.VIOLATED);
        assertThat(new ObjectMapper().readTree(small.out()).at("/scenario").asText())
                .isEqualTo("mine");

        CommandLineRun explored =
                CommandLineRun.of("explore", "--kernel", "v5.11", "--scenario", file.toString(), "--param", "pages=1");
        assertThat(explored.exitCode()).isEqualTo(ExitCode.CLEAN);
        assertThat(CommandLineRun.of("replay", "--seed", "1", "--scenario", file.toString(), "--pages", "2")
                        .exitCode())
                .isIn(ExitCode.CLEAN, ExitCode.VIOLATED);
    }

    /** Every command that a report prints can be given as it is. */
    @Test
    void shouldPrintCommandsThatWork() throws Exception {
        Path own = Files.move(file, directory.resolve("my own.gup"));
        String kernel = "v5.9-rc4";
        CommandLineRun fuzz = CommandLineRun.of(
                "fuzz", "--kernel", kernel, "--scenario", own + ":pages=2", "--seeds", "5", "--no-minimize");
        CommandLineRun explored = CommandLineRun.of("explore", "--kernel", kernel, "--scenario", own.toString());
        String fromFuzz = assertCommandsWork(fuzz, 1);
        assertCommandsWork(explored, 1);
        assertCommandsWork(
                CommandLineRun.of("replay", "--seed", "1", "--kernel", kernel, "--scenario", own.toString()), 1);
        assertCommandsWork(CommandLineRun.of("replay", fromFuzz, "--scenario", own.toString()), 1);
        assertCommandsWork(CommandLineRun.of("minimize", fromFuzz, "--scenario", own.toString()), 2);

        Finding finding = Finding.parse(fromFuzz, List.of(ScenarioText.read("own", Files.readAllBytes(own))));
        Path complete = Files.writeString(directory.resolve("a finding"), finding.toFile());
        assertThat(CommandLineRun.of("replay", complete.toString()).out())
                .contains("replay with\n  ./gupfuzz replay '" + complete + "'\n");
    }

    private String assertCommandsWork(CommandLineRun run, int commands) {
        String start = "  ./gupfuzz replay ";
        String end = " --scenario '" + directory.resolve("my own.gup") + "'";
        List<String> lines =
                run.out().lines().filter(line -> line.startsWith(start)).toList();
        assertThat(lines)
                .as(run.out() + run.err())
                .hasSize(commands)
                .allSatisfy(line -> assertThat(line).endsWith(end));
        return lines.get(0).substring(start.length(), lines.get(0).length() - end.length());
    }

    @Test
    void shouldRefuseTwoScenariosOfOneName() throws Exception {
        Path copy = Files.writeString(directory.resolve("copy.gup"), Files.readString(file) + "# copy\n");

        assertThat(CommandLineRun.of("explore", "--scenario", file.toString(), "--scenario", copy.toString())
                        .err())
                .contains("two different scenarios are called 'mine'");
        assertThat(CommandLineRun.of("fuzz", "--scenario", "nowhere.gup").err())
                .contains("'nowhere.gup' cannot be read");
    }

    @Test
    void shouldRunACampaignOverAFileBesideIt() throws Exception {
        Path campaign = Files.writeString(directory.resolve("campaign.json"), """
                {"version": 1, "name": "own", "kernels": ["v5.9-rc4"], "scenarios": ["mine.gup:pages=2", "cow-vs-reader"],
                 "strategies": ["random"], "seeds": 20}
                """);
        Path export = directory.resolve("export");
        CommandLineRun run =
                CommandLineRun.of("campaign", "run", campaign.toString(), "--local", "--export", export.toString());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.VIOLATED);
        assertThat(Files.readString(export)).contains("scenario mine:pages=2@", "scenario cow-vs-reader\n");
    }
}
