package dev.gupfuzz.simulator.search;

import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.strategy.Strategy;
import java.util.List;

/**
 * What the model does, as one number: the digest of a fixed set of runs of every built-in kernel and scenario. It does not
 * depend on the machine, on the number of cores, or on how the sources are written.
 */
public final class ModelDigest {

    private static final long FIRST_SEED = 1;
    private static final int SEEDS = 200;
    /** With more than four pages fork looks whether to break its walk, and a region has a middle. */
    private static final int MORE_PAGES = 6;

    private static final List<String> STRATEGIES = List.of("random", "pct:3,k=50");

    private ModelDigest() {}

    /** The digest, as it stands in {@code model.properties}: 16 hex digits. */
    public static String compute() {
        long digest = 0;
        for (Kernel kernel : Kernels.all()) {
            for (String name : Scenarios.raceNames()) {
                digest +=
                        of(kernel, Scenarios.named(name)) + of(kernel, Scenarios.named(name + ":pages=" + MORE_PAGES));
            }
        }
        return String.format("%016x", digest);
    }

    private static long of(Kernel kernel, Scenario scenario) {
        long sum = 0;
        for (String strategy : STRATEGIES) {
            Cell cell = new Cell(kernel, scenario, Strategy.named(strategy));
            Tally tally = Sampler.sample(cell, FIRST_SEED, SEEDS, 1, false, () -> false, done -> {});
            long h = Mix.key(Mix.name(cell.text()), tally.digest());
            h = Mix.key(Mix.key(Mix.key(h, tally.steps()), tally.decisions()), tally.coverage());
            h = Mix.key(h, tally.evidence());
            for (var goal : tally.goals().entrySet()) {
                h = Mix.key(Mix.key(h, Mix.name(goal.getKey())), goal.getValue());
            }
            for (var violation : tally.violations().entrySet()) {
                h = Mix.key(
                        Mix.key(h, Mix.name(violation.getKey().text())),
                        violation.getValue().count());
            }
            sum += h;
        }
        return sum;
    }
}
