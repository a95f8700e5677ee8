package dev.gupfuzz.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gupfuzz.simulator.scenario.Scenarios;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code matrix}, {@code ablate} and {@code bisect}. */
class MuseumVerbsTest {

    private static final String RIGHT = """
            race
              title     the race of fork and the fast pin
              scenario  fork-vs-pin-fast
              shows     I1a I1b
              history   v5.9..v5.11
              quick
            """;

    @TempDir
    Path directory;

    private String file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text).toString();
    }

    private static JsonNode json(int exitCode, String... args) throws IOException {
        List<String> all = new ArrayList<>(List.of(args));
        all.add("--json");
        CommandLineRun run = CommandLineRun.of(all.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(exitCode);
        return new ObjectMapper().readTree(run.out());
    }

    private static final String[] TWO = {"--kernel", "v5.9", "--kernel", "v5.11"};

    private static String[] matrix(String... more) {
        List<String> all = new ArrayList<>(List.of("matrix", TWO[0], TWO[1], TWO[2], TWO[3]));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    // ---- matrix
    // -------------------------------------------------------------------------------------------------------

    /** A table names scenarios' files, beside which it lies, as {@code --scenario} does. */
    @Test
    void shouldTakeScenariosOfFiles() throws Exception {
        file("mine.gup", Scenarios.text("fork-vs-pin-fast").text());

        JsonNode document = json(
                ExitCode.CLEAN, matrix("--table", file("t", RIGHT.replace("fork-vs-pin-fast", "./mine.gup:pages=1"))));

        assertThat(document.get("verdict").asText()).isEqualTo("agrees");
        CommandLineRun missing =
                CommandLineRun.of(matrix("--table", file("u", RIGHT.replace("fork-vs-pin-fast", "./none.gup"))));
        assertThat(missing.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(missing.err()).contains("u:3: the scenario file").contains("none.gup");
    }

    @Test
    void shouldAgreeWithHistory() throws Exception {
        JsonNode document = json(ExitCode.CLEAN, matrix("--table", file("t", RIGHT)));

        assertThat(document.get("version").asInt()).isEqualTo(1);
        assertThat(document.get("verb").asText()).isEqualTo("matrix");
        assertThat(document.get("verdict").asText()).isEqualTo("agrees");
        assertThat(document.get("exitCode").asInt()).isZero();
        JsonNode shown = document.at("/entries/0/cells/0");
        assertThat(shown.get("kernel").asText()).isEqualTo("v5.9");
        assertThat(shown.get("answer").asText()).isEqualTo("reachable");
        assertThat(shown.get("agreement").asText()).isEqualTo("agrees");
        assertThat(shown.get("invariant").asText()).isEqualTo("I1b");
        assertThat(shown.get("preemptions").asInt()).isEqualTo(1);
        assertThat(shown.get("fewestProved").asBoolean()).isTrue();
        assertThat(CommandLineRun.of("replay", shown.get("token").asText()).exitCode())
                .isEqualTo(ExitCode.VIOLATED);
        JsonNode clean = document.at("/entries/0/cells/1");
        assertThat(clean.get("answer").asText()).isEqualTo("unreachable");
        assertThat(clean.get("complete").asBoolean()).isTrue();
        assertThat(clean.get("states").asLong()).isGreaterThan(1000);
        assertThat(clean.has("token")).isFalse();
    }

    @Test
    void shouldDisagreeWithAWrongHistory() throws Exception {
        String wrong = file("t", RIGHT.replace("v5.9..v5.11", "v5.9..v5.12"));
        JsonNode document = json(ExitCode.VIOLATED, matrix("--table", wrong));
        assertThat(document.get("verdict").asText()).isEqualTo("disagrees");
        assertThat(document.at("/cells/disagrees").asInt()).isEqualTo(1);
        assertThat(document.at("/entries/0/cells/1/agreement").asText()).isEqualTo("disagrees");

        CommandLineRun text = CommandLineRun.of(matrix("--table", wrong));
        assertThat(text.exitCode()).isEqualTo(ExitCode.VIOLATED);
        assertThat(text.out())
                .contains("race   #  .!", "race on v5.11: disagrees: history says it shows it, found unreachable");
    }

    @Test
    void shouldAcceptWhatTheTableExplains() throws Exception {
        String explained = RIGHT.replace("v5.9..v5.11", "none")
                + "  differs  v5.9 reachable\n  because  history is silent\n  source   nowhere\n";
        JsonNode document = json(ExitCode.CLEAN, matrix("--table", file("t", explained)));
        assertThat(document.at("/entries/0/cells/0/agreement").asText()).isEqualTo("explained");
        assertThat(document.at("/entries/0/cells/0/because").asText()).isEqualTo("history is silent");
        // and not where the explanation has become wrong
        String stale = explained.replace("v5.9 reachable", "v5.9..v5.12 reachable");
        json(ExitCode.VIOLATED, matrix("--table", file("u", stale)));
    }

    @Test
    void shouldLeaveOpenWhatABoundEnds() throws Exception {
        JsonNode document = json(ExitCode.INCOMPLETE, "matrix", "--kernel", "v5.11", "--bug", "B1", "--states", "1");
        assertThat(document.get("verdict").asText()).isEqualTo("undecided");
        assertThat(document.at("/entries/0/cells/0/answer").asText()).isEqualTo("undecided");
        assertThat(document.at("/entries/0/cells/0/reason").asText()).isEqualTo("as many states as were allowed");
    }

    @Test
    void shouldLeaveOpenWhatHasNoScenario() throws Exception {
        String text = RIGHT + "later\n  title  to come\n  shows  I4\n  history  all\n";
        JsonNode document = json(ExitCode.INCOMPLETE, matrix("--table", file("t", text)));
        assertThat(document.get("withoutScenario")).hasSize(1);
        assertThat(CommandLineRun.of(matrix("--table", file("t", text), "--subset", "quick"))
                        .exitCode())
                .isEqualTo(ExitCode.CLEAN);
        assertThat(CommandLineRun.of(matrix("--table", file("t", text))).out()).contains("no scenario yet: later");
    }

    @Test
    void shouldWriteAPage() throws Exception {
        CommandLineRun run = CommandLineRun.of(matrix("--table", file("t", RIGHT), "--markdown"));
        assertThat(run.exitCode()).isEqualTo(ExitCode.CLEAN);
        assertThat(run.out())
                .contains("| entry | v5.9 | v5.11 |", "| race | # | . |", "## race: the race of fork", "`gf1:");
    }

    @Test
    void shouldTellEveryMistakeAtOnce() throws Exception {
        CommandLineRun run = CommandLineRun.of(
                "matrix",
                "--bug",
                "B13",
                "--kernel",
                "v5.10",
                "--kernel",
                "v5.11 without seq-end",
                "--subset",
                "fast",
                "--for",
                "soon",
                "--for-each-cell-seconds",
                "0",
                "--json",
                "--markdown");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err())
                .contains(
                        "the table has no entry 'B13'",
                        "unknown kernel 'v5.10'",
                        "history knows releases only",
                        "unknown subset 'fast'",
                        "--for 'soon'",
                        "--for-each-cell-seconds '0'",
                        "--json and --markdown");
        CommandLineRun table = CommandLineRun.of("matrix", "--table", file("t", "A\n  tilte x\n"));
        assertThat(table.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(table.err()).contains("t:2: unknown word 'tilte' (did you mean 'title'?");
        assertThat(CommandLineRun.of("matrix", "--table", "/nowhere").err())
                .contains("--table '/nowhere' is not a file that can be read");
    }

    // ---- ablate
    // -------------------------------------------------------------------------------------------------------

    @Test
    void shouldSayWhatSafeguardsAreFor() throws Exception {
        JsonNode document = json(ExitCode.INCOMPLETE, "ablate", "--scenario", "fork-vs-pin-fast");
        assertThat(document.get("verb").asText()).isEqualTo("ablate");
        assertThat(document.get("verdict").asText()).isEqualTo("undecided");
        assertThat(document.get("kernel").asText()).isEqualTo("v5.11");
        JsonNode seq = named(document.get("safeguards"), "write-protect-seq");
        assertThat(seq.get("fate").asText()).isEqualTo("killed");
        assertThat(seq.get("by").asText()).isEqualTo("I1b");
        assertThat(seq.at("/review/0").asText()).isEqualTo("M1");
        assertThat(seq.at("/killer/preemptions").asInt()).isEqualTo(1);
        assertThat(CommandLineRun.of("replay", seq.at("/killer/token").asText()).exitCode())
                .isEqualTo(ExitCode.VIOLATED);
        assertThat(named(document.get("safeguards"), "mremap-flush").get("fate").asText())
                .isEqualTo("not-exercised");
        JsonNode barrier = named(document.get("safeguards"), "seq-begin-wmb");
        assertThat(barrier.get("fate").asText()).isEqualTo("not-expressible");
        assertThat(barrier.at("/needs/0").asText()).isEqualTo("memory");
        assertThat(document.get("designs")).isNotEmpty();
        assertThat(document.at("/trials/0/answer").asText()).isEqualTo("unreachable");

        CommandLineRun text = CommandLineRun.of("ablate", "--scenario", "fork-vs-pin-fast");
        assertThat(text.out()).contains("safeguards of v5.11, each taken out alone", "not exercised");
        CommandLineRun page = CommandLineRun.of("ablate", "--scenario", "fork-vs-pin-fast", "--markdown");
        assertThat(page.out()).contains("| write-protect-seq | M1 | killed | I1b at", "## Schedules");
    }

    private static JsonNode named(JsonNode list, String rule) {
        for (JsonNode element : list) {
            if (element.at("/rules/0").asText().equals(rule)) {
                return element;
            }
        }
        throw new AssertionError("no " + rule);
    }

    @Test
    void shouldDecideNothingWithinABoundOfOneState() throws Exception {
        JsonNode document = json(ExitCode.INCOMPLETE, "ablate", "--scenario", "fork-vs-pin-fast", "--states", "1");
        TreeSet<String> fates = new TreeSet<>();
        document.get("safeguards")
                .forEach(safeguard -> fates.add(safeguard.get("fate").asText()));
        assertThat(fates).containsExactly("not-expressible", "unknown");
        assertThat(document.at("/fates/killed").asInt()).isZero();
    }

    @Test
    void shouldRefuseToAblateNonsense() throws Exception {
        CommandLineRun run = CommandLineRun.of(
                "ablate", "--kernel", "v5.10", "--scenario", "fork", "--table", file("t", RIGHT), "--states", "no");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err())
                .contains(
                        "unknown kernel 'v5.10'",
                        "unknown scenario 'fork'",
                        "--scenario and --table both say",
                        "--states 'no'");
        assertThat(CommandLineRun.of("ablate", "--table", file("t", RIGHT)).err())
                .contains("t:2: unknown word 'title'");
    }

    // ---- bisect
    // -------------------------------------------------------------------------------------------------------

    @Test
    void shouldFindWhenTheRaceCameAndWent() throws Exception {
        String token = json(ExitCode.CLEAN, matrix("--table", file("t", RIGHT)))
                .at("/entries/0/cells/0/token")
                .asText();
        JsonNode document = json(ExitCode.CLEAN, "bisect", token);
        assertThat(document.get("verb").asText()).isEqualTo("bisect");
        assertThat(document.get("verdict").asText()).isEqualTo("decided");
        assertThat(document.get("fixed").asText()).isEqualTo("v5.11");
        assertThat(document.get("kernels")).hasSize(17);
        for (JsonNode row : document.get("kernels")) {
            if (row.get("kernel").asText().equals("v5.9")) {
                assertThat(row.get("answer").asText()).isEqualTo("reachable");
                assertThat(row.get("replay").asText()).isEqualTo("reproduced");
            }
        }
        CommandLineRun text = CommandLineRun.of("bisect", file("finding", token));
        assertThat(text.exitCode()).isEqualTo(ExitCode.CLEAN);
        assertThat(text.out()).contains("first that does not any more:   v5.11");

        JsonNode open = json(ExitCode.INCOMPLETE, "bisect", token, "--states", "1");
        assertThat(open.get("verdict").asText()).isEqualTo("undecided");
        assertThat(open.has("first")).isFalse();
    }

    @Test
    void shouldRefuseABadToken() {
        assertThat(CommandLineRun.of("bisect").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(CommandLineRun.of("bisect", "gf1:xyz").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(CommandLineRun.of("bisect", "/nowhere").exitCode()).isEqualTo(ExitCode.USAGE);
    }
}
