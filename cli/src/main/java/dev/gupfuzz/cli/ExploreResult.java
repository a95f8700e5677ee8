package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.explore.Covered;
import dev.gupfuzz.simulator.explore.Endings;
import dev.gupfuzz.simulator.explore.Endings.Lasso;
import dev.gupfuzz.simulator.explore.Exploration;
import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.explore.Exploration.Way;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.scenario.Goal;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.search.Blame;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BinaryOperator;

/**
 * What {@code explore} found out.
 *
 * @param problems what could not be done beside the search
 * @param notRun names of the kernels with scenarios that were asked for and not started
 */
record ExploreResult(List<Explored> cells, List<String> notRun, List<String> problems, int cores, boolean interrupted) {

    /**
     * One kernel with one scenario.
     *
     * @param covered what the engine that was asked for found out
     * @param byPreemptions the search that the findings come from, which proves that fewer preemptions do not suffice; empty
     *     when nothing broke, or a bound came first, and then they have the fewest decisions
     * @param findings a schedule for each place that breaks
     */
    record Explored(
            Kernel kernel,
            Scenario scenario,
            Covered covered,
            Optional<Exploration> byPreemptions,
            SortedMap<Blame, Finding> findings,
            double seconds) {

        private static final Comparator<Finding> SIMPLER =
                Comparator.comparingInt(Finding::preemptions).thenComparingInt(Finding::decisions);

        static Explored of(
                Kernel kernel,
                Scenario scenario,
                Covered covered,
                Optional<Exploration> byPreemptions,
                double seconds) {
            byPreemptions.ifPresent(by -> requireAgreement(kernel, scenario, covered, by));
            SortedMap<Blame, Finding> findings = new TreeMap<>();
            for (Way way : (byPreemptions.isPresent() ? byPreemptions.get() : covered)
                    .broken()
                    .values()) {
                Finding finding = Finding.explored(kernel, scenario, way.moves());
                findings.merge(finding.blame(), finding, BinaryOperator.minBy(SIMPLER));
            }
            Lasso lasso = endings(covered).lasso();
            if (lasso != null) {
                Finding finding = Finding.livelock(kernel, scenario, lasso);
                findings.put(finding.blame(), finding);
            }
            return new Explored(kernel, scenario, covered, byPreemptions, findings, seconds);
        }

        /** A search that left nothing has come to all that the other one broke; otherwise one of them is wrong. */
        private static void requireAgreement(Kernel kernel, Scenario scenario, Covered covered, Exploration by) {
            SortedSet<Long> missed = new TreeSet<>(covered.broken().keySet());
            missed.removeAll(by.broken().keySet());
            boolean left = by.ended() != Ended.COMPLETE && !by.broken().isEmpty();
            if (!missed.isEmpty() && !left) {
                throw new IllegalStateException("[simulator bug] two searches of " + kernel.name() + " x "
                        + scenario.name() + " disagree: one broke what the other, by preemptions, did not come to");
            }
        }

        String name() {
            return kernel.name() + " x " + scenario.name();
        }

        /** The simplest of the findings. */
        Optional<Finding> first() {
            return findings.values().stream().min(SIMPLER);
        }

        /** Whether every schedule ends; the other engine runs a schedule of each class to its end, or is not complete. */
        Endings endings() {
            return endings(covered);
        }

        private static Endings endings(Covered covered) {
            if (covered instanceof Exploration states) {
                return states.endings();
            }
            return covered.ended() == Ended.COMPLETE ? Endings.ALL : Endings.NOT_LOOKED_FOR;
        }

        boolean complete() {
            return covered.ended() == Ended.COMPLETE;
        }

        /** Every schedule with as many preemptions as were asked for was looked at, and there are others. */
        boolean upToPreemptions() {
            return covered.ended() == Ended.PREEMPTIONS;
        }

        boolean reached(Goal goal) {
            return (covered.reached() & goal.bit()) != 0;
        }

        /** Goals that were not reached; that is a result once the exploration is complete. */
        List<String> unreached() {
            return scenario.goals(kernel).stream()
                    .filter(goal -> !reached(goal))
                    .map(Goal::id)
                    .toList();
        }

        Verdict verdict() {
            if (!findings.isEmpty()) {
                return Verdict.VIOLATED;
            }
            if (upToPreemptions()) { // a goal may need more of them
                return unreached().isEmpty() ? Verdict.CLEAN : Verdict.INCOMPLETE;
            }
            if (!complete() || endings().kind() == Endings.Kind.UNKNOWN) {
                return Verdict.INCOMPLETE;
            }
            return unreached().isEmpty() ? Verdict.CLEAN : Verdict.VIOLATED;
        }
    }

    /** The simplest finding of the first cell that has one. */
    Optional<Finding> first() {
        return cells.stream().flatMap(cell -> cell.first().stream()).findFirst();
    }

    Verdict verdict() {
        Verdict verdict = notRun.isEmpty() ? Verdict.CLEAN : Verdict.INCOMPLETE;
        for (Explored cell : cells) {
            verdict = verdict.worse(cell.verdict());
        }
        return verdict;
    }

    int exitCode() {
        if (!problems.isEmpty() && verdict() != Verdict.VIOLATED) {
            return ExitCode.INFRASTRUCTURE;
        }
        return interrupted ? ExitCode.INTERRUPTED : verdict().exitCode();
    }
}
