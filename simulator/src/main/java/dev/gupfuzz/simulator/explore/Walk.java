package dev.gupfuzz.simulator.explore;

import dev.gupfuzz.simulator.explore.Exploration.Move;
import dev.gupfuzz.simulator.explore.Exploration.Way;
import dev.gupfuzz.simulator.explore.Place.Came;
import dev.gupfuzz.simulator.explore.WakeupTree.Branch;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Runs one schedule of each class of those that begin with a prefix, depth first. The places of the prefix are shared with other
 * walks and only looked at; what is to be done there is asked for. The places behind it are the walk's own.
 */
final class Walk {

    /** Asks that are kept, about: with more of them a walk waits until they are granted, since it would ask the same again. */
    private static final int ASKS = 16;

    /** Where it is, from the start on: first the shared places, then its own. */
    private final List<Place> places = new ArrayList<>();

    private final Execution run;
    private final Reversals reversals;
    private TransitionSystem model;
    /** Its first place that is not shared. */
    private int base;

    private int depth;
    private boolean over;

    /** Since the last {@link #forget}: schedules that ran to their end, ... */
    long classes;
    /** ... those given up, since they are of classes that are run elsewhere, ... */
    long blocked;
    /** ... steps taken, ... */
    long events;
    /** ... steps of the longest schedule, ... */
    int longest;
    /** ... goals that were reached, ... */
    long reached;
    /** ... and for each failure a way to it. */
    final SortedMap<Long, Way> broken = new TreeMap<>();

    private Walk(TransitionSystem model, @Nullable Place from) {
        this.model = model;
        run = new Execution(model.threads(), model.objects());
        reversals = new Reversals(run, places, model);
        if (from != null) {
            follow(from);
        }
    }

    /** From the place where a model is, with nothing shared. */
    static Walk first(TransitionSystem model) {
        Walk walk = new Walk(model, null);
        walk.at(0).enter(model);
        walk.reached = model.reached();
        return walk;
    }

    /** Takes the step that a shared place found to be next; it sleeps there from now on. */
    static Walk behind(TransitionSystem model, Place from) {
        Walk walk = new Walk(model, from);
        walk.take();
        from.close(walk.run.print[walk.depth - 1]);
        walk.base = walk.depth;
        walk.places.get(walk.base).hold();
        return walk;
    }

    /** Along shared places to one of them. */
    private void follow(Place to) {
        for (Place at = to; at != null; at = at.came == null ? null : at.came.above()) {
            places.add(at);
        }
        Collections.reverse(places);
        for (Place place : places.subList(1, places.size())) {
            Came came = Objects.requireNonNull(place.came);
            append(came.above(), came.thread(), came.choice(), came.values(), came.print(), came.broke());
        }
        depth = places.size() - 1;
    }

    private Place at(int place) {
        if (place == places.size()) {
            places.add(new Place(place, model.words().length, run.threads));
        }
        return places.get(place);
    }

    /**
     * Goes on, until it is over, or something broke and that is enough, or it asked for much, or took so many steps.
     *
     * @param on any model of the kind; the walk moves it
     */
    void run(TransitionSystem on, long steps, boolean firstOnly) {
        model = on;
        while (events < steps && reversals.asks.size() < ASKS && !(firstOnly && !broken.isEmpty())) {
            Place place = places.get(depth);
            if (place.advance()) {
                take();
                continue;
            }
            if (place.unstick()) {
                continue;
            }
            if (place.done == 0) {
                leaf(place);
            }
            if (depth == base) {
                over = true;
                return;
            }
            depth--;
            places.get(depth).close(run.print[depth]);
        }
    }

    boolean isOver() {
        return over;
    }

    /** What it found out was noted elsewhere. */
    void forget() {
        classes = 0;
        blocked = 0;
        events = 0;
        reached = 0;
        broken.clear();
        reversals.asks.clear();
    }

    List<Reversals.Ask> asks() {
        return reversals.asks;
    }

    /** Takes the step that was found where the walk is. */
    private void take() {
        Place place = places.get(depth);
        Branch branch = Objects.requireNonNull(place.branch);
        int t = branch.thread;
        if (!place.isAble(t)) {
            throw new IllegalStateException("[simulator bug] footprints that are too small: thread " + t
                    + " cannot run behind what it was to be independent of");
        }
        run.length = depth;
        place.load(model);
        place.values = model.take(t, place.choice);
        boolean broke = model.broken() != TransitionSystem.INTACT;
        int n = append(place, t, place.choice, place.values, model.footprint(), broke);
        events++;
        longest = Math.max(longest, depth + 1);
        boolean counts = !run.brokeBefore(n); // what only comes behind a failure is not reached
        reached |= counts ? model.reached() : 0;
        if (broke) {
            if (counts) {
                broken.computeIfAbsent(model.broken(), code -> way());
            }
            model.goOn();
        }
        depth++;
        Place below = at(depth);
        below.enter(model);
        place.hand(below, t, run.print[n]);
        if (branch.next == null) {
            below.hold();
        } else {
            below.waiting.addAll(branch.next);
            below.free = false;
        }
        if (place.isHeldPartly(t)) {
            place.free = true; // what wakes its other values may come before, and need not conflict with this one
        }
    }

    private int append(Place place, int thread, int choice, int values, Footprint print, boolean broke) {
        int n = run.next();
        run.thread[n] = thread;
        run.choice[n] = choice;
        run.values[n] = values;
        run.enabled[n] = place.enabled;
        run.conditional[n] = ((place.waiters | place.bound) >> thread & 1) != 0;
        run.print[n].set(print);
        run.broke[n] = broke;
        run.append();
        return n;
    }

    /** Nobody can go on, or nobody should. */
    private void leaf(Place place) {
        run.length = depth;
        if (place.enabled != 0) {
            blocked++;
            int from = depth + 1;
            while (from > 0 && places.get(from - 1).holds(place.enabled)) {
                from--;
            }
            if (from <= depth) { // an end for whoever holds the same
                reversals.note(model, base, from);
            }
            return;
        }
        classes++;
        place.load(model);
        model.end();
        if (!run.broke()) {
            reached |= model.reached();
            if (model.broken() != TransitionSystem.INTACT) {
                broken.computeIfAbsent(model.broken(), code -> way());
            }
        }
        reversals.note(model, base, 0);
    }

    /** The decisions so far. */
    private Way way() {
        List<Move> moves = new ArrayList<>();
        for (int i = 0; i < run.length; i++) {
            if (Integer.bitCount(run.enabled[i]) > 1 || run.values[i] > 1) {
                moves.add(new Move(run.thread[i], run.choice[i]));
            }
        }
        return new Way(moves, -1);
    }

    /** Depth of its first own place where more is to be done than what it is doing; -1 when there is none. */
    int splits() {
        for (int i = base; i < depth; i++) {
            if (places.get(i).hasMore()) {
                return i;
            }
        }
        return -1;
    }

    /** Shares its own places up to {@link #splits}, and goes on behind that one, which is returned. */
    Place split() {
        int last = splits();
        for (; base <= last; base++) {
            Place place = places.get(base);
            if (base > 0) {
                int n = base - 1;
                place.came = new Came(
                        places.get(n), run.thread[n], run.choice[n], run.values[n], run.print[n].copy(), run.broke[n]);
            }
            place.shared = true;
            place.close(run.print[base]);
        }
        return places.get(last);
    }

    /** The last of its shared places; null: there is none. */
    @Nullable
    Place from() {
        return base == 0 ? null : places.get(base - 1);
    }

    /** Its own places, between two rounds. */
    void save(DataOutput out) throws IOException {
        out.writeInt(depth - base);
        for (int i = base; i <= depth; i++) {
            if (i > 0) {
                out.writeByte(run.thread[i - 1]);
                out.writeByte(run.choice[i - 1]);
            }
            places.get(i).save(out);
        }
    }

    /**
     * The walk that was saved.
     *
     * @param model at its start, when there is no shared place
     */
    static Walk restored(TransitionSystem model, @Nullable Place from, DataInput in) throws IOException {
        Walk walk = new Walk(model, from);
        walk.base = from == null ? 0 : walk.depth + 1;
        walk.depth = walk.base + in.readInt();
        for (int i = walk.base; i <= walk.depth; i++) {
            if (i > 0) {
                walk.again(walk.places.get(i - 1), in.readByte(), in.readByte());
            }
            walk.at(i).restore(model, in);
        }
        return walk;
    }

    /** Takes a step once more. */
    private void again(Place place, int thread, int choice) {
        place.load(model);
        int values = model.take(thread, choice);
        boolean broke = model.broken() != TransitionSystem.INTACT;
        append(place, thread, choice, values, model.footprint(), broke);
        if (broke) {
            model.goOn();
        }
    }

    /** Part of the tree that is still before it, as far as that is known. */
    double rest() {
        double part = part(from());
        double rest = part;
        for (int i = base; i < depth; i++) {
            Place place = places.get(i);
            double steps = place.done + 1.0 + place.waiting.size();
            rest -= part * place.done / steps;
            part /= steps;
        }
        return rest;
    }

    /** Which part of the tree each step at a shared place is, when all steps at a place are taken for alike. */
    static double part(@Nullable Place shared) {
        double part = 1;
        for (Place at = shared; at != null; at = at.came == null ? null : at.came.above()) {
            part /= at.done + at.waiting.size();
        }
        return part;
    }
}
