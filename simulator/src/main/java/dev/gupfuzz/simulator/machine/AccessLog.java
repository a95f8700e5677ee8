package dev.gupfuzz.simulator.machine;

/** The accesses of the step being taken. A correct step makes exactly one. */
public final class AccessLog {

    public static final int READ = 1;
    public static final int WRITE = 2;
    public static final int RMW = 3;

    private static final int MAX = 8;

    private final int[] at = new int[MAX];
    private final int[] kind = new int[MAX];
    private int count;

    /** Forgets the last step. */
    public void clear() {
        count = 0;
    }

    void note(int word, int how) {
        if (count < MAX) {
            at[count] = word;
            kind[count] = how;
        }
        count++;
    }

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
}
