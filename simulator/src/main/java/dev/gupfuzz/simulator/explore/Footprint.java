package dev.gupfuzz.simulator.explore;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * What a step touches: sets of a model's objects that it reads, writes, or adds to without looking. Two steps of different
 * threads that are independent by their footprints lead to the same state in either order, and neither can enable, disable or
 * change the other.
 */
public final class Footprint {

    private static final int WORD = Long.SIZE;

    private final long[] reads;
    private final long[] writes;
    private final long[] adds;

    /** Nothing, of a model with so many objects. */
    public Footprint(int objects) {
        int words = (objects + WORD - 1) / WORD;
        reads = new long[words];
        writes = new long[words];
        adds = new long[words];
    }

    /** The step, or a condition that it waits for, depends on the object. */
    public void read(int object) {
        reads[object / WORD] |= 1L << object;
    }

    /** The step changes the object, or both reads and changes it. */
    public void write(int object) {
        writes[object / WORD] |= 1L << object;
    }

    /** The step changes the object in a way that commutes with others of the kind, and does not depend on it. */
    public void add(int object) {
        adds[object / WORD] |= 1L << object;
    }

    public void clear() {
        Arrays.fill(reads, 0);
        Arrays.fill(writes, 0);
        Arrays.fill(adds, 0);
    }

    /** Takes in what {@code other} touches. */
    public void join(Footprint other) {
        for (int i = 0; i < reads.length; i++) {
            reads[i] |= other.reads[i];
            writes[i] |= other.writes[i];
            adds[i] |= other.adds[i];
        }
    }

    /** Becomes equal to {@code other}. */
    public void set(Footprint other) {
        System.arraycopy(other.reads, 0, reads, 0, reads.length);
        System.arraycopy(other.writes, 0, writes, 0, writes.length);
        System.arraycopy(other.adds, 0, adds, 0, adds.length);
    }

    public Footprint copy() {
        Footprint copy = new Footprint(reads.length * WORD);
        copy.set(this);
        return copy;
    }

    void save(DataOutput out) throws IOException {
        for (long[] set : new long[][] {reads, writes, adds}) {
            for (long word : set) {
                out.writeLong(word);
            }
        }
    }

    /** What was saved, of a model with so many objects. */
    static Footprint restored(DataInput in, int objects) throws IOException {
        Footprint footprint = new Footprint(objects);
        for (long[] set : new long[][] {footprint.reads, footprint.writes, footprint.adds}) {
            for (int i = 0; i < set.length; i++) {
                set[i] = in.readLong();
            }
        }
        return footprint;
    }

    /** Whether the order of two steps with these footprints may matter. */
    public boolean conflicts(Footprint other) {
        long common = 0;
        for (int i = 0; i < reads.length; i++) {
            common |= writes[i] & (other.reads[i] | other.writes[i] | other.adds[i]);
            common |= other.writes[i] & (reads[i] | adds[i]);
            common |= (adds[i] & other.reads[i]) | (reads[i] & other.adds[i]);
        }
        return common != 0;
    }

    /** Whether everything that {@code other} touches is touched here, and at least as strongly. */
    public boolean covers(Footprint other) {
        for (int i = 0; i < reads.length; i++) {
            if ((other.writes[i] & ~writes[i]) != 0
                    || (other.reads[i] & ~(reads[i] | writes[i])) != 0
                    || (other.adds[i] & ~(adds[i] | writes[i])) != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Footprint f
                && Arrays.equals(f.reads, reads)
                && Arrays.equals(f.writes, writes)
                && Arrays.equals(f.adds, adds);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Arrays.hashCode(reads) + Arrays.hashCode(writes)) + Arrays.hashCode(adds);
    }

    @Override
    public String toString() {
        return "reads " + objects(reads) + " writes " + objects(writes) + " adds " + objects(adds);
    }

    private static String objects(long[] set) {
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < set.length * WORD; i++) {
            if ((set[i / WORD] >>> i & 1) != 0) {
                text.append(text.length() > 1 ? " " : "").append(i);
            }
        }
        return text.append('}').toString();
    }
}
