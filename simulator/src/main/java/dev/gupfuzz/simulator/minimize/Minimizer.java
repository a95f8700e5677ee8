package dev.gupfuzz.simulator.minimize;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.trace.Conductor;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Makes a finding small: first its schedule by runs ({@link Reduction}), then its scenario, then its schedule by a search that
 * proves how few preemptions the failure needs ({@link Search}). What counts as the same failure is {@link Failure}; which
 * of two runs is smaller, {@link Candidate#SMALLER}.
 *
 * <p>A scenario is given up for a smaller one, of which {@link Scenarios#smaller} knows, when a search there comes to the same
 * failure, or when a bound comes first and the run's deviations lead to it there; but not for more preemptions. The result
 * does not depend on the number of cores, nor on time unless {@code bounds.stop()} does.
 */
public final class Minimizer {

    /** Of the states that the last search may keep, each search of a smaller scenario may keep one in so many. */
    private static final int SHARE = 4;

    private final Kernel kernel;
    private final Failure failure;
    private final int cores;
    private final Bounds bounds;

    private Minimizer(Finding finding, int cores, Bounds bounds) {
        kernel = finding.cell().kernel();
        failure = Failure.of(finding);
        this.cores = cores;
        this.bounds = bounds;
    }

    /**
     * Makes a finding small.
     *
     * @param bounds states and memory of one search; its {@code stop} ends everything, and what there is by then is the result
     */
    public static Minimized of(Finding finding, int cores, Bounds bounds) {
        if (finding.loop().exists()) {
            throw new BadInput("a livelock is not minimised: explore shows a shortest way into its loop");
        }
        return new Minimizer(finding, cores, bounds).run(finding);
    }

    private Minimized run(Finding original) {
        Subject subject = new Subject(kernel, original.cell().scenario(), failure);
        Candidate raw = subject.follow(Conductor.along(original).order())
                .orElseThrow(
                        () -> new IllegalStateException("[simulator bug] a finding does not show its own failure"));
        Candidate best = Reduction.of(subject, raw, bounds.stop());
        Bounds smallerBounds = new Bounds(bounds.states() / SHARE, bounds.bytes(), bounds.stop());
        Optional<Search> search = Optional.empty();
        boolean smaller = true;
        while (smaller) {
            smaller = false;
            for (Scenario scenario : Scenarios.smaller(best.scenario())) {
                Subject there = new Subject(kernel, scenario, failure);
                Search found = Search.of(there, cores, smallerBounds);
                Optional<Candidate> shown =
                        found.settled() ? found.smallest() : found.smallest().or(carried(subject, best, there));
                int most = best.preemptions();
                Optional<Candidate> reduced = shown.map(run -> Reduction.of(there, run, bounds.stop()))
                        .filter(run -> run.preemptions() <= most);
                if (reduced.isPresent()) {
                    subject = there;
                    best = reduced.get();
                    search = Optional.of(found).filter(Search::settled);
                    smaller = true;
                    break;
                }
            }
        }
        Subject last = subject;
        Search settled = search.orElseGet(() -> Search.of(last, cores, bounds));
        if (settled.settled() && settled.smallest().isEmpty()) {
            throw new IllegalStateException(
                    "[simulator bug] a search of every schedule misses a failure that a run shows: " + failure + " on "
                            + kernel.name() + ", " + best.scenario().name());
        }
        if (settled.smallest().isPresent()) {
            Candidate searched = Reduction.of(last, settled.smallest().get(), bounds.stop());
            best = Candidate.SMALLER.compare(searched, best) < 0 ? searched : best;
        }
        best = last.early(best);
        Finding finding = Search.finding(last, best);
        return new Minimized(
                original,
                finding,
                size(original, raw),
                size(finding, best),
                settled.certify(last, best, cores, bounds));
    }

    private static Supplier<Optional<Candidate>> carried(Subject here, Candidate run, Subject there) {
        return () -> Carry.over(here, run, there);
    }

    private static Minimized.Size size(Finding finding, Candidate run) {
        return new Minimized.Size(
                finding.steps(),
                finding.decisions(),
                run.switches(),
                run.preemptions(),
                run.threads(),
                run.scenario().world().pages);
    }
}
