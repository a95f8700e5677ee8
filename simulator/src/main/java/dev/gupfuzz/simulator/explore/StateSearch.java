package dev.gupfuzz.simulator.explore;

import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.explore.Exploration.Extent;
import dev.gupfuzz.simulator.explore.Exploration.Way;
import dev.gupfuzz.simulator.explore.Fingerprints.Beside;
import dev.gupfuzz.simulator.explore.Frontier.Segment;
import dev.gupfuzz.simulator.search.JobRunner;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Visits every reachable state of a model once, level by level: all states that k transitions lead to before any that needs
 * k + 1. States are known by a fingerprint of 64 bits. All cores work on one level and meet at its end, so every count, and
 * the schedule that is reported for a failure, is the same on any number of cores.
 *
 * <p>A state with one thread that can run, and without a data choice there, is no decision: the step is taken at once and
 * the state is not kept, unless the plan wants every state. {@link Reductions} leave out more.
 *
 * <p>By preemptions (iterative context bounding; Musuvathi and Qadeer, PLDI 2007): a state and the thread that came to it are
 * one node, and all nodes that c preemptions lead to are visited before any that needs c + 1. A failure is then come to with
 * the fewest preemptions there are, and that fewer do not suffice is proved. Reductions are not mixed with it: the schedule
 * that stands for others may have more preemptions than they have.
 */
public final class StateSearch {

    /**
     * What an exploration may use.
     *
     * @param states states to keep, at most
     * @param bytes memory for states, about
     * @param stop asked now and then; true ends the exploration
     */
    public record Bounds(long states, long bytes, BooleanSupplier stop) {
        /** No bounds. */
        public static final Bounds NONE = new Bounds(Long.MAX_VALUE, Long.MAX_VALUE, () -> false);
    }

    /**
     * What is asked.
     *
     * @param firstOnly stop once something broke: at the end of its level, or of its preemptions
     * @param everyState keep states without a decision too
     * @param byPreemptions visit what fewer preemptions lead to first
     * @param preemptions go no further than to these many; only by preemptions
     * @param reductions what may be left out; nothing by preemptions
     * @param endings tell, once nothing is left, whether every schedule ends; neither by preemptions nor where steps are left
     *     out, because others then stand for ways round a loop
     */
    public record Plan(
            boolean firstOnly,
            boolean everyState,
            boolean byPreemptions,
            int preemptions,
            Reductions reductions,
            boolean endings) {
        /** Everything that breaks. */
        public static final Plan ALL = new Plan(false, false, false);
        /** Something that breaks with the fewest decisions. */
        public static final Plan FIRST = new Plan(true, false, false);
        /** Something that breaks with the fewest preemptions. */
        public static final Plan FEWEST_PREEMPTIONS = new Plan(true, false, true);

        public Plan {
            if (byPreemptions && !reductions.equals(Reductions.NONE)) {
                throw new IllegalArgumentException("reductions are not mixed with an order by preemptions");
            }
            if (endings && (byPreemptions || reductions.needFootprints())) {
                throw new IllegalArgumentException("endings are told of all steps");
            }
        }

        /** Everything there is, with any number of preemptions. */
        public Plan(boolean firstOnly, boolean everyState, boolean byPreemptions) {
            this(firstOnly, everyState, byPreemptions, Integer.MAX_VALUE, Reductions.NONE, false);
        }

        public Plan with(Reductions allowed) {
            return new Plan(firstOnly, everyState, byPreemptions, preemptions, allowed, false);
        }

        /** And do not stop at what breaks. */
        public Plan withAll() {
            return new Plan(false, everyState, byPreemptions, preemptions, reductions, endings);
        }

        /** And whether every schedule ends, where that can be told. */
        public Plan withEndings() {
            boolean can = !byPreemptions && !reductions.needFootprints();
            return new Plan(firstOnly, everyState, byPreemptions, preemptions, reductions, can);
        }

        /** By preemptions, and no more than these. */
        public Plan upTo(int most) {
            return new Plan(firstOnly, everyState, true, most, reductions, false);
        }
    }

    /** States of a level that are handed out before the bounds are looked at again. */
    private static final int BATCH = 1 << 14;

    private final Supplier<? extends TransitionSystem> models;
    private final Bounds bounds;
    private final Plan plan;
    private final Checkpoints checkpoints;

    private final Fingerprints seen;
    private final Explorer.Level level = new Explorer.Level();
    private final List<Explorer> explorers = new ArrayList<>();
    private final SortedMap<Long, Failure> failures = new TreeMap<>();
    /** The words of the model at its start. */
    private final int[] start;

    private final boolean checksEndings;
    /** What the first decision is known by. */
    private long root;

    private final Waiting waiting = new Waiting();

    private StateSearch(
            Supplier<? extends TransitionSystem> models,
            int cores,
            Bounds bounds,
            Plan plan,
            Checkpoints checkpoints,
            Tuning tuning) {
        this.checkpoints = checkpoints;
        this.models = models;
        this.bounds = bounds;
        this.plan = plan;
        TransitionSystem first = models.get();
        start = first.words().clone();
        checksEndings = first.checksEndings();
        seen = new Fingerprints(
                plan.reductions().sleep() ? Beside.AWAKE : plan.endings() ? Beside.ARRIVALS : Beside.NOTHING,
                cores > 1);
        for (int i = 0; i < cores; i++) {
            explorers.add(new Explorer(models.get(), plan, tuning, seen, level));
        }
    }

    /**
     * Explores a model from its present state.
     *
     * @param models makes a model at its start, one for each core and one more
     * @param cores threads to use, at least 1
     */
    public static Exploration explore(
            Supplier<? extends TransitionSystem> models, int cores, Bounds bounds, Plan plan) {
        return explore(models, cores, bounds, plan, Checkpoints.NONE, Tuning.USUAL);
    }

    /**
     * Explores a model from its present state, or from where a checkpoint of it ends, and keeps checkpoints.
     *
     * @throws dev.gupfuzz.simulator.BadInput when the checkpoint to go on from is of something else
     * @throws java.io.UncheckedIOException when one cannot be written
     */
    public static Exploration explore(
            Supplier<? extends TransitionSystem> models, int cores, Bounds bounds, Plan plan, Checkpoints checkpoints) {
        return explore(models, cores, bounds, plan, checkpoints, Tuning.USUAL);
    }

    static Exploration explore(
            Supplier<? extends TransitionSystem> models,
            int cores,
            Bounds bounds,
            Plan plan,
            Checkpoints checkpoints,
            Tuning tuning) {
        if (cores < 1) {
            throw new IllegalArgumentException("cores must be positive: cores=" + cores);
        }
        return new StateSearch(models, cores, bounds, plan, checkpoints, tuning).run();
    }

    /** What the state that a model is at is known by. */
    static long key(TransitionSystem model, Plan plan, int last) {
        long fingerprint = model.fingerprint();
        return plan.byPreemptions() ? nonZero(Mix.key(fingerprint, last)) : fingerprint;
    }

    static long nonZero(long key) {
        return key == 0 ? 1 : key;
    }

    private Exploration run() {
        Ended ended;
        try {
            if (!checkpoints.read(this::restore)) {
                explorers.get(0).begin(start);
                root = explorers.get(0).key;
                collect();
            }
            checkpoints.begin(this::save);
            ended = search();
            switch (ended) {
                case STATES, MEMORY, STOPPED -> checkpoints.write(this::save);
                case COMPLETE, PREEMPTIONS, AT_FAILURE, LENGTH -> {}
            }
        } catch (OutOfMemoryError e) { // in the middle of a batch: nothing to go on from
            waiting.giveUp(); // room for what is told about it
            ended = Ended.MEMORY;
        }
        Exploration found = result(ended);
        if (!plan.endings() || ended != Ended.COMPLETE || !checksEndings) {
            return found;
        }
        checkpoints.write(this::save); // what follows cannot be taken up in the middle
        return found.with(endings());
    }

    /** Whether every schedule ends, after a search that left nothing. */
    private Endings endings() {
        try {
            if (!trim()) {
                return Endings.UNKNOWN;
            }
            if (!seen.anyLeft()) {
                return Endings.ALL;
            }
            waiting.giveUp();
            return Loops.find(models.get(), bounds.bytes() - seen.bytes(), bounds.stop());
        } catch (OutOfMemoryError e) {
            waiting.giveUp();
            return Endings.UNKNOWN;
        }
    }

    /**
     * Takes away states to which no transition leads any more, from the start on (Kahn, 1962). What is left lies on a cycle or
     * behind one. False when it was told to stop.
     */
    private boolean trim() {
        level.trimming = true;
        explorers.get(0).begin(start);
        collect();
        while (!waiting.isLevelDone() || !waiting.isNextEmpty()) {
            if (waiting.isLevelDone()) {
                waiting.turn();
            }
            together(waiting.take(BATCH));
            collect();
            if (bounds.stop().getAsBoolean() || seen.bytes() + waiting.bytes() > bounds.bytes()) {
                return false;
            }
        }
        return true;
    }

    private Ended search() {
        while (true) {
            if (waiting.isLevelDone()) {
                Ended ended = endLevel();
                if (ended != null) {
                    return ended;
                }
            }
            together(waiting.take(BATCH));
            collect();
            if (bounds.stop().getAsBoolean()) {
                return Ended.STOPPED;
            }
            if (seen.bytes() + waiting.bytes() > bounds.bytes()) {
                return Ended.MEMORY;
            }
            if (checkpoints.isDue()) {
                checkpoints.write(this::save);
            }
        }
    }

    /** On to the next level; why there is none, otherwise. */
    private @Nullable Ended endLevel() {
        waiting.wake(seen, start, explorers.get(0));
        boolean none = waiting.isNextEmpty();
        if (plan.firstOnly() && failures.values().stream().anyMatch(f -> f.preemptions() <= level.preemptions)) {
            return Ended.AT_FAILURE;
        }
        if (none && waiting.isLaterEmpty()) {
            return explorers.stream().anyMatch(explorer -> explorer.leftOut) ? Ended.PREEMPTIONS : Ended.COMPLETE;
        }
        if (seen.size() >= bounds.states()) {
            return Ended.STATES;
        }
        if (none && plan.firstOnly() && !failures.isEmpty()) {
            return Ended.AT_FAILURE;
        }
        level.number++;
        level.admitting = none;
        if (level.admitting) {
            level.preemptions++;
        }
        if (level.number >= Fingerprints.LEVELS) {
            throw new IllegalStateException("[simulator bug] too many levels: " + level.number);
        }
        waiting.turn();
        return null;
    }

    /** All cores on these segments. */
    private void together(List<Segment> batch) {
        AtomicInteger taken = new AtomicInteger();
        AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
        JobRunner.run(
                Math.min(explorers.size(), batch.size()),
                "explore",
                failed,
                core -> explorers.get(core).work(batch, taken, failed));
    }

    /** Takes from the explorers what they found in a batch. */
    private void collect() {
        for (Explorer explorer : explorers) {
            waiting.collect(explorer);
            explorer.failures.forEach((what, failure) -> failures.merge(what, failure, Failure::first));
            explorer.failures.clear();
        }
    }

    /** Where it stands between two batches. */
    private void save(DataOutput out) throws IOException {
        out.writeInt(level.number);
        out.writeInt(level.preemptions);
        out.writeBoolean(level.admitting);
        out.writeLong(root);
        waiting.save(out);
        out.writeInt(failures.size());
        for (Map.Entry<Long, Failure> entry : failures.entrySet()) {
            out.writeLong(entry.getKey());
            entry.getValue().save(out);
        }
        out.writeLong(
                explorers.stream().mapToLong(explorer -> explorer.transitions).sum());
        out.writeLong(explorers.stream().mapToLong(explorer -> explorer.ends).sum());
        out.writeLong(reached());
        out.writeBoolean(explorers.stream().anyMatch(explorer -> explorer.leftOut));
        seen.save(out);
    }

    private void restore(DataInput in) throws IOException {
        level.number = in.readInt();
        level.preemptions = in.readInt();
        level.admitting = in.readBoolean();
        root = in.readLong();
        waiting.restore(in);
        int broken = in.readInt();
        for (int i = 0; i < broken; i++) {
            failures.put(in.readLong(), Failure.restored(in));
        }
        Explorer first = explorers.get(0);
        first.transitions = in.readLong();
        first.ends = in.readLong();
        first.reached = in.readLong();
        first.leftOut = in.readBoolean();
        seen.restore(in);
    }

    private long reached() {
        return explorers.stream().mapToLong(explorer -> explorer.reached).reduce(0, (a, b) -> a | b);
    }

    private Exploration result(Ended ended) {
        SortedMap<Long, Way> broken = new TreeMap<>();
        failures.forEach((what, failure) -> broken.put(
                what,
                new Way(
                        Path.to(failure, root, seen, models.get(), plan),
                        plan.byPreemptions() ? failure.preemptions() : -1)));
        return new Exploration(
                plan,
                ended,
                seen.size(),
                explorers.stream().mapToLong(explorer -> explorer.transitions).sum(),
                explorers.stream().mapToLong(explorer -> explorer.ends).sum(),
                level.number,
                reached(),
                Collections.unmodifiableSortedMap(broken),
                new Extent(waiting.states(), waiting.widths(), seen.bytes(), waiting.peak()),
                Endings.NOT_LOOKED_FOR);
    }
}
