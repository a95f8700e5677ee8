package dev.gupfuzz.simulator.explore;

import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.explore.Exploration.Move;
import dev.gupfuzz.simulator.explore.Exploration.Way;
import dev.gupfuzz.simulator.explore.Frontier.Segment;
import dev.gupfuzz.simulator.search.JobRunner;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
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
 * the state is not kept, unless the plan wants every state.
 *
 * <p>By preemptions (iterative context bounding; Musuvathi and Qadeer, PLDI 2007): a state and the thread that came to it are
 * one node, and all nodes that c preemptions lead to are visited before any that needs c + 1. A failure is then come to with
 * the fewest preemptions there are, and that fewer do not suffice is proved.
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
     */
    public record Plan(boolean firstOnly, boolean everyState, boolean byPreemptions) {
        /** Everything that breaks. */
        public static final Plan ALL = new Plan(false, false, false);
        /** Something that breaks with the fewest decisions. */
        public static final Plan FIRST = new Plan(true, false, false);
        /** Something that breaks with the fewest preemptions. */
        public static final Plan FEWEST_PREEMPTIONS = new Plan(true, false, true);
    }

    private static final int NOBODY = -1;

    /** States of a level that are handed out before the bounds are looked at again. */
    private static final int BATCH = 1 << 16;

    private final Supplier<? extends TransitionSystem> models;
    private final int cores;
    private final Bounds bounds;
    private final Plan plan;

    private final Fingerprints seen = new Fingerprints();
    private final List<Worker> workers = new ArrayList<>();
    private final SortedMap<Long, Failure> failures = new TreeMap<>();
    private int level;
    private int preemptions;
    /** Whether the states that are handed out were not added yet. */
    private boolean admitting;

    /** A failure: the state before it, and the transition that led into it. */
    private record Failure(int preemptions, int level, long before, int thread, int choice) {
        boolean isBefore(Failure other) {
            if (preemptions != other.preemptions) {
                return preemptions < other.preemptions;
            }
            if (level != other.level) {
                return level < other.level;
            }
            if (before != other.before) {
                return before < other.before;
            }
            return thread != other.thread ? thread < other.thread : choice < other.choice;
        }
    }

    private StateSearch(Supplier<? extends TransitionSystem> models, int cores, Bounds bounds, Plan plan) {
        this.models = models;
        this.cores = cores;
        this.bounds = bounds;
        this.plan = plan;
    }

    /**
     * Explores a model from its present state.
     *
     * @param models makes a model at its start, one for each core and one more
     * @param cores threads to use, at least 1
     */
    public static Exploration explore(
            Supplier<? extends TransitionSystem> models, int cores, Bounds bounds, Plan plan) {
        if (cores < 1) {
            throw new IllegalArgumentException("cores must be positive: cores=" + cores);
        }
        return new StateSearch(models, cores, bounds, plan).run();
    }

    private Exploration run() {
        for (int i = 0; i < cores; i++) {
            workers.add(new Worker(models.get()));
        }
        Worker first = workers.get(0);
        first.arrived(0, NOBODY, 0, false);
        long root = first.key;
        List<Segment> frontier = new ArrayList<>();
        List<Segment> later = new ArrayList<>();
        collect(frontier, later);
        Ended ended = Ended.COMPLETE;
        while (ended == Ended.COMPLETE && !frontier.isEmpty()) {
            level++;
            List<Segment> next = new ArrayList<>();
            ended = expand(frontier, next, later);
            admitting = false;
            frontier = next;
            if (ended == Ended.COMPLETE && frontier.isEmpty() && !later.isEmpty()) {
                if (plan.firstOnly() && !failures.isEmpty()) {
                    ended = Ended.AT_FAILURE;
                }
                frontier = later;
                later = new ArrayList<>();
                preemptions++;
                level++; // of their own: their predecessors are compared with one another only
                admitting = true;
            }
        }
        long transitions = 0;
        long ends = 0;
        long reached = 0;
        for (Worker worker : workers) {
            transitions += worker.transitions;
            ends += worker.ends;
            reached |= worker.reached;
        }
        SortedMap<Long, Way> broken = new TreeMap<>();
        failures.forEach((what, failure) -> broken.put(
                what,
                new Way(path(failure, Fingerprints.lower(root)), plan.byPreemptions() ? failure.preemptions() : -1)));
        return new Exploration(
                ended, seen.size(), transitions, ends, level, reached, Collections.unmodifiableSortedMap(broken));
    }

    /** Expands one level, in batches with a look at the bounds between them; {@link Ended#COMPLETE} says go on. */
    private Ended expand(List<Segment> frontier, List<Segment> next, List<Segment> later) {
        long waiting = bytes(frontier) + bytes(later);
        int from = 0;
        while (from < frontier.size()) {
            int to = from;
            int states = 0;
            while (to < frontier.size() && states < BATCH) {
                states += frontier.get(to++).states();
            }
            long children = (long) states * workers.get(0).model.threads() * TransitionSystem.CHOICES_MAX;
            while (seen.room() < children) {
                if (seen.bytesToGrow() > bounds.bytes() - waiting) {
                    return Ended.MEMORY;
                }
                if (!seen.grow()) {
                    return Ended.MEMORY;
                }
            }
            if (!together(frontier.subList(from, to))) {
                return Ended.MEMORY;
            }
            waiting += collect(next, later);
            if (bounds.stop().getAsBoolean()) {
                return Ended.STOPPED;
            }
            from = to;
        }
        if (plan.firstOnly() && failures.values().stream().anyMatch(failure -> failure.preemptions() <= preemptions)) {
            return Ended.AT_FAILURE;
        }
        return seen.size() >= bounds.states() && !next.isEmpty() ? Ended.STATES : Ended.COMPLETE;
    }

    /** All cores on these segments; false when the heap was too small for what they found. */
    private boolean together(List<Segment> batch) {
        AtomicInteger taken = new AtomicInteger();
        AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
        try {
            JobRunner.run(
                    Math.min(workers.size(), batch.size()),
                    "explore",
                    failed,
                    core -> workers.get(core).work(batch, taken, failed));
        } catch (IllegalStateException e) {
            if (e.getCause() instanceof OutOfMemoryError) {
                return false;
            }
            throw e;
        }
        return true;
    }

    /** Takes from the workers what they found in a batch; returns the bytes of the new states. */
    private long collect(List<Segment> next, List<Segment> later) {
        long bytes = 0;
        for (Worker worker : workers) {
            List<Segment> packed = worker.packer.take();
            List<Segment> kept = worker.laterPacker.take();
            bytes += bytes(packed) + bytes(kept);
            next.addAll(packed);
            later.addAll(kept);
            worker.failures.forEach((what, failure) ->
                    failures.merge(what, failure, (old, other) -> other.isBefore(old) ? other : old));
            worker.failures.clear();
        }
        return bytes;
    }

    private static long bytes(List<Segment> segments) {
        return segments.stream().mapToLong(segment -> segment.bytes().length).sum();
    }

    /** The schedule that leads to a failure: backwards by the stored predecessors, then forwards by trying. */
    private List<Move> path(Failure failure, long root) {
        List<Move> moves = new ArrayList<>();
        if (failure.thread() == NOBODY) {
            return moves;
        }
        Deque<Long> states = new ArrayDeque<>();
        for (long at = Fingerprints.lower(failure.before()); at != root; at = seen.parent(at)) {
            states.addFirst(at);
        }
        Worker worker = new Worker(models.get());
        worker.settle();
        for (long wanted : states) {
            moves.add(worker.moveTo(wanted));
        }
        moves.add(new Move(failure.thread(), failure.choice()));
        return moves;
    }

    /** One core's model and what it found. */
    private final class Worker {
        private final TransitionSystem model;
        private final int[] words;
        /** The state that is being expanded, and one to go back to on the way. */
        private final int[] here;

        private final int[] back;
        private final Frontier.Packer packer;
        /** States that one more preemption leads to. */
        private final Frontier.Packer laterPacker;

        private final Frontier.Reader reader;
        private final SortedMap<Long, Failure> failures = new TreeMap<>();
        private long transitions;
        private long ends;
        private long reached;
        /** The thread that took the last step, ... */
        private int last = NOBODY;
        /** ... and what the state is known by, after {@link #arrived}. */
        private long key;

        Worker(TransitionSystem model) {
            this.model = model;
            words = model.words();
            here = new int[words.length];
            back = new int[words.length];
            packer = new Frontier.Packer(words.clone());
            laterPacker = new Frontier.Packer(words.clone());
            reader = new Frontier.Reader(words.clone());
        }

        void work(List<Segment> batch, AtomicInteger taken, AtomicReference<@Nullable Throwable> failed) {
            int i = taken.getAndIncrement();
            while (i < batch.size() && failed.get() == null) {
                Segment segment = batch.get(i);
                reader.open(segment);
                for (int n = 0; n < segment.states(); n++) {
                    reader.next(here);
                    if (!admitting || seen.add(reader.key, reader.parent, level - 1)) {
                        expand(reader.key, reader.last);
                    }
                }
                i = taken.getAndIncrement();
            }
        }

        private void expand(long before, int from) {
            load(here);
            int enabled = model.enabled();
            boolean goesOn = plan.byPreemptions() && from != NOBODY && (enabled >> from & 1) != 0;
            for (int rest = enabled; rest != 0; rest &= rest - 1) {
                int t = Integer.numberOfTrailingZeros(rest);
                int values = 1;
                for (int choice = 0; choice < values; choice++) {
                    load(here);
                    values = Math.max(values, model.take(t, choice));
                    if (values > TransitionSystem.CHOICES_MAX) { // room is made for so many
                        throw new IllegalStateException("[simulator bug] a choice of too many values: " + values);
                    }
                    last = t;
                    transitions++;
                    arrived(before, t, choice, goesOn && t != from);
                }
            }
        }

        private void load(int[] state) {
            System.arraycopy(state, 0, words, 0, words.length);
            model.restored();
        }

        /** After a transition: on to the next decision, which is noted. */
        private void arrived(long before, int t, int choice, boolean preempted) {
            boolean decision = settle();
            key = key();
            if (decision && preempted) {
                laterPacker.add(key, before, last, words); // fewer preemptions may lead there too
                return;
            }
            boolean isNew = seen.add(key, before, level);
            if (decision) {
                if (isNew) {
                    packer.add(key, before, last, words);
                }
            } else if (model.broken() != TransitionSystem.INTACT) {
                Failure failure = new Failure(preemptions + (preempted ? 1 : 0), level, before, t, choice);
                failures.merge(model.broken(), failure, (old, other) -> other.isBefore(old) ? other : old);
            } else if (isNew) {
                ends++;
            }
        }

        private long key() {
            long fingerprint = model.fingerprint();
            if (!plan.byPreemptions()) {
                return fingerprint;
            }
            long mixed = Mix.key(fingerprint, last);
            return mixed == 0 ? 1 : mixed;
        }

        /** Takes steps while there is no decision; false when the run is over. */
        private boolean settle() {
            while (true) {
                reached |= model.reached();
                if (model.broken() != TransitionSystem.INTACT) {
                    return false;
                }
                int enabled = model.enabled();
                if (enabled == 0) {
                    model.end();
                    reached |= model.reached();
                    return false;
                }
                if (plan.everyState() || (enabled & (enabled - 1)) != 0) {
                    return true;
                }
                System.arraycopy(words, 0, back, 0, words.length);
                int alone = Integer.numberOfTrailingZeros(enabled);
                if (model.take(alone, 0) > 1) {
                    load(back); // a data choice is a decision
                    return true;
                }
                last = alone;
            }
        }

        /** From the state that the model is at to a successor. */
        private Move moveTo(long wanted) {
            System.arraycopy(words, 0, here, 0, words.length);
            for (int rest = model.enabled(); rest != 0; rest &= rest - 1) {
                int t = Integer.numberOfTrailingZeros(rest);
                int values = 1;
                for (int choice = 0; choice < values; choice++) {
                    load(here);
                    values = Math.max(values, model.take(t, choice));
                    last = t;
                    if (settle() && Fingerprints.lower(key()) == wanted) {
                        return new Move(t, choice);
                    }
                }
            }
            throw new IllegalStateException("[simulator bug] a stored state has no way to its successor");
        }
    }
}
