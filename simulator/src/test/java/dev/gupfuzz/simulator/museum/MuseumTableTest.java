package dev.gupfuzz.simulator.museum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.museum.Answer.Kind;
import dev.gupfuzz.simulator.scenario.Scenarios;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class MuseumTableTest {

    /** Bugs of base pages; the others are of large pages, or of models that there are not. */
    private static final List<String> BUGS = List.of(
            "B1", "B2", "B4", "B5", "B6", "B7", "B8", "B9", "B11", "B12", "B14", "B15", "B20", "B21", "B24", "B25",
            "B26", "B28", "B33", "B34");

    private static final String WELL_FORMED = """
            A1
              title     something
              scenario  fork-vs-pin-fast:pages=2
              kernel    without ipi-tlb-flush
              shows     I1a accepted-loss
              history   v5.9..v5.11 v6.2..
              absent    v4.8..v5.7
              because   there was none
              source    a file
              differs   v5.12..v5.18 otherwise
              because   nobody knows
              source    another file
              quick
            """;

    @Test
    void shouldHaveEveryBugOfBasePages() {
        List<String> ids = MuseumTable.builtIn().stream().map(Exhibit::id).toList();
        assertThat(ids).containsAll(BUGS).doesNotHaveDuplicates();
        for (int i = 1; i <= 14; i++) {
            assertThat(ids).contains("cow-" + i, "cow-" + i + "-swap");
        }
    }

    /** For every bug at least one kernel has it, and unless it was never mended a later one does not. */
    @Test
    void shouldHaveAHistoryThatKernelsCanTell() {
        for (Exhibit exhibit : MuseumTable.builtIn()) {
            List<String> shows =
                    Kernels.names().stream().filter(exhibit::shouldShow).toList();
            if (exhibit.id().startsWith("B")) {
                assertThat(shows).as(exhibit.id()).isNotEmpty();
                assertThat(shows).as(exhibit.id()).doesNotContain("v6.12");
            }
        }
    }

    @Test
    void shouldHaveAScenarioForEveryExhibit() {
        assertThat(MuseumTable.builtIn().stream()
                        .filter(exhibit -> exhibit.scenario().isEmpty())
                        .map(Exhibit::id))
                .isEmpty();
    }

    /** What the table calls absent is what the rules call absent. */
    @Test
    void shouldBeAbsentWhereTheSystemCallIs() {
        for (String kernel : Kernels.names()) {
            assertThat(exhibit("B12").absence(kernel).isPresent())
                    .isEqualTo(!Kernels.named(kernel).has(Rule.UFFD_WP));
            assertThat(exhibit("B15").absence(kernel).isPresent())
                    .isEqualTo(!Kernels.named(kernel).has(Rule.UFFD_MINOR));
        }
    }

    private static Exhibit exhibit(String id) {
        return MuseumTable.builtIn().stream()
                .filter(e -> e.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldReadEveryLine() {
        Exhibit exhibit =
                MuseumTable.parse("a table", WELL_FORMED, Scenarios::named).get(0);
        assertThat(exhibit.scenario().orElseThrow().name()).isEqualTo("fork-vs-pin-fast:pages=2");
        assertThat(exhibit.changes().text()).isEqualTo("without ipi-tlb-flush");
        assertThat(exhibit.shows().text()).isEqualTo("I1a accepted-loss");
        assertThat(Kernels.names().stream().filter(exhibit::shouldShow))
                .containsExactly("v5.9", "v6.2", "v6.4", "v6.12");
        assertThat(exhibit.absence("v4.19").orElseThrow().because()).isEqualTo("there was none");
        assertThat(exhibit.absence("v5.7")).isEmpty();
        assertThat(exhibit.difference("v5.14").orElseThrow().kind()).isEqualTo(Kind.OTHERWISE);
        assertThat(exhibit.difference("v5.18")).isEmpty();
        assertThat(exhibit.quick()).isTrue();
    }

    @Test
    void shouldTellEveryMistakeWithItsLine() {
        String text = """
              title  nobody's
            A1 and more
              titel  something
              shows  I1a I99
              shows  I1b
              scenario  fork-vs-pin-fats
              history  v5.9..v5.8 v5.10
              kernel  without seatbelt
              quick  yes
              absent  v4.8
              differs v4.8 perhaps
              source  nowhere
            A1
            """;
        assertThatThrownBy(() -> MuseumTable.parse("t", text, Scenarios::named))
                .isInstanceOf(BadInput.class)
                .asInstanceOf(InstanceOfAssertFactories.type(BadInput.class))
                .extracting(BadInput::problems, InstanceOfAssertFactories.list(String.class))
                .contains(
                        "t:1: a block begins with its name, which is not indented",
                        "t:2: a name of letters, digits, '-', '.' and '_' is expected, alone on its line",
                        "t:5: A1 has two lines 'shows'",
                        "t:7: the range 'v5.9..v5.8' holds no kernel: its end comes first",
                        "t:9: 'quick' takes no value",
                        "t:10: behind 'absent' a line 'because' and a line 'source' are expected",
                        "t:13: there are two blocks A1",
                        "t:13: A1 has no line 'history'")
                .anyMatch(problem -> problem.startsWith("t:3: unknown word 'titel' (did you mean 'title'?"))
                .anyMatch(problem -> problem.startsWith("t:4: 'I99' is neither an invariant nor a goal"))
                .anyMatch(problem -> problem.startsWith("t:6: unknown scenario 'fork-vs-pin-fats' (did you mean"))
                .anyMatch(problem -> problem.startsWith("t:7: unknown kernel 'v5.10'"))
                .anyMatch(problem -> problem.startsWith("t:8: unknown safeguard 'seatbelt'"))
                .anyMatch(problem -> problem.startsWith("t:11: kernels and what is found on them are expected"));
    }

    @Test
    void shouldRefuseNotesThatContradictHistory() {
        assertThatThrownBy(() -> MuseumTable.parse(
                        "t", WELL_FORMED.replace("v5.12..v5.18 otherwise", "v5.9 reachable"), Scenarios::named))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("A1 is said to differ on v5.9 by what history says too: reachable");
        assertThatThrownBy(() -> MuseumTable.parse("t", WELL_FORMED.replace("v4.8..v5.7", "v5.9"), Scenarios::named))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("A1 is absent on v5.9 and yet found there");
        assertThatThrownBy(() -> MuseumTable.parse("t", "# nothing\n", Scenarios::named))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("the table is empty");
    }

    /** Whatever stands in a table, it is read or refused. */
    @Test
    void shouldReadOrRefuseGarbage() {
        Random random = new Random(1);
        for (int i = 0; i < 3000; i++) {
            StringBuilder text = new StringBuilder(WELL_FORMED);
            for (int edits = 1 + random.nextInt(8); edits > 0; edits--) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(3)) {
                    case 0 -> text.setCharAt(at, (char) (random.nextInt(96) + 32));
                    case 1 -> text.deleteCharAt(at);
                    default -> text.insert(at, "\n");
                }
            }
            try {
                assertThat(MuseumTable.parse("t", text.toString(), Scenarios::named))
                        .isNotEmpty();
            } catch (BadInput expected) {
                assertThat(expected.problems()).isNotEmpty();
            }
        }
    }
}
