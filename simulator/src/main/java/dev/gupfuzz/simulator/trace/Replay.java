package dev.gupfuzz.simulator.trace;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.scenario.Scenario;
import java.util.Arrays;
import java.util.Optional;

/** Runs a finding again: strictly, where any difference is said where it first appears, or loosely. */
public final class Replay {

    /** What becomes of decisions that do not fit. */
    public enum Mode {
        /** Every decision must fit. */
        STRICT,
        /**
         * The baseline with the finding's deviations from it, each where its thread stands before the same step; what does not
         * fit is left out.
         */
        TOLERANT,
        /** Decisions while they fit, then threads at random, drawn from the finding's seed. */
        CONTINUE,
        /** Only the steps that happen before the violation, then the baseline. */
        CAUSAL
    }

    /** How a replay ended. */
    public enum Kind {
        /** The recorded violation, at the recorded step, with the recorded state. */
        REPRODUCED,
        /** A decision does not fit: other threads could run, or the thread stood at another step. */
        DIVERGED,
        /** The decisions fitted and something else broke. */
        DIFFERENT,
        /** The decisions fitted and nothing broke. */
        NO_VIOLATION
    }

    /**
     * What came of a replay.
     *
     * @param explanation one or more sentences
     * @param trace the run as far as it went
     * @param divergedAt number of the first decision that differs, from 0, or -1
     * @param skipped deviations or steps that a loose replay left out
     */
    public record Outcome(Kind kind, String explanation, Trace trace, long stateHash, int divergedAt, int skipped) {

        Outcome(Kind kind, String explanation, Trace trace, long stateHash, int divergedAt) {
            this(kind, explanation, trace, stateHash, divergedAt, 0);
        }
    }

    private Replay() {}

    /** Replays a finding on the kernel it was found on, or on another. */
    public static Outcome of(Finding finding, Kernel kernel, Mode mode) {
        if (mode != Mode.STRICT && finding.loop.exists()) {
            throw new BadInput(
                    "a livelock is replayed strictly: in a schedule that differs another loop would have to be"
                            + " looked for, which explore does");
        }
        return mode == Mode.STRICT ? of(finding, kernel) : LooseReplay.of(finding, kernel, mode);
    }

    /** Replays a finding strictly. */
    public static Outcome of(Finding finding, Kernel kernel) {
        Scenario scenario = finding.cell.scenario();
        Trace trace = Trace.follow(
                kernel, scenario, finding.threads, finding.choices, finding.precise(), finding.loop, -1, new int[0]);
        Finding.Checks here = finding.checksOn(kernel);
        Optional<Outcome> diverged = kernel.equals(finding.cell.kernel())
                ? sameKernel(finding, trace, here)
                : otherKernel(finding, kernel, trace, here);
        if (diverged.isPresent()) {
            return diverged.get();
        }
        if (trace.violation().isEmpty()) {
            return new Outcome(
                    Kind.NO_VIOLATION,
                    "every decision could be followed on " + kernel + ", and no invariant broke",
                    trace,
                    trace.stateHash(),
                    -1);
        }
        boolean same = trace.violation().get().equals(finding.blame());
        if (!same) {
            return new Outcome(
                    Kind.DIFFERENT,
                    "every decision could be followed on " + kernel + ", and another promise broke: "
                            + trace.violation().get().text() + "; recorded: "
                            + finding.blame().text(),
                    trace,
                    trace.stateHash(),
                    -1);
        }
        if (trace.stateHash() != finding.stateHash || trace.steps().size() != finding.steps) {
            return new Outcome(
                    kernel.equals(finding.cell.kernel()) ? Kind.DIVERGED : Kind.REPRODUCED,
                    "the same promise broke, in another state: steps="
                            + trace.steps().size() + " (recorded "
                            + finding.steps + ") state=" + Finding.hex(trace.stateHash()) + " (recorded "
                            + Finding.hex(finding.stateHash) + ")",
                    trace,
                    trace.stateHash(),
                    -1);
        }
        return new Outcome(
                Kind.REPRODUCED,
                "reproduced: " + finding.blame().text() + ", step " + finding.steps + ", state "
                        + Finding.hex(finding.stateHash),
                trace,
                trace.stateHash(),
                -1);
    }

    private static Optional<Outcome> sameKernel(Finding finding, Trace trace, Finding.Checks here) {
        int[] hashes = here.hashes();
        int at = here.divergedAt();
        for (int i = 0; at < 0 && i < finding.checks.length; i++) {
            if (i >= hashes.length || hashes[i] != finding.checks[i]) {
                at = (i + 1) * Finding.CHECK_EVERY - 1;
            }
        }
        if (at < 0) {
            return Optional.empty();
        }
        return Optional.of(new Outcome(
                Kind.DIVERGED,
                "the run leaves the record at or before decision " + (at + 1) + " of " + finding.threads.length
                        + " although model and kernel are the same: this is a bug of gupfuzz or a forged finding",
                trace,
                trace.stateHash(),
                at));
    }

    private static Optional<Outcome> otherKernel(Finding finding, Kernel kernel, Trace trace, Finding.Checks here) {
        Finding.Checks there = finding.checksOn(finding.cell.kernel());
        for (int i = 0; i < finding.threads.length; i++) {
            boolean ended = here.labels()[i] == 0 && here.enabledMasks()[i] == 0;
            if (ended && here.divergedAt() != i && trace.violation().isPresent()) {
                return Optional.empty(); // it broke something before the record was used up
            }
            if (here.divergedAt() == i
                    || here.enabledMasks()[i] != there.enabledMasks()[i]
                    || here.labels()[i] != there.labels()[i]) {
                return Optional.of(new Outcome(
                        Kind.DIVERGED, difference(finding, kernel, i, here, there), trace, trace.stateHash(), i));
            }
        }
        return Optional.empty();
    }

    private static String difference(Finding finding, Kernel kernel, int i, Finding.Checks here, Finding.Checks there) {
        Scenario scenario = finding.cell.scenario();
        String role = scenario.threads().get(finding.threads[i]);
        StringBuilder text = new StringBuilder("diverged at decision " + (i + 1) + " of " + finding.threads.length
                + ": on " + finding.cell.kernel() + " " + role + " goes on with " + step(there.labels()[i])
                + ", and " + roles(scenario, there.enabledMasks()[i]) + " could run; on " + kernel + " ");
        boolean reached = here.divergedAt() < 0 || i < here.divergedAt();
        if (reached && here.enabledMasks()[i] == 0) {
            return text.append("the run is over by then").toString();
        }
        if (!reached) {
            return text.append(role).append(" cannot run there").toString();
        }
        return text.append("it stands at ")
                .append(step(here.labels()[i]))
                .append(", and ")
                .append(roles(scenario, here.enabledMasks()[i]))
                .append(" could run")
                .toString();
    }

    private static String step(int label) {
        return Labels.routine(label) + ": " + Labels.text(label);
    }

    private static String roles(Scenario scenario, int mask) {
        return String.join(
                ", ",
                Arrays.stream(new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
                        .filter(t -> (mask >> t & 1) != 0)
                        .mapToObj(t -> scenario.threads().get(t))
                        .toList());
    }
}
