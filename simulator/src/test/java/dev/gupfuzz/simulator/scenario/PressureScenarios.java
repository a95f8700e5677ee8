package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Small worlds for the routines of one part of the kernel; {@link WideScenarios} gathers them. */
public final class PressureScenarios {

    private PressureScenarios() {}

    public static List<Scenario> all() {
        return List.of(
                swapOut(),
                swapOutShared(),
                swapOutHeld(),
                swapOutVsStore(),
                swapOutVsFork(),
                sharedRoundTrip(),
                pinnedSwapOut(),
                pinVsSwapOut(),
                getSwapOut(false),
                lazyFreeVsStore(),
                lazyFreeVsStoreAndLoad(),
                lazyFreeVsDirectIo(true),
                lazyFreeOfASwapEntry(),
                dontneedOfAHole(),
                lazyFreeBesideAStore(),
                lazyFreeAndFork(),
                batchDuringAFlush(),
                fileReclaimVsTruncate(),
                batchedFlushVsMunmap(),
                batchedFlushVsDontneed(),
                batchOfTheLru(),
                fileIo(),
                fileReclaim(),
                fileMapped());
    }

    /** A stored-to page, swapped out while nobody looks. */
    public static Scenario swapOut() {
        World world = new World(1);
        world.swapSlots = 1;
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.WRITTEN);
        world.events = 1;
        world.thread("user", process, List.of(row(Op.STORE, 0, world.token(0, "user's store")), row(Op.POST, 0)));
        world.agent("kswapd", List.of(row(Op.WAIT, 0), row(Op.RECLAIM, 0, process)));
        return named("swap-out", world, GoalPoint.SWAPPED_OUT);
    }

    /** A page that parent and child share, swapped out twice over: both PTEs have to be found. */
    public static Scenario swapOutShared() {
        World world = new World(1);
        world.swapSlots = 1;
        int parent = world.process("parent");
        int child = world.child("child");
        world.anon(parent, "buffer", 0, 1, Region.Populated.WRITTEN);
        world.events = 1;
        world.thread("parent", parent, List.of(row(Op.FORK, 1, child), row(Op.POST, 0)));
        world.thread("child", child, List.of(row(Op.WAIT, 0)));
        world.agent("kswapd", List.of(row(Op.WAIT, 0), row(Op.RECLAIM, 0, parent)));
        world.agent("kswapd2", List.of(row(Op.WAIT, 0), row(Op.RECLAIM, 0, child)));
        return named("swap-out-shared", world, GoalPoint.SWAPPED_OUT);
    }

    /** Somebody holds references: the page goes to the swap cache and no further. */
    public static Scenario swapOutHeld() {
        World world = new World(1);
        world.swapSlots = 1;
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.WRITTEN);
        world.thread("holder", process, List.of(row(Op.HOLD, 0, 3), row(Op.RELEASE, 0, 3)));
        world.thread("drainer", process, List.of(row(Op.LRU_DRAIN)));
        world.agent("kswapd", List.of(row(Op.RECLAIM, 0, process)));
        return named("swap-out-held", world, GoalPoint.SWAPPED_OUT, GoalPoint.SWAPOUT_KEEPS);
    }

    /** A page is swapped out while a thread stores to it and loads it: the round trip. */
    public static Scenario swapOutVsStore() {
        World world = pressure(1);
        int process = written(world, "process");
        world.thread("writer", process, List.of(row(Op.STORE, 0, world.token(0, "writer's store")), row(Op.LOAD, 0)));
        world.agent("kswapd", List.of(row(Op.RECLAIM, 0, process)));
        return named("swap-out-vs-store", world, GoalPoint.SWAPPED_OUT);
    }

    /** Parent and child share a page that is swapped out; then one stores and the other loads. */
    public static Scenario sharedRoundTrip() {
        World world = pressure(1);
        int parent = written(world, "parent");
        int child = world.child("child");
        world.events = 2;
        world.thread(
                "parent",
                parent,
                List.of(
                        row(Op.FORK, 1, child),
                        row(Op.POST, 0),
                        row(Op.WAIT, 1),
                        row(Op.STORE, 0, world.token(0, "parent's store"))));
        world.thread("child", child, List.of(row(Op.WAIT, 1), row(Op.LOAD, 0)));
        world.agent("kswapd", List.of(row(Op.WAIT, 0), row(Op.RECLAIM, 0, parent), row(Op.POST, 1)));
        return named("shared-round-trip", world, GoalPoint.SWAPPED_OUT);
    }

    /** B9: a pinned page meets reclaim, comes back by a load and is stored to; the device goes on. */
    public static Scenario pinnedSwapOut() {
        World world = pressure(1);
        int process = written(world, "process");
        world.pins = 1;
        world.events = 2;
        world.thread("pinner", process, pinnedUser(world, Foll.PIN | Foll.WRITE | Foll.FAST));
        world.agent("kswapd", List.of(row(Op.WAIT, 0), row(Op.RECLAIM, 0, process), row(Op.POST, 1)));
        return named("pinned-swap-out", world);
    }

    /** As {@link #pinnedSwapOut}, with a plain reference: B11. */
    public static Scenario getSwapOut(boolean promised) {
        World world = pressure(1);
        int process = written(world, "process");
        world.pins = 1;
        world.events = 2;
        world.promisesGets = promised;
        world.thread("pinner", process, pinnedUser(world, Foll.GET | Foll.WRITE | Foll.FAST));
        world.agent("kswapd", List.of(row(Op.WAIT, 0), row(Op.RECLAIM, 0, process), row(Op.POST, 1)));
        return named("get-swap-out", world, GoalPoint.SWAPOUT_KEEPS);
    }

    public static Scenario getSwapOutUnpromised() {
        return getSwapOut(false);
    }

    public static Scenario getSwapOutPromised() {
        return getSwapOut(true);
    }

    private static List<int[]> pinnedUser(World world, int foll) {
        return List.of(
                row(Op.PIN, 0, 0, 1, foll),
                row(Op.POST, 0),
                row(Op.WAIT, 1),
                row(Op.LOAD, 0),
                row(Op.STORE, 0, world.token(0, "pinner's store")),
                row(Op.DEV_STORE, 0, 0, world.token(0, "device store")),
                row(Op.LOAD, 0),
                row(Op.UNPIN, 0));
    }

    /** A pin races with reclaim's look at the pins. */
    public static Scenario pinVsSwapOut() {
        World world = pressure(1);
        int process = written(world, "process");
        world.pins = 1;
        world.thread(
                "pinner",
                process,
                List.of(
                        row(Op.PIN, 0, 0, 1, Foll.PIN | Foll.WRITE | Foll.FAST),
                        row(Op.LOAD, 0),
                        row(Op.STORE, 0, world.token(0, "pinner's store")),
                        row(Op.DEV_STORE, 0, 0, world.token(0, "device store")),
                        row(Op.LOAD, 0),
                        row(Op.UNPIN, 0)));
        world.agent("kswapd", List.of(row(Op.RECLAIM, 0, process)));
        return named("pin-vs-swap-out", world);
    }

    /** MADV_FREE, and a store that may come before or after reclaim. */
    public static Scenario lazyFreeVsStore() {
        return lazyFree(false);
    }

    /** As {@link #lazyFreeVsStore}, while another CPU loads. */
    public static Scenario lazyFreeVsStoreAndLoad() {
        return lazyFree(true);
    }

    private static Scenario lazyFree(boolean reader) {
        World world = pressure(1);
        int process = written(world, "process");
        world.thread(
                "user",
                process,
                List.of(
                        row(Op.MADV_FREE, 0, 1),
                        row(Op.LOAD, 0),
                        row(Op.STORE, 0, world.token(0, "user's store")),
                        row(Op.LOAD, 0)));
        if (reader) {
            world.thread("other", process, List.of(row(Op.LOAD, 0)));
        }
        world.agent("kswapd", List.of(row(Op.RECLAIM, 0, process)));
        return named(reader ? "lazyfree-vs-store-and-load" : "lazyfree-vs-store", world, GoalPoint.LAZYFREE_DISCARDED);
    }

    /** MADV_FREE finds a page, or the swap entry that reclaim has left of it: what is loaded then may be zero. */
    public static Scenario lazyFreeOfASwapEntry() {
        World world = pressure(1);
        int process = written(world, "process");
        world.thread("user", process, List.of(row(Op.MADV_FREE, 0, 1), row(Op.LOAD, 0)));
        world.agent("kswapd", List.of(row(Op.RECLAIM, 0, process)));
        return named("lazyfree-of-a-swap-entry", world, GoalPoint.SWAPPED_OUT);
    }

    /** Fork gives the child a page of MADV_FREE while reclaim looks at it. */
    public static Scenario lazyFreeAndFork() {
        World world = pressure(1);
        int parent = written(world, "parent");
        int child = world.child("child");
        world.thread("parent", parent, List.of(row(Op.MADV_FREE, 0, 1), row(Op.FORK, 1, child)));
        world.thread("child", child, List.of(row(Op.LOAD, 0), row(Op.EXIT)));
        world.agent("kswapd", List.of(row(Op.RECLAIM, 0, parent)));
        return named("lazyfree-and-fork", world, GoalPoint.LAZYFREE_DISCARDED);
    }

    /** A CPU stores through an entry that is still dirty while MADV_FREE has made the PTE clean and not flushed yet. */
    public static Scenario lazyFreeBesideAStore() {
        World world = pressure(1);
        int process = written(world, "process");
        world.thread("user", process, List.of(row(Op.MADV_FREE, 0, 1)));
        world.thread(
                "other",
                process,
                List.of(
                        row(Op.STORE, 0, world.token(0, "other's first store")),
                        row(Op.STORE, 0, world.token(0, "other's second store")),
                        row(Op.LOAD, 0)));
        world.agent("kswapd", List.of(row(Op.RECLAIM, 0, process)));
        return named("lazyfree-beside-a-store", world, GoalPoint.LAZYFREE_DISCARDED);
    }

    /**
     * Two page-table pages, and so two locks. While a flush that reclaim has left of one is made up for, reclaim leaves another of
     * the other.
     */
    public static Scenario batchDuringAFlush() {
        World world = pressure(2);
        int process = world.process("process");
        int all = Region.READ | Region.WRITE | Region.MAYWRITE;
        world.region(new Region("a", process, 0, 1, all, Region.ANON, 0, Region.Populated.WRITTEN, true, 0));
        world.region(new Region("b", process, 1, 1, all, Region.ANON, 0, Region.Populated.WRITTEN, true, 1));
        world.events = 3;
        world.thread(
                "user",
                process,
                List.of(
                        row(Op.WAIT, 0),
                        row(Op.DONTNEED, 1, 1),
                        row(Op.DONTNEED, 0, 1),
                        row(Op.LOAD, 0),
                        row(Op.POST, 1),
                        row(Op.WAIT, 2)));
        world.thread("other", process, List.of(row(Op.LOAD, 0), row(Op.WAIT, 1), row(Op.LOAD, 0), row(Op.POST, 2)));
        world.agent("kswapd", List.of(row(Op.RECLAIM, 1, process), row(Op.POST, 0), row(Op.RECLAIM, 0, process)));
        return named("batch-during-a-flush", world, GoalPoint.FLUSH_BATCHED);
    }

    /** MADV_DONTNEED of two pages of which munmap() takes away the first. */
    public static Scenario dontneedOfAHole() {
        World world = new World(2);
        int process = written(world, "process");
        world.thread("unmapper", process, List.of(row(Op.MUNMAP, 0, 1)));
        world.thread("user", process, List.of(row(Op.DONTNEED, 0, 2), row(Op.LOAD, 1)));
        return named("dontneed-of-a-hole", world);
    }

    /** A page of a file is reclaimed, with the flush left for later, while the file is made shorter. */
    public static Scenario fileReclaimVsTruncate() {
        World world = new World(1);
        int process = world.process("process");
        int file = world.file("data", false, 1, true);
        int all = Region.READ | Region.WRITE | Region.MAYWRITE;
        world.region(new Region("shared", process, 0, 1, all | Region.SHARED, file, 0, Region.Populated.NO, true, 0));
        world.thread("user", process, List.of(row(Op.STORE, 0, world.token(0, "user's store"))));
        world.thread("other", process, List.of(row(Op.TRUNCATE, 0, 0)));
        world.agent("kswapd", List.of(row(Op.FILE_RECLAIM, 0)));
        return named("file-reclaim-vs-truncate", world, GoalPoint.FILE_DROPPED);
    }

    /** B24: direct I/O reads into a MADV_FREE page that reclaim looks at. */
    public static Scenario lazyFreeVsDirectIo(boolean promised) {
        World world = pressure(1);
        int process = written(world, "process");
        world.pins = 1;
        world.promisesGets = promised;
        world.thread(
                "user",
                process,
                List.of(
                        row(Op.MADV_FREE, 0, 1),
                        row(Op.PIN, 0, 0, 1, Foll.GET | Foll.WRITE | Foll.FAST | Foll.DIRECT_IO),
                        row(Op.DEV_STORE, 0, 0, world.token(0, "device store")),
                        row(Op.UNPIN, 0),
                        row(Op.LOAD, 0)));
        world.agent("kswapd", List.of(row(Op.RECLAIM, 0, process)));
        return named("lazyfree-vs-direct-io", world, GoalPoint.LAZYFREE_DISCARDED);
    }

    public static Scenario lazyFreeVsDirectIoPromised() {
        return lazyFreeVsDirectIo(true);
    }

    public static Scenario lazyFreeVsDirectIoUnpromised() {
        return lazyFreeVsDirectIo(false);
    }

    /** Reclaim clears a PTE and leaves the flush for later; meanwhile the page is thrown away, and another CPU stores. */
    public static Scenario batchedFlushVsDontneed() {
        return batched("batched-flush-vs-dontneed", row(Op.DONTNEED, 0, 1));
    }

    /** As {@link #batchedFlushVsDontneed}, with munmap(). */
    public static Scenario batchedFlushVsMunmap() {
        return batched("batched-flush-vs-munmap", row(Op.MUNMAP, 0, 1));
    }

    private static Scenario batched(String name, int[] operation) {
        World world = pressure(1);
        int process = written(world, "process");
        world.thread(
                "writer",
                process,
                List.of(
                        row(Op.STORE, 0, world.token(0, "writer's first store")),
                        row(Op.STORE, 0, world.token(0, "writer's second store"))));
        world.thread("other", process, List.of(operation));
        world.agent("kswapd", List.of(row(Op.RECLAIM, 0, process)));
        return named(name, world, GoalPoint.FLUSH_BATCHED);
    }

    /** Fork lets go of mmap_lock while reclaim, which does not take it, has cleared a PTE and not flushed yet. */
    public static Scenario swapOutVsFork() {
        World world = pressure(1);
        int parent = written(world, "parent");
        int child = world.child("child");
        world.thread("forker", parent, List.of(row(Op.FORK, 2, child)));
        world.thread("user", parent, List.of(row(Op.LOAD, 0)));
        world.thread("child", child, List.of(row(Op.EXIT)));
        world.agent("kswapd", List.of(row(Op.RECLAIM, 0, parent)));
        return named("swap-out-vs-fork", world, GoalPoint.SWAPPED_OUT);
    }

    /** A new page may wait in the LRU batch of its CPU, where reclaim does not find it. */
    public static Scenario batchOfTheLru() {
        World world = pressure(1);
        world.lruBatch = true;
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.NO);
        world.events = 1;
        world.thread("user", process, List.of(row(Op.STORE, 0, world.token(0, "user's store")), row(Op.POST, 0)));
        world.agent("drainer", List.of(row(Op.WAIT, 0), row(Op.LRU_DRAIN)));
        world.agent("kswapd", List.of(row(Op.WAIT, 0), row(Op.RECLAIM, 0, process)));
        return named("batch-of-the-lru", world, GoalPoint.SWAPPED_OUT);
    }

    private static World pressure(int pages) {
        World world = new World(pages);
        world.swapSlots = pages + 1;
        return world;
    }

    private static int written(World world, String role) {
        int process = world.process(role);
        world.anon(process, "buffer", 0, world.pages, Region.Populated.WRITTEN);
        return process;
    }

    /** A file that is read, written, written back and reclaimed. */
    public static Scenario fileIo() {
        World world = new World(1);
        int process = world.process("process");
        world.file("data", false, 1, false);
        int written = world.fileToken(0, "writer's store");
        world.thread("writer", process, List.of(row(Op.FILE_WRITE, 0, written)));
        world.thread("reader", process, List.of(row(Op.FILE_READ, 0)));
        world.agent("flusher", List.of(row(Op.WRITEBACK, 0)));
        world.agent("kswapd", List.of(row(Op.FILE_RECLAIM, 0)));
        return named("file-io", world, GoalPoint.FILE_DROPPED);
    }

    /** A file that two processes map, shared and private, is written back and reclaimed: its PTEs have to be found. */
    public static Scenario fileReclaim() {
        World world = new World(1);
        int first = world.process("first");
        int second = world.process("second");
        int file = world.file("data", false, 1, true);
        int all = Region.READ | Region.WRITE | Region.MAYWRITE;
        world.region(
                new Region("shared", first, 0, 1, all | Region.SHARED, file, 0, Region.Populated.WRITTEN, true, 0));
        world.region(new Region("private", second, 0, 1, all, file, 0, Region.Populated.READ, true, 0));
        world.events = 1;
        world.thread("user", first, List.of(row(Op.LOAD, 0), row(Op.POST, 0)));
        world.agent("flusher", List.of(row(Op.WAIT, 0), row(Op.WRITEBACK, 0), row(Op.FILE_RECLAIM, 0)));
        return named("file-reclaim", world, GoalPoint.FILE_DROPPED);
    }

    /** A file that is mapped, stored to, read, written back and reclaimed. */
    public static Scenario fileMapped() {
        World world = new World(1);
        int process = world.process("process");
        int file = world.file("data", false, 1, false);
        int all = Region.READ | Region.WRITE | Region.MAYWRITE;
        world.region(new Region("shared", process, 0, 1, all | Region.SHARED, file, 0, Region.Populated.NO, true, 0));
        world.thread("writer", process, List.of(row(Op.STORE, 0, world.token(0, "writer's store"))));
        world.thread("reader", process, List.of(row(Op.FILE_READ, 0)));
        world.agent("flusher", List.of(row(Op.WRITEBACK, 0), row(Op.FILE_RECLAIM, 0)));
        return named("file-mapped", world, GoalPoint.FILE_DROPPED);
    }

    private static Scenario named(String name, World world, GoalPoint... goals) {
        world.window = goals.length > 0 ? goals[0] : world.window;
        world.goals.addAll(Arrays.asList(goals));
        return new Scenario(name, name, new ArrayList<>(), world);
    }

    private static int[] row(int... words) {
        return words;
    }
}
