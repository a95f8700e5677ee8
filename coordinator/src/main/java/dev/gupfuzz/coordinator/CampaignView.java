package dev.gupfuzz.coordinator;

import java.util.List;
import java.util.OptionalLong;
import java.util.SortedMap;

/**
 * What is known of a campaign at one instant; immutable.
 *
 * @param createdMs milliseconds since 1970, for display
 * @param firstSeed first seed of each cell, unsigned
 * @param seeds seeds of each cell
 * @param verdict {@link Verdict#RUNNING} until every range has ended
 * @param reasons why the verdict is incomplete or the campaign does not go on, one sentence each
 * @param ranges ranges by state, as of this instant
 * @param conservation the last check of the accounts
 * @param quarantine ranges that were given up, with what the engine said about them; the first of them
 */
public record CampaignView(
        String name,
        int generation,
        long createdMs,
        String engine,
        long firstSeed,
        long seeds,
        State state,
        Verdict verdict,
        List<String> reasons,
        Ranges ranges,
        Conservation conservation,
        SortedMap<Integer, String> quarantine,
        List<Cell> cells) {

    /** Where a campaign is in its life. */
    public enum State {
        RUNNING,
        /** Started by another build of the simulator: it keeps its results, and gets no new ones. */
        HELD,
        /** Cancelled, with ranges still out. */
        CANCELLING,
        CANCELLED,
        COMPLETE;

        public String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** The answer to the campaign's question. */
    public enum Verdict {
        RUNNING,
        CLEAN,
        VIOLATED,
        INCOMPLETE;

        public String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * Ranges by state; {@code planned = unissued + withdrawn + queued + leased + done + dead + cancelled}.
     *
     * @param unissued not issued yet
     * @param withdrawn never issued, because the campaign was cancelled first
     * @param leased a worker has said that it began (best effort)
     * @param done of which {@code clean + violation + budgetExhausted}
     * @param dead quarantined after repeated errors of the engine
     * @param identical results beyond the first of a range, with the same digest
     * @param divergent results beyond the first of a range, with another digest: an alarm
     * @param reissued jobs issued again, because one was lost or the engine failed
     */
    public record Ranges(
            long planned,
            long unissued,
            long withdrawn,
            long issued,
            long queued,
            long leased,
            long done,
            long clean,
            long violation,
            long budgetExhausted,
            long dead,
            long cancelled,
            long identical,
            long divergent,
            long reissued) {}

    /**
     * {@code issued = queued + leased + done + dead + cancelled} at one consistent cut, each from a fold of its own.
     *
     * @param imbalance ranges that break the law; 0 is right
     */
    public record Conservation(
            long issued, long queued, long leased, long done, long dead, long cancelled, long imbalance) {}

    /**
     * One kernel, scenario and strategy.
     *
     * @param evidence schedules in which the contested window was entered
     * @param goals schedules that reached each goal of the scenario, 0 included
     * @param selfCheckFailure seed whose two executions differed: a bug of gupfuzz
     * @param verdict of this cell alone
     */
    public record Cell(
            String kernel,
            String scenario,
            String strategy,
            long rangesPlanned,
            long rangesDone,
            long schedules,
            long steps,
            long decisions,
            long evidence,
            long coverage,
            long digest,
            SortedMap<String, Long> goals,
            List<Violation> violations,
            OptionalLong selfCheckFailure,
            Verdict verdict) {}

    /**
     * One way in which an invariant broke.
     *
     * @param invariant e.g. {@code I1b}
     * @param where the blamed place
     * @param schedules how many schedules broke it so
     * @param lowestSeeds up to three, ascending as unsigned numbers
     */
    public record Violation(String invariant, String where, long schedules, List<Long> lowestSeeds) {}

    /** Whether nothing will be added any more. */
    public boolean finished() {
        return state == State.COMPLETE || state == State.CANCELLED;
    }

    /** The verdict if the campaign ended here: what has been found counts, what is missing makes it incomplete. */
    public Verdict verdictSoFar() {
        if (verdict != Verdict.RUNNING) {
            return verdict;
        }
        return violated() ? Verdict.VIOLATED : Verdict.INCOMPLETE;
    }

    /** Whether any cell has a violation. */
    public boolean violated() {
        return cells.stream().anyMatch(cell -> !cell.violations().isEmpty());
    }

    /** Schedules of all cells. */
    public long schedules() {
        return cells.stream().mapToLong(Cell::schedules).sum();
    }

    /** Steps of all cells. */
    public long steps() {
        return cells.stream().mapToLong(Cell::steps).sum();
    }
}
