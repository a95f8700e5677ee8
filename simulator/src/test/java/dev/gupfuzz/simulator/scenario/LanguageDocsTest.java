package dev.gupfuzz.simulator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.explore.Exploration;
import dev.gupfuzz.simulator.explore.MachineSystem;
import dev.gupfuzz.simulator.explore.StateSearch;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.kernel.Kernels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/scenarios.md has every word of the language, and its example is what it says. */
class LanguageDocsTest {

    private static String page() throws IOException {
        return Files.readString(Path.of("..", "docs", "scenarios.md"));
    }

    @Test
    void shouldTellEveryWord() throws IOException {
        String page = page();
        for (String word : Verb.words()) {
            assertThat(page).contains("`" + word);
        }
        for (List<String> words : List.of(
                Parser.ITEMS,
                Parser.REGION_WORDS,
                Parser.FILE_WORDS,
                Parser.FLOW,
                StatementParser.ACCESS,
                StatementParser.FLAGS,
                Cursor.RESERVED)) {
            for (String word : words) {
                assertThat(page).containsPattern("`[^`\n]*(?<![a-z-])" + word + "(?![a-z-])[^`\n]*`");
            }
        }
    }

    @Test
    void shouldTellTheLimits() throws IOException {
        String limits = page().substring(page().indexOf("### Limits"));
        assertThat(limits)
                .contains(
                        Limits.BYTES / 1024 + " KiB",
                        Limits.THREADS + " threads",
                        Limits.PROCESSES + " processes",
                        Limits.PAGES + " virtual pages",
                        Limits.REGIONS + " regions",
                        Limits.TABLES + " page-table pages",
                        Limits.FILES + " files with " + Limits.FILE_PAGES + " pages",
                        Limits.SWAP_SLOTS + " swap slots",
                        Limits.EVENTS + " events",
                        Limits.PIN_SETS + " pin calls",
                        Limits.OWN_GOALS + " goals",
                        Limits.PARAMETERS + " parameters",
                        String.format("%,d statements", Limits.ROWS),
                        World.STORES_MAX - 2 + " stores",
                        Limits.DEPTH + " blocks",
                        "the first " + Limits.PROBLEMS);
    }

    @Test
    void shouldTellEveryBuiltInGoal() throws IOException {
        String page = page();
        String table = page.substring(page.indexOf("| goal | it is reached when |"));
        List<String> rows = Arrays.stream(GoalPoint.values())
                .map(goal -> "| `" + goal.id() + "` | " + goal.summary() + " | "
                        + goal.needs().stream()
                                .map(rule -> "`" + rule.id() + "`")
                                .collect(Collectors.joining(", "))
                        + " |")
                .toList();

        assertThat(table.lines().skip(2).takeWhile(line -> line.startsWith("|")))
                .containsExactlyElementsOf(rows);
    }

    /** CVE-2020-29374: in v5.7 and before. */
    @Test
    void shouldHaveAnExampleThatIsTrue() throws IOException {
        String page = page();
        int from = page.indexOf("```gup\n") + "```gup\n".length();
        ScenarioText text = ScenarioText.read(
                "pipe-leak.gup",
                page.substring(from, page.indexOf("```\n", from)).getBytes(StandardCharsets.UTF_8));

        assertThat(text.problems()).isEmpty();
        for (String kernel : Kernels.names()) {
            Exploration found = StateSearch.explore(
                    () -> new MachineSystem(Kernels.named(kernel), text.scenario()), 1, Bounds.NONE, Plan.FIRST);
            boolean old = Kernels.names().indexOf(kernel) <= Kernels.names().indexOf("v5.7");
            assertThat(found.broken()).as(kernel).hasSize(old ? 1 : 0);
        }
    }
}
