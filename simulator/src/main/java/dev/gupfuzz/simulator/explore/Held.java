package dev.gupfuzz.simulator.explore;

import dev.gupfuzz.simulator.explore.Fingerprints.Found;

/**
 * States of one level that an explorer came to and did not look up yet. Many ways to a state lie close together: those that meet
 * here cost one look at the table, and the memory for several looks is on its way at once.
 */
final class Held {

    /** Words that are held, about: the nearest cache has room for them. */
    private static final int WORDS = 1 << 14;

    private static final int STATES_MIN = 32;
    private static final int STATES_MAX = 1 << 10;
    /** States whose place in the table is read at once. */
    private static final int GROUP = 32;

    private final Fingerprints seen;
    private final Frontier.Packer into;
    private final int width;

    private final long[] keys;
    private final long[] before;
    private final int[] last;
    /** Transitions to it that met here. */
    private final int[] ways;

    private final int[] words;
    /** Where a state with such a key was put last: it may be another one, or gone. */
    private final short[] recent;

    private int size;
    /** What was read ahead: kept, so that the reading is. */
    long readAhead;

    /**
     * @param into where states go that are new
     * @param width words of a state
     */
    Held(Fingerprints seen, Frontier.Packer into, int width) {
        this.seen = seen;
        this.into = into;
        this.width = width;
        int states = Math.max(STATES_MIN, Math.min(STATES_MAX, Integer.highestOneBit(WORDS / width)));
        keys = new long[states];
        before = new long[states];
        last = new int[states];
        ways = new int[states];
        words = new int[states * width];
        recent = new short[states];
    }

    /** A state of this level, by the thread {@code by}. */
    void add(long key, long parent, int by, int[] state, int level) {
        int hash = (int) (key >>> Integer.SIZE) & (recent.length - 1);
        int there = recent[hash];
        if (there < size && keys[there] == key) {
            ways[there]++;
            before[there] = Math.min(before[there], Fingerprints.lower(parent));
            return;
        }
        if (size == keys.length) {
            settle(level);
        }
        recent[hash] = (short) size;
        keys[size] = key;
        before[size] = Fingerprints.lower(parent);
        last[size] = by;
        ways[size] = 1;
        System.arraycopy(state, 0, words, size * width, width);
        size++;
    }

    /** Looks all up; those that are new wait to be expanded. */
    void settle(int level) {
        for (int from = 0; from < size; from += GROUP) {
            int to = Math.min(size, from + GROUP);
            long sum = 0;
            for (int i = from; i < to; i++) {
                sum += seen.readAhead(keys[i]);
            }
            readAhead += sum;
            for (int i = from; i < to; i++) {
                if (seen.add(keys[i], before[i], level, ways[i]) == Found.NEW) {
                    into.add(keys[i], before[i], last[i], 0, words, i * width);
                }
            }
        }
        size = 0;
    }
}
