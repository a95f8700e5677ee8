package dev.gupfuzz.coordinator.ledger;

import dev.gupfuzz.campaign.Outcomes;
import dev.gupfuzz.campaign.RangeId;
import dev.gupfuzz.campaign.wire.RangeResult.Outcome;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/**
 * The accounts of one campaign's generation: a fold over its result records that counts every range once.
 *
 * <p>The first record that ends a range wins; a later one is compared with it and counted as a duplicate. Records of
 * different ranges commute, and records of one range share a Kafka partition, so every reading of the topic gives the
 * same accounts: from the beginning, from any closed segments on, with records repeated.
 *
 * <p>Belongs to one thread. {@code T} is what a range counted.
 */
public final class RangeLedger<T> {
    /** Engine errors, each of another attempt, after which a range is dead: two retries tell a bad host from a bad range. */
    public static final int ERRORS_MAX = 3;

    private final RangeLayout layout;
    private final Tallies<T> algebra;
    private final TreeMap<Integer, Segment<T>> segments = new TreeMap<>();
    private final TreeMap<Integer, Segment<T>> open = new TreeMap<>();

    /** Counts of closed segments by cell, in order of segments. */
    private final List<OrderedMerge<T>> closed = new ArrayList<>();

    /** Totals by cell; null when something was added since. */
    private final List<T> totals;

    private final BitSet terminal = new BitSet();

    /** Distinct ranges that have ended. */
    private int ended;

    /** Distinct ranges done of each cell. */
    private final int[] done;

    /** Attempts that ended with an engine error, for ranges that have not ended. */
    private final TreeMap<Integer, Set<Integer>> errorAttempts = new TreeMap<>();

    private final Map<Outcome, Long> outcomes = new EnumMap<>(Outcome.class);
    private long identical;
    private long divergent;
    private long late;
    private long errors;
    private IntPredicate foldTwice = index -> false;

    public RangeLedger(RangeLayout layout, Tallies<T> algebra) {
        this.layout = layout;
        this.algebra = algebra;
        for (int cell = 0; cell < layout.cells(); cell++) {
            closed.add(new OrderedMerge<>(algebra::merge));
        }
        this.totals = new ArrayList<>(Collections.nCopies(layout.cells(), null));
        this.done = new int[layout.cells()];
    }

    /** Makes the fold count the chosen ranges twice: a planted fault, to show that the conservation law notices. */
    public void plantDoubleFold(IntPredicate ranges) {
        this.foldTwice = ranges;
    }

    /**
     * Takes over a segment that a former process closed, before any record is folded.
     *
     * @throws IllegalArgumentException if the segment does not fit the plan or is already there
     */
    public void restore(ClosedSegment<T> stored) {
        int expected = sizeOf(stored.segment());
        if (stored.states().size() != expected || segments.containsKey(stored.segment())) {
            throw new IllegalArgumentException("ledger segment does not fit the plan: segment=" + stored.segment()
                    + " ranges=" + stored.states().size() + " expected=" + expected);
        }
        Segment<T> segment = Segment.restored(stored);
        segments.put(stored.segment(), segment);
        segment.outcomes().forEach((outcome, ranges) -> outcomes.merge(outcome, (long) ranges, Long::sum));
        for (int i = 0; i < segment.size(); i++) {
            int index = segment.firstIndex() + i;
            if (segment.state(index) != RangeState.OPEN) {
                terminal.set(index);
                ended++;
            }
            if (segment.state(index) == RangeState.DONE) {
                done[layout.cellOf(index)]++;
            }
        }
        seal(stored);
    }

    /** Folds one record and says what it did. */
    public Folded fold(RangeReport<T> report) {
        int index = report.index();
        if (index < 0 || index >= layout.ranges()) {
            return Folded.UNKNOWN_RANGE;
        }
        Segment<T> segment = segments.computeIfAbsent(index / RangeId.SEGMENT_RANGES, this::openSegment);
        if (report.outcome() == Outcome.ENGINE_ERROR) {
            errors++;
        }
        return segment.state(index) == RangeState.OPEN && !segment.isClosed()
                ? foldFirst(segment, report)
                : foldAgain(segment, report);
    }

    private Folded foldFirst(Segment<T> segment, RangeReport<T> report) {
        int index = report.index();
        switch (report.outcome()) {
            case RETURNED, OUTCOME_UNSPECIFIED, UNRECOGNIZED -> {
                return Folded.RETURNED;
            }
            case ENGINE_ERROR -> {
                Set<Integer> attempts = errorAttempts.computeIfAbsent(index, i -> new HashSet<>());
                attempts.add(report.attempt());
                if (attempts.size() < ERRORS_MAX) {
                    return Folded.ERROR;
                }
                end(segment, index, RangeState.DEAD, report.outcome());
            }
            case CANCELLED -> end(segment, index, RangeState.CANCELLED, report.outcome());
            case CLEAN, VIOLATION, BUDGET_EXHAUSTED -> {
                int cell = layout.cellOf(index);
                T tally = Objects.requireNonNull(report.tally());
                segment.count(index, cell, report.digest(), tally, algebra::merge);
                totals.set(cell, null);
                done[cell]++;
                end(segment, index, RangeState.DONE, report.outcome());
                if (foldTwice.test(index)) {
                    outcomes.merge(report.outcome(), 1L, Long::sum);
                }
            }
        }
        return Folded.COUNTED;
    }

    private Folded foldAgain(Segment<T> segment, RangeReport<T> report) {
        if (report.outcome() == Outcome.RETURNED) {
            return Folded.RETURNED;
        }
        if (!Outcomes.counted(report.outcome())) {
            return Folded.REPLAYED;
        }
        int index = report.index();
        if (segment.state(index) != RangeState.DONE) {
            late++;
            return Folded.LATE;
        }
        if (segment.digest(index) != report.digest()) {
            divergent++;
            return Folded.DIVERGENT;
        }
        if (!segment.markSeen(index)) {
            return Folded.REPLAYED;
        }
        identical++;
        return Folded.IDENTICAL;
    }

    private void end(Segment<T> segment, int index, RangeState state, Outcome outcome) {
        segment.end(index, state, outcome);
        outcomes.merge(outcome, 1L, Long::sum);
        terminal.set(index);
        ended++;
        errorAttempts.remove(index);
    }

    /**
     * Closes every open segment whose ranges have all ended and gives them back to be stored.
     *
     * @param neverIssued ranges that have not been issued and never will be; they count as ended here
     */
    public List<ClosedSegment<T>> closeFinished(IntPredicate neverIssued) {
        List<ClosedSegment<T>> finished = new ArrayList<>();
        for (Segment<T> segment : List.copyOf(open.values())) {
            if (segment.terminal() == segment.size() || isFinished(segment, neverIssued)) {
                ClosedSegment<T> stored = segment.close(algebra);
                open.remove(segment.number());
                seal(stored);
                finished.add(stored);
            }
        }
        return finished;
    }

    private static boolean isFinished(Segment<?> segment, IntPredicate neverIssued) {
        for (int i = 0; i < segment.size(); i++) {
            int index = segment.firstIndex() + i;
            if (segment.state(index) == RangeState.OPEN && !neverIssued.test(index)) {
                return false;
            }
        }
        return true;
    }

    private void seal(ClosedSegment<T> stored) {
        stored.tallies().forEach((cell, tally) -> {
            closed.get(cell).put(stored.segment(), tally);
            totals.set(cell, null);
        });
    }

    private Segment<T> openSegment(int number) {
        Segment<T> segment = new Segment<>(number, sizeOf(number));
        open.put(number, segment);
        return segment;
    }

    private int sizeOf(int segment) {
        return Math.min(RangeId.SEGMENT_RANGES, layout.ranges() - segment * RangeId.SEGMENT_RANGES);
    }

    /** What the counted ranges of a cell add up to, merged in the order of ranges. */
    public T total(int cell) {
        T known = totals.get(cell);
        if (known == null) {
            TreeMap<Integer, T> parts = new TreeMap<>();
            closed.get(cell).copyTo(parts);
            open.values().forEach(segment -> segment.copyTally(cell, algebra.empty(cell), parts));
            known = parts.values().stream().reduce(algebra::merge).orElseGet(() -> algebra.empty(cell));
            totals.set(cell, known);
        }
        return known;
    }

    public RangeCounts counts() {
        return new RangeCounts(
                outcomes.getOrDefault(Outcome.CLEAN, 0L),
                outcomes.getOrDefault(Outcome.VIOLATION, 0L),
                outcomes.getOrDefault(Outcome.BUDGET_EXHAUSTED, 0L),
                outcomes.getOrDefault(Outcome.ENGINE_ERROR, 0L),
                outcomes.getOrDefault(Outcome.CANCELLED, 0L),
                identical,
                divergent,
                late,
                errors);
    }

    /** Whether the range needs no further delivery. */
    public boolean isTerminal(int index) {
        return terminal.get(index);
    }

    /** Distinct ranges that have ended. */
    public int ended() {
        return ended;
    }

    /** Distinct ranges of the cell that are done. */
    public int done(int cell) {
        return done[cell];
    }

    /** A copy of the set of ranges that have ended. */
    public BitSet terminalRanges() {
        return (BitSet) terminal.clone();
    }

    /** Ranges that have not ended and whose latest failed attempt is the value: candidates for another issue. */
    public SortedMap<Integer, Integer> failedAttempts() {
        TreeMap<Integer, Integer> failed = new TreeMap<>();
        errorAttempts.forEach((index, attempts) -> failed.put(index, Collections.max(attempts)));
        return failed;
    }

    /** Digest of a done range, 0 for every other. */
    public long digest(int index) {
        Segment<T> segment = segments.get(index / RangeId.SEGMENT_RANGES);
        return segment == null ? 0 : segment.digest(index);
    }

    /** State of a range; {@link RangeState#OPEN} while nothing is known of it. */
    public RangeState state(int index) {
        Segment<T> segment = segments.get(index / RangeId.SEGMENT_RANGES);
        return segment == null ? RangeState.OPEN : segment.state(index);
    }
}
