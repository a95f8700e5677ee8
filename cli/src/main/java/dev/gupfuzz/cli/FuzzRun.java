package dev.gupfuzz.cli;

import dev.gupfuzz.cli.SearchResult.CellResult;
import dev.gupfuzz.cli.SearchResult.Ended;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.search.Coverage;
import dev.gupfuzz.simulator.search.Sampler;
import dev.gupfuzz.simulator.search.Tally;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;

/** Runs what {@code fuzz} was asked for: cell after cell, until a violation, the end of the budget or a signal. */
final class FuzzRun {
    /** A search answers a signal between two sub-intervals, which are far shorter than this. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final FuzzRequest request;
    private final Session session;
    private final long startNanos = System.nanoTime();

    FuzzRun(FuzzRequest request, Session session) {
        this.request = request;
        this.session = session;
    }

    SearchResult run() {
        session.interrupts().allow(GRACE, ExitCode.INTERRUPTED);
        List<CellResult> results = new ArrayList<>();
        List<String> notRun = new ArrayList<>();
        int left =
                request.choice().kernels().size() * request.choice().scenarios().size();
        boolean stopped = false;
        for (Kernel kernel : request.choice().kernels()) {
            for (Scenario scenario : request.choice().scenarios()) {
                if (stopped || session.interrupts().requested() || outOfTime()) {
                    notRun.add(kernel.name() + " x " + scenario.name());
                    continue;
                }
                CellResult result = search(kernel, scenario, left--);
                results.add(result);
                stopped = result.ended() == Ended.AT_VIOLATION;
            }
        }
        return new SearchResult(
                List.copyOf(results),
                List.copyOf(notRun),
                secondsSince(startNanos),
                request.cores(),
                session.interrupts().requested());
    }

    private CellResult search(Kernel kernel, Scenario scenario, int cellsLeft) {
        long start = System.nanoTime();
        Cell cell = new Cell(kernel, scenario, request.strategy().freeze(kernel, scenario));
        long limit = request.budget().isPresent() ? start + remainingNanos() / cellsLeft : Long.MAX_VALUE;
        boolean timed = request.budget().isPresent();
        BooleanSupplier stop = () -> session.interrupts().requested() || (timed && System.nanoTime() - limit >= 0);
        long asked = request.seeds().orElse(0);
        long count = asked > 0 ? asked : SeedInterval.from(request.firstSeed());
        Tally tally;
        try (Progress progress = Progress.of(session.terminal(), kernel.name() + " x " + scenario.name(), asked)) {
            tally = Sampler.sample(
                    cell, request.firstSeed(), count, request.cores(), !request.keepGoing(), stop, progress::add);
        }
        OptionalDouble seconds = OptionalDouble.of(secondsSince(start));
        Ended ended = ended(tally, asked);
        Optional<Coverage> coverage = ended == Ended.AT_VIOLATION || tally.schedules() == 0
                ? Optional.empty()
                : Optional.of(Coverage.of(
                        cell,
                        request.firstSeed(),
                        tally.schedules(),
                        request.cores(),
                        session.interrupts()::requested));
        return CellResult.of(cell, request.firstSeed(), asked, tally, ended, coverage, seconds);
    }

    private Ended ended(Tally tally, long asked) {
        if (!request.keepGoing() && !tally.violations().isEmpty()) {
            return Ended.AT_VIOLATION;
        }
        if (asked > 0 && tally.schedules() >= asked) {
            return Ended.FINISHED;
        }
        return session.interrupts().requested() ? Ended.INTERRUPTED : Ended.TIME;
    }

    private boolean outOfTime() {
        return request.budget().isPresent() && remainingNanos() <= 0;
    }

    private long remainingNanos() {
        return request.budget().orElseThrow().toNanos() - (System.nanoTime() - startNanos);
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }
}
