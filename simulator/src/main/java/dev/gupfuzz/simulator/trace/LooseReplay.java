package dev.gupfuzz.simulator.trace;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.search.Blame;
import dev.gupfuzz.simulator.trace.Replay.Kind;
import dev.gupfuzz.simulator.trace.Replay.Outcome;
import java.util.List;
import java.util.Optional;

/** The replays that do not stop where a decision does not fit. */
final class LooseReplay {

    private final Finding finding;
    private final Kernel kernel;
    private final Scenario scenario;
    private final Conductor run;
    /** What did not fit. */
    private int skipped;

    private int divergedAt = -1;
    private String how = "";

    private LooseReplay(Finding finding, Kernel kernel) {
        this.finding = finding;
        this.kernel = kernel;
        scenario = finding.cell.scenario();
        run = new Conductor(kernel, scenario, finding.precise());
    }

    static Outcome of(Finding finding, Kernel kernel, Replay.Mode mode) {
        LooseReplay replay = new LooseReplay(finding, kernel);
        switch (mode) {
            case TOLERANT -> replay.tolerant();
            case CAUSAL -> replay.causal();
            case CONTINUE -> replay.goOn();
            case STRICT -> throw new IllegalArgumentException("a strict replay is none of these");
        }
        return replay.outcome();
    }

    private void tolerant() {
        Conductor there = new Conductor(finding.cell.kernel(), scenario, finding.precise());
        List<Deviation> deviations =
                Deviation.of(there, Conductor.along(finding).order());
        skipped = Deviation.follow(run, deviations);
        how = (deviations.size() - skipped) + " of " + deviations.size() + " deviations from the baseline applied, "
                + skipped + " left out";
    }

    private void causal() {
        HappensBefore order = HappensBefore.of(
                finding.cell.kernel(), scenario, Conductor.along(finding).order(), finding.precise());
        StepOrder causes = order.causal();
        skipped = run.takeAll(causes);
        run.complete();
        how = (causes.length() - skipped) + " of the " + causes.length() + " causes of the violation taken, " + skipped
                + " left out";
    }

    private void goOn() {
        Finding.Checks there = finding.checksOn(finding.cell.kernel());
        int decision = 0;
        int choice = 0;
        while (run.enabled() != 0 && divergedAt < 0) {
            int could = run.enabled();
            int t = Integer.numberOfTrailingZeros(could);
            if ((could & could - 1) != 0) {
                if (decision == finding.threads.length) {
                    break;
                }
                t = finding.threads[decision];
                boolean fits = could == there.enabledMasks()[decision] && run.pending(t) == there.labels()[decision];
                divergedAt = fits ? -1 : decision;
                decision++;
            }
            if (divergedAt < 0) {
                run.take(t, choice < finding.choices.length ? finding.choices[choice] : 0);
                choice += run.chose() ? 1 : 0;
            }
        }
        how = divergedAt >= 0
                ? "at random from decision " + (divergedAt + 1) + " of " + finding.threads.length
                        + " on, where the record does not fit"
                : "every decision fitted";
        if (run.enabled() != 0 && divergedAt < 0) {
            how += ", at random after the last";
        }
        run.wander(finding.seed);
    }

    private Outcome outcome() {
        Trace trace = Trace.follow(
                kernel,
                scenario,
                run.decisions(),
                run.dataChoices(),
                finding.precise(),
                Finding.Loop.NONE,
                -1,
                new int[0]);
        Optional<Blame> broken = trace.violation();
        Kind kind = broken.isEmpty()
                ? Kind.NO_VIOLATION
                : broken.get().equals(finding.blame()) ? Kind.REPRODUCED : Kind.DIFFERENT;
        String what = switch (kind) {
            case REPRODUCED -> "reproduced: " + finding.blame().text();
            case DIFFERENT ->
                "another promise broke: " + broken.orElseThrow().text() + "; recorded: "
                        + finding.blame().text();
            default -> "no invariant broke";
        };
        return new Outcome(
                kind,
                what + ", step " + trace.steps().size() + ", state " + Finding.hex(trace.stateHash()) + " (" + how
                        + ")",
                trace,
                trace.stateHash(),
                divergedAt,
                skipped);
    }
}
