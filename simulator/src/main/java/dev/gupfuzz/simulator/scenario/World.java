package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import java.util.ArrayList;
import java.util.List;

/**
 * The start world of a scenario, while it is written down and after. Every process has the same {@link #pages} virtual
 * pages; a fork's child starts empty.
 */
public final class World {

    /** Most stores that one page can tell apart: the reference memory keeps a bit for each. */
    public static final int STORES_MAX = 30;

    /** Virtual pages of every process. */
    public final int pages;

    /** Role names of the processes. */
    public final List<String> processes = new ArrayList<>();
    /** For each process, how many pages are mapped and populated, writable and dirty, at the start; -1: not yet forked. */
    public final List<Integer> populated = new ArrayList<>();
    /** For each process, the length of its one anonymous private region; 0 for a child. */
    public final List<Integer> regions = new ArrayList<>();

    public final List<ThreadSpec> threads = new ArrayList<>();
    public final List<GoalPoint> goals = new ArrayList<>();
    public GoalPoint window = GoalPoint.PIN_OVERLAPS_FORK;

    /** Pin sets that the programs name. */
    public int pins;
    /** What {@code has_pinned} of the first process is at the start, on kernels that have it. */
    public int hasPinned;

    private final List<List<String>> stores = new ArrayList<>();

    World(int pages) {
        this.pages = pages;
        for (int p = 0; p < pages; p++) {
            List<String> names = new ArrayList<>();
            names.add("zero");
            names.add("initial");
            stores.add(names);
        }
    }

    int process(String role, int region, int populatedPages) {
        processes.add(role);
        regions.add(region);
        populated.add(populatedPages);
        return processes.size() - 1;
    }

    int child(String role) {
        return process(role, 0, -1);
    }

    int thread(String role, int mm, List<int[]> program) {
        threads.add(new ThreadSpec(role, mm, populated.get(mm) < 0, program.toArray(int[][]::new)));
        return threads.size() - 1;
    }

    /** The token of a new store to {@code page}; its name is who stores. */
    int token(int page, String storer) {
        List<String> names = stores.get(page);
        names.add(storer);
        if (names.size() > STORES_MAX) {
            throw new IllegalStateException("[simulator bug] too many stores to one page: page=" + page);
        }
        return page << 8 | names.size() - 1;
    }

    /** The token that a populated page starts with. */
    public static int initialToken(int page) {
        return page << 8 | 1;
    }

    /** The bit of a token among the values that its page ever had. */
    public static int tokenBit(int token) {
        return 1 << (token & 0xff);
    }

    /** Who stored the value, e.g. {@code pinner's store}. */
    public String tokenName(int token) {
        if (token < 0) {
            return "unmapped";
        }
        int page = token >> 8;
        int ordinal = token & 0xff;
        return page < pages && ordinal < stores.get(page).size()
                ? stores.get(page).get(ordinal)
                : "token " + token;
    }
}
