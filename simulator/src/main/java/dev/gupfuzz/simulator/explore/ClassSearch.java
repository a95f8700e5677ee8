package dev.gupfuzz.simulator.explore;

import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.explore.Exploration.Move;
import dev.gupfuzz.simulator.explore.Exploration.Way;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.search.JobRunner;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs one schedule of each class: schedules that differ only in the order of steps which do not touch the same things are one
 * class (Mazurkiewicz), and all of them end alike. States are not compared, so nothing rests on hashes; what is trusted are
 * the footprints. For models whose schedules all end.
 *
 * <p>Optimal dynamic partial-order reduction with wakeup trees (Abdulla, Aronis, Jonsson and Sagonas, POPL 2014): at the end of a
 * schedule each pair of steps that raced is looked at, and the steps that reverse it are noted where the first of them was
 * taken, unless something noted or done there covers them. All values of a data choice are explored at once. What was explored
 * sleeps until a step that conflicts with it.
 *
 * <p>The tree of schedules is cut into walks, each behind a prefix of its own, and these go on in rounds. In a round no walk sees
 * what another one does: places that several share are read only, and what a walk wants to be done there it asks for. Between
 * two rounds all asks are granted in the order of the walks; then walks begin at what waits at shared places, those of fewest steps
 * first, or where nothing waits a walk shares the first of its own places that has something to give away. Neither this nor
 * how far a walk goes in a round depends on cores or time, so all that comes out is a function of the model.
 *
 * <p>Why no class is lost, and none run twice. The steps that walks began with at a shared place are ordered by when that was, and a
 * schedule belongs to the first of them that can come first in its class. A walk therefore runs the schedules in which each
 * earlier step that it began beside comes behind one that conflicts with it. That is a model of its own, in which these steps wait
 * for a condition ({@link Place} says: are held), and a walk explores it in full: it is the sequential algorithm, and for what
 * is behind its prefix it depends on nobody. It would not do to let these steps sleep as in one walk. There what sleeps
 * is explored already, and has asked for what must come behind the steps beside it; here it may still be on its way. At the
 * shared place itself a race of any walk behind it has its reversal begun by a step that a walk began with, earlier or later,
 * or it is asked for and begun later; so when nothing waits there any more, each class can begin with one of these steps.
 *
 * <p>What it costs: a walk may come to where only threads that are held could go on, which is a schedule in vain. Such an end is
 * one of the walk's model, so its races are looked at like those of others, and it is counted as blocked.
 */
public final class ClassSearch {

    /**
     * What the search through classes found out.
     *
     * @param ended why it stopped
     * @param classes schedules that ran to their end, each of a class of its own
     * @param blocked schedules that were given up because they are of classes that are run elsewhere; the fewer the better
     * @param events steps of all schedules, each counted once where schedules begin alike
     * @param longest steps of the longest schedule
     * @param reached goals that some schedule reached, as a mask
     * @param broken for each failure a way to it; only the first where the search was to stop there
     * @param share part of the tree that is done, as far as it is known; 1 when complete, 0 when it is not known
     */
    public record Result(
            Ended ended,
            long classes,
            long blocked,
            long events,
            int longest,
            long reached,
            SortedMap<Long, Way> broken,
            double share)
            implements Covered {}

    /**
     * How the tree is cut, which changes in what order schedules are run and not how many there are.
     *
     * @param walks most that there are at once
     * @param least steps of a walk in a round, ...
     * @param most ... and at most, once there were many
     */
    record Cut(int walks, int least, int most) {
        static final Cut USUAL = new Cut(128, 32, 2048);
        /** One walk. */
        static final Cut NONE = new Cut(1, 1 << 20, 1 << 20);
    }

    /** Steps of a schedule that is followed: many times those of the longest scenario. */
    static final int SCHEDULE_MAX = 1 << 13;

    /** A round takes this part of the steps before it at most, but for the least. */
    private static final int GROWTH = 4;

    private final Bounds bounds;
    private final boolean firstOnly;
    private final Cut cut;
    private final Checkpoints checkpoints;
    /** One for each core. */
    private final List<TransitionSystem> models = new ArrayList<>();
    /** The words of a model at its start. */
    private final int[] start;

    private final List<Walk> walks = new ArrayList<>();
    /** Shared places at which steps may wait. */
    private final List<Place> open = new ArrayList<>();

    private final SortedMap<Long, Way> broken = new TreeMap<>();
    private long classes;
    private long blocked;
    private long events;
    private int longest;
    private long reached;

    private ClassSearch(
            Supplier<? extends TransitionSystem> models,
            int cores,
            Bounds bounds,
            boolean firstOnly,
            Checkpoints checkpoints,
            Cut cut) {
        this.checkpoints = checkpoints;
        this.bounds = bounds;
        this.firstOnly = firstOnly;
        this.cut = cut;
        for (int i = 0; i < cores; i++) {
            TransitionSystem model = models.get();
            model.noting(true);
            this.models.add(model);
        }
        start = this.models.get(0).words().clone();
    }

    /**
     * Explores a model from its present state.
     *
     * @param models makes a model at its start, one for each core
     * @param cores threads to use, at least 1
     * @param bounds the steps at most, where states are asked for, and when to stop; looked at between two rounds
     * @param firstOnly stop at the first failure; else schedules go on behind one, and a failure counts where nothing broke in
     *     what happens before it
     */
    public static Result explore(
            Supplier<? extends TransitionSystem> models, int cores, Bounds bounds, boolean firstOnly) {
        return explore(models, cores, bounds, firstOnly, Checkpoints.NONE, Cut.USUAL);
    }

    /**
     * Explores a model from its present state, or from where a checkpoint of it ends, and keeps checkpoints.
     *
     * @throws dev.gupfuzz.simulator.BadInput when the checkpoint to go on from is of something else
     * @throws java.io.UncheckedIOException when the first one cannot be written
     */
    public static Result explore(
            Supplier<? extends TransitionSystem> models,
            int cores,
            Bounds bounds,
            boolean firstOnly,
            Checkpoints checkpoints) {
        return explore(models, cores, bounds, firstOnly, checkpoints, Cut.USUAL);
    }

    static Result explore(
            Supplier<? extends TransitionSystem> models,
            int cores,
            Bounds bounds,
            boolean firstOnly,
            Checkpoints checkpoints,
            Cut cut) {
        if (cores < 1) {
            throw new IllegalArgumentException("cores must be positive: cores=" + cores);
        }
        return new ClassSearch(models, cores, bounds, firstOnly, checkpoints, cut).run();
    }

    private Result run() {
        if (!checkpoints.read(this::restore)) {
            walks.add(Walk.first(models.get(0)));
        }
        checkpoints.begin(this::save);
        Ended ended;
        try {
            ended = search();
        } catch (OutOfMemoryError e) { // in the middle of a round: nothing to go on from
            walks.clear(); // room for what is told about it
            open.clear();
            ended = Ended.MEMORY;
        }
        return new Result(
                ended,
                classes,
                blocked,
                events,
                longest,
                reached,
                Collections.unmodifiableSortedMap(broken),
                ended == Ended.COMPLETE ? 1 : ended == Ended.MEMORY ? 0 : share());
    }

    private Ended search() {
        Ended ended = null;
        while (ended == null) {
            round();
            collect();
            refill();
            ended = ended();
            if (ended == Ended.STATES || ended == Ended.STOPPED || (ended == null && checkpoints.isDue())) {
                checkpoints.write(this::save);
            }
        }
        return ended;
    }

    private @Nullable Ended ended() {
        if (firstOnly && !broken.isEmpty()) {
            return Ended.AT_FAILURE;
        }
        if (walks.isEmpty()) {
            return Ended.COMPLETE;
        }
        if (longest > SCHEDULE_MAX) {
            return Ended.LENGTH;
        }
        if (events >= bounds.states()) {
            return Ended.STATES;
        }
        return bounds.stop().getAsBoolean() ? Ended.STOPPED : null;
    }

    /** All walks go on, on all cores. */
    private void round() {
        long steps = Math.max(cut.least(), Math.min(cut.most(), events / GROWTH / walks.size()));
        AtomicInteger taken = new AtomicInteger();
        AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
        JobRunner.run(Math.min(models.size(), walks.size()), "explore", failed, core -> {
            int i = taken.getAndIncrement();
            while (i < walks.size() && failed.get() == null) {
                walks.get(i).run(models.get(core), steps, firstOnly);
                i = taken.getAndIncrement();
            }
        });
    }

    /** Takes from the walks what they found, and grants what they asked for. */
    private void collect() {
        for (Walk walk : walks) {
            take(walk);
            for (Reversals.Ask ask : walk.asks()) {
                WakeupTree.insert(ask.place().waiting, ask.sequence());
                opened(ask.place());
            }
            walk.forget();
        }
        walks.removeIf(Walk::isOver);
    }

    private void take(Walk walk) {
        classes += walk.classes;
        blocked += walk.blocked;
        events += walk.events;
        longest = Math.max(longest, walk.longest);
        reached |= walk.reached;
        walk.broken.forEach(broken::putIfAbsent);
    }

    /** Begins walks until there are enough. */
    private void refill() {
        while (walks.size() < cut.walks()) {
            Place place = waiting();
            if (place != null) {
                Walk walk = Walk.behind(models.get(0), place);
                take(walk);
                walk.forget();
                walks.add(walk);
            } else {
                Walk walk = splittable();
                if (walk == null) {
                    return;
                }
                opened(walk.split());
            }
        }
    }

    private void opened(Place place) {
        if (!place.open) {
            place.open = true;
            open.add(place);
        }
    }

    /** The shared place with the fewest steps before it at which a step waits, which it now has found. */
    private @Nullable Place waiting() {
        while (!open.isEmpty()) {
            Place first = Collections.min(open, Comparator.comparingInt(place -> place.depth));
            if (first.advance()) {
                return first;
            }
            open.remove(first);
            first.open = false;
        }
        return null;
    }

    private @Nullable Walk splittable() {
        Walk first = null;
        int least = Integer.MAX_VALUE;
        for (Walk walk : walks) {
            int depth = walk.splits();
            if (depth >= 0 && depth < least) {
                first = walk;
                least = depth;
            }
        }
        return first;
    }

    private void save(DataOutput out) throws IOException {
        out.writeLong(classes);
        out.writeLong(blocked);
        out.writeLong(events);
        out.writeInt(longest);
        out.writeLong(reached);
        out.writeInt(broken.size());
        for (Map.Entry<Long, Way> entry : broken.entrySet()) {
            out.writeLong(entry.getKey());
            out.writeInt(entry.getValue().moves().size());
            for (Move move : entry.getValue().moves()) {
                out.writeByte(move.thread());
                out.writeByte(move.choice());
            }
        }
        new ClassTree(models.get(0), start).save(walks, open, out);
    }

    private void restore(DataInput in) throws IOException {
        classes = in.readLong();
        blocked = in.readLong();
        events = in.readLong();
        longest = in.readInt();
        reached = in.readLong();
        int failures = in.readInt();
        for (int i = 0; i < failures; i++) {
            long what = in.readLong();
            List<Move> moves = new ArrayList<>();
            int n = in.readInt();
            for (int j = 0; j < n; j++) {
                moves.add(new Move(in.readByte(), in.readByte()));
            }
            broken.put(what, new Way(moves, -1));
        }
        new ClassTree(models.get(0), start).restore(walks, open, in);
    }

    private double share() {
        double rest = 0;
        for (Walk walk : walks) {
            rest += walk.rest();
        }
        for (Place place : open) {
            rest += Walk.part(place) * place.waiting.size();
        }
        return Math.max(0, 1 - rest);
    }
}
