package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.minimize.Minimized;
import dev.gupfuzz.simulator.strategy.Strategy;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gupfuzz fuzz}: samples schedules in this process. */
@Command(
        name = "fuzz",
        description = {
            "Sample schedules here, without Kafka.",
            "",
            "Every kernel with every scenario, in order, up to the first violation. Without options it runs the "
                    + "fork-vs-pin-fast scenario on v5.9, and shows the race that v5.11 no longer has."
        },
        sortOptions = false)
final class FuzzVerb implements Verb {
    /** Schedules per kernel and scenario when no budget is given: some seconds on one core. */
    static final long DEFAULT_SEEDS = 1_000_000;

    static final String DEFAULT_SEED = "1";

    @Mixin
    CellOptions cells = new CellOptions();

    @Mixin
    StrategyOption strategy = new StrategyOption();

    @Option(
            names = "--seed",
            paramLabel = "N|0xHEX",
            description = "The first seed, of 64 bits. Default: " + DEFAULT_SEED + ".")
    String seed = DEFAULT_SEED;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            description = "Schedules per kernel and scenario, one for each of N consecutive seeds. Default: "
                    + DEFAULT_SEEDS + ", or as many as there are; without limit when --for is given.")
    @Nullable
    String seeds;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            description = "Time for all kernels and scenarios together: 500ms, 10s, 2m, 1h. With --seeds as well, the "
                    + "run ends incomplete (exit code 3) when the time is over first.")
    @Nullable
    String budget;

    @Option(names = "--cores", paramLabel = "N", description = "Cores to use. Default: all of them.")
    @Nullable
    String cores;

    @Option(
            names = "--keep-going",
            description = "Go on after a violation, and count all of them by invariant and place.")
    boolean keepGoing;

    @Option(
            names = "--uncovered",
            description = "List the pairs of steps that were never seen next to one another in that order.")
    boolean uncovered;

    @Option(names = "--no-minimize", description = "Show the finding as it was drawn.")
    boolean noMinimize;

    @Mixin
    OutputOptions output = new OutputOptions();

    @Override
    public int run(Session session) {
        FuzzRequest request = request(session.problems());
        SearchResult result = new FuzzRun(request, session).run();
        Optional<Minimized> minimized = noMinimize
                ? Optional.empty()
                : result.first().map(finding -> Minimization.beforeItIsShown(finding, session, request.cores()));
        if (output.json) {
            Map<String, Object> document = SearchDocument.of("fuzz", result, uncovered);
            minimized.ifPresent(small -> document.put("minimized", MinimizeDocument.minimized(small)));
            Json.print(session.terminal().out(), document);
        } else {
            new SearchText(session.terminal()).print(result, minimized, uncovered);
        }
        return result.exitCode();
    }

    private FuzzRequest request(Problems problems) {
        CellOptions.Choice choice = cells.choose(problems);
        Optional<Strategy> chosen = strategy.choose(problems);
        Optional<Long> firstSeed = problems.attempt(() -> Quantities.seed("--seed", seed));
        Optional<Long> count =
                Optional.ofNullable(seeds).flatMap(value -> problems.attempt(() -> Quantities.count("--seeds", value)));
        Optional<Duration> time = Optional.ofNullable(budget)
                .flatMap(value -> problems.attempt(() -> Quantities.duration("--for", value)));
        int threads = Cores.chosen(cores, problems);
        firstSeed.ifPresent(from -> count.ifPresent(n -> SeedInterval.check(from, n, problems)));
        problems.throwIfAny();
        long first = firstSeed.orElseThrow();
        long seedsByDefault = Math.min(DEFAULT_SEEDS, SeedInterval.from(first));
        OptionalLong asked = count.map(OptionalLong::of)
                .orElse(time.isPresent() ? OptionalLong.empty() : OptionalLong.of(seedsByDefault));
        return new FuzzRequest(choice, chosen.orElseThrow(), first, asked, time, threads, keepGoing);
    }
}
