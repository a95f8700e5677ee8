package dev.gupfuzz.simulator.search;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.scenario.Goal;
import dev.gupfuzz.simulator.strategy.Scheduler;
import dev.gupfuzz.simulator.strategy.Strategy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The counts of a set of seeds of one cell. Merging is associative and commutative, and the result for an interval is the
 * same however the interval was cut.
 */
public final class Tally {

    private static final int FORMAT = 4;
    private static final int MEMBER_WORDS = 3;
    private static final int GOALS = Long.SIZE;

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

    private final Violations violations = new Violations();

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
        long reached = Sched.goals(m.s);
        for (long rest = reached; rest != 0; rest &= rest - 1) {
            goals[Long.numberOfTrailingZeros(rest)]++;
        }
        if (run.cut()) {
            cut++;
        } else if ((reached & cell.scenario().window().bit()) != 0) {
            evidence++;
        }
        if (m.violated >= 0) {
            violations.add(m.violated, m.violatedBy, m.violatedAt, m.violatedDetail, m.violatedPage, seed);
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
        violations.take(other.violations);
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
        return violations.byBlame(cell.scenario());
    }

    /** Schedules that broke an invariant. */
    public long violating() {
        return violations.total();
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
        for (Goal goal : cell.scenario().goals(cell.kernel())) {
            map.put(goal.id(), goals[Long.numberOfTrailingZeros(goal.bit())]);
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
            violations.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
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
            tally.violations.read(in, bytes.length);
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
