package dev.gupfuzz.simulator.litmus;

import dev.gupfuzz.simulator.litmus.Statement.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Small programs from seeds: two or three threads with up to four accesses each to two or three locations, some with a lock. */
final class RandomPrograms {

    /** Writes to one location: a load then has no more values to see than the machine lets a step have. */
    private static final int WRITES_MAX = 3;

    private static final int ACCESSES_MAX = 7;

    private static final List<Kind> ACCESSES = List.of(
            Kind.READ,
            Kind.READ,
            Kind.READ,
            Kind.READ,
            Kind.READ_ACQUIRE,
            Kind.WRITE,
            Kind.WRITE,
            Kind.WRITE,
            Kind.WRITE_RELEASE,
            Kind.INC,
            Kind.XCHG,
            Kind.XCHG_ACQUIRE,
            Kind.XCHG_RELEASE,
            Kind.XCHG_RELAXED);
    private static final List<Kind> BARRIERS = List.of(Kind.MB, Kind.RMB, Kind.WMB);

    private final Random random;
    private final int locations;
    private final boolean locks;
    private final int[] writes;
    private int value;

    private RandomPrograms(long seed) {
        random = new Random(seed);
        locks = random.nextInt(6) == 0;
        locations = locks || random.nextInt(4) > 0 ? 2 : 3;
        writes = new int[locations];
    }

    static StraightLine of(long seed) {
        return new RandomPrograms(seed).program();
    }

    private StraightLine program() {
        int threads = 2 + random.nextInt(2);
        int most = Math.min(4, ACCESSES_MAX / threads) + (threads == 3 ? 1 : 0);
        List<List<Statement>> all = new ArrayList<>();
        int accesses = 0;
        for (int t = 0; t < threads; t++) {
            int count = Math.min(ACCESSES_MAX - accesses - 2 * (threads - 1 - t), 2 + random.nextInt(most - 1));
            List<Statement> thread = thread(t, count);
            all.add(locks ? locked(thread, threads == 2) : thread);
            accesses += count;
        }
        return new StraightLine(all);
    }

    /** Most go from one location to the next one, as the threads do among which a cycle can run. */
    private List<Statement> thread(int t, int count) {
        List<Statement> thread = new ArrayList<>();
        int registers = 0;
        Kind before = Kind.MB;
        for (int i = 0; i < count; i++) {
            boolean isEnd = (i == 0 || i == count - 1) && random.nextInt(4) > 0;
            int location = isEnd ? (i == 0 ? t : t + 1) % locations : random.nextInt(locations);
            Statement access = access(location, registers);
            if (i > 0 && random.nextInt(5) < 2) {
                thread.add(Statement.barrier(barrier(before, access.kind())));
            }
            before = access.kind();
            boolean inc = access.kind() == Kind.INC;
            if (inc && random.nextInt(4) == 0) {
                thread.add(Statement.barrier(Kind.BEFORE_ATOMIC));
            }
            thread.add(access);
            if (inc && random.nextInt(4) == 0) {
                thread.add(Statement.barrier(Kind.AFTER_ATOMIC));
            }
            registers += access.register() >= 0 ? 1 : 0;
        }
        return thread;
    }

    /** Mostly the weakest one that orders the two, as a program has it that needs one. */
    private Kind barrier(Kind before, Kind behind) {
        if (random.nextInt(3) == 0) {
            return BARRIERS.get(random.nextInt(BARRIERS.size()));
        }
        if (!before.writes() && !behind.writes()) {
            return Kind.RMB;
        }
        return before.writes() && behind.writes() ? Kind.WMB : Kind.MB;
    }

    /** Now and then another atomic operation of the same order. */
    private Kind alike(Kind kind) {
        if (random.nextInt(3) > 0) {
            return kind;
        }
        return switch (kind) {
            case XCHG -> Kind.CMPXCHG;
            case XCHG_ACQUIRE -> Kind.CMPXCHG_ACQUIRE;
            case XCHG_RELEASE -> Kind.CMPXCHG_RELEASE;
            case XCHG_RELAXED -> random.nextBoolean() ? Kind.CMPXCHG_RELAXED : Kind.FETCH_ADD_RELAXED;
            default -> kind;
        };
    }

    private Statement access(int location, int registers) {
        Kind kind = alike(ACCESSES.get(random.nextInt(ACCESSES.size())));
        if (kind.writes() && writes[location] == WRITES_MAX) {
            kind = Kind.READ;
        }
        writes[location] += kind.writes() ? 1 : 0;
        int stored = kind == Kind.INC ? 1 : ++value;
        Statement access = Statement.of(kind, location, kind.returns() ? registers : -1, kind.writes() ? stored : 0);
        if (kind.isCompare()) {
            access = access.withExpected(random.nextBoolean() ? 0 : random.nextInt(value + 1));
        }
        if (registers > 0 && random.nextInt(3) == 0) {
            access = access.withAddress(random.nextInt(registers));
        }
        if (registers > 0 && kind.writes() && kind != Kind.INC && random.nextInt(3) == 0) {
            access = access.withData(random.nextInt(registers));
        }
        if (registers > 0 && kind == Kind.WRITE && random.nextInt(4) == 0) {
            access = access.withCondition(random.nextInt(registers));
        }
        return access;
    }

    /** With a critical section, or two one behind the other, of the same lock or of another one. */
    private List<Statement> locked(List<Statement> thread, boolean mayBeTwo) {
        List<Statement> with = new ArrayList<>(thread);
        int from = random.nextInt(with.size());
        int to = from + 1 + random.nextInt(with.size() - from);
        int second = locations;
        if (mayBeTwo && to - from > 1 && random.nextBoolean()) {
            second += random.nextInt(2);
            int between = from + 1 + random.nextInt(to - from - 1);
            with.add(to, Statement.unlock(second));
            with.add(between, Statement.lock(second));
            with.add(between, Statement.unlock(locations));
        } else {
            with.add(to, Statement.unlock(locations));
        }
        with.add(from, Statement.lock(locations));
        return with;
    }
}
