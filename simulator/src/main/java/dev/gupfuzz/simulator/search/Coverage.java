package dev.gupfuzz.simulator.search;

import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.routine.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What kinds of meetings some schedules showed: pairs of steps in which one thread's load read another's store, pairs of
 * accesses of two threads to one word that came one behind the other, at least one of them a store, and classes of schedules
 * (equal when every word saw the same accesses in the same order, loads between two stores in any). Pairs are of labels. Each
 * has the number of the run that showed it first.
 */
public final class Coverage {

    /** Most schedules that are watched. */
    public static final int WATCHED_MAX = 10_000;
    /** So many at least, where there are so many; */
    private static final int WATCHED_MIN = 1_000;
    /** of more, one in so many: watching one takes about as long as drawing fifty. */
    private static final int WATCHED_ONE_IN = 64;

    private static final int NEVER = Integer.MAX_VALUE;
    /** The runs that count as late: the last one of so many. */
    private static final int LATE = 10;
    /** Schedules that a core watches before it looks whether to stop. */
    private static final int CHUNK = 64;

    /** A class of schedules: the run that showed it first, and how often it was seen. */
    private record Sighting(int first, long times) {
        Sighting and(Sighting other) {
            return new Sighting(Math.min(first, other.first), times + other.times);
        }
    }

    /** How many there are, and how many of them only the last tenth of the watched runs showed. */
    public record Seen(int all, int late) {}

    /** A pair of steps in the order in which nobody saw them. */
    public record Unseen(String first, String second, String object) {}

    private final int labels = names().length;
    private final int[] readsFrom = new int[labels * labels];
    private final int[] adjacent = new int[labels * labels];
    private final boolean[] ran = new boolean[labels];
    private final boolean[] stored = new boolean[labels];
    private final TreeMap<Long, Sighting> classes = new TreeMap<>();
    private int watched;

    Coverage() {
        Arrays.fill(readsFrom, NEVER);
        Arrays.fill(adjacent, NEVER);
    }

    /**
     * Watches some of the schedules of an interval of seeds, evenly spread: all of up to a thousand, about a thousand of up
     * to 64,000, and one in 64 of more, up to {@link #WATCHED_MAX}.
     *
     * @param count seeds of the interval, at least 1
     * @param stop asked now and then; true ends it after a first part of them
     */
    public static Coverage of(Cell cell, long firstSeed, long count, int cores, BooleanSupplier stop) {
        long wanted = Math.min(count, Math.max(WATCHED_MIN, Math.min(WATCHED_MAX, count / WATCHED_ONE_IN)));
        long stride = (count + wanted - 1) / wanted;
        int runs = (int) ((count + stride - 1) / stride);
        Coverage[] chunks = new Coverage[(runs + CHUNK - 1) / CHUNK];
        AtomicInteger next = new AtomicInteger();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        JobRunner.run(cores, "watcher", failure, core -> {
            Watcher watcher = new Watcher(cell);
            for (int chunk = next.getAndIncrement(); chunk < chunks.length; chunk = next.getAndIncrement()) {
                if (stop.getAsBoolean() || failure.get() != null) {
                    return;
                }
                Coverage coverage = new Coverage();
                for (int i = chunk * CHUNK; i < Math.min(runs, (chunk + 1) * CHUNK); i++) {
                    watcher.watch(firstSeed + i * stride, i, coverage);
                }
                chunks[chunk] = coverage;
            }
        });
        Coverage all = new Coverage();
        for (Coverage chunk : chunks) {
            if (chunk == null) {
                break; // a first part without gaps
            }
            all.take(chunk);
        }
        return all;
    }

    // ---- what a watcher tells
    // ------------------------------------------------------------------------------------------

    void ran(int label, boolean stores) {
        ran[label] = true;
        stored[label] |= stores;
    }

    void readFrom(int store, int load, int run) {
        int pair = store * labels + load;
        readsFrom[pair] = Math.min(readsFrom[pair], run);
    }

    void adjacent(int first, int second, int run) {
        int pair = first * labels + second;
        adjacent[pair] = Math.min(adjacent[pair], run);
    }

    void ranOnce(long classOf, int run) {
        watched++;
        classes.merge(classOf, new Sighting(run, 1), Sighting::and);
    }

    /** Adds what other runs showed. */
    private void take(Coverage other) {
        watched += other.watched;
        for (int i = 0; i < readsFrom.length; i++) {
            readsFrom[i] = Math.min(readsFrom[i], other.readsFrom[i]);
            adjacent[i] = Math.min(adjacent[i], other.adjacent[i]);
        }
        for (int i = 0; i < labels; i++) {
            ran[i] |= other.ran[i];
            stored[i] |= other.stored[i];
        }
        other.classes.forEach((what, sighting) -> classes.merge(what, sighting, Sighting::and));
    }

    // ---- what came of it
    // ----------------------------------------------------------------------------------------------

    /** Schedules that were watched. */
    public int watched() {
        return watched;
    }

    /** Pairs of (store, load that read from it in another thread). */
    public Seen readsFrom() {
        return seen(readsFrom);
    }

    /** Ordered pairs of accesses of two threads to one word with none between, at least one a store. */
    public Seen adjacent() {
        return seen(adjacent);
    }

    /** Classes of schedules. */
    public Seen classes() {
        int late = 0;
        for (Sighting sighting : classes.values()) {
            late += isLate(sighting.first()) ? 1 : 0;
        }
        return new Seen(classes.size(), late);
    }

    /** Chance that the next schedule is of a class that was not seen, as Good and Turing estimate it: classes seen once, by runs. */
    public double nextIsNew() {
        return watched == 0
                ? 1
                : (double) classes.values().stream().filter(s -> s.times() == 1).count() / watched;
    }

    /** How many classes there are at least, in expectation (Chao1). */
    public double classesAtLeast() {
        double once = classes.values().stream().filter(s -> s.times() == 1).count();
        double twice = classes.values().stream().filter(s -> s.times() == 2).count();
        return classes.size() + once * (once - 1) / (2 * (twice + 1));
    }

    /**
     * Pairs of steps that could have been neighbours, by the kind of what they access, and were not seen in that order: at least
     * one of them stores, and both were taken in some watched schedule.
     */
    public List<Unseen> unseen() {
        int[] names = names();
        List<Unseen> unseen = new ArrayList<>();
        for (int a = 0; a < labels; a++) {
            for (int b = 0; b < labels; b++) {
                boolean meet = ran[a] && ran[b] && Labels.target(names[a]) == Labels.target(names[b]);
                if (meet && adjacent[a * labels + b] == NEVER && (stored[a] || stored[b])) {
                    unseen.add(new Unseen(
                            text(names[a]),
                            text(names[b]),
                            Labels.target(names[a]).toString()));
                }
            }
        }
        return unseen;
    }

    private static String text(int label) {
        return Labels.routine(label) + "." + Labels.name(label);
    }

    private Seen seen(int[] pairs) {
        int all = 0;
        int late = 0;
        for (int first : pairs) {
            all += first == NEVER ? 0 : 1;
            late += first != NEVER && isLate(first) ? 1 : 0;
        }
        return new Seen(all, late);
    }

    private boolean isLate(int run) {
        return run >= watched - watched / LATE;
    }

    private static int[] names() {
        return Step.labels();
    }

    /** For each label its number among those there are. */
    static int[] dense() {
        int[] dense = new int[Pc.LABELS];
        int[] names = names();
        for (int i = 0; i < names.length; i++) {
            dense[names[i]] = i;
        }
        return dense;
    }

    /** Pairs of accesses in the order in which they were neighbours, as {@code routine.LABEL > routine.LABEL}. */
    SortedSet<String> neighbours() {
        int[] names = names();
        SortedSet<String> pairs = new TreeSet<>();
        for (int a = 0; a < labels; a++) {
            for (int b = 0; b < labels; b++) {
                if (adjacent[a * labels + b] != NEVER) {
                    pairs.add(text(names[a]) + " > " + text(names[b]));
                }
            }
        }
        return pairs;
    }
}
