package dev.gupfuzz.simulator.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.Runs;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.NotifierScenarios;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.ScenarioText;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.search.Count;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The report is for a mail: 72 columns, what broke first, the command that shows it again last. */
class ReportTest {

    private static final int WIDTH = 72;

    @Test
    void shouldKeepEveryLineWithinAMail() {
        for (Finding finding : Findings.all()) {
            List<String> lines = Report.text(finding).lines().toList();
            for (String line : lines) {
                if (!line.contains(finding.token())) {
                    assertThat(line).hasSizeLessThanOrEqualTo(WIDTH).doesNotContain("\t");
                }
            }
            assertThat(lines.get(0)).startsWith(finding.blame().invariant().id() + " broken: ");
            assertThat(lines.get(lines.size() - 1)).isEqualTo("  ./gupfuzz replay " + finding.token());
        }
    }

    @Test
    void shouldMarkTheStepThatBreaksThePromise() {
        for (Finding finding : Findings.some()) {
            String text = Report.text(finding);
            assertThat(text).contains("  ^ " + finding.blame().invariant().id() + " breaks here: ");
            if (finding.blame().invariant() != Invariant.I13 && finding.blame().invariant() != Invariant.EXPECTED) {
                assertThat(text.contains("I13 breaks here: ")
                                || text.contains("no data consequence found within the scenario"))
                        .isTrue();
            }
        }
    }

    /** A guest that loads from a page which was freed breaks the promise and shows wrong data at once. */
    @Test
    void shouldTellAConsequenceThatIsTheStepItself() {
        Kernel kernel = Kernels.named("v5.11 without zap-notifies");
        Cell cell = Runs.cell(kernel, NotifierScenarios.dontneed(), "random");
        List<String> texts = new ArrayList<>();
        for (Count count : Runs.sample(cell, 300).violations().values()) {
            for (long seed : count.lowestSeeds()) {
                texts.add(Report.text(Finding.witness(cell, seed)));
            }
        }
        assertThat(texts).anyMatch(text -> text.contains("\nI13 breaks in the same step\n"));
    }

    @Test
    void shouldTellTheRaceInTheKernelsWords() {
        String text = Report.text(Findings.race());
        assertThat(text)
                .contains("forker")
                .contains("pinner")
                .contains("seed " + Finding.hex(Findings.race().seed()));
        String joined = text.replaceAll("[|\\s]+", " ");
        assertThat(joined).contains("try_grab_compound_head").contains("atomic_read(&src_mm->has_pinned)");
    }

    private static final String OWN = """
            scenario own "s"
            param pages = 1 in 1..2 "n"
            file f[2] disk cached
            process p { region a[2] written
                region b[1] maps f read }
            thread t in p {
                store a as "later"
                repeat pages - 1 { load a[0] must "later" }
                pin a as io write fast
                READ # wrong
            }
            window segv
            sometimes segv
            check only must
            """;

    private static Finding broken(String read, @Nullable String path) {
        Scenario scenario = ScenarioText.read(
                        "own.gup", path, OWN.replace("READ", read).getBytes(StandardCharsets.UTF_8))
                .scenario(Map.of("pages", 2));
        return Finding.scheduled(Kernels.named("v5.11"), scenario, new int[0], new int[0], false);
    }

    /** Several reads of a thread may say what they must see: the blame is the same for all of them. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            load a[1] must initial or zero          | zero or initial
            mem-read a[1] must zero                 | zero
            device-load io[1] must initial          | initial
            file-read f[1] must zero                | zero
            load b must zero                        | zero
            """)
    void shouldTellWhatWasWantedOfWhichRead(String read, String wanted) {
        Finding finding = broken(read, null);

        assertThat(finding.blame().invariant()).isEqualTo(Invariant.EXPECTED);
        assertThat(Report.text(finding))
                .contains(
                        "\nwanted    " + wanted + "\n",
                        "\nstatement line 10, column 5: " + read + " # wrong\n",
                        "replay " + finding.token() + " --scenario FILE\n  FILE is to hold")
                .doesNotContain("no data consequence");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            own.gup       | own.gup
            ./a/b-c.gup   | ./a/b-c.gup
            -own.gup      | ./-own.gup
            my own.gup    | 'my own.gup'
            it's.gup      | 'it'\\''s.gup'
            $(date).gup   | '$(date).gup'
            """)
    void shouldNameTheFileOfTheScenarioInItsCommand(String path, String word) {
        Finding finding = broken("load b must zero", path);

        assertThat(Report.text(finding))
                .endsWith("replay with\n  ./gupfuzz replay " + finding.token() + " --scenario " + word + "\n");
        assertThat(Report.quoted("a\u001b'\\.gup")).isEqualTo("$'a\\u001b\\'\\\\.gup'");
    }

    @Test
    void shouldDrawAReplayedTraceToo() {
        for (Finding finding : Findings.some()) {
            Trace trace = Trace.ofSeed(finding.cell(), finding.seed());
            assertThat(Report.text(trace).lines())
                    .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(WIDTH));
        }
    }
}
