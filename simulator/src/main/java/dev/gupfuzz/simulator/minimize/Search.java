package dev.gupfuzz.simulator.minimize;

import dev.gupfuzz.simulator.explore.Exploration;
import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.explore.Exploration.Way;
import dev.gupfuzz.simulator.explore.MachineSystem;
import dev.gupfuzz.simulator.explore.StateSearch;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import dev.gupfuzz.simulator.trace.Conductor;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.Optional;

/**
 * Every schedule of a scenario by preemptions, up to the failure.
 *
 * @param exploration what the search visited
 * @param smallest the smallest run that it came to; empty when there is none or a bound came first
 */
record Search(Exploration exploration, Optional<Candidate> smallest) {

    static Search of(Subject subject, int cores, Bounds bounds) {
        Exploration exploration =
                StateSearch.explore(() -> new FailureSystem(subject), cores, bounds, Plan.FEWEST_PREEMPTIONS);
        Optional<Candidate> smallest = exploration.broken().values().stream()
                .flatMap(way -> run(subject, way).stream())
                .min(Candidate.SMALLER);
        return new Search(exploration, smallest);
    }

    private static Optional<Candidate> run(Subject subject, Way way) {
        MachineSystem.Schedule schedule = new MachineSystem(subject.kernel, subject.scenario).schedule(way.moves());
        Conductor run = subject.start();
        run.takeDecisions(schedule.threads(), schedule.choices());
        return subject.ended();
    }

    /** Whether the search says how few preemptions the failure needs, or that it cannot happen. */
    boolean settled() {
        return exploration.ended() == Ended.COMPLETE || exploration.ended() == Ended.AT_FAILURE;
    }

    /** The fewest preemptions with which anything like the failure happens, when that is settled and it happens at all. */
    Optional<Integer> fewest() {
        return settled()
                ? exploration.broken().values().stream().map(Way::preemptions).min(Integer::compare)
                : Optional.empty();
    }

    Certificate certify(Candidate shown) {
        return new Certificate(
                shown.preemptions(),
                fewest().filter(fewest -> fewest == shown.preemptions()).isPresent(),
                exploration.states(),
                exploration.transitions());
    }

    /** A finding executed twice, as every finding is. */
    static Finding finding(Subject subject, Candidate candidate) {
        return Finding.scheduled(subject.kernel, subject.scenario, candidate.decisions(), candidate.choices());
    }
}
