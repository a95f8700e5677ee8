package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.scenario.World;
import java.util.Arrays;

/**
 * Where data choices come from: keyed draws of a seed, a script that a replay follows, or the one value that an exploration
 * tries next. The quiet value is 0. What was chosen is kept, so that a run can be told and repeated.
 */
public final class Choices {

    private static final long LANE = Mix.ready(Mix.name("choice"));

    private final long[] roles;
    private final int[] occurrences;
    private final int[] touched;
    private int touchedCount;
    private boolean quiet;
    private long seed;
    /** The value that the next choice takes, in an exploration; -1 outside. */
    private int tried = -1;

    private int offered = 1;

    private int[] script;
    private int scriptLength;

    private int[] made = new int[64];
    private int count;
    private boolean keeping;
    private boolean ranOut;

    Choices(World world) {
        int threads = world.threads.size();
        roles = new long[threads];
        for (int t = 0; t < threads; t++) {
            roles[t] = Mix.name(world.threads.get(t).role());
        }
        occurrences = new int[threads * Pc.LABELS];
        touched = new int[1024];
    }

    /** Choices of this run are drawn from {@code runSeed}. */
    public void draw(long runSeed) {
        begin();
        seed = Mix.mix64(runSeed ^ LANE);
        script = null;
        quiet = false;
    }

    /** Choices of this run are 0 throughout. */
    public void quiet() {
        begin();
        script = null;
        quiet = true;
    }

    /** Choices of this run are the first {@code length} values of {@code values}, then 0. */
    public void follow(int[] values, int length) {
        begin();
        script = values;
        scriptLength = length;
        quiet = false;
    }

    /** The next choice takes {@code value} if it has it, else 0; a choice after that one is refused. */
    public void explore(int value) {
        begin();
        script = null;
        quiet = false;
        tried = value;
        offered = 1;
    }

    /** How many values the choice had that was made since {@link #explore}; 1 when there was none. */
    public int offered() {
        return offered;
    }

    private void begin() {
        tried = -1;
        for (int i = 0; i < Math.min(touchedCount, touched.length); i++) {
            occurrences[touched[i]] = 0;
        }
        if (touchedCount > touched.length) {
            Arrays.fill(occurrences, 0);
        }
        touchedCount = 0;
        count = 0;
        ranOut = false;
    }

    /** Whether the choices are kept; replays and witnesses need them, counting runs do not. */
    public void keep(boolean on) {
        keeping = on;
    }

    /** A value in {@code [0, n)} for the pending choice of thread {@code t} at {@code pc}. */
    public int choose(int t, int pc, int n) {
        int value;
        if (tried >= 0) {
            if (offered > 1) {
                throw new IllegalStateException("[simulator bug] two data choices in one step: pc=" + pc);
            }
            offered = n;
            value = tried < n ? tried : 0;
        } else if (script != null) {
            if (count < scriptLength) {
                value = script[count];
                if (value >= n) {
                    ranOut = true;
                    value = 0;
                }
            } else {
                ranOut = true;
                value = 0;
            }
        } else if (quiet) {
            value = 0;
        } else {
            int label = Pc.label(pc);
            int slot = t * Pc.LABELS + label;
            int occurrence = occurrences[slot]++;
            if (occurrence == 0) {
                if (touchedCount < touched.length) {
                    touched[touchedCount] = slot;
                }
                touchedCount++;
            }
            value = Mix.below(Mix.keyed(seed, roles[t], Labels.key(label), occurrence), n);
        }
        if (keeping) {
            if (count == made.length) {
                made = Arrays.copyOf(made, count * 2);
            }
            made[count] = value;
        }
        count++;
        return value;
    }

    /** How many choices this run made. */
    public int count() {
        return count;
    }

    /** The choices that this run made, when they were kept. */
    public int[] made() {
        return Arrays.copyOf(made, count);
    }

    /** Whether the script did not fit: too short, or a value out of range. */
    public boolean ranOut() {
        return ranOut;
    }
}
