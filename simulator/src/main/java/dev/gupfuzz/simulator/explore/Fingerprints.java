package dev.gupfuzz.simulator.explore;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * The states that were seen, as fingerprints, each with the state that it was first reached from: two words a slot, open
 * addressing, at most {@link #LOAD} of the slots used. Several threads may add at once; growing is for one thread alone.
 *
 * <p>Of all predecessors in the level in which a state is first reached the smallest is kept, so what is stored does not
 * depend on who comes first. A predecessor is kept by the lower bits of its fingerprint, which are also its place.
 */
final class Fingerprints {

    private static final int SLOT_BYTES = 2 * Long.BYTES;
    private static final double LOAD = 0.75;
    private static final int FIRST_BITS = 12;
    private static final int BITS_MAX = 30;

    private static final int LEVEL_SHIFT = 48;
    private static final int LEVELS = (1 << (Long.SIZE - LEVEL_SHIFT)) - 1;
    private static final long LOWER = (1L << LEVEL_SHIFT) - 1;

    private AtomicLongArray keys = new AtomicLongArray(1 << FIRST_BITS);
    /** Above {@link #LEVEL_SHIFT} the level plus one, below it the predecessor. */
    private AtomicLongArray origins = new AtomicLongArray(1 << FIRST_BITS);

    private final LongAdder added = new LongAdder();
    private long size;
    private int mask = (1 << FIRST_BITS) - 1;

    /**
     * Adds a state.
     *
     * @param level how many transitions led here, the same for all that add at one time
     * @return whether it is new
     */
    boolean add(long fingerprint, long parent, int level) {
        int slot = (int) fingerprint & mask;
        boolean isNew = false;
        while (true) {
            long there = keys.get(slot);
            if (there == 0) {
                if (keys.compareAndSet(slot, 0, fingerprint)) {
                    added.increment();
                    isNew = true;
                    break;
                }
                there = keys.get(slot);
            }
            if (there == fingerprint) {
                break;
            }
            slot = (slot + 1) & mask;
        }
        claim(slot, (level % LEVELS + 1L) << LEVEL_SHIFT, parent & LOWER);
        return isNew;
    }

    private void claim(int slot, long level, long parent) {
        while (true) {
            long there = origins.get(slot);
            boolean better = there == 0 || ((there & ~LOWER) == level && parent < (there & LOWER));
            if (!better || origins.compareAndSet(slot, there, level | parent)) {
                return;
            }
        }
    }

    /** What a fingerprint is known by as a predecessor. */
    static long lower(long fingerprint) {
        return fingerprint & LOWER;
    }

    /** The predecessor, as {@link #lower} gives it, of the state that {@code lower} stands for. */
    long parent(long lower) {
        int slot = (int) lower & mask;
        while ((keys.get(slot) & LOWER) != lower) {
            slot = (slot + 1) & mask;
        }
        return origins.get(slot) & LOWER;
    }

    /** States that were added. To be asked while nobody adds. */
    long size() {
        size += added.sumThenReset();
        return size;
    }

    /** How many states may be added before it must grow. To be asked while nobody adds. */
    long room() {
        return (long) (LOAD * keys.length()) - size();
    }

    /** Bytes that both tables take while it grows; beyond reach when it cannot. */
    long bytesToGrow() {
        return keys.length() == 1 << BITS_MAX ? Long.MAX_VALUE : 3L * keys.length() * SLOT_BYTES;
    }

    /** Doubles the slots; false, and nothing is changed, when the heap is too small. To be called while nobody adds. */
    boolean grow() {
        int n = keys.length() * 2;
        AtomicLongArray newKeys;
        AtomicLongArray newOrigins;
        try {
            newKeys = new AtomicLongArray(n);
            newOrigins = new AtomicLongArray(n);
        } catch (OutOfMemoryError e) {
            return false;
        }
        for (int i = 0; i < keys.length(); i++) {
            long key = keys.getPlain(i);
            if (key != 0) {
                int slot = (int) key & (n - 1);
                while (newKeys.getPlain(slot) != 0) {
                    slot = (slot + 1) & (n - 1);
                }
                newKeys.setPlain(slot, key);
                newOrigins.setPlain(slot, origins.getPlain(i));
            }
        }
        keys = newKeys;
        origins = newOrigins;
        mask = n - 1;
        return true;
    }
}
