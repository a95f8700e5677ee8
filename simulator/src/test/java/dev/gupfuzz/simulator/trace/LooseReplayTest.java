package dev.gupfuzz.simulator.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.Runs;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.trace.Replay.Kind;
import dev.gupfuzz.simulator.trace.Replay.Mode;
import java.util.List;
import org.junit.jupiter.api.Test;

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

    /**
     * Steps that do not happen before the violation make no difference to it. One thing is no access and so orders nothing: that
     * a thread has ended, and its CPU needs no flush any more.
     */
    @Test
    void shouldReproduceFindingsByTheirCausesAlone() {
        int shorter = 0;
        int reproduced = 0;
        for (Finding finding : Findings.all()) {
            Replay.Outcome outcome = Replay.of(finding, finding.cell().kernel(), Mode.CAUSAL);
            boolean same = outcome.kind() == Kind.REPRODUCED;
            assertThat(same || outcome.skipped() > 0).as(outcome.explanation()).isTrue();
            reproduced += same ? 1 : 0;
            shorter += same && outcome.trace().steps().size() < finding.steps() ? 1 : 0;
        }
        assertThat(reproduced).isGreaterThanOrEqualTo(Findings.all().size() - 1);
        assertThat(shorter).isGreaterThan(10);
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
