package dev.gupfuzz.simulator.explore;

import dev.gupfuzz.simulator.explore.Exploration.Move;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The schedule that leads to a failure: backwards by the stored predecessors, then forwards by trying. Threads have the names
 * that they had at the start.
 */
final class Path {

    private final TransitionSystem model;
    private final StateSearch.Plan plan;
    private final int[] words;
    private final int[] here;
    private final Passage passage;
    private final List<Move> moves = new ArrayList<>();
    /** Moves of the present attempt. */
    private final List<Move> tried = new ArrayList<>();

    private final int[] names;
    /** What each thread was called at the start. */
    private int[] first;

    private int last = Failure.NOBODY;

    private Path(TransitionSystem model, StateSearch.Plan plan) {
        this.model = model;
        this.plan = plan;
        model.noting(plan.reductions().needFootprints());
        words = model.words();
        here = new int[words.length];
        passage = new Passage(model, plan);
        names = new int[model.threads()];
        first = new int[names.length];
        for (int t = 0; t < names.length; t++) {
            first[t] = t;
        }
    }

    /**
     * Finds it.
     *
     * @param model at its start
     * @param root key of the first decision
     */
    static List<Move> to(Failure failure, long root, Fingerprints seen, TransitionSystem model, StateSearch.Plan plan) {
        Path path = new Path(model, plan);
        if (failure.thread() == Failure.NOBODY) {
            path.passes(-1);
            return path.tried;
        }
        Deque<Long> keys = new ArrayDeque<>();
        long start = Fingerprints.lower(root);
        for (long at = Fingerprints.lower(failure.before()); at != start; at = seen.parent(at)) {
            keys.addFirst(at);
        }
        if (!path.passes(start)) {
            throw noWay();
        }
        path.moves.addAll(path.tried);
        for (long wanted : keys) {
            path.goTo(wanted);
        }
        path.save();
        path.take(failure.thread(), failure.choice());
        path.passes(-1);
        path.moves.addAll(path.tried);
        return path.moves;
    }

    private static IllegalStateException noWay() {
        return new IllegalStateException("[simulator bug] a stored state has no way to its successor");
    }

    private void save() {
        System.arraycopy(words, 0, here, 0, words.length);
    }

    /** From one decision to a next one. */
    private void goTo(long wanted) {
        save();
        for (int rest = model.enabled(); rest != 0; rest &= rest - 1) {
            int t = Integer.numberOfTrailingZeros(rest);
            int values = 1;
            for (int choice = 0; choice < values; choice++) {
                System.arraycopy(here, 0, words, 0, words.length);
                model.restored();
                values = take(t, choice);
                if (passes(wanted)) {
                    moves.addAll(tried);
                    return;
                }
            }
        }
        throw noWay();
    }

    private int take(int t, int choice) {
        tried.clear();
        int enabled = model.enabled();
        int values = model.take(t, choice);
        last = t;
        tell(enabled, t, choice, values);
        return values;
    }

    /** Where one thread can run and has no choice, nobody has to be told that it does. */
    private void tell(int enabled, int t, int choice, int values) {
        if (plan.everyState() || (enabled & (enabled - 1)) != 0 || values > 1) {
            tried.add(new Move(first[t], choice));
        }
    }

    /** Takes the steps without a decision, until it is at the state that is wanted; a sleeping thread may have ended them there. */
    private boolean passes(long wanted) {
        passage.begin();
        while (true) {
            if (model.broken() == TransitionSystem.INTACT && isAt(wanted)) {
                return true;
            }
            int enabled = model.enabled();
            int t = passage.step(0);
            if (t < 0) {
                return false;
            }
            last = t;
            tell(enabled, t, 0, 1);
        }
    }

    private boolean isAt(long wanted) {
        int[] back = words.clone();
        if (plan.reductions().symmetry()) {
            model.canonicalize(names);
        }
        if (Fingerprints.lower(StateSearch.key(model, plan, last)) != wanted) {
            System.arraycopy(back, 0, words, 0, words.length);
            return false;
        }
        if (plan.reductions().symmetry()) {
            int[] renamed = new int[names.length];
            for (int t = 0; t < names.length; t++) {
                renamed[names[t]] = first[t];
            }
            first = renamed;
        }
        return true;
    }
}
