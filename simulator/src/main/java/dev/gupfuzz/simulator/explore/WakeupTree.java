package dev.gupfuzz.simulator.explore;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is still to be explored behind a prefix: sequences of steps, shared as far as they agree. Where the data choice of a step
 * has several values, each is a step of its own.
 */
final class WakeupTree {

    /** A step that nobody asked for: with every value of its data choice. */
    static final int ANY = -1;

    /**
     * A step of a sequence.
     *
     * @param choice value of its data choice
     * @param values how many values there are
     */
    record Item(int thread, int choice, int values, Footprint print) {}

    /** A step that comes next. */
    static final class Branch {
        final int thread;
        final int choice;
        private final int values;
        private final @Nullable Footprint print;
        /** What must come behind it; null: anything may. */
        @Nullable
        List<Branch> next;

        private Branch(int thread, int choice, int values, @Nullable Footprint print) {
            this.thread = thread;
            this.choice = choice;
            this.values = values;
            this.print = print;
        }

        /** A step that nobody asked for. */
        static Branch free(int thread) {
            return new Branch(thread, ANY, 0, null);
        }

        /** A step that is being explored, of which nothing else is known any more. */
        static Branch begun(int thread, int choice) {
            return new Branch(thread, choice, 0, null);
        }

        /** Whether a sequence can go on behind this step, as far as order goes. */
        private boolean leads(List<Item> sequence) {
            int i = first(sequence, thread);
            if (i < 0) {
                return values == 1 && print != null && independent(sequence, print);
            }
            return (choice == ANY || sequence.get(i).choice() == choice) && initial(sequence, i);
        }
    }

    private WakeupTree() {}

    /** Whether no step of {@code sequence} before the one at {@code i} must stay before it. */
    static boolean initial(List<Item> sequence, int i) {
        Item item = sequence.get(i);
        for (int j = 0; j < i; j++) {
            Item earlier = sequence.get(j);
            if (earlier.thread() == item.thread() || earlier.print().conflicts(item.print())) {
                return false;
            }
        }
        return true;
    }

    /** Place of the thread's first step, or -1. */
    static int first(List<Item> sequence, int thread) {
        for (int i = 0; i < sequence.size(); i++) {
            if (sequence.get(i).thread() == thread) {
                return i;
            }
        }
        return -1;
    }

    static boolean independent(List<Item> sequence, Footprint print) {
        for (Item item : sequence) {
            if (item.print().conflicts(print)) {
                return false;
            }
        }
        return true;
    }

    /** Adds a sequence, unless it is held. */
    static void insert(List<Branch> branches, List<Item> sequence) {
        List<Item> rest = new ArrayList<>(sequence);
        List<Branch> at = missing(branches, rest);
        if (at != null) {
            append(at, rest);
        }
    }

    /** Whether something that is to be explored anyway begins with the sequence up to order. */
    static boolean holds(List<Branch> branches, List<Item> sequence) {
        return missing(branches, new ArrayList<>(sequence)) == null;
    }

    /** Where a sequence leaves the tree, and leaves in {@code rest} what is not in it; null: it is held. */
    private static @Nullable List<Branch> missing(List<Branch> branches, List<Item> rest) {
        List<Branch> at = branches;
        while (!rest.isEmpty()) {
            Branch taken = null;
            for (Branch branch : at) {
                if (branch.leads(rest)) {
                    taken = branch;
                    break;
                }
            }
            if (taken == null) {
                return at;
            }
            if (taken.next == null) {
                return null; // everything behind it is explored
            }
            int i = first(rest, taken.thread);
            if (i >= 0) {
                rest.remove(i);
            }
            at = taken.next;
        }
        return null;
    }

    static void save(List<Branch> branches, DataOutput out) throws IOException {
        out.writeInt(branches.size());
        for (Branch branch : branches) {
            out.writeByte(branch.thread);
            out.writeByte(branch.choice);
            out.writeByte(branch.values);
            Objects.requireNonNull(branch.print).save(out); // what nobody asked for does not wait
            out.writeBoolean(branch.next != null);
            if (branch.next != null) {
                save(branch.next, out);
            }
        }
    }

    static List<Branch> restored(DataInput in, int objects) throws IOException {
        List<Branch> branches = new ArrayList<>();
        int n = in.readInt();
        for (int i = 0; i < n; i++) {
            Branch branch = new Branch(in.readByte(), in.readByte(), in.readByte(), Footprint.restored(in, objects));
            if (in.readBoolean()) {
                branch.next = restored(in, objects);
            }
            branches.add(branch);
        }
        return branches;
    }

    private static void append(List<Branch> branches, List<Item> sequence) {
        List<Branch> at = branches;
        for (int i = 0; i < sequence.size(); i++) {
            Item item = sequence.get(i);
            Branch branch = new Branch(
                    item.thread(), item.choice(), item.values(), item.print().copy());
            at.add(branch);
            if (i + 1 < sequence.size()) {
                at = new ArrayList<>(1);
                branch.next = at;
            }
        }
    }
}
