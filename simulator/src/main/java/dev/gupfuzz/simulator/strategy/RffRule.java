package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.Mix;

/**
 * Reads-from directed (after Wolff, Zhao, Duck, Mathur, Roychoudhury, "Greybox Fuzzing for Concurrency Testing", ASPLOS
 * 2024), without feedback: each run draws one target, a read and the write that it is to read from, and partial order
 * sampling is bent towards it. The read is put off until that write is the last one to its word, then taken at once, and
 * other writes wait for it. Whether the target is met is not certain; a run in which it cannot be met goes on without it.
 */
class RffRule extends PosRule {

    private static final long LANE = Mix.ready(Mix.name("rff"));
    private static final long OCCURRENCE = Mix.ready(Mix.name("occurrence"));

    private static final int AVOID = 0;
    private static final int NORMAL = 1;
    private static final int NOW = 2;

    private final RffTargets targets;
    /** For each word the run and the operation that wrote it last. */
    private final long[] lastWriter;

    private long run;
    private int target;
    /** The reads at the target's label that are still to come before the one that is meant; below 0 once it is over. */
    private int toCome;

    private boolean met;

    RffRule(Pending pending, RffTargets targets) {
        super(pending);
        this.targets = targets;
        lastWriter = new long[pending.words()];
    }

    @Override
    void begin(long seed) {
        super.begin(seed);
        run++;
        long lane = Mix.mix64(seed ^ LANE);
        target = targets.draw(lane);
        met = false;
        toCome = target < 0 ? -1 : Mix.below(Mix.mix64(lane ^ OCCURRENCE), targets.occurrences(target));
    }

    @Override
    int choose(int enabled) {
        if (toCome != 0) {
            return super.choose(enabled);
        }
        draw(enabled);
        int reading = reading();
        int best = -1;
        int bestTier = -1;
        for (int rest = enabled; rest != 0; rest &= rest - 1) {
            int t = Integer.numberOfTrailingZeros(rest);
            int tier = tier(t, reading);
            if (tier > bestTier || (tier == bestTier && priority(t) > priority(best))) {
                best = t;
                bestTier = tier;
            }
        }
        return best;
    }

    /** Whether the read of the target has read from the write of the target. */
    boolean met() {
        return met;
    }

    /** The word that the read is about to read, or -1 while its thread is elsewhere. */
    private int reading() {
        int t = targets.readerThread(target);
        return pending.label(t) == targets.readerLabel(target) ? pending.word(t) : -1;
    }

    private int tier(int t, int reading) {
        int op = targets.operation(t, pendingLabel(t));
        int word = pendingWord(t);
        if (reading >= 0 && t == targets.readerThread(target)) {
            return lastWriter(word) == targets.writer(target) ? NOW : AVOID;
        }
        if ((pendingKind(t) & Pending.WRITES) == 0) {
            return NORMAL;
        }
        if (word == reading) {
            return op == targets.writer(target) ? NOW : lastWriter(word) == targets.writer(target) ? AVOID : NORMAL;
        }
        // The read is not there yet: what it is to find should stay, where others are known to write what it reads.
        boolean found = lastWriter(word) == targets.writer(target);
        return found && targets.disturbs(op, target) ? AVOID : NORMAL;
    }

    private int lastWriter(int word) {
        long entry = lastWriter[word];
        return entry >>> Integer.SIZE == run ? (int) entry : RffTargets.START;
    }

    @Override
    void takes(int t) {
        int word = current(t) ? pendingWord(t) : pending.word(t);
        int kind = current(t) ? pendingKind(t) : pending.kind(t);
        int label = pending.label(t);
        if (toCome >= 0 && t == targets.readerThread(target) && label == targets.readerLabel(target)) {
            met |= toCome == 0 && lastWriter(word) == targets.writer(target);
            toCome--;
        }
        if ((kind & Pending.WRITES) != 0) {
            lastWriter[word] = run << Integer.SIZE | targets.operation(t, label);
        }
        takes(t, word, kind);
    }
}
