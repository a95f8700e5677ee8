package dev.gupfuzz.simulator.search;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.scenario.Scenario;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** What schedules broke: how often, and the lowest seeds of each kind. In columns, so that counting one allocates nothing. */
final class Violations {

    /** Invariant, thread and label, as the machine has them; with {@link #detail} they tell a kind from others. */
    private long[] what = new long[8];

    private long[] detail = new long[8];
    private int[] page = new int[8];
    private long[] count = new long[8];
    /** For each kind its lowest seeds, ascending as unsigned numbers. Every number is a seed, so none stands for nothing. */
    private long[] seeds = new long[8 * Count.SEEDS_MAX];
    /** How many seeds of each kind are kept. */
    private int[] kept = new int[8];

    private int kinds;

    /** One more schedule of a kind. */
    void add(int invariant, int thread, int label, long more, int onPage, long seed) {
        int kind = kind((long) invariant << 32 | (long) thread << 16 | label, more, onPage);
        count[kind]++;
        keepSeed(kind, seed);
    }

    void take(Violations other) {
        for (int i = 0; i < other.kinds; i++) {
            int kind = kind(other.what[i], other.detail[i], other.page[i]);
            count[kind] += other.count[i];
            for (int j = 0; j < other.kept[i]; j++) {
                keepSeed(kind, other.seeds[i * Count.SEEDS_MAX + j]);
            }
        }
    }

    private int kind(long code, long more, int onPage) {
        for (int i = 0; i < kinds; i++) {
            if (what[i] == code && detail[i] == more) {
                page[i] = Math.min(page[i], onPage); // any of them would do, but not the first one to come
                return i;
            }
        }
        if (kinds == what.length) {
            int n = kinds * 2;
            what = Arrays.copyOf(what, n);
            detail = Arrays.copyOf(detail, n);
            page = Arrays.copyOf(page, n);
            count = Arrays.copyOf(count, n);
            seeds = Arrays.copyOf(seeds, n * Count.SEEDS_MAX);
            kept = Arrays.copyOf(kept, n);
        }
        what[kinds] = code;
        detail[kinds] = more;
        page[kinds] = onPage;
        return kinds++;
    }

    private void keepSeed(int kind, long seed) {
        int base = kind * Count.SEEDS_MAX;
        int at = 0;
        while (at < kept[kind] && Long.compareUnsigned(seeds[base + at], seed) < 0) {
            at++;
        }
        if (at == Count.SEEDS_MAX || (at < kept[kind] && seeds[base + at] == seed)) {
            return;
        }
        kept[kind] = Math.min(kept[kind] + 1, Count.SEEDS_MAX);
        for (int i = kept[kind] - 1; i > at; i--) {
            seeds[base + i] = seeds[base + i - 1];
        }
        seeds[base + at] = seed;
    }

    /** Schedules of all kinds. */
    long total() {
        return Arrays.stream(count, 0, kinds).sum();
    }

    /** By blame, which may be that of several kinds. */
    SortedMap<Blame, Count> byBlame(Scenario scenario) {
        SortedMap<Blame, Count> map = new TreeMap<>();
        for (int i = 0; i < kinds; i++) {
            Blame blame = Blame.of(
                    scenario,
                    (int) (what[i] >> 32),
                    (int) (what[i] & 0xffff),
                    (int) (what[i] >> 16 & 0xffff),
                    page[i],
                    detail[i]);
            int base = i * Count.SEEDS_MAX;
            map.merge(blame, new Count(count[i], Arrays.copyOfRange(seeds, base, base + kept[i])), Violations::sum);
        }
        return map;
    }

    private static Count sum(Count a, Count b) {
        long[] all = Arrays.copyOf(a.lowestSeeds(), a.lowestSeeds().length + b.lowestSeeds().length);
        System.arraycopy(b.lowestSeeds(), 0, all, a.lowestSeeds().length, b.lowestSeeds().length);
        Long[] sorted = Arrays.stream(all).boxed().toArray(Long[]::new);
        Arrays.sort(sorted, Long::compareUnsigned);
        long[] lowest = Arrays.stream(sorted)
                .mapToLong(Long::longValue)
                .limit(Count.SEEDS_MAX)
                .toArray();
        return new Count(a.count() + b.count(), lowest);
    }

    void write(DataOutputStream out) throws IOException {
        out.writeInt(kinds);
        for (int i : inOrder()) {
            out.writeLong(what[i]);
            out.writeLong(detail[i]);
            out.writeInt(page[i]);
            out.writeLong(count[i]);
            out.writeByte(kept[i]);
            for (int j = 0; j < kept[i]; j++) {
                out.writeLong(seeds[i * Count.SEEDS_MAX + j]);
            }
        }
    }

    /** Kinds in an order that does not depend on which came first. */
    private int[] inOrder() {
        return IntStream.range(0, kinds)
                .boxed()
                .sorted((a, b) ->
                        what[a] != what[b] ? Long.compare(what[a], what[b]) : Long.compare(detail[a], detail[b]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /**
     * Adds what {@link #write} wrote.
     *
     * @param longest a number of kinds that cannot be
     * @throws BadInput when there is a kind without a schedule or a seed
     */
    void read(DataInputStream in, int longest) throws IOException {
        int n = in.readInt();
        if (n < 0 || n > longest) {
            throw new BadInput("tally with an impossible number of violations: kinds=" + n);
        }
        for (int i = 0; i < n; i++) {
            int kind = kind(in.readLong(), in.readLong(), in.readInt());
            long times = in.readLong();
            int known = in.readByte();
            if (known < 1 || known > Count.SEEDS_MAX || times < known) {
                throw new BadInput("tally with an impossible violation: count=" + times + " seeds=" + known);
            }
            count[kind] += times;
            for (int j = 0; j < known; j++) {
                keepSeed(kind, in.readLong());
            }
        }
    }
}
