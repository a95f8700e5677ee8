package dev.gupfuzz.simulator.strategy;

import java.util.Arrays;

/** The threads that were chosen, one for each point at which at least two could run. */
public final class Decisions {

    private int[] chosen = new int[128];
    private int count;

    /** Forgets the last run. */
    public void clear() {
        count = 0;
    }

    public void add(int thread) {
        if (count == chosen.length) {
            chosen = Arrays.copyOf(chosen, count * 2);
        }
        chosen[count++] = thread;
    }

    public int count() {
        return count;
    }

    /** A copy of what was chosen. */
    public int[] toArray() {
        return Arrays.copyOf(chosen, count);
    }
}
