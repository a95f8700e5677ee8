package dev.gupfuzz.simulator.explore;

import dev.gupfuzz.simulator.explore.Frontier.Segment;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The states that wait to be expanded. For one thread alone. */
final class Waiting {

    /** Of this level, ... */
    private final Deque<Segment> now = new ArrayDeque<>();
    /** ... of the next, ... */
    private final List<Segment> next = new ArrayList<>();
    /** ... of one more preemption, ... */
    private final List<Segment> later = new ArrayList<>();
    /** ... and of earlier levels, in which threads wake up. */
    private final List<Segment> late = new ArrayList<>();
    /** Bytes of all four. */
    private long bytes;
    /** Bytes with which this level began. */
    private long levelBytes;

    private long peak;
    private long abandoned;
    private final List<Long> widths = new ArrayList<>();

    /** Takes from an explorer what it found. */
    void collect(Explorer explorer) {
        collect(explorer.next, next);
        collect(explorer.later, later);
        collect(explorer.late, late);
    }

    private void collect(Frontier.Packer packer, List<Segment> into) {
        List<Segment> packed = packer.take();
        bytes += bytes(packed);
        into.addAll(packed);
    }

    /** States of this level, about so many. */
    List<Segment> take(int most) {
        List<Segment> batch = new ArrayList<>();
        int states = 0;
        while (!now.isEmpty() && states < most) {
            Segment segment = now.remove();
            batch.add(segment);
            states += segment.states();
        }
        bytes -= bytes(batch);
        return batch;
    }

    boolean isLevelDone() {
        return now.isEmpty();
    }

    /** Whether the next level has none. */
    boolean isNextEmpty() {
        return next.isEmpty();
    }

    /** Whether one more preemption leads to none. */
    boolean isLaterEmpty() {
        return later.isEmpty();
    }

    /** The next level is the present one from now on; where it has none, what one more preemption leads to. */
    void turn() {
        boolean more = next.isEmpty();
        List<Segment> from = more ? later : next;
        now.addAll(from);
        from.clear();
        levelBytes = bytes(now);
        if (!more) {
            widths.add(states(now));
        }
    }

    /**
     * Ends a level: the next one expands states of earlier ones again, for the threads that wake up there.
     *
     * @param start words of the start state
     */
    void wake(Fingerprints seen, int[] start, Explorer by) {
        SortedMap<Long, Integer> woken = new TreeMap<>();
        Frontier.Reader reader = new Frontier.Reader(start);
        for (Segment segment : late) {
            reader.open(segment);
            for (int n = 0; n < segment.states(); n++) {
                reader.next();
                woken.merge(reader.key, reader.woken, (a, b) -> a | b);
            }
        }
        for (Segment segment : late) {
            reader.open(segment);
            for (int n = 0; n < segment.states(); n++) {
                reader.next();
                Integer threads = woken.remove(reader.key);
                if (threads != null) {
                    by.next.add(
                            reader.key, reader.parent, reader.last, seen.wake(reader.key, threads), reader.words, 0);
                }
            }
        }
        bytes -= bytes(late);
        late.clear();
        collect(by);
        peak = Math.max(peak, levelBytes + bytes);
    }

    /** Makes room: what waits is only counted from now on. */
    void giveUp() {
        abandoned = states();
        now.clear();
        next.clear();
        later.clear();
        late.clear();
    }

    /** Bytes that all take. */
    long bytes() {
        return bytes;
    }

    /** Most bytes that waited where a level ended, with those with which it began. */
    long peak() {
        return peak;
    }

    /** States that were found and not expanded. */
    long states() {
        return abandoned + states(now) + states(next) + states(later);
    }

    /** States to expand, level by level. */
    List<Long> widths() {
        return List.copyOf(widths);
    }

    private static long bytes(Collection<Segment> segments) {
        return segments.stream().mapToLong(segment -> segment.bytes().length).sum();
    }

    private static long states(Collection<Segment> segments) {
        return segments.stream().mapToLong(Segment::states).sum();
    }

    void save(DataOutput out) throws IOException {
        out.writeLong(peak);
        out.writeLong(levelBytes);
        for (Collection<Segment> segments : List.of(now, next, later, late)) {
            Frontier.save(segments, out);
        }
        out.writeInt(widths.size());
        for (long width : widths) {
            out.writeLong(width);
        }
    }

    void restore(DataInput in) throws IOException {
        peak = in.readLong();
        levelBytes = in.readLong();
        for (Collection<Segment> segments : List.of(now, next, later, late)) {
            Frontier.restore(segments, in);
            bytes += bytes(segments);
        }
        int levels = in.readInt();
        for (int i = 0; i < levels; i++) {
            widths.add(in.readLong());
        }
    }
}
