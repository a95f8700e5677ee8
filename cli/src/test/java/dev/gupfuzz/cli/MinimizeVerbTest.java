package dev.gupfuzz.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class MinimizeVerbTest {
    private static String token;

    @BeforeAll
    static void walk() throws Exception {
        JsonNode found = FuzzVerbTest.json(
                "fuzz", "--json", "--scenario", "fork-vs-pin-fast:noise=2", "--strategy", "random", "--no-minimize");
        token = found.get("token").asText();
        assertThat(found.has("minimized")).isFalse();
    }

    @Test
    void shouldProveTheFewestPreemptionsAndCompareBeforeWithAfter() throws Exception {
        JsonNode document = json(ExitCode.VIOLATED, "minimize", token, "--json");

        assertThat(document.get("scenario").asText()).isEqualTo("fork-vs-pin-fast");
        assertThat(document.get("preemptions").asInt()).isEqualTo(1);
        assertThat(document.at("/certificate/proved").asBoolean()).isTrue();
        assertThat(document.at("/certificate/states").asLong()).isPositive();
        for (String size : List.of("steps", "decisions", "switches", "preemptions", "threads", "pages")) {
            assertThat(document.at("/after/" + size).asInt())
                    .as(size)
                    .isLessThan(document.at("/before/" + size).asInt());
        }
        assertThat(document.at("/original/token").asText()).isEqualTo(token);
        assertThat(document.at("/original/seed").asText()).startsWith("0x");
        assertThat(document.at("/explanation/criticalPairs")).hasSize(2);
        assertThat(document.at("/explanation/nearestPassing/schedule").asText()).contains("forker*");
        JsonNode replayed =
                json(ExitCode.VIOLATED, "replay", document.get("token").asText(), "--json");
        assertThat(replayed.get("outcome").asText()).isEqualTo("reproduced");
        assertThat(replayed.get("explanation")).isEqualTo(document.get("explanation"));
    }

    @Test
    void shouldDrawItInLinesOfAMail() {
        CommandLineRun run = CommandLineRun.of("minimize", token);

        assertThat(run.exitCode()).isEqualTo(ExitCode.VIOLATED);
        assertThat(run.out())
                .contains("needs exactly 1 preemption; 0 is proved impossible", "critical pairs", " | ", token);
        assertThat(run.out().lines().filter(line -> !line.contains("gf1:")))
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(72));
    }

    @Test
    void shouldSayWhatIsNotProved() throws Exception {
        JsonNode document = json(ExitCode.VIOLATED, "minimize", token, "--states", "1", "--json");

        assertThat(document.at("/certificate/proved").asBoolean()).isFalse();
        assertThat(document.at("/certificate/text").asText()).contains("not proved");
    }

    @Test
    void shouldShowTheSameInFuzzBesideTheFindingAsItWasDrawn() throws Exception {
        JsonNode drawn = FuzzVerbTest.json("fuzz", "--json", "--no-minimize", "--scenario", "fork-vs-pin-fast:pages=4");
        JsonNode both = FuzzVerbTest.json("fuzz", "--json", "--scenario", "fork-vs-pin-fast:pages=4");

        assertThat(both.get("finding")).isEqualTo(drawn.get("finding"));
        assertThat(both.get("token")).isEqualTo(drawn.get("token"));
        JsonNode small = both.get("minimized");
        assertThat(small.get("scenario").asText()).isEqualTo("fork-vs-pin-fast");
        assertThat(small.get("invariant")).isEqualTo(both.get("invariant"));
        assertThat(small.at("/certificate/proved").asBoolean()).isTrue();
        CommandLineRun text = CommandLineRun.of("fuzz", "--scenario", "fork-vs-pin-fast:pages=4");
        assertThat(text.out())
                .contains(both.get("token").asText(), small.get("token").asText());
    }

    @Test
    void shouldExplainAnExplorationsCounterexample() throws Exception {
        String[] explore = {"explore", "--kernel", "v5.9", "--scenario", "fork-vs-pin-fast:has-pinned=1"};
        JsonNode document = new ObjectMapper()
                .readTree(CommandLineRun.of(
                                "explore", "--kernel", "v5.9", "--scenario", "fork-vs-pin-fast:has-pinned=1", "--json")
                        .out());

        List<String> pairs = new ArrayList<>();
        document.at("/explanation/criticalPairs")
                .forEach(pair -> pairs.add(pair.at("/first/text").asText() + " < "
                        + pair.at("/second/text").asText()));
        assertThat(pairs)
                .containsExactly(
                        "page_maybe_dma_pinned(page) < try_grab_compound_head(page, 1, flags)",
                        "pte_val(pte) != pte_val(*ptep) < ptep_set_wrprotect(src_mm, addr, src_pte)");
        assertThat(CommandLineRun.of(explore).out())
                .contains("critical pairs: with one of them the other way round nothing breaks");
    }

    private static JsonNode json(int exitCode, String... arguments) throws Exception {
        CommandLineRun run = CommandLineRun.of(arguments);
        assertThat(run.exitCode()).isEqualTo(exitCode);
        return new ObjectMapper().readTree(run.out());
    }
}
