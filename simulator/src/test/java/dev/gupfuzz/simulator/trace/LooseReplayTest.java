package dev.gupfuzz.simulator.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.Runs;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.search.Count;
import dev.gupfuzz.simulator.trace.Replay.Kind;
import dev.gupfuzz.simulator.trace.Replay.Mode;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LooseReplayTest {

    /** On its own kernel every deviation fits, so the run is the recorded one, step by step. */
    @Test
    void shouldReproduceEveryFindingTolerantly() {
        for (Finding finding : Findings.all()) {
            Replay.Outcome outcome = Replay.of(finding, finding.cell().kernel(), Mode.TOLERANT);
            assertThat(outcome.kind()).as(outcome.explanation()).isEqualTo(Kind.REPRODUCED);
            assertThat(outcome.stateHash()).isEqualTo(finding.stateHash());
            assertThat(outcome.trace().steps()).hasSize(finding.steps());
            assertThat(outcome.skipped()).isZero();
        }
    }

    /** A flush makes a thread take another step than it stood before, and later it stands there again. */
    @Tag("slow")
    @Test
    void shouldReproduceFindingsOfEveryCellInEveryMode() {
        List<Finding> findings = Findings.ofEveryCell();
        assertThat(findings).hasSizeGreaterThan(500);
        for (Finding finding : findings) {
            for (Mode mode : List.of(Mode.STRICT, Mode.TOLERANT, Mode.CONTINUE)) {
                Replay.Outcome outcome = Replay.of(finding, finding.cell().kernel(), mode);
                String what = finding.cell().text() + " " + mode + " " + outcome.explanation();
                assertThat(outcome.kind()).as(what).isEqualTo(Kind.REPRODUCED);
                assertThat(outcome.stateHash()).as(what).isEqualTo(finding.stateHash());
                assertThat(outcome.skipped()).as(what).isZero();
            }
        }
    }

    @Test
    void shouldReproduceEveryFindingWhereItContinues() {
        for (Finding finding : Findings.all()) {
            Replay.Outcome outcome = Replay.of(finding, finding.cell().kernel(), Mode.CONTINUE);
            assertThat(outcome.kind()).as(outcome.explanation()).isEqualTo(Kind.REPRODUCED);
            assertThat(outcome.stateHash()).isEqualTo(finding.stateHash());
            assertThat(outcome.divergedAt()).isNegative();
        }
    }

    /** Steps that do not happen before the violation make no difference to it. */
    @Tag("slow")
    @Test
    void shouldReproduceEveryFindingByItsCausesAlone() {
        int shorter = 0;
        for (Finding finding : Findings.all()) {
            shorter += causal(finding).trace().steps().size() < finding.steps() ? 1 : 0;
        }
        assertThat(shorter).isGreaterThan(10);
        Findings.ofEveryCell().forEach(LooseReplayTest::causal);
    }

    /**
     * Checks that find nothing look at things, too: who is inside the kernel as counts are compared, which CPUs are done with
     * as fork unlocks, whether a page is still mapped.
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            v5.11 without unpin-on-retry                          | fork-vs-pin-fast:noise=1 | urw
            v5.11 without seq-end without fork-tlb-flush          | fork-vs-write:pages=2    | pct:3
            v5.9-rc4 without fork-tlb-flush without wp-page-count | fork-vs-write:pages=3    | surw
            v5.11 without zap-flush                               | munmap-vs-access         | surw
            """)
    void shouldReproduceFindingsOfWeakKernelsByTheirCausesAlone(String kernel, String scenario, String strategy) {
        Cell cell = Runs.cell(kernel, scenario, strategy);
        for (Count count : Runs.sample(cell, 1_000).violations().values()) {
            for (long seed : count.lowestSeeds()) {
                causal(Finding.witness(cell, seed));
            }
        }
    }

    private static Replay.Outcome causal(Finding finding) {
        Replay.Outcome outcome = Replay.of(finding, finding.cell().kernel(), Mode.CAUSAL);
        String what = finding.cell().text() + " " + outcome.explanation();
        assertThat(outcome.kind()).as(what).isEqualTo(Kind.REPRODUCED);
        assertThat(outcome.skipped()).as(what).isZero();
        return outcome;
    }

    /** A kernel with the sequence but without its test for odd: strict decisions do not fit, the switches do. */
    @Test
    void shouldShowTheRaceOnAKernelWithMoreStepsTolerantly() {
        Finding race =
                Finding.witness(Runs.cell("v5.9", "fork-vs-pin-fast", "pct:3"), 25); // the pin begins in the window
        Kernel kernel = Kernels.named("v5.11 without seq-odd-check");

        assertThat(Replay.of(race, kernel).kind()).isEqualTo(Kind.DIVERGED);
        Replay.Outcome outcome = Replay.of(race, kernel, Mode.TOLERANT);
        assertThat(outcome.kind()).as(outcome.explanation()).isEqualTo(Kind.REPRODUCED);
        assertThat(outcome.trace().steps()).hasSizeGreaterThan(race.steps());
    }

    @Test
    void shouldNotBreakTheFixedKernelLoosely() {
        for (Finding finding : Findings.some()) {
            for (Mode mode : List.of(Mode.TOLERANT, Mode.CAUSAL, Mode.CONTINUE)) {
                Replay.Outcome outcome = Replay.of(finding, Kernels.named("v5.11"), mode);
                assertThat(outcome.kind())
                        .as(finding.cell().text() + " " + outcome.explanation())
                        .isEqualTo(Kind.NO_VIOLATION);
            }
        }
    }

    @Test
    void shouldCountWhatItLeavesOut() {
        int leftOut = 0;
        for (Finding finding : Findings.some()) {
            Replay.Outcome outcome = Replay.of(finding, Kernels.named("v5.9-rc4"), Mode.TOLERANT);
            assertThat(outcome.explanation()).contains(outcome.skipped() + " left out");
            leftOut += outcome.skipped();
        }
        // v5.9-rc4 has neither has_pinned nor the sequence: places before these steps do not come.
        assertThat(leftOut).isPositive();
    }

    @Test
    void shouldGoOnAtRandomWhereTheRecordDoesNotFit() {
        Finding race = Findings.race();
        Replay.Outcome outcome = Replay.of(race, Kernels.named("v5.11"), Mode.CONTINUE);

        assertThat(outcome.divergedAt())
                .isEqualTo(Replay.of(race, Kernels.named("v5.11")).divergedAt());
        assertThat(outcome.explanation()).contains("at random from decision " + (outcome.divergedAt() + 1));
        assertThat(Replay.of(race, Kernels.named("v5.11"), Mode.CONTINUE).stateHash())
                .isEqualTo(outcome.stateHash());
    }
}
