package dev.gupfuzz.simulator.minimize;

import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.trace.Conductor;
import dev.gupfuzz.simulator.trace.EarlySwitches;
import dev.gupfuzz.simulator.trace.HappensBefore;
import dev.gupfuzz.simulator.trace.StepOrder;
import java.util.Optional;

/** A kernel and a scenario on which runs are tried, and the failure that they are to show. */
final class Subject {

    final Kernel kernel;
    final Scenario scenario;
    final Failure failure;
    private final Conductor run;

    Subject(Kernel kernel, Scenario scenario, Failure failure) {
        this.kernel = kernel;
        this.scenario = scenario;
        this.failure = failure;
        run = new Conductor(kernel, scenario, precise());
    }

    /** Whether counts are compared after every call. */
    boolean precise() {
        return failure.invariant() == Invariant.I5;
    }

    /** A run at the start of the scenario; the next call takes it back. */
    Conductor start() {
        run.reset();
        return run;
    }

    /** The run as it stands, when it ended with the failure. */
    Optional<Candidate> ended() {
        return run.blame()
                .filter(blame -> Failure.of(blame, scenario).equals(failure))
                .map(blame -> new Candidate(
                        scenario,
                        run.order(),
                        run.preemptions(),
                        run.switches(),
                        run.turns(),
                        run.decisions(),
                        run.dataChoices()));
    }

    /** Follows an order tolerantly, then the baseline. */
    Optional<Candidate> follow(StepOrder order) {
        start().takeAll(order);
        run.complete();
        return ended();
    }

    /** The same run with its switches as early as they can be, as explorations show theirs; nothing else about it changes. */
    Candidate early(Candidate shown) {
        Optional<Candidate> early = follow(EarlySwitches.of(kernel, scenario, shown.order(), precise()));
        return early.filter(run -> run.order().length() == shown.order().length()
                        && run.preemptions() == shown.preemptions()
                        && run.switches() == shown.switches())
                .orElse(shown);
    }

    /** What had to come before what by what the kernel does: of the orders that it allows most, not all, fail the same. */
    HappensBefore kernelOrder(StepOrder order) {
        return HappensBefore.ofKernel(kernel, scenario, order, precise());
    }

    /** What had to come before what, checks and all: every order that it allows fails the same. */
    HappensBefore order(StepOrder order) {
        return HappensBefore.of(kernel, scenario, order, precise());
    }
}
