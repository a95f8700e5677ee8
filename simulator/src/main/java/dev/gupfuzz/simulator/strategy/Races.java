package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.machine.Machine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The steps of each thread that race: those that stood at a decision together with a step of another thread to the same
 * object, at least one of them a write. A step that never does comes in one order with all others, however it is put off.
 */
final class Races {

    /** What the text of {@link #text} looks like. */
    static final String TEXT = "(?:0|(?:[0-9a-f]{2}){1,128})(?:/(?:0|(?:[0-9a-f]{2}){1,128})){0,15}";

    private static final long CALIBRATION = Mix.name("races");
    private static final int RUNS = 128;

    private final Pending pending;
    /** For (thread, label) whether it races. */
    private final boolean[] racing;

    private Races(Pending pending, boolean[] racing) {
        this.pending = pending;
        this.racing = racing;
    }

    /** Nothing yet. */
    Races(Pending pending) {
        this(pending, new boolean[pending.threads * pending.labels()]);
    }

    /** What races in a scenario, and how often. */
    record Learnt(Races races, Counts counts) {}

    /** Runs the machine, which must be fresh: by priorities and by a random walk, on seeds of their own. */
    static Learnt learn(Machine machine) {
        machine.checked = 0; // a broken promise would cut runs short
        MachinePending pending = new MachinePending(machine);
        Races races = new Races(pending);
        Watching walk = races.new Watching(new UrwRule(pending, new int[pending.threads]));
        for (Watching watching : List.of(races.new Watching(new PosRule(pending)), walk)) {
            Scheduler scheduler = new RuleScheduler(pending, watching);
            long lane = Mix.lane(0, CALIBRATION);
            for (int i = 0; i < RUNS; i++) {
                scheduler.run(Mix.at(lane, i));
            }
        }
        return new Learnt(races, walk.counts());
    }

    /** Reads {@link #text} that {@link #TEXT} matches. */
    static Races parse(Pending pending, String text) {
        int[] named = named(pending);
        boolean[] racing = new boolean[pending.threads * pending.labels()];
        String[] parts = text.split("/");
        for (int t = 0; t < pending.threads; t++) {
            BitSet bits = bits(parts[t]);
            if (bits.length() > named.length) {
                throw new BadInput("strategy '..." + text + "': there are " + named.length + " kinds of steps");
            }
            for (int i = bits.nextSetBit(0); i >= 0; i = bits.nextSetBit(i + 1)) {
                racing[t * pending.labels() + named[i]] = true;
            }
        }
        return new Races(pending, racing);
    }

    private static BitSet bits(String hex) {
        return hex.length() > 1 ? BitSet.valueOf(HexFormat.of().parseHex(hex)) : new BitSet();
    }

    /** For how many threads a text speaks. */
    static int threads(String text) {
        return text.split("/").length;
    }

    /** For each thread a bit for each kind of step, in the order of their numbers. */
    String text() {
        int[] named = named(pending);
        List<String> parts = new ArrayList<>();
        for (int t = 0; t < pending.threads; t++) {
            int first = t * pending.labels();
            byte[] bits = IntStream.range(0, named.length)
                    .filter(i -> racing[first + named[i]])
                    .collect(BitSet::new, BitSet::set, BitSet::or)
                    .toByteArray();
            parts.add(bits.length == 0 ? "0" : HexFormat.of().formatHex(bits));
        }
        return String.join("/", parts);
    }

    /** The labels that steps have. */
    private static int[] named(Pending pending) {
        return IntStream.range(0, pending.labels())
                .filter(label -> pending.labelName(label) != Pending.UNUSED)
                .toArray();
    }

    /** Whether the thread's step of this label races. */
    boolean at(int t, int label) {
        return racing[t * pending.labels() + label];
    }

    /** Lets another rule choose, and notes who meets whom and how often each step is taken. */
    final class Watching extends Rule {

        private final Rule rule;
        /** For (thread, label) how often the step was taken. */
        private final long[] taken;

        private int runs;

        Watching(Rule rule) {
            super(rule.pending);
            this.rule = rule;
            taken = new long[racing.length];
        }

        @Override
        void begin(long seed) {
            runs++;
            rule.begin(seed);
        }

        @Override
        int choose(int enabled) {
            for (int rest = enabled; rest != 0; rest &= rest - 1) {
                int t = Integer.numberOfTrailingZeros(rest);
                for (int others = rest & (rest - 1); others != 0; others &= others - 1) {
                    int u = Integer.numberOfTrailingZeros(others);
                    if (pending.word(t) == pending.word(u)
                            && ((pending.kind(t) | pending.kind(u)) & Pending.WRITES) != 0) {
                        racing[slot(t)] = true;
                        racing[slot(u)] = true;
                    }
                }
            }
            return rule.choose(enabled);
        }

        private int slot(int t) {
            return t * pending.labels() + pending.label(t);
        }

        @Override
        void takes(int t) {
            taken[slot(t)]++;
            rule.takes(t);
        }

        /** For each thread how many of a run's steps are of those that race: the mean, and at least 1 for what happens. */
        Counts counts() {
            long[] sums = new long[pending.threads];
            for (int i = 0; i < racing.length; i++) {
                sums[i / pending.labels()] += racing[i] ? taken[i] : 0;
            }
            return Counts.of(List.of(Arrays.stream(sums)
                    .mapToInt(sum -> sum == 0 ? 0 : (int) Math.max(1, (sum + runs / 2) / runs))
                    .toArray()));
        }
    }
}
