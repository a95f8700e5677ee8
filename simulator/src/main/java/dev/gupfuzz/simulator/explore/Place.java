package dev.gupfuzz.simulator.explore;

import dev.gupfuzz.simulator.explore.WakeupTree.Branch;
import dev.gupfuzz.simulator.explore.WakeupTree.Item;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One place of a schedule: the state there, what was done and what is still to do.
 *
 * <p>A step that was explored sleeps until one that conflicts with it is taken. Sleeping steps cover what could as well begin
 * with them: whoever explored them has asked, here, for what must come behind other steps. Of some that is not known, because they
 * are explored elsewhere at the same time, or because nobody said what must come. These are held: a thread that is held cannot
 * go on, as if it waited for a condition, until a step that conflicts with the held one is taken, and nothing is covered by it.
 * What may be taken here is then explored in full without the help of others.
 *
 * <p>The values of a data choice may touch different things, so a thread can be held with some and go on with others. What wakes
 * a value need not conflict with the values that are taken in the meantime; so where that happens something else may come too.
 */
final class Place {

    private static final int VALUES = TransitionSystem.CHOICES_MAX;
    private static final int NOBODY = -1;

    /**
     * The step that led to a place.
     *
     * @param above where it was taken
     */
    record Came(Place above, int thread, int choice, int values, Footprint print, boolean broke) {}

    /** Steps before it. */
    final int depth;

    final int[] words;
    int enabled;
    /** Threads whose pending step has a condition. */
    int waiters;
    /** Threads whose pending step was held where the walk began, as a mask: it may still matter what wakes them. */
    int bound;
    /** For each thread and value what its step touches, while the step sleeps here; null: it does not. */
    final @Nullable Footprint[] asleep;
    /** Whether a step that sleeps is held: it may not be taken before one that conflicts with it, and covers nothing. */
    final boolean[] held;
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
    /** Threads whose step was explored, with one value at least; all others are. */
    int taken;
    /** Steps that were explored, or that a walk explores elsewhere. */
    int done;
    /** Whether anything may come next that is not yet explored, because nothing special must. */
    boolean free;

    /** Whether all that was to come turned out to be held. */
    private boolean stuck;

    /** How it was come to; only once it is shared. */
    @Nullable
    Came came;
    /** Whether several walks begin here or behind it. */
    boolean shared;
    /** Whether the search knows that there is something to do, which only concerns a shared place. */
    boolean open;

    /** Among the shared places of a checkpoint that is written. */
    int number;

    private final int threads;

    Place(int depth, int words, int threads) {
        this.depth = depth;
        this.words = new int[words];
        this.threads = threads;
        asleep = new Footprint[threads * VALUES];
        held = new boolean[threads * VALUES];
        asleepValues = new int[threads];
    }

    /** Becomes the place where a model is. */
    void enter(TransitionSystem model) {
        System.arraycopy(model.words(), 0, words, 0, words.length);
        enabled = model.enabled();
        waiters = model.conditional();
        waiting.clear();
        branch = null;
        taken = 0;
        done = 0;
        free = true;
        shared = false;
        stuck = false;
    }

    /** Moves a model here. */
    void load(TransitionSystem model) {
        System.arraycopy(words, 0, model.words(), 0, words.length);
        model.restored();
    }

    /** What sleeps behind a step that is taken here: what sleeps here and does not conflict with it. */
    void hand(Place below, int thread, Footprint print) {
        for (int u = 0; u < threads; u++) {
            boolean any = false;
            for (int c = 0; c < VALUES; c++) {
                Footprint other = asleep[u * VALUES + c];
                boolean stays = u != thread && other != null && !other.conflicts(print);
                below.asleep[u * VALUES + c] = stays ? other : null;
                below.held[u * VALUES + c] = stays && held[u * VALUES + c];
                any |= stays;
            }
            below.asleepValues[u] = any ? asleepValues[u] : 0;
        }
        below.bound = bound & ~(1 << thread);
    }

    /** A walk begins here: what sleeps is held from now on. */
    void hold() {
        bound = 0;
        for (int i = 0; i < held.length; i++) {
            held[i] = asleep[i] != null;
            bound |= held[i] ? 1 << (i / VALUES) : 0;
        }
    }

    /** Whether a thread's pending step is held with some value of its choice. */
    boolean isHeldPartly(int t) {
        for (int c = 0; c < asleepValues[t]; c++) {
            if (held[t * VALUES + c]) {
                return true;
            }
        }
        return false;
    }

    /** What is held here, for each thread and value; null: nothing. */
    @Nullable
    Footprint @Nullable [] holds() {
        @Nullable Footprint[] holds = null;
        for (int i = 0; i < held.length; i++) {
            if (held[i]) {
                holds = holds == null ? new Footprint[held.length] : holds;
                holds[i] = asleep[i];
            }
        }
        return holds;
    }

    /** Whether a thread, all values of its choice, is among what is held. */
    boolean isHeld(int t, @Nullable Footprint[] holds) {
        for (int c = 0; c < asleepValues[t]; c++) {
            if (holds[t * VALUES + c] == null) {
                return false;
            }
        }
        return asleepValues[t] > 0;
    }

    /** Whether a thread can take its step here: it is enabled, and not held with all values of its choice. */
    boolean isAble(int t) {
        return (enabled >> t & 1) != 0 && !all(t, held);
    }

    /** Whether all of these threads are held here, with some values at least. */
    boolean holds(int mask) {
        for (int rest = mask; rest != 0; rest &= rest - 1) {
            if (!isHeldPartly(Integer.numberOfTrailingZeros(rest))) {
                return false;
            }
        }
        return true;
    }

    private boolean all(int t, boolean[] which) {
        for (int c = 0; c < asleepValues[t]; c++) {
            if (!which[t * VALUES + c]) {
                return false;
            }
        }
        return asleepValues[t] > 0;
    }

    /** Finds the next step to take; false when nothing is left here. */
    boolean advance() {
        while (true) {
            if (branch == null) {
                branch = next();
                if (branch == null) {
                    return false;
                }
                choice = Math.max(0, branch.choice);
                values = asleepValues[branch.thread];
            }
            int t = branch.thread;
            if (branch.choice == WakeupTree.ANY) {
                while (choice < values && asleep[t * VALUES + choice] != null) {
                    choice++;
                }
                if (values == 0 || choice < values) {
                    return true;
                }
            } else if (asleep[t * VALUES + choice] == null) {
                return true;
            }
            branch = null;
        }
    }

    private @Nullable Branch next() {
        int partly = shared ? partly(enabled) : -1;
        for (int i = 0; i < waiting.size(); i++) {
            if (partly < 0 || waiting.get(i).thread == partly) {
                return waiting.remove(i);
            }
        }
        partly = partly(free || shared ? enabled : taken);
        if (partly >= 0) {
            return Branch.free(partly);
        }
        if (free) {
            free = false;
            for (int rest = enabled; rest != 0; rest &= rest - 1) {
                int t = Integer.numberOfTrailingZeros(rest);
                if (asleepValues[t] == 0) {
                    return Branch.free(t); // no other is needed beside it
                }
            }
        }
        return null;
    }

    /** One of these threads that sleeps with some values of its choice and not with others; -1 where there is none. */
    private int partly(int threads) {
        for (int rest = threads; rest != 0; rest &= rest - 1) {
            int t = Integer.numberOfTrailingZeros(rest);
            if (asleepValues[t] > 0 && !sleeps(t)) {
                return t;
            }
        }
        return -1;
    }

    /** Where nothing was taken because all that was to come is held, anything may come; whether that is so. */
    boolean unstick() {
        if (done > 0 || stuck || holds() == null) {
            return false;
        }
        stuck = true;
        free = true;
        hold();
        return true;
    }

    /** Whether there may be more to do than the step that is being explored. */
    boolean hasMore() {
        return free || !waiting.isEmpty() || values > 1;
    }

    /** Everything behind the step that was taken here is explored, or will be by others: it sleeps from now on. */
    void close(Footprint print) {
        int t = Objects.requireNonNull(branch).thread;
        asleep[t * VALUES + choice] = print.copy();
        held[t * VALUES + choice] = false;
        asleepValues[t] = values;
        taken |= 1 << t;
        done++;
    }

    private boolean sleeps(int t) {
        for (int c = 0; c < asleepValues[t]; c++) {
            if (asleep[t * VALUES + c] == null) {
                return false;
            }
        }
        return asleepValues[t] > 0;
    }

    private boolean covers(int t) {
        for (int c = 0; c < asleepValues[t]; c++) {
            if (held[t * VALUES + c]) {
                return false;
            }
        }
        return sleeps(t);
    }

    /** Whether the sequence begins, up to order, with a step that sleeps and is not held. */
    boolean covers(List<Item> sequence) {
        for (int i = 0; i < sequence.size(); i++) {
            Item item = sequence.get(i);
            int step = item.thread() * VALUES + item.choice();
            if (asleep[step] != null
                    && !held[step]
                    && WakeupTree.first(sequence, item.thread()) == i
                    && WakeupTree.initial(sequence, i)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a thread that sleeps with all its values, none of them held, could as well go before the whole sequence. */
    boolean coversBefore(List<Item> sequence) {
        for (int t = 0; t < threads; t++) {
            if (covers(t) && WakeupTree.first(sequence, t) < 0 && isIndependent(t, sequence)) {
                return true;
            }
        }
        return false;
    }

    private boolean isIndependent(int t, List<Item> sequence) {
        for (int c = 0; c < asleepValues[t]; c++) {
            if (!WakeupTree.independent(sequence, Objects.requireNonNull(asleep[t * VALUES + c]))) {
                return false;
            }
        }
        return true;
    }

    /** Everything but what the model says here. */
    void save(DataOutput out) throws IOException {
        out.writeInt(branch == null ? NOBODY : branch.thread);
        out.writeInt(branch == null ? 0 : branch.choice);
        out.writeInt(choice);
        out.writeInt(values);
        out.writeInt(taken);
        out.writeInt(done);
        out.writeInt(bound);
        out.writeBoolean(free);
        out.writeBoolean(stuck);
        out.writeBoolean(shared);
        for (int i = 0; i < asleep.length; i++) {
            Footprint print = asleep[i];
            out.writeBoolean(print != null);
            if (print != null) {
                out.writeBoolean(held[i]);
                print.save(out);
            }
        }
        for (int n : asleepValues) {
            out.writeByte(n);
        }
        WakeupTree.save(waiting, out);
    }

    /** Becomes the place that was saved, where the model is. */
    void restore(TransitionSystem model, DataInput in) throws IOException {
        enter(model);
        int thread = in.readInt();
        int begun = in.readInt();
        branch = thread == NOBODY ? null : Branch.begun(thread, begun);
        choice = in.readInt();
        values = in.readInt();
        taken = in.readInt();
        done = in.readInt();
        bound = in.readInt();
        free = in.readBoolean();
        stuck = in.readBoolean();
        shared = in.readBoolean();
        for (int i = 0; i < asleep.length; i++) {
            boolean sleeps = in.readBoolean();
            held[i] = sleeps && in.readBoolean();
            asleep[i] = sleeps ? Footprint.restored(in, model.objects()) : null;
        }
        for (int t = 0; t < asleepValues.length; t++) {
            asleepValues[t] = in.readByte();
        }
        waiting.addAll(WakeupTree.restored(in, model.objects()));
    }
}
