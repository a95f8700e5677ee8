package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.museum.Limits;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What many explorations together may cost. */
final class LimitOptions {
    private static final String DEFAULT_BUDGET = "5m";
    private static final long SECONDS_EACH = 60;
    private static final long SECONDS_MAX = 1_000_000;
    /** Of the heap, what states may take; the rest is for everything else. */
    private static final double HEAP_SHARE = 0.7;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            description = "Time for everything; what is left then is undecided: 500ms, 10s, 2m, 1h. Default: "
                    + DEFAULT_BUDGET + ".")
    String budget = DEFAULT_BUDGET;

    @Option(
            names = "--for-each-cell-seconds",
            paramLabel = "N",
            description =
                    "Seconds for one kernel with one scenario; then it is undecided. Default: " + SECONDS_EACH + ".")
    @Nullable
    String each;

    @Option(
            names = "--states",
            paramLabel = "N",
            description = "States that one exploration may keep; then it is undecided. Default: as many as fit.")
    @Nullable
    String states;

    @Option(
            names = "--memory-limit",
            paramLabel = "MIB",
            description = "Memory for states in MiB. Default: seven tenths of the heap.")
    @Nullable
    String memory;

    @Option(names = "--cores", paramLabel = "N", description = "Cores to use. Default: all of them.")
    @Nullable
    String cores;

    /** Cores and limits. */
    record Chosen(int cores, Limits limits) {}

    /** What the options mean; the time begins now. */
    Chosen choose(Session session) {
        Problems problems = session.problems();
        Optional<Duration> time = problems.attempt(() -> Quantities.duration("--for", budget));
        Optional<Long> seconds = Optional.ofNullable(each)
                .flatMap(value ->
                        problems.attempt(() -> Quantities.number("--for-each-cell-seconds", value, 1, SECONDS_MAX)));
        Optional<Long> most = Optional.ofNullable(states)
                .flatMap(value -> problems.attempt(() -> Quantities.count("--states", value)));
        Optional<Long> mebibytes = Optional.ofNullable(memory)
                .flatMap(value -> problems.attempt(() -> Quantities.number("--memory-limit", value, 1, 1 << 22)));
        long start = System.nanoTime();
        long whole = time.map(Duration::toNanos).orElse(0L);
        BooleanSupplier stop = () -> session.interrupts().requested() || System.nanoTime() - start >= whole;
        Limits limits = new Limits(
                most.orElse(Long.MAX_VALUE),
                mebibytes.map(n -> n << 20).orElseGet(() ->
                        (long) (HEAP_SHARE * Runtime.getRuntime().maxMemory())),
                Duration.ofSeconds(seconds.orElse(SECONDS_EACH)).toNanos(),
                System::nanoTime,
                stop);
        return new Chosen(Cores.chosen(cores, problems), limits);
    }
}
