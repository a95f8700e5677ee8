package dev.gupfuzz.simulator.explore;

import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.explore.Exploration.Move;
import dev.gupfuzz.simulator.explore.Exploration.Way;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.explore.WakeupTree.Branch;
import dev.gupfuzz.simulator.explore.WakeupTree.Item;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs one schedule of each class: schedules that differ only in the order of steps which do not touch the same things are one
 * class (Mazurkiewicz), and all of them end alike. States are not compared, so nothing rests on hashes; what is trusted are
 * the footprints. For models whose schedules all end.
 *
 * <p>Optimal dynamic partial-order reduction with wakeup trees (Abdulla, Aronis, Jonsson and Sagonas, POPL 2014): at the end of a
 * schedule each pair of steps that raced is looked at, and the steps that reverse it are noted where the first of them was
 * taken, unless something noted or done there covers them. A step that waits for a condition (a lock, a flush, the end of
 * others) may be reversed only with as much as lets the condition hold; each largest part of the schedule before it that does is
 * tried. All values of a data choice are explored at once. What was explored sleeps until a step that conflicts with it.
 */
public final class ClassSearch {

    /**
     * What the search through classes found out.
     *
     * @param ended why it stopped
     * @param classes schedules that ran to their end, each of a class of its own
     * @param blocked schedules that turned out to be of a class that was done; optimal is 0
     * @param events steps of all schedules, each counted once where schedules begin alike
     * @param longest steps of the longest schedule
     * @param reached goals that some schedule reached, as a mask
     * @param broken for each failure a way to it; only the first where the search was to stop there
     * @param share part of the tree that is done, as far as it is known; 1 when complete
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

    private static final int VALUES = TransitionSystem.CHOICES_MAX;
    /** Steps between two looks at whether to stop. */
    private static final int LOOK_EVERY = 1 << 10;

    /** One place of the schedule: the state there, what was done and what is still to do. */
    private static final class Node {
        final int[] words;
        int enabled;
        /** Threads whose pending step has a condition. */
        int waiters;
        /** For each thread and value what its step touches, while the step sleeps here; null: it does not. */
        final @Nullable Footprint[] asleep;
        /** How many values a sleeping thread's choice has. */
        final int[] asleepValues;
        /** Still to be explored, behind the branch that is. */
        final List<Branch> waiting = new ArrayList<>();

        @Nullable
        Branch branch;
        /** Value of the branch's data choice that is being explored. */
        int choice;
        /** How many values there are; 0 before the first was taken. */
        int values;
        /** Steps that were explored. */
        int done;
        /** Whether anything may come next that is not yet explored, because nothing special must. */
        boolean free;

        Node(int words, int threads) {
            this.words = new int[words];
            asleep = new Footprint[threads * VALUES];
            asleepValues = new int[threads];
        }

        boolean sleeps(int t) {
            for (int c = 0; c < asleepValues[t]; c++) {
                if (asleep[t * VALUES + c] == null) {
                    return false;
                }
            }
            return asleepValues[t] > 0;
        }

        /** A thread that may come next: best one none of whose values sleeps, since no other is needed beside it. */
        @Nullable
        Branch anyone() {
            Branch second = null;
            for (int rest = enabled; rest != 0; rest &= rest - 1) {
                int t = Integer.numberOfTrailingZeros(rest);
                if (asleepValues[t] == 0) {
                    free = false;
                    return Branch.free(t);
                }
                if (second == null && !sleeps(t)) {
                    second = Branch.free(t);
                }
            }
            return second;
        }
    }

    private final TransitionSystem model;
    private final Bounds bounds;
    private final boolean firstOnly;
    private final int threads;
    private final Execution run;
    private final Footprint waited;
    private final List<Node> nodes = new ArrayList<>();
    private final SortedMap<Long, Way> broken = new TreeMap<>();
    private long classes;
    private long blocked;
    private long events;
    private int longest;
    private long reached;

    private ClassSearch(TransitionSystem model, Bounds bounds, boolean firstOnly) {
        this.model = model;
        this.bounds = bounds;
        this.firstOnly = firstOnly;
        threads = model.threads();
        run = new Execution(threads, model.objects());
        waited = new Footprint(model.objects());
        model.noting(true);
    }

    /**
     * Explores a model from its present state.
     *
     * @param bounds the steps at most, where states are asked for, and when to stop
     * @param firstOnly stop at the first failure; else schedules go on behind one, and a failure counts where nothing broke in
     *     what happens before it
     */
    public static Result explore(Supplier<? extends TransitionSystem> models, Bounds bounds, boolean firstOnly) {
        return new ClassSearch(models.get(), bounds, firstOnly).run();
    }

    private Result run() {
        Ended ended = null;
        reached |= model.reached();
        enter(0);
        int depth = 0;
        while (ended == null) {
            Node node = nodes.get(depth);
            if (advance(node)) {
                take(node, depth);
                depth++;
                if (firstOnly && !broken.isEmpty()) {
                    ended = Ended.AT_FAILURE;
                } else if (events >= bounds.states()) {
                    ended = Ended.STATES;
                } else if (events % LOOK_EVERY == 0 && bounds.stop().getAsBoolean()) {
                    ended = Ended.STOPPED;
                }
                continue;
            }
            if (node.done == 0) {
                leaf(node, depth);
            }
            if (depth == 0) {
                ended = firstOnly && !broken.isEmpty() ? Ended.AT_FAILURE : Ended.COMPLETE;
            } else {
                depth--;
                done(nodes.get(depth), depth);
            }
        }
        return new Result(
                ended,
                classes,
                blocked,
                events,
                longest,
                reached,
                Collections.unmodifiableSortedMap(broken),
                ended == Ended.COMPLETE ? 1 : share(depth));
    }

    /** Arrives at a place; the state there is the model's. */
    private Node enter(int depth) {
        if (depth == nodes.size()) {
            nodes.add(new Node(model.words().length, threads));
        }
        Node node = nodes.get(depth);
        System.arraycopy(model.words(), 0, node.words, 0, node.words.length);
        node.enabled = model.enabled();
        node.waiters = model.conditional();
        node.waiting.clear();
        node.branch = null;
        node.done = 0;
        node.free = true;
        return node;
    }

    /** Finds the next step to take; false when nothing is left at this place. */
    private static boolean advance(Node node) {
        while (true) {
            if (node.branch == null) {
                if (!node.waiting.isEmpty()) {
                    node.branch = node.waiting.remove(0);
                } else if (node.free) {
                    node.branch = node.anyone();
                }
                if (node.branch == null) {
                    return false;
                }
                node.choice = Math.max(0, node.branch.choice);
                node.values = node.asleepValues[node.branch.thread];
            }
            int t = node.branch.thread;
            if (node.branch.choice == WakeupTree.ANY) {
                while (node.choice < node.values && node.asleep[t * VALUES + node.choice] != null) {
                    node.choice++;
                }
                if (node.values == 0 || node.choice < node.values) {
                    return true;
                }
            } else if (node.asleep[t * VALUES + node.choice] == null) {
                return true;
            }
            node.branch = null;
        }
    }

    /** Takes the step that was found. */
    private void take(Node node, int depth) {
        Branch branch = Objects.requireNonNull(node.branch);
        int t = branch.thread;
        if ((node.enabled >> t & 1) == 0) {
            throw new IllegalStateException("[simulator bug] footprints that are too small: thread " + t
                    + " cannot run behind what it was to be independent of");
        }
        run.length = depth;
        load(node.words);
        int n = run.next();
        int values = model.take(t, node.choice);
        node.values = values;
        run.thread[n] = t;
        run.choice[n] = node.choice;
        run.values[n] = values;
        run.enabled[n] = node.enabled;
        run.conditional[n] = (node.waiters >> t & 1) != 0;
        run.print[n].set(model.footprint());
        run.broke[n] = model.broken() != TransitionSystem.INTACT;
        run.append();
        events++;
        longest = Math.max(longest, depth + 1);
        boolean counts = !run.brokeBefore(n); // what only comes behind a failure is not reached
        reached |= counts ? model.reached() : 0;
        if (run.broke[n]) {
            if (counts) {
                broken.computeIfAbsent(model.broken(), code -> way());
            }
            model.goOn();
        }
        Node below = enter(depth + 1);
        if (branch.next != null) {
            below.waiting.addAll(branch.next);
            below.free = false;
        }
        for (int u = 0; u < threads; u++) {
            boolean any = false;
            for (int c = 0; c < VALUES; c++) {
                Footprint print = node.asleep[u * VALUES + c];
                boolean stays = u != t && print != null && !print.conflicts(run.print[n]);
                below.asleep[u * VALUES + c] = stays ? print : null;
                any |= stays;
            }
            below.asleepValues[u] = any ? node.asleepValues[u] : 0;
        }
    }

    /** Everything behind the step that was taken here is explored: it sleeps from now on. */
    private void done(Node node, int depth) {
        int t = Objects.requireNonNull(node.branch).thread;
        node.asleep[t * VALUES + node.choice] = run.print[depth].copy();
        node.asleepValues[t] = node.values;
        node.done++;
    }

    /** Nobody can go on, or nobody should. */
    private void leaf(Node node, int depth) {
        run.length = depth;
        if (node.enabled != 0) {
            blocked++;
            return;
        }
        classes++;
        load(node.words);
        model.end();
        if (!run.broke()) {
            reached |= model.reached();
            if (model.broken() != TransitionSystem.INTACT) {
                broken.computeIfAbsent(model.broken(), code -> way());
            }
        }
        // all of them, those of steps that schedules have in common too: what comes behind decides what covers a
        // reversal
        for (int n = 0; n < depth; n++) {
            int t = run.thread[n];
            if (run.conditional[n]) {
                new Cuts(n, t, run.conflicts(t, run.print[n], n)).search();
            } else {
                for (int e : run.racesOf(n)) {
                    boolean[] out = new boolean[depth];
                    exclude(out, e);
                    reverse(e, out, t, false);
                }
            }
        }
        for (int t = 0; t < threads; t++) {
            load(node.words);
            model.waitsFor(t, waited);
            int[] conflicts = run.conflicts(t, waited, depth);
            if (conflicts.length > 0) {
                new Cuts(depth, t, conflicts).search();
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
        Node node = nodes.get(e);
        List<Item> sequence = new ArrayList<>();
        for (int i = e + 1; i < out.length; i++) {
            if (!out[i]) {
                sequence.add(new Item(run.thread[i], run.choice[i], run.values[i], run.print[i]));
            }
        }
        boolean covered = covered(node, sequence);
        if (covered && !conditional) {
            return true;
        }
        load(node.words);
        for (Item item : sequence) {
            model.take(item.thread(), item.choice());
            if (model.broken() != TransitionSystem.INTACT) {
                model.goOn();
            }
        }
        if ((model.enabled() >> t & 1) == 0) {
            return false;
        }
        if (!covered) {
            int values = model.take(t, 0);
            sequence.add(new Item(t, WakeupTree.ANY, values, model.footprint().copy()));
            if (!coveredWhole(node, sequence)) {
                WakeupTree.insert(node.waiting, sequence);
            }
        }
        return true;
    }

    /** Whether the sequence begins, up to order, with a step that is done. */
    private static boolean covered(Node node, List<Item> sequence) {
        for (int i = 0; i < sequence.size(); i++) {
            Item item = sequence.get(i);
            if (node.asleep[item.thread() * VALUES + item.choice()] != null
                    && WakeupTree.first(sequence, item.thread()) == i
                    && WakeupTree.initial(sequence, i)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a thread that is done with all its values could as well go before the sequence, whose last step is any value. */
    private boolean coveredWhole(Node node, List<Item> sequence) {
        int last = sequence.size() - 1;
        for (int t = 0; t < threads; t++) {
            if (!node.sleeps(t)) {
                continue;
            }
            int i = WakeupTree.first(sequence, t);
            if (i < 0) {
                boolean independent = true;
                for (int c = 0; c < node.asleepValues[t]; c++) {
                    independent &=
                            WakeupTree.independent(sequence, Objects.requireNonNull(node.asleep[t * VALUES + c]));
                }
                if (independent) {
                    return true;
                }
            } else if (i == last && WakeupTree.initial(sequence, i)) {
                return true;
            }
        }
        return false;
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

    private double share(int depth) {
        double share = 0;
        double part = 1;
        for (int i = 0; i < depth; i++) {
            Node node = nodes.get(i);
            double steps = node.done + 1.0 + node.waiting.size();
            share += part * node.done / steps;
            part /= steps;
        }
        return share;
    }

    private void load(int[] state) {
        System.arraycopy(state, 0, model.words(), 0, state.length);
        model.restored();
    }
}
