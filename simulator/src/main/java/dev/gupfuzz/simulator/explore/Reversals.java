package dev.gupfuzz.simulator.explore;

import dev.gupfuzz.simulator.explore.WakeupTree.Item;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The races of a finished schedule. The steps that reverse one are noted where the first of its two was taken, unless something
 * noted or done there covers them. A step that waits for a condition (a lock, a flush, the end of others) may be reversed only
 * with as much as lets the condition hold; each largest part of the schedule before it that does is tried.
 */
final class Reversals {

    /**
     * Steps to be taken at a place that several walks share, of which none may change it.
     *
     * @param place where
     * @param sequence which
     */
    record Ask(Place place, List<Item> sequence) {}

    private final Execution run;
    private final List<Place> places;
    private final Footprint waited;
    private TransitionSystem model;
    /** Places up to here are shared. */
    private int shared;

    /** Places before this one know that the schedule could go on. */
    private int from;

    /** What the places that are shared were not told yet. */
    final List<Ask> asks = new ArrayList<>();

    Reversals(Execution run, List<Place> places, TransitionSystem model) {
        this.run = run;
        this.places = places;
        this.model = model;
        waited = new Footprint(model.objects());
    }

    /**
     * Looks at all races, those of steps that schedules have in common too: what comes behind decides what covers a reversal.
     *
     * @param shared places before this one are shared
     * @param from first place for which the schedule has come to its end
     */
    void note(TransitionSystem on, int shared, int from) {
        this.model = on;
        this.shared = shared;
        this.from = from;
        int length = run.length;
        for (int n = 0; n < length; n++) {
            int t = run.thread[n];
            if (run.conditional[n]) {
                new Cuts(n, t, run.conflicts(t, run.print[n], n)).search();
            } else {
                for (int e : run.racesOf(n)) {
                    boolean[] out = new boolean[length];
                    exclude(out, e);
                    reverse(e, out, t, false);
                }
            }
        }
        Place last = places.get(length);
        for (int t = 0; t < run.threads; t++) {
            last.load(model);
            model.waitsFor(t, waited);
            int[] conflicts = run.conflicts(t, waited, length);
            if (conflicts.length > 0) {
                new Cuts(length, t, conflicts).search();
            }
        }
    }

    /** Leaves out an event and what happens after it. */
    private void exclude(boolean[] out, int e) {
        for (int i = e; i < out.length; i++) {
            out[i] |= run.before(e, i);
        }
    }

    /**
     * Notes that thread {@code t} should take its step behind what is left of the schedule, unless that is covered.
     *
     * @param e first event that is left out
     * @return whether the thread can take its step there
     */
    private boolean reverse(int e, boolean[] out, int t, boolean conditional) {
        Place place = places.get(e);
        List<Item> sequence = new ArrayList<>();
        for (int i = e + 1; i < out.length; i++) {
            if (!out[i]) {
                sequence.add(new Item(run.thread[i], run.choice[i], run.values[i], run.print[i]));
            }
        }
        boolean covered = place.covers(sequence);
        if (covered && !conditional) {
            return true;
        }
        if (!leads(place, sequence, t)) {
            return false;
        }
        if (!covered) {
            int values = 1;
            for (int choice = 0; choice < values; choice++) {
                if (choice > 0) {
                    leads(place, sequence, t);
                }
                values = model.take(t, choice);
                if (races(out, t)) {
                    List<Item> whole = new ArrayList<>(sequence);
                    whole.add(new Item(t, choice, values, model.footprint().copy()));
                    if (!place.covers(whole) && !place.coversBefore(whole)) {
                        insert(e, whole);
                    }
                }
            }
        }
        return true;
    }

    /** Whether the step that was taken conflicts with something that is left out: by another value of its choice it need not. */
    private boolean races(boolean[] out, int t) {
        for (int i = 0; i < out.length; i++) {
            if (out[i] && run.thread[i] != t && run.print[i].conflicts(model.footprint())) {
                return true;
            }
        }
        return false;
    }

    /** Takes the steps from a place; whether the thread can then take its own. */
    private boolean leads(Place place, List<Item> sequence, int t) {
        @Nullable Footprint[] holds = place.holds();
        place.load(model);
        for (Item item : sequence) {
            model.take(item.thread(), item.choice());
            if (model.broken() != TransitionSystem.INTACT) {
                model.goOn();
            }
            if (holds != null) {
                wake(holds, item);
            }
        }
        return (model.enabled() >> t & 1) != 0 && (holds == null || !place.isHeld(t, holds));
    }

    /** A step is taken: those that conflict with it are no longer held, nor is its own thread. */
    private void wake(@Nullable Footprint[] holds, Item item) {
        if (holds[item.thread() * TransitionSystem.CHOICES_MAX + item.choice()] != null) {
            throw new IllegalStateException("[simulator bug] footprints that are too small: thread " + item.thread()
                    + " is held behind what it was to be independent of");
        }
        for (int i = 0; i < holds.length; i++) {
            Footprint other = holds[i];
            if (other != null
                    && (i / TransitionSystem.CHOICES_MAX == item.thread() || other.conflicts(model.footprint()))) {
                holds[i] = null;
            }
        }
    }

    private void insert(int e, List<Item> sequence) {
        Place place = places.get(e);
        if (e < from) {
            return;
        }
        if (e >= shared) {
            WakeupTree.insert(place.waiting, sequence);
        } else if (!WakeupTree.holds(place.waiting, sequence)) {
            List<Item> kept = new ArrayList<>();
            for (Item item : sequence) { // the schedule's footprints are written over
                kept.add(new Item(
                        item.thread(),
                        item.choice(),
                        item.values(),
                        item.print().copy()));
            }
            asks.add(new Ask(place, kept));
        }
    }

    /** Looks for the largest parts of a schedule behind which a step that has a condition can be taken earlier. */
    private final class Cuts {
        private final int n;
        private final int t;
        private final int[] conflicts;
        private final List<boolean[]> tried = new ArrayList<>();

        /** @param conflicts events before {@code n}, where thread {@code t} took the step or the schedule ends */
        Cuts(int n, int t, int[] conflicts) {
            this.n = n;
            this.t = t;
            this.conflicts = conflicts;
        }

        void search() {
            boolean[] out = new boolean[run.length];
            if (n < out.length) {
                exclude(out, n);
            }
            from(out);
        }

        private void from(boolean[] out) {
            for (int e : conflicts) {
                if (!out[e] && isLast(e, out)) {
                    boolean[] more = out.clone();
                    exclude(more, e);
                    if (isNew(more) && !reverse(first(more), more, t, true)) {
                        from(more);
                    }
                }
            }
        }

        private boolean isLast(int e, boolean[] out) {
            for (int i : conflicts) {
                if (i > e && !out[i] && run.before(e, i)) {
                    return false;
                }
            }
            return true;
        }

        private boolean isNew(boolean[] out) {
            for (boolean[] other : tried) {
                if (Arrays.equals(other, out)) {
                    return false;
                }
            }
            tried.add(out);
            return true;
        }

        private int first(boolean[] out) {
            int i = 0;
            while (!out[i]) {
                i++;
            }
            return i;
        }
    }
}
