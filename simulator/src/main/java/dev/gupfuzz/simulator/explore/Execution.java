package dev.gupfuzz.simulator.explore;

import java.util.Arrays;

/**
 * One schedule of a model as far as it was taken: its events in order, with what each touched and a vector clock that says what
 * happened before it. Events are known by their place. The arrays grow and are used again.
 */
final class Execution {

    private static final int FIRST = 64;

    final int threads;
    private final int objects;
    int length;

    int[] thread = new int[FIRST];
    int[] choice = new int[FIRST];
    /** How many values the event's data choice had. */
    int[] values = new int[FIRST];
    /** Threads that could run before the event. */
    int[] enabled = new int[FIRST];
    /** Whether the event's thread had to wait for a condition, and it held. */
    boolean[] conditional = new boolean[FIRST];
    /** Whether the event broke something. */
    boolean[] broke = new boolean[FIRST];

    Footprint[] print = new Footprint[FIRST];
    /** How many events its thread had before and with it. */
    private int[] index = new int[FIRST];
    /** For each thread how many of its events happen before this one, itself included. */
    private int[][] clock = new int[FIRST][];
    /** Place of the thread's event before this one, or -1. */
    private int[] previous = new int[FIRST];
    /** Events of other threads that this one races with at once, latest first: nothing is between them. */
    private int[][] races = new int[FIRST][];

    private final int[] scratch;

    Execution(int threads, int objects) {
        this.threads = threads;
        this.objects = objects;
        scratch = new int[threads];
    }

    /** Room for one more event, whose footprint is to be written into {@link #print}. */
    int next() {
        if (length == thread.length) {
            int n = length * 2;
            thread = Arrays.copyOf(thread, n);
            choice = Arrays.copyOf(choice, n);
            values = Arrays.copyOf(values, n);
            enabled = Arrays.copyOf(enabled, n);
            conditional = Arrays.copyOf(conditional, n);
            broke = Arrays.copyOf(broke, n);
            print = Arrays.copyOf(print, n);
            index = Arrays.copyOf(index, n);
            clock = Arrays.copyOf(clock, n);
            previous = Arrays.copyOf(previous, n);
            races = Arrays.copyOf(races, n);
        }
        if (print[length] == null) {
            print[length] = new Footprint(objects);
            clock[length] = new int[threads];
        }
        return length;
    }

    /** Takes in the event at {@link #next}, whose thread and footprint are written. */
    void append() {
        int n = length;
        int t = thread[n];
        int last = lastOf(t, n);
        previous[n] = last;
        index[n] = last < 0 ? 1 : index[last] + 1;
        int[] past = clock[n];
        pastOf(t, n, past);
        int count = 0;
        int[] found = new int[threads];
        for (int i = n - 1; i >= 0; i--) {
            if (!within(i, past) && print[i].conflicts(print[n])) {
                join(past, clock[i]);
                if (count == found.length) {
                    found = Arrays.copyOf(found, count * 2);
                }
                found[count++] = i;
            }
        }
        past[t] = index[n];
        races[n] = Arrays.copyOf(found, count);
        length = n + 1;
    }

    private int lastOf(int t, int before) {
        for (int i = before - 1; i >= 0; i--) {
            if (thread[i] == t) {
                return i;
            }
        }
        return -1;
    }

    /** What happens before the pending step of a thread for its own sake: the past of its last event before {@code n}. */
    private void pastOf(int t, int n, int[] into) {
        int last = lastOf(t, n);
        if (last < 0) {
            Arrays.fill(into, 0);
        } else {
            System.arraycopy(clock[last], 0, into, 0, threads);
        }
    }

    private boolean within(int i, int[] past) {
        return past[thread[i]] >= index[i];
    }

    private static void join(int[] into, int[] other) {
        for (int t = 0; t < into.length; t++) {
            into[t] = Math.max(into[t], other[t]);
        }
    }

    /** Whether event {@code i} is {@code j} or happens before it. */
    boolean before(int i, int j) {
        return within(i, clock[j]);
    }

    int[] racesOf(int n) {
        return races[n];
    }

    /** Events before {@code n} that conflict with a step of {@code t} and are not in its thread's past, in order. */
    int[] conflicts(int t, Footprint step, int n) {
        int[] past = scratch;
        pastOf(t, n, past);
        int[] found = new int[n];
        int count = 0;
        for (int i = 0; i < n; i++) {
            if (thread[i] != t && !within(i, past) && print[i].conflicts(step)) {
                found[count++] = i;
            }
        }
        return Arrays.copyOf(found, count);
    }

    /** Whether something broke. */
    boolean broke() {
        return firstBroken() < length;
    }

    /** Whether something broke in what happens before {@code n}. */
    boolean brokeBefore(int n) {
        for (int i = firstBroken(); i < n; i++) {
            if (broke[i] && before(i, n)) {
                return true;
            }
        }
        return false;
    }

    private int firstBroken() {
        int i = 0;
        while (i < length && !broke[i]) {
            i++;
        }
        return i;
    }
}
