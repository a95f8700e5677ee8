package dev.gupfuzz.worker;

import dev.gupfuzz.campaign.wire.Job;
import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.strategy.Strategy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The cells that jobs name, so that consecutive ranges of one cell build it once. */
final class Cells {
    private static final int KEPT_MAX = 256;

    private final Map<List<String>, Cell> kept = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<List<String>, Cell> eldest) {
            return size() > KEPT_MAX;
        }
    };

    /**
     * The cell of a job.
     *
     * @throws BadInput if this build does not know the kernel, scenario or strategy, or the strategy is not frozen
     */
    synchronized Cell of(Job job) {
        List<String> names = List.of(job.getKernel(), job.getScenario(), job.getStrategy());
        Cell known = kept.get(names);
        if (known != null) {
            return known;
        }
        Strategy strategy = Strategy.named(job.getStrategy());
        if (!strategy.frozen()) {
            throw new BadInput(List.of("the strategy of a job must be frozen: strategy=" + job.getStrategy()));
        }
        Cell cell = new Cell(Kernels.named(job.getKernel()), Scenarios.named(job.getScenario()), strategy);
        kept.put(names, cell);
        return cell;
    }
}
