package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.machine.Machine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How many steps each thread of a scenario takes, and how many of them access which group of objects: means over runs of a
 * random walk on seeds of their own, rounded, and at least 1 for what happens at all.
 */
final class Profile {

    private static final long CALIBRATION = Mix.name("profile");
    private static final int RUNS = 128;

    private final int threads;
    private final long[] steps;
    private final long[][] accesses;

    private Profile(int threads, int groups) {
        this.threads = threads;
        steps = new long[threads];
        accesses = new long[groups][threads];
    }

    /** Runs the machine, which must be fresh. */
    static Profile of(Machine machine) {
        machine.checked = 0; // a broken promise would cut runs short
        MachinePending pending = new MachinePending(machine);
        Profile profile = new Profile(pending.threads, pending.groups());
        Scheduler scheduler = new RuleScheduler(pending, profile.new Counting(pending));
        long lane = Mix.lane(0, CALIBRATION);
        for (int i = 0; i < RUNS; i++) {
            scheduler.run(Mix.at(lane, i));
        }
        return profile;
    }

    /** A random walk, which is a uniform one without weights, that counts. */
    private final class Counting extends Rule {

        private final Rule walk;

        Counting(Pending pending) {
            super(pending);
            walk = new UrwRule(pending, new int[pending.threads]);
        }

        @Override
        void begin(long seed) {
            walk.begin(seed);
        }

        @Override
        int choose(int enabled) {
            return walk.choose(enabled);
        }

        @Override
        void takes(int t) {
            steps[t]++;
            int word = pending.word(t);
            for (int g = 0; g < accesses.length; g++) {
                if (pending.inGroup(word, g)) {
                    accesses[g][t]++;
                }
            }
            walk.takes(t);
        }
    }

    /** For each thread its steps. */
    Counts steps() {
        return Counts.of(List.of(rounded(steps, 1)));
    }

    /** For each group and thread its accesses; neighbouring groups that hardly differ share their mean. */
    Counts accesses() {
        List<int[]> rows = new ArrayList<>();
        int from = 0;
        for (int to = 1; to <= accesses.length; to++) {
            if (to == accesses.length || !alike(accesses[from], accesses[to])) {
                long[] sum = new long[threads];
                for (int g = from; g < to; g++) {
                    for (int t = 0; t < threads; t++) {
                        sum[t] += accesses[g][t];
                    }
                }
                for (int g = from; g < to; g++) {
                    rows.add(rounded(sum, to - from));
                }
                from = to;
            }
        }
        return Counts.of(rows);
    }

    private static boolean alike(long[] a, long[] b) {
        for (int t = 0; t < a.length; t++) {
            boolean oneOnly = (a[t] == 0) != (b[t] == 0);
            if (oneOnly || Math.abs(a[t] - b[t]) > Math.max(RUNS, a[t] / 4)) {
                return false;
            }
        }
        return true;
    }

    private static int[] rounded(long[] sums, int groups) {
        long n = (long) RUNS * groups;
        return Arrays.stream(sums)
                .mapToInt(sum -> sum == 0 ? 0 : (int) Math.max(1, (sum + n / 2) / n))
                .toArray();
    }
}
