package dev.gupfuzz.simulator.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.invariant.Invariant;
import java.util.List;
import org.junit.jupiter.api.Test;

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
            if (finding.blame().invariant() != Invariant.I13) {
                assertThat(text.contains("I13 breaks here: ")
                                || text.contains("no data consequence found within the scenario"))
                        .isTrue();
            }
        }
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

    @Test
    void shouldDrawAReplayedTraceToo() {
        for (Finding finding : Findings.some()) {
            Trace trace = Trace.ofSeed(finding.cell(), finding.seed());
            assertThat(Report.text(trace).lines())
                    .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(WIDTH));
        }
    }
}
