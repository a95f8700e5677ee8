package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.Mix;
import java.util.Arrays;
import java.util.BitSet;
import java.util.TreeSet;

/**
 * The reads of a scenario, each with the writes of other threads that it might read from, and with "no write at all": what
 * {@link RffRule} drives one by one. They are collected from runs of partial order sampling on seeds of their own: a read
 * and a write that touched one word in one run are a pair, whichever came first. Many pairs cannot be, because the order of
 * one thread's own steps forbids them; those that calibration never met are not drawn.
 */
final class RffTargets {

    /** In place of a writer: the word is as it was at the start. */
    static final int START = 0;

    private static final long CALIBRATION = Mix.name("rff calibration");
    private static final int RUNS = 64;
    private static final int DRIVES = 6;

    private final Pending pending;
    /** Readers in the upper half, writers in the lower; ascending. */
    private final long[] pairs;
    /** For each pair its name, ready to be folded into a seed. */
    private final long[] names;
    /** For each operation how often it was seen in one run at the most. */
    private final int[] most;
    /** The pairs that are drawn. */
    private final BitSet drawn;

    private RffTargets(Pending pending, long[] pairs, int[] most, BitSet drawn) {
        this.pending = pending;
        this.pairs = pairs;
        this.most = most;
        this.drawn = drawn;
        names = new long[pairs.length];
        for (int i = 0; i < names.length; i++) {
            names[i] = Mix.ready(Mix.key(name(reader(i)), name(writer(i))));
        }
    }

    private long name(int operation) {
        return operation == START
                ? 0
                : Mix.key(
                        pending.roles[operation / pending.labels() - 1],
                        pending.labelName(operation % pending.labels()));
    }

    /** Collects the targets of a scheduler's machine. */
    static RffTargets of(MachinePending pending) {
        Witness witness = new Witness(pending);
        Scheduler scheduler = new RuleScheduler(pending, witness);
        long lane = Mix.lane(0, CALIBRATION);
        for (int i = 0; i < RUNS; i++) {
            scheduler.run(Mix.at(lane, i));
            witness.collect();
        }
        return witness.targets();
    }

    int count() {
        return pairs.length;
    }

    /** The same, of which only some are drawn. */
    RffTargets only(BitSet some) {
        return new RffTargets(pending, pairs, most, some);
    }

    /** Those that are met when they are driven a few times each, on the machine of a scheduler. */
    BitSet met(MachinePending view) {
        long lane = Mix.lane(1, CALIBRATION);
        BitSet met = new BitSet();
        for (int i = 0; i < pairs.length; i++) {
            BitSet one = new BitSet();
            one.set(i);
            RffRule rule = new RffRule(view, only(one));
            Scheduler scheduler = new RuleScheduler(view, rule);
            for (int j = 0; j < DRIVES && !met.get(i); j++) {
                scheduler.run(Mix.at(lane, j));
                met.set(i, rule.met());
            }
        }
        return met;
    }

    /** The target of a run, or -1 when there is none. */
    int draw(long lane) {
        int best = -1;
        long bestDraw = 0;
        for (int i = drawn.nextSetBit(0); i >= 0; i = drawn.nextSetBit(i + 1)) {
            long draw = Mix.mix64(lane ^ names[i]);
            if (best < 0 || draw > bestDraw) {
                best = i;
                bestDraw = draw;
            }
        }
        return best;
    }

    /** How often the read happens in a run. */
    int occurrences(int target) {
        return most[reader(target)];
    }

    private int reader(int target) {
        return (int) (pairs[target] >>> Integer.SIZE);
    }

    int readerThread(int target) {
        return reader(target) / pending.labels() - 1;
    }

    int readerLabel(int target) {
        return reader(target) % pending.labels();
    }

    /** The operation to be read from, or {@link #START}. */
    int writer(int target) {
        return (int) pairs[target];
    }

    /** A thread at a label, as one number above {@link #START}. */
    int operation(int t, int label) {
        return (t + 1) * pending.labels() + label;
    }

    /** Whether an operation is known to write what the target's read reads. */
    boolean disturbs(int operation, int target) {
        return Arrays.binarySearch(pairs, (long) reader(target) << Integer.SIZE | operation) >= 0;
    }

    /** Notes who accesses what. */
    static final class Witness extends PosRule {

        private static final int KIND_BITS = 2;

        private final TreeSet<Long> pairs = new TreeSet<>();
        private final int[] most;
        private final int[] seen;
        /** Accesses of the run: the word, the operation, the kind. */
        private long[] accesses = new long[256];

        private int count;

        Witness(Pending pending) {
            super(pending);
            most = new int[(pending.threads + 1) * pending.labels()];
            seen = new int[most.length];
        }

        @Override
        void begin(long seed) {
            super.begin(seed);
            count = 0;
            Arrays.fill(seen, 0);
        }

        @Override
        void takes(int t) {
            int operation = (t + 1) * pending.labels() + pending.label(t);
            if (count == accesses.length) {
                accesses = Arrays.copyOf(accesses, count * 2);
            }
            accesses[count++] =
                    (long) pending.word(t) << Integer.SIZE | (long) operation << KIND_BITS | pending.kind(t);
            most[operation] = Math.max(most[operation], ++seen[operation]);
            super.takes(t);
        }

        /** Adds the pairs of the run that has just ended. */
        void collect() {
            Arrays.sort(accesses, 0, count);
            int kinds = 0;
            for (int i = 0; i < count; i++) {
                if (i == 0 || accesses[i] != accesses[i - 1]) {
                    accesses[kinds++] = accesses[i];
                }
            }
            for (int from = 0, to; from < kinds; from = to) {
                to = from;
                while (to < kinds && accesses[to] >>> Integer.SIZE == accesses[from] >>> Integer.SIZE) {
                    to++;
                }
                for (int r = from; r < to; r++) {
                    for (int w = from; w < to; w++) {
                        pair((int) accesses[r], (int) accesses[w]);
                    }
                }
            }
        }

        private void pair(int read, int write) {
            int reader = read >>> KIND_BITS;
            int writer = write >>> KIND_BITS;
            boolean reads = (read & Pending.READS) != 0;
            boolean writes = (write & Pending.WRITES) != 0;
            if (reads && writes && reader / pending.labels() != writer / pending.labels()) {
                pairs.add((long) reader << Integer.SIZE | writer);
                pairs.add((long) reader << Integer.SIZE | START);
            }
        }

        RffTargets targets() {
            BitSet all = new BitSet();
            all.set(0, pairs.size());
            return new RffTargets(
                    pending, pairs.stream().mapToLong(Long::longValue).toArray(), most, all);
        }
    }
}
