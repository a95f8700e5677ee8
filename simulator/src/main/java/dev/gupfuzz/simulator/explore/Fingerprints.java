package dev.gupfuzz.simulator.explore;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The states that were seen, as fingerprints, each with the state that it was first reached from and, when asked for, the
 * threads that are awake in it (see {@link Reductions}) or how many transitions lead to it. Several threads may add at once.
 *
 * <p>It is cut into {@link #SHARDS} tables with open addressing, each with its own lock where several threads add, which grow one
 * at a time, so nothing large is ever copied. They begin with sizes from one up to {@link #GROWTH}, and so grow by turns: at any time
 * they are filled to all degrees between {@link #LOAD} / {@link #GROWTH} and {@link #LOAD}, and a state takes 16 / LOAD * (GROWTH - 1) /
 * ln GROWTH = 27 bytes, or 31 with what is {@link Beside} it, at any size.
 *
 * <p>Of all predecessors in the level in which a state is first reached the smallest is kept, so what is stored does not
 * depend on who comes first. A predecessor is kept by the lower bits of its fingerprint, which are also its place.
 */
final class Fingerprints {

    /** Levels that can be told apart. */
    static final int LEVELS = (1 << 16) - 1;

    private static final double LOAD = 0.75;
    private static final double GROWTH = 1.6;

    private static final int SHARD_BITS = 8;
    private static final int SHARDS = 1 << SHARD_BITS;
    /** Bits of a fingerprint that say where in its shard it stands: those above the shard's, up to {@link #LEVEL_SHIFT}. */
    private static final int PLACE_BITS = 40;

    private static final int LEVEL_SHIFT = SHARD_BITS + PLACE_BITS;
    private static final long LOWER = (1L << LEVEL_SHIFT) - 1;

    /** What {@link #add} found. */
    enum Found {
        NEW,
        /** It was added in the same level. */
        SAME_LEVEL,
        /** It was added in an earlier level. */
        EARLIER
    }

    /** What is kept beside a state. */
    enum Beside {
        NOTHING,
        /** Threads that are awake in it. */
        AWAKE,
        /** How many transitions lead to it; more than {@link #ARRIVALS_MAX} count as so many. */
        ARRIVALS
    }

    static final int ARRIVALS_MAX = 0xffff;

    private final Shard[] shards = new Shard[SHARDS];

    /** Whether several threads may add at once. */
    private final boolean shared;

    /**
     * @param shared whether several threads may add at once
     */
    Fingerprints(Beside beside, boolean shared) {
        this.shared = shared;
        for (int i = 0; i < SHARDS; i++) {
            shards[i] = new Shard(beside, (double) i / SHARDS);
        }
    }

    /**
     * Adds a state.
     *
     * @param level how many transitions led here, the same for all that add at one time; less than {@link #LEVELS}
     * @param note threads that are awake on this way; a state that was reached in an earlier level keeps what it has. Or how many
     *     transitions this is about
     */
    Found add(long fingerprint, long parent, int level, int note) {
        Shard shard = shard(fingerprint);
        long origin = (level + 1L) << LEVEL_SHIFT | lower(parent);
        if (!shared) {
            return shard.add(fingerprint, origin, note);
        }
        synchronized (shard) {
            return shard.add(fingerprint, origin, note);
        }
    }

    /** Reads where a state would stand, so that the memory is at hand when it is added; the value means nothing. */
    long readAhead(long fingerprint) {
        return shard(fingerprint).readAhead(fingerprint);
    }

    /** Threads that are awake in a state that was added. */
    int awake(long fingerprint) {
        return shard(fingerprint).awake(fingerprint);
    }

    /** Threads that are awake in a state that was added, and become so only now. */
    int wake(long fingerprint, int awake) {
        return shard(fingerprint).wake(fingerprint, awake);
    }

    /** Takes back one transition to a state that was added: how many are left. */
    int leave(long fingerprint) {
        Shard shard = shard(fingerprint);
        if (!shared) {
            return shard.leave(fingerprint);
        }
        synchronized (shard) {
            return shard.leave(fingerprint);
        }
    }

    /** Whether transitions are left to any state that was added. To be asked while nobody takes them back. */
    boolean anyLeft() {
        for (Shard shard : shards) {
            if (shard.anyLeft()) {
                return true;
            }
        }
        return false;
    }

    /** What a fingerprint is known by as a predecessor. */
    static long lower(long fingerprint) {
        return fingerprint & LOWER;
    }

    /** The predecessor, as {@link #lower} gives it, of the state that {@code lower} stands for. */
    long parent(long lower) {
        return shard(lower).parent(lower);
    }

    /** States that were added. To be asked while nobody adds. */
    long size() {
        long sum = 0;
        for (Shard shard : shards) {
            sum += shard.size;
        }
        return sum;
    }

    /** Bytes of the tables; of states alone, not of the order in which they came. To be asked while nobody adds. */
    long bytes() {
        long sum = 0;
        for (Shard shard : shards) {
            sum += shard.bytes();
        }
        return sum;
    }

    void save(DataOutput out) throws IOException {
        for (Shard shard : shards) {
            shard.save(out);
        }
    }

    /** Becomes what was saved; it must be empty. */
    void restore(DataInput in) throws IOException {
        for (Shard shard : shards) {
            shard.restore(in);
        }
    }

    private Shard shard(long fingerprint) {
        return shards[(int) fingerprint & (SHARDS - 1)];
    }

    /** One of the tables. */
    private static final class Shard {
        private static final int FIRST_SLOTS = 16;
        /** Fewer slots than these grow fast: they are nothing beside what an exploration takes anyway. */
        private static final int SMALL = 16 * FIRST_SLOTS;
        /** Of the object and its arrays. */
        private static final int HEADERS = 64;

        /** Two a slot: the fingerprint, 0 for none; above {@link #LEVEL_SHIFT} the level plus one, below it the predecessor. */
        private long[] slots;

        private final Beside beside;
        private short @Nullable [] notes;
        private int size;
        /** States that it takes before it grows. */
        private int most;

        /** @param part from 0 to 1: how far it is on the way to its next size already, so that not all grow at once */
        Shard(Beside beside, double part) {
            this.beside = beside;
            int capacity = (int) Math.ceil(FIRST_SLOTS * Math.pow(GROWTH, part));
            slots = new long[2 * capacity];
            notes = beside == Beside.NOTHING ? null : new short[capacity];
            most = (int) (LOAD * capacity);
        }

        Found add(long fingerprint, long origin, int note) {
            final long[] there = slots;
            int at = 2 * place(fingerprint, there.length / 2);
            for (long key = there[at]; key != fingerprint; key = there[at]) {
                if (key == 0) {
                    insert(at / 2, fingerprint, origin, note);
                    return Found.NEW;
                }
                at += 2;
                if (at == there.length) {
                    at = 0;
                }
            }
            long known = there[at + 1];
            if (known >>> LEVEL_SHIFT != origin >>> LEVEL_SHIFT) {
                if (beside == Beside.ARRIVALS) {
                    note(at / 2, note);
                }
                return Found.EARLIER;
            }
            if (Long.compareUnsigned(origin, known) < 0) {
                there[at + 1] = origin;
            }
            note(at / 2, note);
            return Found.SAME_LEVEL;
        }

        private void insert(int free, long fingerprint, long origin, int note) {
            int slot = free;
            if (size >= most) {
                grow();
                slot = find(fingerprint);
            }
            size++;
            slots[2 * slot] = fingerprint;
            slots[2 * slot + 1] = origin;
            note(slot, note);
        }

        private void note(int slot, int note) {
            if (beside == Beside.AWAKE) {
                notes[slot] |= (short) note;
            } else if (beside == Beside.ARRIVALS) {
                notes[slot] = (short) Math.min(ARRIVALS_MAX, count(slot) + note);
            }
        }

        private int count(int slot) {
            return notes[slot] & ARRIVALS_MAX;
        }

        int leave(long fingerprint) {
            int slot = find(fingerprint);
            if (count(slot) < ARRIVALS_MAX) { // else it is not known how many there are
                notes[slot]--;
            }
            return count(slot);
        }

        boolean anyLeft() {
            for (int i = 0; i < capacity(); i++) {
                if (slots[2 * i] != 0 && count(i) != 0) {
                    return true;
                }
            }
            return false;
        }

        synchronized int awake(long fingerprint) {
            return beside != Beside.AWAKE ? -1 : notes[find(fingerprint)] & 0xffff;
        }

        synchronized int wake(long fingerprint, int awakeHere) {
            int slot = find(fingerprint);
            int before = awake(fingerprint);
            note(slot, awakeHere);
            return awakeHere & ~before;
        }

        long readAhead(long fingerprint) {
            long[] now = slots; // another explorer may let it grow
            return now[2 * place(fingerprint, now.length / 2)];
        }

        long parent(long lower) {
            int slot = place(lower);
            while (lower(slots[2 * slot]) != lower) {
                slot = after(slot);
            }
            return lower(slots[2 * slot + 1]);
        }

        private int capacity() {
            return slots.length / 2;
        }

        private int place(long fingerprint) {
            return place(fingerprint, capacity());
        }

        private static int place(long fingerprint, int capacity) {
            return (int) (((lower(fingerprint) >>> SHARD_BITS) * capacity) >>> PLACE_BITS);
        }

        private int after(int slot) {
            return slot + 1 == capacity() ? 0 : slot + 1;
        }

        /** Where it stands or belongs. */
        private int find(long fingerprint) {
            int slot = place(fingerprint);
            while (slots[2 * slot] != fingerprint && slots[2 * slot] != 0) {
                slot = after(slot);
            }
            return slot;
        }

        private void grow() {
            resize(capacity() < SMALL ? 4 * capacity() : (int) Math.ceil(capacity() * GROWTH));
        }

        private void resize(int capacity) {
            long[] oldSlots = slots;
            short[] oldNotes = notes;
            // both or none: the heap may be too small for one of them
            long[] newSlots = new long[2 * capacity];
            short[] newNotes = oldNotes == null ? null : new short[capacity];
            slots = newSlots;
            notes = newNotes;
            most = (int) (LOAD * capacity);
            for (int from = 0; from < oldSlots.length; from += 2) {
                long key = oldSlots[from];
                if (key != 0) {
                    int at = 2 * place(key, capacity);
                    while (newSlots[at] != 0) {
                        at += 2;
                        if (at == newSlots.length) {
                            at = 0;
                        }
                    }
                    newSlots[at] = key;
                    newSlots[at + 1] = oldSlots[from + 1];
                    if (oldNotes != null && newNotes != null) {
                        newNotes[at / 2] = oldNotes[from / 2];
                    }
                }
            }
        }

        long bytes() {
            return HEADERS + 8L * slots.length + (notes == null ? 0 : 2L * notes.length);
        }

        void save(DataOutput out) throws IOException {
            out.writeInt(capacity());
            out.writeInt(size);
            for (int i = 0; i < capacity(); i++) {
                if (slots[2 * i] != 0) {
                    out.writeLong(slots[2 * i]);
                    out.writeLong(slots[2 * i + 1]);
                    if (notes != null) {
                        out.writeShort(notes[i]);
                    }
                }
            }
        }

        void restore(DataInput in) throws IOException {
            resize(in.readInt());
            size = in.readInt();
            for (int i = 0; i < size; i++) {
                long fingerprint = in.readLong();
                int slot = find(fingerprint);
                slots[2 * slot] = fingerprint;
                slots[2 * slot + 1] = in.readLong();
                if (notes != null) {
                    notes[slot] = in.readShort();
                }
            }
        }
    }
}
