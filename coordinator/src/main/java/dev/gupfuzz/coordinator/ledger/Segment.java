package dev.gupfuzz.coordinator.ledger;

import dev.gupfuzz.campaign.RangeId;
import dev.gupfuzz.campaign.wire.RangeResult.Outcome;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/** The mutable state of up to 1,024 consecutive ranges. */
final class Segment<T> {
    private final int number;
    private final byte[] states;
    private final long[] digests;

    /** Counted ranges of each cell, until the segment is closed. */
    private final TreeMap<Integer, OrderedMerge<T>> tallies = new TreeMap<>();

    private final Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);

    /** Done ranges whose counted record has been read in this process; the next equal one is a duplicate. */
    private final BitSet seen = new BitSet(RangeId.SEGMENT_RANGES);

    private int terminal;
    private boolean closed;

    Segment(int number, int ranges) {
        this.number = number;
        this.states = new byte[ranges];
        this.digests = new long[ranges];
    }

    /** A segment as a former process closed it: none of its records has been read by this one. */
    static <T> Segment<T> restored(ClosedSegment<T> stored) {
        Segment<T> segment = new Segment<>(stored.segment(), stored.states().size());
        for (int i = 0; i < segment.states.length; i++) {
            segment.states[i] = (byte) stored.states().get(i).ordinal();
            segment.digests[i] = stored.digests().get(i);
            segment.terminal += stored.states().get(i) == RangeState.OPEN ? 0 : 1;
        }
        segment.outcomes.putAll(stored.outcomes());
        segment.closed = true;
        return segment;
    }

    int number() {
        return number;
    }

    int size() {
        return states.length;
    }

    int firstIndex() {
        return number * RangeId.SEGMENT_RANGES;
    }

    int terminal() {
        return terminal;
    }

    boolean isClosed() {
        return closed;
    }

    RangeState state(int index) {
        return RangeState.of(states[index - firstIndex()]);
    }

    long digest(int index) {
        return digests[index - firstIndex()];
    }

    /** Whether the counted record of a done range had been read before; from now on it has. */
    boolean markSeen(int index) {
        int offset = index - firstIndex();
        boolean before = seen.get(offset);
        seen.set(offset);
        return before;
    }

    void end(int index, RangeState state, Outcome outcome) {
        states[index - firstIndex()] = (byte) state.ordinal();
        outcomes.merge(outcome, 1, Integer::sum);
        terminal++;
    }

    void count(int index, int cell, long digest, T tally, BinaryOperator<T> merge) {
        digests[index - firstIndex()] = digest;
        seen.set(index - firstIndex());
        tallies.computeIfAbsent(cell, c -> new OrderedMerge<>(merge)).put(index, tally);
    }

    /** Adds what this segment counted for the cell; the key is the segment's number, which orders segments. */
    void copyTally(int cell, T empty, Map<Integer, T> target) {
        OrderedMerge<T> ranges = tallies.get(cell);
        if (ranges != null) {
            target.put(number, ranges.total(empty));
        }
    }

    /** Seals the segment and gives its stored form; its tallies leave with it. */
    ClosedSegment<T> close(Tallies<T> algebra) {
        List<RangeState> stateList = new ArrayList<>(states.length);
        List<Long> digestList = new ArrayList<>(states.length);
        for (int i = 0; i < states.length; i++) {
            stateList.add(RangeState.of(states[i]));
            digestList.add(digests[i]);
        }
        TreeMap<Integer, T> merged = new TreeMap<>();
        tallies.forEach((cell, ranges) -> merged.put(cell, ranges.total(algebra.empty(cell))));
        tallies.clear();
        closed = true;
        return new ClosedSegment<>(number, stateList, digestList, merged, new EnumMap<>(outcomes));
    }

    Map<Outcome, Integer> outcomes() {
        return outcomes;
    }
}
