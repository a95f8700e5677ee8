package dev.gupfuzz.simulator.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.search.Blame;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReplayTest {

    @Test
    void shouldReproduceEveryFindingBitForBit() {
        for (Finding finding : Findings.all()) {
            for (String form : List.of(finding.token(), finding.toFile())) {
                Finding read = Finding.parse(form);
                Replay.Outcome outcome = Replay.of(read, read.cell().kernel());
                assertThat(outcome.kind()).as(outcome.explanation()).isEqualTo(Replay.Kind.REPRODUCED);
                assertThat(outcome.stateHash()).isEqualTo(finding.stateHash());
                assertThat(outcome.trace().stateHash()).isEqualTo(finding.stateHash());
                assertThat(outcome.trace().steps()).hasSize(finding.steps());
                assertThat(outcome.trace().violation()).contains(finding.blame());
                assertThat(outcome.divergedAt()).isNegative();
            }
        }
    }

    @Test
    void shouldTellABareSeedAsTheFindingDoes() {
        for (Finding finding : Findings.all()) {
            Trace trace = Trace.ofSeed(finding.cell(), finding.seed());
            assertThat(trace.stateHash()).isEqualTo(finding.stateHash());
            assertThat(trace.violation()).contains(finding.blame());
            assertThat(trace.steps()).hasSize(finding.steps());
            assertThat(trace.decisions()).isEqualTo(finding.decisions());
        }
    }

    @Test
    void shouldNumberStepsAndDecisions() {
        Finding race = Findings.race();
        Trace trace = Trace.ofSeed(race.cell(), race.seed());
        int decision = 0;
        for (int i = 0; i < trace.steps().size(); i++) {
            TraceStep step = trace.steps().get(i);
            assertThat(step.index()).isEqualTo(i + 1);
            assertThat(step.enabled()).contains(step.thread());
            if (step.decision() >= 0) {
                assertThat(step.decision()).isEqualTo(decision++);
                assertThat(step.enabled()).hasSizeGreaterThan(1);
            }
            assertThat(step.access()).isIn("read", "write", "atomic");
            assertThat(step.changed())
                    .allSatisfy(change -> assertThat(change.before()).isNotEqualTo(change.after()));
        }
        assertThat(decision).isEqualTo(trace.decisions());
        assertThat(trace.states()).containsKeys(0, 16, trace.steps().size());
    }

    @Test
    void shouldNameTheFirstDecisionThatDiffersOnAnotherKernel() {
        Finding race = Findings.race();
        Replay.Outcome outcome = Replay.of(race, Kernels.named("v5.11"));
        assertThat(outcome.kind()).isEqualTo(Replay.Kind.DIVERGED);
        assertThat(outcome.divergedAt()).isBetween(0, race.decisions() - 1);
        assertThat(outcome.explanation())
                .startsWith("diverged at decision " + (outcome.divergedAt() + 1) + " of " + race.decisions())
                .contains("on v5.9 ")
                .contains("on v5.11 ");
    }

    @Test
    void shouldReplayOnAKernelWhoseDifferenceIsNotMet() {
        Finding race = Findings.race();
        // The schedule ends with the violation, long before anything is unmapped.
        Replay.Outcome outcome = Replay.of(race, Kernels.named("v5.9 without zap-flush"));
        assertThat(outcome.kind()).as(outcome.explanation()).isEqualTo(Replay.Kind.REPRODUCED);
    }

    @Test
    void shouldEndEveryReplayOnEveryKernelWithASentence() {
        for (Finding finding : Findings.some()) {
            for (Kernel kernel : Kernels.all()) {
                Replay.Outcome outcome = Replay.of(finding, kernel);
                assertThat(outcome.explanation()).isNotBlank();
                Optional<Blame> broken = outcome.trace().violation();
                switch (outcome.kind()) {
                    case REPRODUCED -> assertThat(broken).contains(finding.blame());
                    case DIFFERENT -> assertThat(broken).isPresent().isNotEqualTo(Optional.of(finding.blame()));
                    case NO_VIOLATION -> assertThat(broken).isEmpty();
                    case DIVERGED -> assertThat(outcome.divergedAt()).isNotNegative();
                }
            }
        }
    }

    @Test
    void shouldNotBreakTheFixedKernelWithAnySchedule() {
        for (Finding finding : Findings.all()) {
            Replay.Outcome outcome = Replay.of(finding, Kernels.named("v5.11"));
            assertThat(outcome.kind()).as(finding.cell().text()).isIn(Replay.Kind.DIVERGED, Replay.Kind.NO_VIOLATION);
            assertThat(outcome.trace().violation()).isEmpty();
        }
    }

    @Test
    void shouldNoticeAForgedState() {
        Finding race = Findings.all().stream()
                .filter(finding -> finding.checks.length > 0)
                .findFirst()
                .orElseThrow();
        int[] checks = race.checks.clone();
        checks[0] ^= 1;
        assertThat(replayed(race, checks, race.stateHash)).isEqualTo(Replay.Kind.DIVERGED);
        assertThat(replayed(race, race.checks, race.stateHash ^ 1)).isEqualTo(Replay.Kind.DIVERGED);
        assertThat(replayed(race, race.checks, race.stateHash)).isEqualTo(Replay.Kind.REPRODUCED);
    }

    private static Replay.Kind replayed(Finding f, int[] checks, long stateHash) {
        Finding changed = new Finding(
                f.cell, f.seed, f.threads, f.choices, checks, f.invariant, f.where, f.steps, stateHash, f.loop);
        return Replay.of(changed, f.cell.kernel()).kind();
    }
}
