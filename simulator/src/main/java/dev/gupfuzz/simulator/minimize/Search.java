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

    /**
     * What is proved about a run of the scenario. Where this search ended at a bound, searches with 0, 1, ... preemptions at most
     * say how many are too few.
     */
    Certificate certify(Subject subject, Candidate shown, int cores, Bounds bounds) {
        int atLeast = settled()
                ? exploration.broken().values().stream()
                        .mapToInt(Way::preemptions)
                        .min()
                        .orElse(0)
                : 0;
        boolean within = true;
        while (within && atLeast < shown.preemptions()) {
            Exploration fewer = StateSearch.explore(
                    () -> new FailureSystem(subject), cores, bounds, Plan.FEWEST_PREEMPTIONS.upTo(atLeast));
            within =
                    fewer.broken().isEmpty() && (fewer.ended() == Ended.COMPLETE || fewer.ended() == Ended.PREEMPTIONS);
            atLeast += within ? 1 : 0;
        }
        return new Certificate(shown.preemptions(), atLeast, exploration.states(), exploration.transitions());
    }

    /** A finding executed twice, as every finding is. */
    static Finding finding(Subject subject, Candidate candidate) {
        return Finding.scheduled(
                subject.kernel, subject.scenario, candidate.decisions(), candidate.choices(), subject.precise());
    }
}
