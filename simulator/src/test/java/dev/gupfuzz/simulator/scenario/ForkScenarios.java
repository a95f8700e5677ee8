package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import java.util.List;

/** Small worlds for the routines of one part of the kernel; {@link WideScenarios} gathers them. */
public final class ForkScenarios {

    private ForkScenarios() {}

    public static List<Scenario> all() {
        return List.of(
                swapped(),
                kinds(),
                freshPage(),
                twoWriters(),
                twoForks(),
                pinnedFilePage(),
                cleanPage(false),
                cleanPage(true),
                swappedAndUsed(),
                reclaimDuringFork(),
                writebackDuringFork(),
                preallocForAnother(),
                lazyFreeInherited(),
                swapInDuringFork(),
                truncateDuringFork(false),
                truncateDuringFork(true));
    }

    /** A child forks while its parent brings a page into the swap cache that all three have in swap. */
    public static Scenario swapInDuringFork() {
        World world = new World(1);
        world.swapSlots = 1;
        int parent = world.process("parent");
        world.anon(parent, "buffer", 0, 1, Region.Populated.SWAPPED);
        int child = world.child("child");
        int grandchild = world.child("grandchild");
        world.thread("parent", parent, List.of(row(Op.FORK, 1, child), row(Op.LOAD, 0)));
        world.thread("child", child, List.of(row(Op.FORK, 2, grandchild)));
        world.thread("grandchild", grandchild, List.of(row(Op.LOAD, 0)));
        return scenario("fork-vs-swap-in", world);
    }

    /** A private mapping of a file, with a copy of its own, is given up by a truncation before the fork, or beside it. */
    public static Scenario truncateDuringFork(boolean beside) {
        World world = new World(1);
        int parent = world.process("parent");
        int file = world.file("file", false, 1, true);
        int flags = Region.READ | Region.WRITE | Region.MAYWRITE;
        int first = world.files.get(file).first();
        region(world, parent, "private", 0, flags, file, first, Region.Populated.WRITTEN, 0);
        int child = world.child("child");
        int[] write = row(Op.FILE_WRITE, first, world.fileToken(first, "written"));
        int[] truncate = row(Op.TRUNCATE, file, 0);
        int[] fork = row(Op.FORK, beside ? 2 : 1, child);
        world.thread("forker", parent, beside ? List.of(write, fork) : List.of(write, truncate, fork));
        if (beside) {
            world.thread("truncater", parent, List.of(truncate));
        }
        world.thread("child", child, List.of(row(Op.LOAD, 0), row(Op.LOAD, 0)));
        return scenario(beside ? "fork-vs-truncate" : "fork-after-truncate", world);
    }

    /** Reclaim finds what the child has of the first region and takes the lock of the child's page table, while fork copies the second. */
    public static Scenario reclaimDuringFork() {
        World world = new World(2);
        world.swapSlots = 1;
        int parent = world.process("parent");
        world.anon(parent, "first", 0, 1, Region.Populated.WRITTEN);
        world.anon(parent, "second", 1, 1, Region.Populated.WRITTEN);
        int child = world.child("child");
        world.thread("forker", parent, List.of(row(Op.FORK, 1, child)));
        world.thread("child", child, List.of(row(Op.LOAD, 0), row(Op.LOAD, 1)));
        world.agent("kswapd", List.of(row(Op.RECLAIM, 0, parent)));
        world.window = GoalPoint.SWAPPED_OUT;
        world.goals.add(GoalPoint.SWAPPED_OUT);
        return scenario("fork-vs-reclaim-of-two", world);
    }

    /** Writeback looks at the child's part of a shared mapping, which is copied for being a mixed map, while fork copies another region. */
    public static Scenario writebackDuringFork() {
        World world = new World(2);
        int parent = world.process("parent");
        int file = world.file("file", false, 1, true);
        int flags = Region.READ | Region.WRITE | Region.MAYWRITE | Region.SHARED | Region.MIXEDMAP;
        int first = world.files.get(file).first();
        region(world, parent, "shared", 0, flags, file, first, Region.Populated.WRITTEN, 0);
        world.anon(parent, "private", 1, 1, Region.Populated.WRITTEN);
        int child = world.child("child");
        world.thread("forker", parent, List.of(row(Op.FORK, 1, child)));
        world.thread("child", child, List.of(row(Op.LOAD, 0), row(Op.LOAD, 1)));
        world.agent("flusher", List.of(row(Op.WRITEBACK, first)));
        return scenario("fork-vs-writeback", world);
    }

    /**
     * Two pages that look pinned. Fork allocates a page for the copy of the first, which is swapped out before fork looks again: the
     * copy of the second takes it.
     */
    public static Scenario preallocForAnother() {
        World world = new World(2);
        world.swapSlots = 1;
        int parent = world.process("parent");
        world.pinnedBefore.set(parent, 1);
        world.anon(parent, "buffer", 0, 2, Region.Populated.WRITTEN);
        int child = world.child("child");
        world.events = 2;
        world.thread("forker", parent, List.of(row(Op.HOLD, 0, 1024), row(Op.WAIT, 0), row(Op.FORK, 2, child)));
        world.thread("holder", parent, List.of(row(Op.HOLD, 1, 1024), row(Op.POST, 0)));
        world.thread("child", child, List.of(row(Op.LOAD, 1)));
        world.agent("kswapd", List.of(row(Op.WAIT, 0), row(Op.RECLAIM, 0, parent)));
        return scenario("fork-prealloc-for-another", world);
    }

    /** A child inherits a page of which its parent said MADV_FREE, and reclaim discards it. */
    public static Scenario lazyFreeInherited() {
        World world = new World(1);
        int parent = world.process("parent");
        world.anon(parent, "buffer", 0, 1, Region.Populated.WRITTEN);
        int child = world.child("child");
        world.events = 1;
        world.thread("parent", parent, List.of(row(Op.MADV_FREE, 0, 1), row(Op.FORK, 1, child), row(Op.POST, 0)));
        world.thread("child", child, List.of(row(Op.LOAD, 0), row(Op.LOAD, 0)));
        world.agent("kswapd", List.of(row(Op.WAIT, 0), row(Op.RECLAIM, 0, parent)));
        world.window = GoalPoint.LAZYFREE_DISCARDED;
        world.goals.add(GoalPoint.LAZYFREE_DISCARDED);
        return scenario("fork-lazy-free", world);
    }

    /** A page that is swapped out, and fork: the child gets a swap entry of its own, and exits. */
    public static Scenario swapped() {
        World world = new World(2);
        world.swapSlots = 2;
        int parent = world.process("parent");
        world.anon(parent, "buffer", 0, 2, Region.Populated.SWAPPED);
        int child = world.child("child");
        world.thread("parent", parent, List.of(row(Op.FORK, 1, child)));
        world.thread("child", child, List.of(row(Op.EXIT)));
        return scenario("fork-swapped", world);
    }

    /** A VMA of each kind that fork treats differently, on page tables of their own; another thread loads one of them meanwhile. */
    public static Scenario kinds() {
        World world = new World(6);
        int parent = world.process("parent");
        int file = world.file("file", false, 2, true);
        int first = world.files.get(file).first();
        int anon = Region.READ | Region.WRITE | Region.MAYWRITE;
        region(world, parent, "buffer", 0, anon, Region.ANON, 0, Region.Populated.WRITTEN, 0);
        region(world, parent, "dontcopy", 1, anon | Region.DONTCOPY, Region.ANON, 0, Region.Populated.WRITTEN, 0);
        region(world, parent, "wiped", 2, anon | Region.WIPEONFORK, Region.ANON, 0, Region.Populated.WRITTEN, 1);
        region(world, parent, "private", 3, anon | Region.MIXEDMAP, file, first, Region.Populated.READ, 1);
        region(
                world,
                parent,
                "shared",
                4,
                anon | Region.SHARED | Region.MIXEDMAP,
                file,
                first + 1,
                Region.Populated.WRITTEN,
                1);
        region(world, parent, "zeros", 5, anon | Region.UFFD_WP, Region.ANON, 0, Region.Populated.READ, 2);
        int child = world.child("child");
        world.thread("forker", parent, List.of(row(Op.FORK, 2, child)));
        world.thread("reader", parent, List.of(row(Op.LOAD, 0), row(Op.LOAD, 3)));
        world.thread("child", child, List.of(row(Op.LOAD, 0), row(Op.LOAD, 3), row(Op.LOAD, 4)));
        return scenario("fork-kinds", world);
    }

    /** Two threads store to pages that nobody touched before, while their process forks: the VMA comes by its anon_vma meanwhile. */
    public static Scenario freshPage() {
        World world = new World(1);
        int parent = world.process("parent");
        world.anon(parent, "buffer", 0, 1, Region.Populated.NO);
        int child = world.child("child");
        world.thread("forker", parent, List.of(row(Op.FORK, 2, child)));
        world.thread("writer", parent, List.of(row(Op.STORE, 0, world.token(0, "writer's store"))));
        world.thread("child", child, List.of(row(Op.LOAD, 0)));
        world.window = GoalPoint.STORE_OVERLAPS_FORK;
        world.goals.add(GoalPoint.STORE_OVERLAPS_FORK);
        return scenario("fork-fresh-page", world);
    }

    /** Two threads that have a page in their TLBs store to it while their process forks. */
    public static Scenario twoWriters() {
        World world = new World(1);
        int parent = world.process("parent");
        world.anon(parent, "buffer", 0, 1, Region.Populated.WRITTEN);
        int child = world.child("child");
        world.thread("forker", parent, List.of(row(Op.FORK, 3, child)));
        world.thread("writer1", parent, List.of(row(Op.STORE, 0, world.token(0, "writer1's store"))));
        world.thread(
                "writer2",
                parent,
                List.of(
                        row(Op.STORE, 0, world.token(0, "writer2's store 1")),
                        row(Op.STORE, 0, world.token(0, "writer2's store 2"))));
        world.thread("child", child, List.of(row(Op.LOAD, 0)));
        world.window = GoalPoint.STORE_OVERLAPS_FORK;
        world.goals.addAll(List.of(GoalPoint.STORE_OVERLAPS_FORK, GoalPoint.COW_COPY, GoalPoint.STALE_TLB_USED));
        return scenario("fork-two-writers", world);
    }

    /** Two threads fork while a third pins; nobody uses what the children have. */
    public static Scenario twoForks() {
        World world = new World(1);
        int parent = world.process("parent");
        world.anon(parent, "buffer", 0, 1, Region.Populated.WRITTEN);
        int first = world.child("child1");
        int second = world.child("child2");
        world.pins = 1;
        world.thread("forker1", parent, List.of(row(Op.FORK, 3, first)));
        world.thread("forker2", parent, List.of(row(Op.FORK, 4, second)));
        world.thread("pinner", parent, List.of(row(Op.PIN, 0, 0, 1, Foll.PIN | Foll.WRITE | Foll.FAST)));
        world.thread("child1", first, List.of());
        world.thread("child2", second, List.of());
        world.goals.add(GoalPoint.PIN_OVERLAPS_FORK);
        return scenario("two-forks", world);
    }

    /** A read pin of a file's page in a private mapping that nobody wrote to, which fork copies for being a mixed map. */
    public static Scenario pinnedFilePage() {
        World world = new World(1);
        int parent = world.process("parent");
        int file = world.file("file", false, 1, true);
        int flags = Region.READ | Region.WRITE | Region.MAYWRITE | Region.MIXEDMAP;
        int first = world.files.get(file).first();
        region(world, parent, "buffer", 0, flags, file, first, Region.Populated.READ, 0);
        int child = world.child("child");
        world.pins = 1;
        world.thread(
                "parent",
                parent,
                List.of(
                        row(Op.PIN, 0, 0, 1, Foll.PIN | Foll.FAST),
                        row(Op.FORK, 1, child),
                        row(Op.DEV_LOAD, 0, 0),
                        row(Op.UNPIN, 0)));
        world.thread("child", child, List.of(row(Op.LOAD, 0)));
        world.window = GoalPoint.PIN_HELD_OVER_FORK;
        return scenario("fork-pinned-file-page", world);
    }

    /**
     * A page that MADV_FREE left writable and clean, with as many references as a pin has: a thread stores to it while its process
     * forks; then, where {@code reclaimed}, its memory is wanted.
     */
    public static Scenario cleanPage(boolean reclaimed) {
        World world = new World(1);
        int parent = world.process("parent");
        world.pinnedBefore.set(parent, 1);
        world.anon(parent, "buffer", 0, 1, Region.Populated.WRITTEN);
        int child = world.child("child");
        world.events = 1;
        world.swapSlots = reclaimed ? 2 : 0;
        int childThread = reclaimed ? 3 : 2;
        world.thread(
                "forker",
                parent,
                List.of(
                        row(Op.HOLD, 0, 1024),
                        row(Op.MADV_FREE, 0, 1),
                        row(Op.POST, 0),
                        row(Op.FORK, childThread, child),
                        row(Op.AWAIT, reclaimed ? 6 : 2),
                        row(Op.LOAD, 0)));
        world.thread("writer", parent, List.of(row(Op.WAIT, 0), row(Op.STORE, 0, world.token(0, "writer's store"))));
        if (reclaimed) {
            world.agent("reclaim", List.of(row(Op.AWAIT, 2), row(Op.RECLAIM, 0, parent)));
        }
        world.thread("child", child, List.of(row(Op.EXIT)));
        world.window = GoalPoint.STORE_OVERLAPS_FORK;
        world.goals.add(GoalPoint.STORE_OVERLAPS_FORK);
        return scenario(reclaimed ? "fork-clean-page-reclaimed" : "fork-clean-page", world);
    }

    /** Fork of a process whose page is swapped out; then both swap it in, and store to it. */
    public static Scenario swappedAndUsed() {
        World world = new World(1);
        world.swapSlots = 1;
        int parent = world.process("parent");
        world.anon(parent, "buffer", 0, 1, Region.Populated.SWAPPED);
        int child = world.child("child");
        world.thread(
                "parent",
                parent,
                List.of(
                        row(Op.FORK, 1, child),
                        row(Op.LOAD, 0),
                        row(Op.STORE, 0, world.token(0, "parent's store")),
                        row(Op.LOAD, 0)));
        world.thread(
                "child",
                child,
                List.of(
                        row(Op.LOAD, 0),
                        row(Op.STORE, 0, world.token(0, "child's store")),
                        row(Op.LOAD, 0),
                        row(Op.EXIT)));
        return scenario("fork-swapped-and-used", world);
    }

    private static void region(
            World world,
            int mm,
            String name,
            int page,
            int flags,
            int file,
            int filePage,
            Region.Populated populated,
            int table) {
        world.region(new Region(name, mm, page, 1, flags, file, filePage, populated, true, table));
    }

    private static Scenario scenario(String name, World world) {
        return new Scenario(name, "a world of the tests", List.of(), world);
    }

    private static int[] row(int... words) {
        return words;
    }
}
