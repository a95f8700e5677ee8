package dev.gupfuzz.simulator.search;

import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.strategy.Scheduler;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs an interval of seeds of one cell on several cores. The interval is cut into chunks that are handed out in order and
 * merged in order, so the result does not depend on the number of cores.
 */
public final class Sampler {

    /** Seeds of a chunk with one page; fewer where schedules are longer. */
    private static final int CHUNK = 1024;

    private static final int CHUNK_MIN = 16;
    /** One run in so many is executed twice and compared. */
    private static final int SELF_CHECK_ONE_IN = 100;

    private static final long SELF_CHECK = Mix.name("self-check");

    private final Cell cell;
    private final long firstSeed;
    private final long count;
    private final long chunk;
    private final boolean stopAtFirst;
    private final BooleanSupplier stop;
    private final LongConsumer schedulesDone;
    private final AtomicLong nextChunk = new AtomicLong();
    /** Chunks behind the first one with a violation are not wanted. */
    private final AtomicLong lastChunk;

    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final TreeMap<Long, Tally> waiting = new TreeMap<>();
    private final Tally merged;
    private long mergedChunks;

    private Sampler(
            Cell cell,
            long firstSeed,
            long count,
            boolean stopAtFirst,
            BooleanSupplier stop,
            LongConsumer schedulesDone) {
        this.cell = cell;
        this.firstSeed = firstSeed;
        this.count = count;
        this.stopAtFirst = stopAtFirst;
        this.stop = stop;
        this.schedulesDone = schedulesDone;
        this.chunk = Math.max(CHUNK_MIN, CHUNK / cell.scenario().world().pages);
        this.lastChunk = new AtomicLong((count + chunk - 1) / chunk - 1);
        this.merged = Tally.empty(cell);
    }

    /**
     * Runs seeds {@code firstSeed ... firstSeed + count - 1}.
     *
     * @param cores threads to use, at least 1; with 1 the caller's own
     * @param stopAtFirst stop behind the violation of the lowest seed; what comes before it is complete
     * @param stop asked between chunks; true ends the search after a complete first part of the interval
     * @param schedulesDone told the number of schedules of each chunk as it ends, from any thread
     * @return the counts of the part of the interval that was run, always a first part without gaps
     */
    public static Tally sample(
            Cell cell,
            long firstSeed,
            long count,
            int cores,
            boolean stopAtFirst,
            BooleanSupplier stop,
            LongConsumer schedulesDone) {
        if (count < 1 || cores < 1) {
            throw new IllegalArgumentException("count and cores must be positive: count=" + count + " cores=" + cores);
        }
        return new Sampler(cell, firstSeed, count, stopAtFirst, stop, schedulesDone).run(cores);
    }

    private Tally run(int cores) {
        JobRunner.run(cores, "sampler", failure, core -> work());
        return merged;
    }

    private void work() {
        Machine machine = Step.machine(cell.kernel(), cell.scenario());
        Scheduler scheduler = cell.strategy().scheduler(machine);
        while (failure.get() == null && !stop.getAsBoolean()) {
            long index = nextChunk.getAndIncrement();
            if (index > lastChunk.get()) {
                break;
            }
            Tally tally = runChunk(scheduler, index);
            if (stopAtFirst && tally.violating() > 0) {
                lastChunk.accumulateAndGet(index, Math::min);
            }
            deliver(index, tally);
        }
    }

    private Tally runChunk(Scheduler scheduler, long index) {
        Tally tally = Tally.empty(cell);
        Machine m = scheduler.machine();
        Arrays.fill(m.covered, false);
        long from = index * chunk;
        long to = Math.min(count, from + chunk);
        for (long i = from; i < to; i++) {
            runSeed(scheduler, firstSeed + i, tally);
            if (stopAtFirst && m.violated >= 0) {
                break;
            }
        }
        tally.cover(m.covered);
        return tally;
    }

    /** Runs one seed and counts it. One in a hundred is run again, and both runs must end alike. */
    static void runSeed(Scheduler scheduler, long seed, Tally tally) {
        Machine m = scheduler.machine();
        scheduler.run(seed);
        long hash = m.stateHash();
        tally.add(scheduler, seed, hash);
        if (Long.remainderUnsigned(Mix.key(seed, SELF_CHECK), SELF_CHECK_ONE_IN) == 0) {
            int steps = scheduler.steps();
            int violated = m.violated;
            scheduler.run(seed);
            if (m.stateHash() != hash || scheduler.steps() != steps || m.violated != violated) {
                tally.selfCheckFailed(seed);
            }
        }
    }

    private synchronized void deliver(long index, Tally tally) {
        waiting.put(index, tally);
        while (!waiting.isEmpty() && waiting.firstKey() == mergedChunks && mergedChunks <= lastChunk.get()) {
            merged.take(waiting.remove(mergedChunks++));
        }
        schedulesDone.accept(tally.schedules());
    }
}
