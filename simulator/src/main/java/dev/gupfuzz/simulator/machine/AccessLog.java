package dev.gupfuzz.simulator.machine;

import java.util.Arrays;

/**
 * What the step being taken does to the state: its access, of which a correct step makes exactly one, and beside it everything
 * that its checks and goals look at or remember, which is no access of the kernel but makes steps depend on one another too.
 */
public final class AccessLog {

    public static final int READ = 1;
    public static final int WRITE = 2;
    public static final int RMW = 3;

    /** A word was looked at, ... */
    public static final int SEEN = 0;
    /** ... changed, ... */
    public static final int MARKED = 1;
    /** ... or changed without a look, in a way that commutes with others of the kind: counted up or down, a bit set. */
    public static final int BUMPED = 2;

    private static final int MAX = 8;

    private final int[] at = new int[MAX];
    private final int[] kind = new int[MAX];
    private int count;

    private int[] touched = new int[64];
    private int touchedCount;

    /** Forgets the last step. */
    public void clear() {
        count = 0;
        touchedCount = 0;
    }

    void note(int word, int how) {
        note(word, how, how == READ ? SEEN : MARKED);
    }

    void note(int word, int how, int effect) {
        access(word, how);
        touch(word, effect);
    }

    /** An access whose effect is told apart. */
    void access(int word, int how) {
        if (count < MAX) {
            at[count] = word;
            kind[count] = how;
        }
        count++;
    }

    void touch(int word, int effect) {
        if (touchedCount == touched.length) {
            touched = Arrays.copyOf(touched, touchedCount * 2);
        }
        touched[touchedCount++] = word << 2 | effect;
    }

    /** Accesses of the step. */
    public int count() {
        return count;
    }

    /** State word of the i-th access. */
    public int word(int i) {
        return at[i];
    }

    /** {@link #READ}, {@link #WRITE} or {@link #RMW}. */
    public int kind(int i) {
        return kind[i];
    }

    /** How often anything was touched, accesses included. */
    public int touches() {
        return touchedCount;
    }

    /** Word that the i-th touch was of. */
    public int touchedWord(int i) {
        return touched[i] >> 2;
    }

    /** {@link #SEEN}, {@link #MARKED} or {@link #BUMPED}. */
    public int effect(int i) {
        return touched[i] & 3;
    }
}
