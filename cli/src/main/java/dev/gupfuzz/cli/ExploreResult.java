package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.explore.Exploration;
import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.search.Blame;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What {@code explore} found out.
 *
 * @param notRun names of the kernels with scenarios that were asked for and not started
 */
record ExploreResult(List<Explored> cells, List<String> notRun, int cores, boolean interrupted) {

    /**
     * One kernel with one scenario.
     *
     * @param findings a shortest schedule for each place that breaks
     */
    record Explored(
            Kernel kernel,
            Scenario scenario,
            Exploration exploration,
            SortedMap<Blame, Finding> findings,
            double seconds) {

        static Explored of(Kernel kernel, Scenario scenario, Exploration exploration, double seconds) {
            SortedMap<Blame, Finding> findings = new TreeMap<>();
            for (var path : exploration.broken().values()) {
                Finding finding = Finding.explored(kernel, scenario, path);
                findings.merge(finding.blame(), finding, (a, b) -> b.decisions() < a.decisions() ? b : a);
            }
            return new Explored(kernel, scenario, exploration, findings, seconds);
        }

        String name() {
            return kernel.name() + " x " + scenario.name();
        }

        boolean complete() {
            return exploration.ended() == Ended.COMPLETE;
        }

        boolean reached(GoalPoint goal) {
            return (exploration.reached() & goal.bit()) != 0;
        }

        /** Goals that were not reached; that is a result once the exploration is complete. */
        List<String> unreached() {
            return scenario.goalPoints(kernel).stream()
                    .filter(goal -> !reached(goal))
                    .map(GoalPoint::id)
                    .toList();
        }

        Verdict verdict() {
            if (!findings.isEmpty()) {
                return Verdict.VIOLATED;
            }
            if (!complete()) {
                return Verdict.INCOMPLETE;
            }
            return unreached().isEmpty() ? Verdict.CLEAN : Verdict.VIOLATED;
        }
    }

    Verdict verdict() {
        Verdict verdict = notRun.isEmpty() ? Verdict.CLEAN : Verdict.INCOMPLETE;
        for (Explored cell : cells) {
            verdict = verdict.worse(cell.verdict());
        }
        return verdict;
    }

    int exitCode() {
        return interrupted ? ExitCode.INTERRUPTED : verdict().exitCode();
    }
}
