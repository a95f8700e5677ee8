package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The start world of a scenario, while it is written down and after. Every process has the same {@link #pages} virtual
 * pages; a fork's child starts empty.
 */
public final class World {

    /** Most stores that one location can tell apart: the reference memory keeps a bit for each. */
    public static final int STORES_MAX = 30;

    /** Goals of its own that a scenario can have. */
    public static final int OWN_GOALS_MAX = 16;

    /** Virtual pages of every process. */
    public final int pages;

    /** Role names of the processes. */
    public final List<String> processes = new ArrayList<>();
    /** Whether each process comes from a fork. */
    public final List<Boolean> children = new ArrayList<>();
    /** Of each process, what {@code has_pinned} is at the start, on kernels that have it. */
    public final List<Integer> pinnedBefore = new ArrayList<>();

    /** Whether each process's mm_struct is a static one, which nobody initialises at run time. */
    public final List<Boolean> statics = new ArrayList<>();

    public final List<Region> regions = new ArrayList<>();
    public final List<FileSpec> files = new ArrayList<>();
    public final List<ThreadSpec> threads = new ArrayList<>();
    /** Of each thread where the statements of its rows stand; empty where no file was read. */
    final List<List<At>> statements = new ArrayList<>();

    public final List<GoalPoint> goals = new ArrayList<>();
    /** Goals that only this scenario has, ... */
    public final List<Goal> ownGoals = new ArrayList<>();

    public GoalPoint window = GoalPoint.PIN_OVERLAPS_FORK;
    /** ... and one of them, where it is the window. */
    public @Nullable Goal ownWindow;

    /** Mask of the invariants that are checked. */
    public int checked = -1;

    /** Pin sets that the programs name. */
    public int pins;
    /** Events that the programs name. */
    public int events;
    /** Slots of the swap device; none, no swap. */
    public int swapSlots;
    /** The swap device is synchronous, as zram: do_swap_page() may leave the swap cache out, and a slot's data goes with the slot. */
    public boolean synchronousSwap;
    /** A new page may be in its CPU's LRU batch, which holds a reference: a data choice at its allocation. */
    public boolean lruBatch;
    /** Claims on plain references are promised too, whatever the kernel promises. */
    public boolean promisesGets;

    /** Pages of all files. */
    public int filePages;

    /** Of each virtual page, and behind them of each file's page, which stores are told apart there. */
    private int[] spaces;

    private final List<List<String>> stores = new ArrayList<>();

    World(int pages) {
        this.pages = pages;
        spaces = new int[pages];
        for (int p = 0; p < pages; p++) {
            addSpace(p);
        }
    }

    private void addSpace(int location) {
        spaces[location] = location;
        stores.add(new ArrayList<>(List.of("zero", "initial")));
    }

    int process(String role) {
        return process(role, false);
    }

    int child(String role) {
        return process(role, true);
    }

    private int process(String role, boolean child) {
        processes.add(role);
        children.add(child);
        pinnedBefore.add(0);
        statics.add(false);
        return processes.size() - 1;
    }

    /** An anonymous private region of readable and writable memory. */
    void anon(int mm, String name, int start, int nr, Region.Populated populated) {
        int flags = Region.READ | Region.WRITE | Region.MAYWRITE;
        region(new Region(name, mm, start, nr, flags, Region.ANON, 0, populated, true, 0));
    }

    void region(Region region) {
        regions.add(region);
        for (int i = 0; region.file() != Region.ANON && i < region.pages(); i++) {
            join(spaces[region.start() + i], spaces[pages + region.filePage() + i]);
        }
    }

    int file(String name, boolean shmem, int filePagesOfIt, boolean cached) {
        files.add(new FileSpec(name, shmem, filePages, filePagesOfIt, cached));
        spaces = Arrays.copyOf(spaces, spaces.length + filePagesOfIt);
        for (int i = 0; i < filePagesOfIt; i++) {
            addSpace(pages + filePages + i);
        }
        filePages += filePagesOfIt;
        return files.size() - 1;
    }

    /** What is at {@code page} may come to be at {@code other}: their stores are told apart among one another. */
    void moves(int page, int other) {
        join(spaces[page], spaces[other]);
    }

    private void join(int space, int other) {
        if (space == other) {
            return;
        }
        if (stores.get(space).size() > 2 || stores.get(other).size() > 2) {
            throw new IllegalStateException("[simulator bug] a location changed after its first store");
        }
        for (int p = 0; p < spaces.length; p++) {
            spaces[p] = spaces[p] == space ? other : spaces[p];
        }
    }

    int thread(String role, int mm, List<int[]> program) {
        return thread(role, mm, false, ThreadSpec.OWN_CPU, 0, program);
    }

    /** A kernel thread, for reclaim and the like. */
    int agent(String role, List<int[]> program) {
        return thread(role, 0, true, ThreadSpec.OWN_CPU, 0, program);
    }

    int thread(String role, int mm, boolean agent, int cpu, int priority, List<int[]> program) {
        int[][] rows = program.stream().map(row -> Arrays.copyOf(row, Op.WORDS)).toArray(int[][]::new);
        threads.add(new ThreadSpec(role, mm, !agent && children.get(mm), agent, cpu, priority, rows));
        return threads.size() - 1;
    }

    /** The token of a new store to {@code page}; its name is who stores. */
    int token(int page, String storer) {
        return tokenOf(spaces[page], storer);
    }

    /** The token of a new store to a file's page. */
    int fileToken(int filePage, String storer) {
        return tokenOf(spaces[pages + filePage], storer);
    }

    private int tokenOf(int space, String storer) {
        List<String> names = stores.get(space);
        names.add(storer);
        if (names.size() > STORES_MAX) {
            throw new IllegalStateException("[simulator bug] too many stores to one page: page=" + space);
        }
        return space << 8 | names.size() - 1;
    }

    /** The token of a new store to a virtual page, or, behind the virtual pages, a file's page. */
    int tokenAt(int location, String storer) {
        return tokenOf(spaces[location], storer);
    }

    /** The stores to a location so far, by the bit of their tokens. */
    List<String> storesAt(int location) {
        return stores.get(spaces[location]);
    }

    /** The token that a written page starts with, ... */
    public int initialToken(int page) {
        return spaces[page] << 8 | 1;
    }

    /** ... and a file's page. */
    public int initialFileToken(int filePage) {
        return spaces[pages + filePage] << 8 | 1;
    }

    /** The bit of a token among the values that its location ever had. */
    public static int tokenBit(int token) {
        return 1 << (token & 0xff);
    }

    /** Who stored the value, e.g. {@code pinner's store}. */
    public String tokenName(int token) {
        if (token < 0) {
            return "unmapped";
        }
        int space = token >> 8;
        int ordinal = token & 0xff;
        return space < stores.size() && ordinal < stores.get(space).size()
                ? stores.get(space).get(ordinal)
                : "token " + token;
    }

    /** The name of a store to a virtual page, or behind them a file's page, by the bit of its token. */
    public String storeName(int location, int number) {
        return tokenName(spaces[location] << 8 | number);
    }

    /** The names of the stores of a mask of their bits, as a read of the location may expect them. */
    public List<String> storeNames(int location, int mask) {
        List<String> names = new ArrayList<>();
        for (int rest = mask; rest != 0; rest &= rest - 1) {
            names.add(storeName(location, Integer.numberOfTrailingZeros(rest)));
        }
        return names;
    }

    /** The names of the stores to {@code page}, by the bit of their tokens. */
    public List<String> storesTo(int page) {
        return List.copyOf(storesAt(page));
    }
}
