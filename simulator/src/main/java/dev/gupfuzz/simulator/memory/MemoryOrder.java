package dev.gupfuzz.simulator.memory;

/**
 * What lies between the CPUs and memory, as words of a state: of each CPU the stores that nobody else sees yet, and how far back its
 * loads may look. With {@link MemoryModel#SC} there is nothing.
 *
 * <p>A store waits in its CPU's buffer until a flush of that CPU makes it visible to all others at once: with {@link MemoryModel#TSO}
 * the oldest one, with {@link MemoryModel#WEAK} any that has no older one to the same location before it, no write barrier, and, if it
 * is a release, nothing at all. An atomic without a return value waits there too and is applied as it is flushed.
 *
 * <p>With {@link MemoryModel#WEAK} a load may have been satisfied early: it sees what its location held at some moment since the
 * CPU's last barrier for loads, but never less than what the CPU has seen or stored there. Moments are positions in a log of the
 * writes to memory; what nobody can look back to any more is dropped, so that a state does not tell how long a run took.
 *
 * <p>Source: Sewell and others, x86-TSO, CACM 53(7), 2010; tools/memory-model/Documentation/explanation.txt. Left out, and so never
 * seen: a store that becomes visible before an earlier load of its CPU is satisfied (LB), stores that become visible to one CPU
 * before another (the kernel's model allows both, for Power), atomics with a value that wait in the buffer or read from there, and
 * loads of one location that are satisfied out of order.
 */
public final class MemoryOrder {

    /** Writes that loads can look back over. */
    static final int LOG_MAX = 24;
    /** Stores and barriers of one CPU that wait. */
    static final int BUFFER_MAX = 12;

    private static final int LOCATION = 0;
    private static final int VALUE = 1;
    private static final int KIND = 2;
    /** The moment at which the latest of what its value and its address depend on was read. */
    private static final int DEPENDS = 3;

    private static final int ENTRY_WORDS = 4;

    private static final int STORE = 0;
    private static final int ADD = 1;
    private static final int RELEASE = 2;
    private static final int UNLOCK = 3;
    private static final int BARRIER = 4;

    // ---- of a CPU, before its entries

    /** The moment before which its loads cannot be satisfied. */
    private static final int FLOOR = 0;
    /** The latest moment at which one of its loads was. */
    private static final int SATISFIED = 1;
    /** Entries in its buffer. */
    private static final int COUNT = 2;
    /** What {@link #SATISFIED} was at its last unlock. */
    private static final int UNLOCKED = 3;
    /** For each location the moment before which it cannot look there. */
    private static final int SEEN = 4;

    public final MemoryModel model;

    private final int[] s;
    private final int base;
    private final int memory;
    private final int cpus;
    private final int locations;
    private final int cpuBase;
    private final int cpuWords;

    /** The moment of the last {@link #load}. */
    private int moment;

    /**
     * @param s the state
     * @param base its first word here, of {@link #words}
     * @param memory where the locations lie, one word each
     */
    public MemoryOrder(MemoryModel model, int[] s, int base, int memory, int locations, int cpus) {
        this.model = model;
        this.s = s;
        this.base = base;
        this.memory = memory;
        this.locations = locations;
        this.cpus = cpus;
        this.cpuBase = base + 1 + 2 * LOG_MAX;
        this.cpuWords = SEEN + locations + BUFFER_MAX * ENTRY_WORDS;
    }

    /** Words of the state that it takes. */
    public static int words(int locations, int cpus) {
        return 1 + 2 * LOG_MAX + cpus * (SEEN + locations + BUFFER_MAX * ENTRY_WORDS);
    }

    private int cpu(int cpu) {
        return cpuBase + cpu * cpuWords;
    }

    private int entry(int cpu, int i) {
        return cpu(cpu) + SEEN + locations + i * ENTRY_WORDS;
    }

    private int count(int cpu) {
        return s[cpu(cpu) + COUNT];
    }

    /** The moment that is now. */
    public int now() {
        return s[base];
    }

    // ---- loads

    /** Whether a load can be satisfied: not while an atomic of its own CPU to the same location waits. */
    public boolean canLoad(int cpu, int location) {
        int own = newest(cpu, location);
        return own < 0 || s[own + KIND] != ADD;
    }

    /** The newest entry of the CPU for the location, or -1. */
    private int newest(int cpu, int location) {
        for (int i = count(cpu) - 1; i >= 0; i--) {
            int at = entry(cpu, i);
            if (s[at + KIND] != BARRIER && s[at + LOCATION] == location) {
                return at;
            }
        }
        return -1;
    }

    private int floor(int cpu, int location, int after) {
        return Math.max(Math.max(s[cpu(cpu) + FLOOR], s[cpu(cpu) + SEEN + location]), after);
    }

    /**
     * How many values a load may see.
     *
     * @param after the moment before which it cannot be satisfied because its address depends on something read then; 0, none
     */
    public int values(int cpu, int location, int after) {
        if (model != MemoryModel.WEAK || newest(cpu, location) >= 0) {
            return 1;
        }
        int values = 1;
        for (int i = now() - 1; i >= floor(cpu, location, after); i--) {
            values += logged(i) == location ? 1 : 0;
        }
        return values;
    }

    private int logged(int i) {
        return s[base + 1 + 2 * i];
    }

    private int replaced(int i) {
        return s[base + 2 + 2 * i];
    }

    /** Takes one of the {@link #values}, 0 the present one; {@link #moment} tells when it was satisfied, as early as can be. */
    public int load(int cpu, int location, int after, int choice) {
        int own = newest(cpu, location);
        moment = 0;
        if (own >= 0) {
            moment = Math.max(after, s[own + DEPENDS]); // no earlier than the store can be executed
            return s[own + VALUE];
        }
        int value = s[memory + location];
        if (model != MemoryModel.WEAK) {
            return value;
        }
        int floor = floor(cpu, location, after);
        int left = choice;
        int i = now() - 1;
        for (; i >= floor; i--) {
            if (logged(i) == location && left-- == 0) {
                break;
            } else if (logged(i) == location) {
                value = replaced(i);
            }
        }
        satisfied(cpu, location, i + 1);
        return value;
    }

    private void satisfied(int cpu, int location, int when) {
        moment = when;
        s[cpu(cpu) + SEEN + location] = when;
        s[cpu(cpu) + SATISFIED] = Math.max(s[cpu(cpu) + SATISFIED], when);
    }

    /** When the last load was satisfied. */
    public int moment() {
        return moment;
    }

    // ---- stores

    /** @param depends the moment at which the latest of what the value and the address depend on was read; 0, nothing */
    public void store(int cpu, int location, int value, int depends) {
        enter(cpu, location, value, STORE, depends);
    }

    /** As {@link #store}. */
    public void storeRelease(int cpu, int location, int value, int depends) {
        enter(cpu, location, value, RELEASE, depends);
    }

    /** A release with which the CPU gives a lock up. */
    public void unlock(int cpu, int location) {
        s[cpu(cpu) + UNLOCKED] = s[cpu(cpu) + SATISFIED];
        enter(cpu, location, 0, UNLOCK, 0);
    }

    /** The CPU has taken a lock: what stood before its last unlock, of any lock, comes before what follows, but for stores and later loads. */
    public void locked(int cpu) {
        after(cpu, s[cpu(cpu) + UNLOCKED]);
        for (int i = 0; i < count(cpu); i++) {
            if (s[entry(cpu, i) + KIND] == UNLOCK) {
                writeBarrier(cpu);
                return;
            }
        }
    }

    /** An atomic addition without a return value. */
    public void add(int cpu, int location, int delta) {
        enter(cpu, location, delta, ADD, 0);
    }

    private void enter(int cpu, int location, int value, int kind, int depends) {
        if (model == MemoryModel.SC) {
            s[memory + location] = value;
            return;
        }
        if (count(cpu) == BUFFER_MAX) {
            throw new IllegalStateException("[simulator bug] a CPU's buffer is full: cpu=" + cpu);
        }
        int at = entry(cpu, s[cpu(cpu) + COUNT]++);
        s[at + LOCATION] = location;
        s[at + VALUE] = value;
        s[at + KIND] = kind;
        s[at + DEPENDS] = depends;
    }

    /** Whether the CPU has room for one more entry; else it waits for a flush. */
    public boolean hasRoom(int cpu) {
        return model == MemoryModel.SC || count(cpu) < BUFFER_MAX;
    }

    /** Whether nothing of the CPU's waits. */
    public boolean isDrained(int cpu) {
        return count(cpu) == 0;
    }

    /** Whether an atomic operation of the CPU may reach memory: behind its stores to the same location, and behind its barriers. */
    public boolean canUpdate(int cpu, int location) {
        if (model == MemoryModel.TSO) {
            return isDrained(cpu);
        }
        for (int i = 0; i < count(cpu); i++) {
            int at = entry(cpu, i);
            if (s[at + KIND] == BARRIER || s[at + LOCATION] == location) {
                return false;
            }
        }
        return true;
    }

    /**
     * What an atomic operation reads: the present value. Its write follows with nothing of others between the two, but its read may
     * have been satisfied as early as the value is old: that is the {@link #moment} behind which an acquire keeps later loads.
     */
    public int present(int cpu, int location) {
        if (model == MemoryModel.WEAK) {
            int floor = floor(cpu, location, 0);
            int i = now() - 1;
            while (i >= floor && logged(i) != location) {
                i--;
            }
            satisfied(cpu, location, i + 1);
        }
        return s[memory + location];
    }

    /** What an atomic operation writes, visible to all. */
    public void update(int cpu, int location, int value) {
        visible(cpu, location, value);
    }

    private void visible(int cpu, int location, int value) {
        if (model == MemoryModel.WEAK) {
            if (now() == LOG_MAX) {
                throw new IllegalStateException("[simulator bug] too many writes to look back over");
            }
            int at = base + 1 + 2 * s[base]++;
            s[at] = location;
            s[at + 1] = s[memory + location];
            s[cpu(cpu) + SEEN + location] = now();
        }
        s[memory + location] = value;
    }

    // ---- flushes

    /** How many entries of the CPU can become visible next. */
    public int flushable(int cpu) {
        int flushable = 0;
        for (int i = 0; i < count(cpu); i++) {
            if (s[entry(cpu, i) + KIND] == BARRIER) {
                break;
            }
            flushable += mayPass(cpu, i) ? 1 : 0;
        }
        return flushable;
    }

    private boolean mayPass(int cpu, int i) {
        if (i == 0) {
            return true;
        }
        int at = entry(cpu, i);
        if (model == MemoryModel.TSO || s[at + KIND] == RELEASE || s[at + KIND] == UNLOCK) {
            return false;
        }
        for (int j = 0; j < i; j++) {
            if (s[entry(cpu, j) + LOCATION] == s[at + LOCATION]) {
                return false;
            }
        }
        return true;
    }

    /** Makes one of the {@link #flushable} entries visible. */
    public void flush(int cpu, int choice) {
        int left = choice;
        int i = 0;
        while (!mayPass(cpu, i) || left-- > 0) {
            i++;
        }
        int at = entry(cpu, i);
        int location = s[at + LOCATION];
        visible(cpu, location, s[at + KIND] == ADD ? s[memory + location] + s[at + VALUE] : s[at + VALUE]);
        remove(cpu, i);
        while (count(cpu) > 0 && s[entry(cpu, 0) + KIND] == BARRIER) {
            remove(cpu, 0);
        }
    }

    private void remove(int cpu, int i) {
        int end = entry(cpu, count(cpu));
        int at = entry(cpu, i);
        System.arraycopy(s, at + ENTRY_WORDS, s, at, end - at - ENTRY_WORDS);
        for (int word = end - ENTRY_WORDS; word < end; word++) {
            s[word] = 0;
        }
        s[cpu(cpu) + COUNT]--;
    }

    // ---- barriers

    /** Stores before it become visible before stores behind it: smp_wmb(). */
    public void writeBarrier(int cpu) {
        int count = count(cpu);
        if (model == MemoryModel.WEAK && count > 0 && s[entry(cpu, count - 1) + KIND] != BARRIER) {
            enter(cpu, 0, 0, BARRIER, 0);
        }
    }

    /** Loads behind it are satisfied behind all before it: smp_rmb(). */
    public void readBarrier(int cpu) {
        after(cpu, s[cpu(cpu) + SATISFIED]);
    }

    /** Loads behind it are satisfied no earlier than that: an acquire. */
    public void after(int cpu, int when) {
        if (model == MemoryModel.WEAK) {
            s[cpu(cpu) + FLOOR] = Math.max(s[cpu(cpu) + FLOOR], when);
        }
    }

    /** Nothing passes it: smp_mb(), of a CPU that {@link #isDrained}. */
    public void fullBarrier(int cpu) {
        after(cpu, now());
    }

    // ---- what nobody can tell

    /**
     * Forgets the moments that no load can look back to any more.
     *
     * @param loading CPUs that may load again, as a mask
     * @return by how much all moments that are kept elsewhere have become less
     */
    public int settle(int loading) {
        if (model != MemoryModel.WEAK) {
            return 0;
        }
        int oldest = now();
        for (int cpu = 0; cpu < cpus; cpu++) {
            if ((loading >> cpu & 1) != 0) {
                oldest = Math.min(oldest, s[cpu(cpu) + FLOOR]);
            }
        }
        int log = base + 1;
        int length = 2 * now();
        System.arraycopy(s, log + 2 * oldest, s, log, length - 2 * oldest);
        for (int at = log + length - 2 * oldest; at < log + length; at++) {
            s[at] = 0;
        }
        s[base] -= oldest;
        for (int cpu = 0; cpu < cpus; cpu++) {
            int at = cpu(cpu);
            boolean loads = (loading >> cpu & 1) != 0;
            s[at + FLOOR] = loads ? s[at + FLOOR] - oldest : 0;
            s[at + UNLOCKED] = loads ? Math.max(s[at + UNLOCKED] - oldest, s[at + FLOOR]) : 0;
            s[at + SATISFIED] = loads ? Math.max(s[at + SATISFIED] - oldest, s[at + FLOOR]) : 0;
            for (int x = at + SEEN; x < at + SEEN + locations; x++) {
                s[x] = loads ? Math.max(s[x] - oldest, s[at + FLOOR]) : 0;
            }
            for (int i = 0; i < count(cpu); i++) {
                int x = entry(cpu, i) + DEPENDS;
                s[x] = loads ? Math.max(s[x] - oldest, 0) : 0;
            }
        }
        return oldest;
    }
}
