package dev.gupfuzz.simulator;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.search.Sampler;
import dev.gupfuzz.simulator.search.Tally;
import dev.gupfuzz.simulator.strategy.Strategy;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Short ways to name a cell and to run fixed seeds of it. */
public final class Runs {

    private static final int CORES = 2;

    private Runs() {}

    /** A cell by its three names; a strategy that is not frozen is calibrated. */
    public static Cell cell(String kernel, String scenario, String strategy) {
        return cell(Kernels.named(kernel), Scenarios.named(scenario), strategy);
    }

    public static Cell cell(Kernel kernel, Scenario scenario, String strategy) {
        return new Cell(kernel, scenario, Strategy.named(strategy).freeze(kernel, scenario));
    }

    /** Every built-in scenario with its defaults, and once with four pages. */
    public static List<Scenario> scenarios() {
        return java.util.stream.Stream.concat(
                        Scenarios.races().stream(),
                        Scenarios.raceNames().stream().map(name -> Scenarios.named(name + ":pages=4")))
                .toList();
    }

    /** Seeds 1 ... count. */
    public static Tally sample(Cell cell, long count) {
        return sample(cell, 1, count, CORES);
    }

    public static Tally sample(Cell cell, long firstSeed, long count, int cores) {
        return Sampler.sample(cell, firstSeed, count, cores, false, () -> false, done -> {});
    }

    /** Ids of the invariants that the runs of a tally broke. */
    public static Set<String> broken(Tally tally) {
        Set<String> ids = new TreeSet<>();
        tally.violations().keySet().forEach(blame -> ids.add(blame.invariant().id()));
        return ids;
    }

    /** Goals that no run of a tally reached. */
    public static Set<String> unreached(Tally tally) {
        Set<String> names = new TreeSet<>();
        tally.goals().forEach((goal, count) -> {
            if (count == 0) {
                names.add(goal);
            }
        });
        return names;
    }
}
