package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.Mix;
import java.util.Arrays;

/**
 * Selectively uniform random walk: each run draws one group of objects that at least two threads use, in proportion to its
 * accesses, and draws the order of the accesses to it uniformly; everything else goes by random priorities. One run in five
 * is a plain uniform walk, which no group limits. Same source as {@link UrwRule}.
 */
final class SurwRule extends Rule {

    private static final long LANE = Mix.ready(Mix.name("surw"));
    private static final long GROUP = Mix.ready(Mix.name("group"));
    private static final int PLAIN_ONE_IN = 5;
    private static final int NOBODY = -1;

    private final UrwRule plain;
    /** For (group, thread): accesses of a run. */
    private final int[][] accesses;
    /** For each group those of all threads, 0 when fewer than two of them use it. */
    private final int[] shared;

    private final int sharedByAny;

    private boolean isPlain;
    private long lane;
    private int group;
    private final int[] left;
    private int known;
    private int started;
    /** Threads that may not access the group before {@link #intended} has. */
    private int blocked;

    private int intended;

    private final int[] label;
    private final long[] key;
    private final int[] picks;
    private final long[] priority;
    private final boolean[] touches;

    /**
     * The rule for one scenario.
     *
     * @param steps for each thread the steps of a run
     * @param accesses for each group and thread the accesses of a run
     */
    SurwRule(Pending pending, int[] steps, int[][] accesses) {
        super(pending);
        plain = new UrwRule(pending, steps);
        this.accesses = accesses.clone();
        shared = new int[accesses.length];
        for (int g = 0; g < shared.length; g++) {
            int users = (int) Arrays.stream(accesses[g]).filter(n -> n > 0).count();
            shared[g] = users < 2 ? 0 : Arrays.stream(accesses[g]).sum();
        }
        sharedByAny = Arrays.stream(shared).sum();
        int n = pending.threads;
        left = new int[n];
        label = new int[n];
        key = new long[n];
        picks = new int[n];
        priority = new long[n];
        touches = new boolean[n];
    }

    @Override
    void begin(long seed) {
        lane = Mix.mix64(seed ^ LANE);
        long draw = Mix.mix64(lane ^ GROUP);
        isPlain = sharedByAny == 0 || Mix.below(draw, PLAIN_ONE_IN) == 0;
        if (isPlain) {
            plain.begin(seed);
            return;
        }
        int at = Mix.below(Mix.mix64(draw), sharedByAny);
        group = 0;
        while (at >= shared[group]) {
            at -= shared[group++];
        }
        System.arraycopy(accesses[group], 0, left, 0, left.length);
        known = 0;
        started = 0;
        blocked = 0;
        intended = NOBODY;
    }

    /** Whether this run draws no group. */
    boolean isPlain() {
        return isPlain;
    }

    @Override
    int choose(int enabled) {
        if (isPlain) {
            return plain.choose(enabled);
        }
        started |= enabled;
        for (int rest = enabled; rest != 0; rest &= rest - 1) {
            int t = Integer.numberOfTrailingZeros(rest);
            if (!current(t)) {
                known |= 1 << t;
                label[t] = pending.label(t);
                key[t] = pending.arrive(lane, t);
                picks[t] = 0;
                priority[t] = Mix.mix64(key[t]);
                touches[t] = pending.inGroup(pending.word(t), group);
            }
        }
        while (true) {
            int free = enabled & ~blocked;
            if (free == 0) { // the one that was to go first waits for something
                blocked = 0;
                intended = NOBODY;
                free = enabled;
            }
            int t = highest(free);
            if (!touches[t]) {
                return t;
            }
            if (intended == NOBODY) {
                intended = pick(enabled, t);
            }
            if (intended == t) {
                return t;
            }
            blocked |= 1 << t;
        }
    }

    /** Whether what is kept of the thread's pending step is still so. */
    private boolean current(int t) {
        return (known >> t & 1) != 0 && label[t] == pending.label(t);
    }

    private int highest(int free) {
        int best = Integer.numberOfTrailingZeros(free);
        for (int rest = free & (free - 1); rest != 0; rest &= rest - 1) {
            int t = Integer.numberOfTrailingZeros(rest);
            best = priority[t] > priority[best] ? t : best;
        }
        return best;
    }

    /** Whose access to the group comes next: one of those that have some left, in proportion to how many; {@code t} has. */
    private int pick(int enabled, int t) {
        int sum = 0;
        for (int rest = enabled; rest != 0; rest &= rest - 1) {
            sum += weight(Integer.numberOfTrailingZeros(rest), t);
        }
        int at = Mix.below(Mix.key(key[t], ++picks[t]), sum);
        int rest = enabled;
        int u = Integer.numberOfTrailingZeros(rest);
        while (at >= weight(u, t)) {
            at -= weight(u, t);
            rest &= rest - 1;
            u = Integer.numberOfTrailingZeros(rest);
        }
        return u;
    }

    private int weight(int u, int t) {
        int weight = left[u];
        for (int rest = pending.starts(u) & ~started; rest != 0; rest &= rest - 1) {
            weight += left[Integer.numberOfTrailingZeros(rest)];
        }
        return u == t ? Math.max(1, weight) : weight;
    }

    @Override
    void takes(int t) {
        if (isPlain) {
            plain.takes(t);
            return;
        }
        boolean touched = current(t) ? touches[t] : pending.inGroup(pending.word(t), group);
        known &= ~(1 << t);
        started |= 1 << t;
        if (touched) {
            left[t] = Math.max(0, left[t] - 1);
            blocked = 0;
            intended = NOBODY;
        }
    }
}
