package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.search.Blame;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.search.Coverage;
import dev.gupfuzz.simulator.search.Tally;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a search found: one by {@code fuzz}, or a campaign run here.
 *
 * @param cells those that ran, in the order they ran
 * @param notRun names of the kernels with scenarios that were asked for and not started
 * @param seconds wall time of everything, calibration included
 * @param cores threads of the search
 */
record SearchResult(List<CellResult> cells, List<String> notRun, double seconds, int cores, boolean interrupted) {

    /** Why a cell's search ended. */
    enum Ended {
        FINISHED,
        AT_VIOLATION,
        TIME,
        INTERRUPTED
    }

    /**
     * One kernel with one scenario.
     *
     * @param askedSeeds how many seeds were asked for; 0 when only time limited them
     * @param witnesses one finding per (invariant, place), of its lowest seed
     * @param coverage what kinds of meetings the schedules showed; empty after a search that ended at a violation
     * @param seconds wall time, where it was measured
     */
    record CellResult(
            Cell cell,
            long firstSeed,
            long askedSeeds,
            Tally tally,
            SortedMap<Blame, Finding> witnesses,
            Ended ended,
            Optional<Coverage> coverage,
            OptionalDouble seconds) {

        /** With one finding per (invariant, place), executed here. */
        static CellResult of(
                Cell cell,
                long firstSeed,
                long askedSeeds,
                Tally tally,
                Ended ended,
                Optional<Coverage> coverage,
                OptionalDouble seconds) {
            SortedMap<Blame, Finding> witnesses = new TreeMap<>();
            tally.violations()
                    .forEach((blame, count) -> witnesses.put(blame, Finding.witness(cell, count.lowestSeeds()[0])));
            return new CellResult(cell, firstSeed, askedSeeds, tally, witnesses, ended, coverage, seconds);
        }

        String name() {
            return cell.kernel().name() + " x " + cell.scenario().name();
        }

        /** Goals that no schedule reached, in order of their names. */
        List<String> unreached() {
            return tally.goals().entrySet().stream()
                    .filter(goal -> goal.getValue() == 0)
                    .map(goal -> goal.getKey())
                    .toList();
        }

        boolean unfinished() {
            return tally.schedules() == 0 || (askedSeeds > 0 && tally.schedules() < askedSeeds);
        }

        Verdict verdict() {
            if (!tally.violations().isEmpty()) {
                return Verdict.VIOLATED;
            }
            return unfinished() || tally.cut() > 0 || !unreached().isEmpty() ? Verdict.INCOMPLETE : Verdict.CLEAN;
        }

        /** The finding of the lowest seed. */
        Optional<Finding> first() {
            return witnesses.values().stream().min((a, b) -> Long.compareUnsigned(a.seed(), b.seed()));
        }
    }

    /** The first cell's finding of the lowest seed. */
    Optional<Finding> first() {
        return cells.stream().flatMap(cell -> cell.first().stream()).findFirst();
    }

    Verdict verdict() {
        Verdict verdict = notRun.isEmpty() ? Verdict.CLEAN : Verdict.INCOMPLETE;
        for (CellResult cell : cells) {
            verdict = verdict.worse(cell.verdict());
        }
        return verdict;
    }

    boolean selfCheckFailed() {
        return cells.stream().anyMatch(cell -> cell.tally().selfCheckFailure().isPresent());
    }

    /** A failed self-check is worth more than a verdict, which it puts in doubt; then an interruption. */
    int exitCode() {
        if (selfCheckFailed()) {
            return ExitCode.SELF_CHECK;
        }
        return interrupted ? ExitCode.INTERRUPTED : verdict().exitCode();
    }

    long schedules() {
        return cells.stream().mapToLong(cell -> cell.tally().schedules()).sum();
    }

    long steps() {
        return cells.stream().mapToLong(cell -> cell.tally().steps()).sum();
    }
}
