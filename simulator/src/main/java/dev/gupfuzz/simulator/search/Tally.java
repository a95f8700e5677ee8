package dev.gupfuzz.simulator.search;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.strategy.Scheduler;
import dev.gupfuzz.simulator.strategy.Strategy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The counts of a set of seeds of one cell. Merging is associative and commutative, and the result for an interval is the
 * same however the interval was cut.
 */
public final class Tally {

    private static final int FORMAT = 2;
    private static final int MEMBER_WORDS = 3;
    private static final int GOALS = GoalPoint.values().length;

    private final Cell cell;
    private long schedules;
    private long steps;
    private long decisions;
    private long evidence;
    private long cut;
    private long digest;
    private final long[] goals = new long[GOALS];
    /** For each member of the strategy its schedules, its steps, and its schedules that broke something. */
    private final long[] members;

    private final long[] covered = new long[Pc.LABELS / 64];
    private boolean failedSelfCheck;
    private long selfCheckSeed;

    // Violations by machine code, so that counting one allocates nothing: {what, detail, count, seeds...} in columns.
    private int kinds;
    private long[] what = new long[8];
    private long[] detail = new long[8];
    private int[] page = new int[8];
    private long[] count = new long[8];
    private long[] seeds = new long[8 * Count.SEEDS_MAX];

    private Tally(Cell cell) {
        this.cell = cell;
        this.members = new long[cell.strategy().members().size() * MEMBER_WORDS];
    }

    /** No runs yet. */
    public static Tally empty(Cell cell) {
        return new Tally(cell);
    }

    /** Counts the run that the scheduler has just finished. */
    void add(Scheduler run, long seed, long stateHash) {
        Machine m = run.machine();
        schedules++;
        steps += run.steps();
        decisions += run.decisions();
        digest += Mix.mix64(stateHash ^ Mix.mix64(seed + Mix.GOLDEN));
        int member = run.member() * MEMBER_WORDS;
        members[member]++;
        members[member + 1] += run.steps();
        members[member + 2] += m.violated >= 0 ? 1 : 0;
        for (int rest = m.s[Sched.GOALS]; rest != 0; rest &= rest - 1) {
            goals[Integer.numberOfTrailingZeros(rest)]++;
        }
        if (run.cut()) {
            cut++;
        } else if ((m.s[Sched.GOALS] & cell.scenario().window().bit()) != 0) {
            evidence++;
        }
        if (m.violated >= 0) {
            long code = (long) m.violated << 32 | (long) m.violatedBy << 16 | m.violatedAt;
            violation(code, m.violatedDetail, m.violatedPage, 1, seed);
        }
    }

    private void violation(long code, long more, int onPage, long times, long seed) {
        int kind = kind(code, more, onPage);
        count[kind] += times;
        keepSeed(kind, seed);
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
        }
        what[kinds] = code;
        detail[kinds] = more;
        page[kinds] = onPage;
        Arrays.fill(seeds, kinds * Count.SEEDS_MAX, (kinds + 1) * Count.SEEDS_MAX, -1);
        return kinds++;
    }

    /** Keeps the three lowest seeds as unsigned numbers; the highest unsigned number stands for none. */
    private void keepSeed(int kind, long seed) {
        int base = kind * Count.SEEDS_MAX;
        long in = seed;
        for (int i = base; i < base + Count.SEEDS_MAX; i++) {
            if (seeds[i] == in) {
                return;
            }
            if (Long.compareUnsigned(in, seeds[i]) < 0) {
                long out = seeds[i];
                seeds[i] = in;
                in = out;
            }
        }
    }

    void cover(boolean[] labels) {
        for (int i = 0; i < labels.length; i++) {
            if (labels[i]) {
                covered[i >> 6] |= 1L << (i & 63);
            }
        }
    }

    void selfCheckFailed(long seed) {
        if (!failedSelfCheck || Long.compareUnsigned(seed, selfCheckSeed) < 0) {
            failedSelfCheck = true;
            selfCheckSeed = seed;
        }
    }

    /** This tally and another of the same cell, as a new one. */
    public Tally merge(Tally other) {
        if (!other.cell.equals(cell)) {
            throw new IllegalArgumentException("tallies of different cells: " + cell + " and " + other.cell);
        }
        Tally sum = new Tally(cell);
        sum.take(this);
        sum.take(other);
        return sum;
    }

    /** Adds another tally of the same cell into this one. */
    void take(Tally other) {
        schedules += other.schedules;
        steps += other.steps;
        decisions += other.decisions;
        evidence += other.evidence;
        cut += other.cut;
        digest += other.digest;
        for (int i = 0; i < GOALS; i++) {
            goals[i] += other.goals[i];
        }
        for (int i = 0; i < members.length; i++) {
            members[i] += other.members[i];
        }
        for (int i = 0; i < covered.length; i++) {
            covered[i] |= other.covered[i];
        }
        for (int i = 0; i < other.kinds; i++) {
            int kind = kind(other.what[i], other.detail[i], other.page[i]);
            count[kind] += other.count[i];
            for (int j = 0; j < Count.SEEDS_MAX; j++) {
                keepSeed(kind, other.seeds[i * Count.SEEDS_MAX + j]);
            }
        }
        if (other.failedSelfCheck) {
            selfCheckFailed(other.selfCheckSeed);
        }
    }

    public Cell cell() {
        return cell;
    }

    public long schedules() {
        return schedules;
    }

    public long steps() {
        return steps;
    }

    /** Points at which at least two threads could run, over all schedules. */
    public long decisions() {
        return decisions;
    }

    /** Schedules that could have failed: they ran to their end and passed through the scenario's window. */
    public long evidence() {
        return evidence;
    }

    /** Schedules that were cut at the step limit; they settle nothing. */
    public long cut() {
        return cut;
    }

    /** A hash over the seed and the final state of every schedule. */
    public long digest() {
        return digest;
    }

    /** A hash of the set of labels that were passed. */
    public long coverage() {
        long hash = 0;
        for (int label = 0; label < Pc.LABELS; label++) {
            if ((covered[label >> 6] >> (label & 63) & 1) != 0) {
                hash += Mix.mix64(Labels.key(label));
            }
        }
        return hash;
    }

    /** Violations by blame. */
    public SortedMap<Blame, Count> violations() {
        SortedMap<Blame, Count> map = new TreeMap<>();
        for (int i = 0; i < kinds; i++) {
            Blame blame = Blame.of(
                    cell.scenario(),
                    (int) (what[i] >> 32),
                    (int) (what[i] & 0xffff),
                    (int) (what[i] >> 16 & 0xffff),
                    page[i],
                    detail[i]);
            long[] lowest = Arrays.copyOfRange(seeds, i * Count.SEEDS_MAX, (i + 1) * Count.SEEDS_MAX);
            map.merge(blame, new Count(count[i], trim(lowest)), Tally::sum);
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

    private long[] trim(long[] lowest) {
        int n = 0;
        while (n < lowest.length && lowest[n] != -1) {
            n++;
        }
        return Arrays.copyOf(lowest, n);
    }

    /** Schedules that broke an invariant. */
    public long violating() {
        long sum = 0;
        for (int i = 0; i < kinds; i++) {
            sum += count[i];
        }
        return sum;
    }

    /** The same, told apart by the member of the strategy that ran them, in the order of the members. */
    public List<StrategyYield> yields() {
        List<StrategyYield> yields = new ArrayList<>();
        List<Strategy> strategies = cell.strategy().members();
        for (int i = 0; i < strategies.size(); i++) {
            int at = i * MEMBER_WORDS;
            yields.add(new StrategyYield(strategies.get(i), members[at], members[at + 1], members[at + 2]));
        }
        return yields;
    }

    /** Every goal of the scenario on this kernel, with the schedules that reached it. */
    public SortedMap<String, Long> goals() {
        SortedMap<String, Long> map = new TreeMap<>();
        for (GoalPoint goal : cell.scenario().goalPoints(cell.kernel())) {
            map.put(goal.id(), goals[goal.ordinal()]);
        }
        return map;
    }

    /** The lowest seed whose second execution differed from its first: a bug of gupfuzz. */
    public OptionalLong selfCheckFailure() {
        return failedSelfCheck ? OptionalLong.of(selfCheckSeed) : OptionalLong.empty();
    }

    /** For the wire. The cell travels beside it. */
    public byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(FORMAT);
            for (long value : new long[] {schedules, steps, decisions, evidence, cut, digest}) {
                out.writeLong(value);
            }
            out.writeByte(GOALS);
            for (long goal : goals) {
                out.writeLong(goal);
            }
            out.writeShort(members.length);
            for (long word : members) {
                out.writeLong(word);
            }
            for (long word : covered) {
                out.writeLong(word);
            }
            out.writeBoolean(failedSelfCheck);
            out.writeLong(selfCheckSeed);
            out.writeInt(kinds);
            for (int i : inOrder()) {
                out.writeLong(what[i]);
                out.writeLong(detail[i]);
                out.writeInt(page[i]);
                out.writeLong(count[i]);
                for (int j = 0; j < Count.SEEDS_MAX; j++) {
                    out.writeLong(seeds[i * Count.SEEDS_MAX + j]);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Kinds in an order that does not depend on which came first. */
    private int[] inOrder() {
        return java.util.stream.IntStream.range(0, kinds)
                .boxed()
                .sorted((a, b) ->
                        what[a] != what[b] ? Long.compare(what[a], what[b]) : Long.compare(detail[a], detail[b]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /**
     * Reads {@link #toBytes} back.
     *
     * @throws BadInput when the bytes are not a tally of this format
     */
    public static Tally fromBytes(Cell cell, byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int format = in.readByte();
            if (format != FORMAT) {
                throw new BadInput("tally of an unknown format: format=" + format);
            }
            Tally tally = new Tally(cell);
            tally.schedules = in.readLong();
            tally.steps = in.readLong();
            tally.decisions = in.readLong();
            tally.evidence = in.readLong();
            tally.cut = in.readLong();
            tally.digest = in.readLong();
            int goalCount = in.readByte();
            if (goalCount != GOALS) {
                throw new BadInput("tally with another list of goals: goals=" + goalCount);
            }
            for (int i = 0; i < GOALS; i++) {
                tally.goals[i] = in.readLong();
            }
            int memberCount = in.readShort();
            if (memberCount != tally.members.length) {
                throw new BadInput("tally of another strategy: counts=" + memberCount);
            }
            for (int i = 0; i < memberCount; i++) {
                tally.members[i] = in.readLong();
            }
            for (int i = 0; i < tally.covered.length; i++) {
                tally.covered[i] = in.readLong();
            }
            tally.failedSelfCheck = in.readBoolean();
            tally.selfCheckSeed = in.readLong();
            int n = in.readInt();
            if (n < 0 || n > bytes.length) {
                throw new BadInput("tally with an impossible number of violations: kinds=" + n);
            }
            for (int i = 0; i < n; i++) {
                int kind = tally.kind(in.readLong(), in.readLong(), in.readInt());
                tally.count[kind] += in.readLong();
                for (int j = 0; j < Count.SEEDS_MAX; j++) {
                    tally.keepSeed(kind, in.readLong());
                }
            }
            if (in.read() >= 0) {
                throw new BadInput("tally with bytes behind its end");
            }
            tally.requireNames();
            return tally;
        } catch (IOException e) {
            throw new BadInput("tally cut short: bytes=" + bytes.length);
        }
    }

    /** A violation that this model has no words for came from elsewhere. */
    private void requireNames() {
        try {
            violations();
        } catch (IndexOutOfBoundsException e) {
            throw new BadInput("tally with a violation that this model does not know: " + e.getMessage());
        }
    }
}
