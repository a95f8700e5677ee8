package dev.gupfuzz.simulator.explore;

import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.explore.Fingerprints.Found;
import dev.gupfuzz.simulator.explore.Frontier.Segment;
import dev.gupfuzz.simulator.explore.Tuning.Omitted;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One core's model, which expands states of a level, and what it found.
 *
 * <p>Sleep sets (Godefroid, 1996) in an order by levels: a thread sleeps in a state when what it leads to is come to by taking
 * its step earlier. A state that is come to several times in its level is expanded with the threads that sleep on all of these
 * ways, and a way that comes later wakes those that do not sleep on it. So who sleeps where does not depend on who comes first.
 */
final class Explorer {

    /** What can be the same for all explorers during a level. */
    static final class Level {
        int number;
        int preemptions;
        /**
         * Whether states are handed out that were not added yet, because it took one more preemption to come to them. That is a
         * level of its own: nothing else may come to them at the same time.
         */
        boolean admitting;
        /** Whether transitions are taken back, to see to which states none is left. */
        boolean trimming;
    }

    private final TransitionSystem model;
    private final StateSearch.Plan plan;
    private final Tuning tuning;
    private final Fingerprints seen;
    private final Level level;

    private final boolean byPreemptions;
    private final int preemptionsMost;
    private final boolean sleeps;
    private final boolean persistent;
    private final boolean symmetry;

    private final int[] words;
    /** The state that is being expanded. */
    private final int[] here;

    private final int[] names;
    private final Passage passage;
    private final Pending pending;
    private final Frontier.Reader reader;

    final Frontier.Packer next;
    /** States that one more preemption leads to. */
    final Frontier.Packer later;
    /** States of earlier levels in which threads that slept are awake on a new way. */
    final Frontier.Packer late;

    /** Beside a state from which nothing goes on: one transition, or nobody awake. */
    private final int endNote;

    /** Whether a state may be added later than it is come to: not where what is known of it decides what is taken next. */
    private final boolean holds;

    private final Held held;

    final SortedMap<Long, Failure> failures = new TreeMap<>();
    /** Whether a step was not taken because it is one preemption too many. */
    boolean leftOut;

    long transitions;
    long ends;
    long reached;
    /** Threads that sleep in the state that is being expanded. */
    private int sleeping;
    /** The thread that took the last step, ... */
    private int last = Failure.NOBODY;
    /** ... and what the state is known by, after {@link #arrived}. */
    long key;

    Explorer(TransitionSystem model, StateSearch.Plan plan, Tuning tuning, Fingerprints seen, Level level) {
        this.model = model;
        this.plan = plan;
        this.tuning = tuning;
        this.seen = seen;
        this.level = level;
        byPreemptions = plan.byPreemptions();
        preemptionsMost = plan.preemptions();
        sleeps = plan.reductions().sleep();
        persistent = plan.reductions().persistent();
        symmetry = plan.reductions().symmetry();
        model.noting(plan.reductions().needFootprints());
        words = model.words();
        names = new int[model.threads()];
        passage = new Passage(model, plan);
        pending = new Pending(model, tuning);
        reader = new Frontier.Reader(words.clone());
        here = reader.words;
        next = new Frontier.Packer(words.clone(), tuning.segment());
        later = new Frontier.Packer(words.clone(), tuning.segment());
        late = new Frontier.Packer(words.clone(), tuning.segment());
        endNote = plan.endings() ? 1 : 0;
        holds = !sleeps && !persistent;
        held = new Held(seen, next, words.length);
    }

    /** From the start, whose words these are, to the first decision. */
    void begin(int[] start) {
        System.arraycopy(start, 0, words, 0, words.length);
        model.restored();
        arrived(0, Failure.NOBODY, 0, 0, false);
        held.settle(level.number);
    }

    /** Takes segments until there are none. */
    void work(List<Segment> batch, AtomicInteger taken, AtomicReference<@Nullable Throwable> failed) {
        int i = taken.getAndIncrement();
        while (i < batch.size() && failed.get() == null) {
            Segment segment = batch.get(i);
            reader.open(segment);
            for (int n = 0; n < segment.states(); n++) {
                reader.next();
                if (!level.admitting) {
                    expand(reader.key, reader.last, reader.woken);
                } else if (seen.add(reader.key, reader.parent, level.number, -1) == Found.NEW) {
                    next.add(reader.key, reader.parent, reader.last, 0, here, 0);
                }
            }
            i = taken.getAndIncrement();
        }
        held.settle(level.number);
    }

    private void expand(long before, int from, int woken) {
        load();
        int enabled = model.enabled();
        sleeping = sleeps ? enabled & ~seen.awake(before) : 0;
        int awake = (woken != 0 ? woken : enabled) & ~sleeping;
        int chosen = awake;
        if (persistent && woken == 0) {
            pending.look(enabled, here);
            chosen = awake & pending.persistent(here, enabled, awake);
        } else if (sleeps) {
            pending.look(sleeping, here);
        }
        int preempted =
                byPreemptions && from != Failure.NOBODY && (enabled >> from & 1) != 0 ? enabled & ~(1 << from) : 0;
        if (level.preemptions == preemptionsMost) {
            leftOut |= (chosen & preempted) != 0;
            chosen &= ~preempted;
        }
        boolean opens = take(before, chosen, preempted);
        if (persistent && chosen != awake && !opens && tuning.keeps(Omitted.PROVISO)) {
            take(before, awake & ~chosen, preempted);
        }
    }

    /**
     * Takes the steps of these threads.
     *
     * @param preempted those whose step is a preemption
     * @return whether a state was come to that is expanded later: then what was put off here is put off to there, and not for
     *     ever
     */
    private boolean take(long before, int threads, int preempted) {
        boolean opens = false;
        boolean moved = sleeps || persistent; // where steps were looked at, the state is loaded anew
        for (int rest = threads; rest != 0; rest &= rest - 1) {
            int t = Integer.numberOfTrailingZeros(rest);
            int values = 1;
            for (int choice = 0; choice < values; choice++) {
                if (moved) {
                    load();
                }
                moved = true;
                values = Math.max(values, model.take(t, choice));
                if (values > TransitionSystem.CHOICES_MAX) {
                    throw new IllegalStateException("[simulator bug] a choice of too many values: " + values);
                }
                transitions++;
                last = t;
                int asleep = 0;
                if (sleeps) {
                    pending.note(t, choice);
                    asleep = pending.independent(sleeping);
                }
                opens |= arrived(before, t, choice, asleep, (preempted >> t & 1) != 0);
            }
            if (sleeps && !pending.breaks(t)) {
                sleeping |= 1 << t; // with all values of its choice
            }
        }
        return opens;
    }

    private void load() {
        System.arraycopy(here, 0, words, 0, words.length);
        model.restored();
    }

    /** After a transition: on to the next decision, which is noted. Whether it will be expanded, or nothing is left to do. */
    private boolean arrived(long before, int t, int choice, int asleep, boolean preempted) {
        int stop = settle(asleep);
        if (stop == Passage.ASLEEP) {
            return false;
        }
        int sleepers = symmetry ? canonical(asleep) : asleep;
        key = StateSearch.key(model, plan, last);
        if (level.trimming) {
            trim(stop, before);
            return true;
        }
        if (stop == Passage.DECISION) {
            if (preempted) {
                later.add(key, before, last, 0, words, 0); // fewer preemptions may lead there too
                return true;
            }
            if (holds) {
                held.add(key, before, last, words, level.number);
                return true;
            }
            Found found = seen.add(key, before, level.number, ~sleepers);
            if (found == Found.NEW) {
                next.add(key, before, last, 0, words, 0);
            } else if (found == Found.EARLIER && sleeps && tuning.keeps(Omitted.REPAIR)) {
                int woken = model.enabled() & ~sleepers & ~seen.awake(key);
                if (woken != 0) {
                    late.add(key, before, last, woken, words, 0);
                }
            }
            return found != Found.EARLIER;
        }
        if (model.broken() != TransitionSystem.INTACT) {
            // the same words may be an intact state on another way
            seen.add(brokenKey(), before, level.number, endNote);
            int preemptions = level.preemptions + (preempted ? 1 : 0);
            Failure failure = new Failure(preemptions, level.number, before, t, choice);
            failures.merge(model.broken(), failure, Failure::first);
        } else if (seen.add(key, before, level.number, endNote) == Found.NEW) {
            ends++;
        }
        return true;
    }

    private long brokenKey() {
        return StateSearch.nonZero(Mix.key(key, model.broken()));
    }

    /** Takes a transition back; a state to which it was the last one takes back its own. */
    private void trim(int stop, long before) {
        boolean intact = model.broken() == TransitionSystem.INTACT;
        if (seen.leave(intact ? key : brokenKey()) == 0 && stop == Passage.DECISION) {
            next.add(key, before, last, 0, words, 0);
        }
    }

    private int settle(int asleep) {
        passage.begin();
        while (true) {
            reached |= model.reached();
            int t = passage.step(asleep);
            if (t < 0) {
                reached |= model.reached();
                return t;
            }
            last = t;
        }
    }

    /** Renames the state, and these threads with it. */
    private int canonical(int threads) {
        model.canonicalize(names);
        int renamed = 0;
        for (int t = 0; t < names.length; t++) {
            renamed |= (threads >> t & 1) << names[t];
        }
        return renamed;
    }
}
