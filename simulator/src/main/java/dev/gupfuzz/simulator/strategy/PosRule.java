package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.Mix;

/**
 * Partial order sampling (Yuan, Yang, Gu, CAV 2018): each pending operation has a random priority, and the highest one runs;
 * a step makes those draw again that it races with, so the order of operations that have nothing to do with each other is
 * not drawn at all.
 */
class PosRule extends Rule {

    private static final long LANE = Mix.ready(Mix.name("pos"));

    private long lane;
    /** Threads whose pending operation has been at a decision. */
    private int known;
    /** Threads whose pending operation has a priority that still holds. */
    private int drawn;

    private final int[] label;
    private final long[] key;
    private final int[] redraws;
    private final int[] word;
    private final int[] kind;
    private final long[] priority;

    PosRule(Pending pending) {
        super(pending);
        int n = pending.threads;
        label = new int[n];
        key = new long[n];
        redraws = new int[n];
        word = new int[n];
        kind = new int[n];
        priority = new long[n];
    }

    @Override
    void begin(long seed) {
        lane = Mix.mix64(seed ^ LANE);
        known = 0;
        drawn = 0;
    }

    @Override
    int choose(int enabled) {
        draw(enabled);
        int best = Integer.numberOfTrailingZeros(enabled);
        for (int rest = enabled & (enabled - 1); rest != 0; rest &= rest - 1) {
            int t = Integer.numberOfTrailingZeros(rest);
            best = priority[t] > priority[best] ? t : best;
        }
        return best;
    }

    /** Gives every enabled thread a priority that holds. */
    final void draw(int enabled) {
        for (int rest = enabled; rest != 0; rest &= rest - 1) {
            int t = Integer.numberOfTrailingZeros(rest);
            int bit = 1 << t;
            if (!current(t)) {
                known |= bit;
                label[t] = pending.label(t);
                key[t] = pending.arrive(lane, t);
                redraws[t] = 0;
                word[t] = pending.word(t);
                kind[t] = pending.kind(t);
                priority[t] = Mix.mix64(key[t]);
                drawn |= bit;
            } else if ((drawn & bit) == 0) {
                priority[t] = Mix.key(key[t], ++redraws[t]);
                drawn |= bit;
            }
        }
    }

    @Override
    void takes(int t) {
        takes(t, current(t) ? word[t] : pending.word(t), current(t) ? kind[t] : pending.kind(t));
    }

    /** The thread takes a step with this access. */
    final void takes(int t, int at, int how) {
        known &= ~(1 << t);
        drawn &= ~(1 << t);
        for (int rest = drawn; rest != 0; rest &= rest - 1) {
            int u = Integer.numberOfTrailingZeros(rest);
            if (word[u] == at && ((how | kind[u]) & Pending.WRITES) != 0) {
                drawn &= ~(1 << u);
            }
        }
    }

    /** Whether what is kept of the thread's pending step is still so: a flush may have made another one of it. */
    final boolean current(int t) {
        return (known >> t & 1) != 0 && label[t] == pending.label(t);
    }

    final long priority(int t) {
        return priority[t];
    }

    final int pendingWord(int t) {
        return word[t];
    }

    final int pendingKind(int t) {
        return kind[t];
    }

    final int pendingLabel(int t) {
        return label[t];
    }
}
