package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.strategy.Strategy;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option {@code --strategy} of the verbs that draw schedules. */
final class StrategyOption {
    static final String DEFAULT_STRATEGY = Strategy.DEFAULT;

    @Option(
            names = "--strategy",
            paramLabel = "NAME",
            description = "How schedules are drawn: random, pct:D (bugs of depth D), icb:C (C preemptions), pos, urw,"
                    + " surw, rff, hold, a portfolio of them, or a frozen one such as pct:3,k=41; docs/search.md tells"
                    + " them apart. Default: " + DEFAULT_STRATEGY + ".")
    @Nullable
    String strategy;

    /** The strategy; empty when there is none of that name, which {@code problems} then tells. */
    Optional<Strategy> choose(Problems problems) {
        return problems.attempt(() -> Strategy.named(strategy == null ? DEFAULT_STRATEGY : strategy));
    }

    boolean given() {
        return strategy != null;
    }
}
