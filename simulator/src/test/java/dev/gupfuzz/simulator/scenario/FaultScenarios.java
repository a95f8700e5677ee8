package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import java.util.List;

/** Small worlds for page faults; {@link WideScenarios} gathers them. */
public final class FaultScenarios {

    private static final int ANON = Region.READ | Region.WRITE | Region.MAYWRITE;

    private FaultScenarios() {}

    public static List<Scenario> all() {
        return List.of(
                swapIn(false),
                swapIn(true),
                swapInShared(false),
                swapInShared(true),
                forgottenSlot(),
                slotUsedAgain(),
                privateFile(),
                sharedFile(false),
                sharedFile(true),
                numa(),
                sharedNuma(),
                hintedReadOnly(),
                storedWhileReferenced(),
                batchedPage(),
                batchedSwapIn(),
                protectedLate(),
                uffdWrite(),
                uffdMinor());
    }

    /** CVE-2020-29374: the child keeps a reference to a page that it unmaps, and the parent stores a secret. */
    public static Scenario secret(boolean swapped) {
        World world = new World(1);
        int parent = world.process("parent");
        world.anon(parent, "buffer", 0, 1, swapped ? Region.Populated.SWAPPED : Region.Populated.WRITTEN);
        world.swapSlots = swapped ? 1 : 0;
        int child = world.child("child");
        world.pins = 1;
        world.events = 2;
        world.thread(
                "parent",
                parent,
                List.of(
                        row(Op.FORK, 1, child),
                        row(Op.WAIT, 0),
                        row(Op.STORE, 0, world.token(0, "secret")),
                        row(Op.POST, 1),
                        row(Op.LOAD, 0)));
        world.thread(
                "child",
                child,
                List.of(
                        row(Op.PIN, 0, 0, 1, Foll.GET),
                        row(Op.MUNMAP, 0, 1),
                        row(Op.POST, 0),
                        row(Op.WAIT, 1),
                        row(Op.DEV_LOAD, 0, 0),
                        row(Op.UNPIN, 0)));
        return scenario("secret" + (swapped ? "-swapped" : ""), world);
    }

    /** A write pin, and mprotect() there and back before the owner stores: no fork. */
    public static Scenario pinnedAndProtected() {
        World world = new World(1);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.WRITTEN);
        world.pins = 1;
        world.thread(
                "owner",
                process,
                List.of(
                        row(Op.PIN, 0, 0, 1, Foll.PIN | Foll.WRITE | Foll.FAST),
                        row(Op.MPROTECT, 0, 1, Region.READ),
                        row(Op.MPROTECT, 0, 1, Region.READ | Region.WRITE),
                        row(Op.STORE, 0, world.token(0, "owner's store")),
                        row(Op.DEV_STORE, 0, 0, world.token(0, "device store")),
                        row(Op.LOAD, 0),
                        row(Op.UNPIN, 0)));
        return scenario("pinned-and-protected", world);
    }

    /** A plain reference for writing, and the page is swapped out: it must come back, though the owner reads first and then stores. */
    public static Scenario referencedAndSwapped() {
        World world = new World(1);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.WRITTEN);
        world.swapSlots = 1;
        world.pins = 1;
        world.promisesGets = true;
        world.events = 2;
        world.thread(
                "owner",
                process,
                List.of(
                        row(Op.PIN, 0, 0, 1, Foll.GET | Foll.WRITE | Foll.FAST),
                        row(Op.POST, 0),
                        row(Op.WAIT, 1),
                        row(Op.LOAD, 0),
                        row(Op.STORE, 0, world.token(0, "owner's store")),
                        row(Op.DEV_STORE, 0, 0, world.token(0, "device store")),
                        row(Op.LOAD, 0),
                        row(Op.UNPIN, 0)));
        world.agent("kswapd", List.of(row(Op.WAIT, 0), row(Op.RECLAIM, 0, process), row(Op.POST, 1)));
        return scenario("referenced-and-swapped", world);
    }

    /** As {@link #referencedAndSwapped} with a reference for reading, and the owner stores at once. */
    public static Scenario storedWhileReferenced() {
        World world = new World(1);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.WRITTEN);
        world.swapSlots = 1;
        world.pins = 1;
        world.events = 2;
        world.thread(
                "owner",
                process,
                List.of(
                        row(Op.PIN, 0, 0, 1, Foll.GET | Foll.FAST),
                        row(Op.POST, 0),
                        row(Op.WAIT, 1),
                        row(Op.STORE, 0, world.token(0, "owner's store")),
                        row(Op.LOAD, 0),
                        row(Op.UNPIN, 0)));
        world.agent("kswapd", List.of(row(Op.WAIT, 0), row(Op.RECLAIM, 0, process), row(Op.POST, 1)));
        return scenario("stored-while-referenced", world);
    }

    /** A long-term read pin of a page that nobody touched before; then the owner stores. */
    public static Scenario pinnedZeropage() {
        World world = new World(1);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.READ);
        return readPin("pinned-zeropage", world, process);
    }

    /** The same of a page of a file, mapped privately. */
    public static Scenario pinnedFilePage() {
        World world = new World(1);
        int process = world.process("process");
        int file = world.file("file", false, 1, true);
        world.region(new Region("private", process, 0, 1, ANON, file, 0, Region.Populated.READ, true, 0));
        return readPin("pinned-file-page", world, process);
    }

    private static Scenario readPin(String name, World world, int process) {
        world.pins = 1;
        world.goals.add(GoalPoint.ACCEPTED_LOSS);
        world.thread(
                "owner",
                process,
                List.of(
                        row(Op.PIN, 0, 0, 1, Foll.PIN | Foll.LONGTERM | Foll.FAST),
                        row(Op.STORE, 0, world.token(0, "owner's store")),
                        row(Op.DEV_LOAD, 0, 0),
                        row(Op.UNPIN, 0)));
        return scenario(name, world);
    }

    /** A read pin of a page that a child shares; then the parent stores. */
    public static Scenario pinnedSharedPage() {
        World world = new World(1);
        int parent = world.process("parent");
        world.anon(parent, "buffer", 0, 1, Region.Populated.WRITTEN);
        int child = world.child("child");
        world.pins = 1;
        world.goals.add(GoalPoint.ACCEPTED_LOSS);
        world.thread(
                "parent",
                parent,
                List.of(
                        row(Op.FORK, 1, child),
                        row(Op.PIN, 0, 0, 1, Foll.PIN | Foll.LONGTERM | Foll.FAST),
                        row(Op.STORE, 0, world.token(0, "parent's store")),
                        row(Op.DEV_LOAD, 0, 0),
                        row(Op.UNPIN, 0)));
        world.thread("child", child, List.of(row(Op.LOAD, 0), row(Op.EXIT)));
        return scenario("pinned-shared-page", world);
    }

    /** Two threads fault on one swapped page; {@code synchronous} is a zram device. */
    public static Scenario swapIn(boolean synchronous) {
        World world = new World(1);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.SWAPPED);
        world.swapSlots = 1;
        world.synchronousSwap = synchronous;
        world.thread("reader", process, List.of(row(Op.LOAD, 0), row(Op.LOAD, 0)));
        world.thread("writer", process, List.of(row(Op.STORE, 0, world.token(0, "writer's store")), row(Op.LOAD, 0)));
        return scenario("swap-in" + (synchronous ? "-zram" : ""), world);
    }

    /** Parent and child fault on a page that was swapped out before the fork. */
    public static Scenario swapInShared(boolean synchronous) {
        World world = new World(1);
        int parent = world.process("parent");
        world.anon(parent, "buffer", 0, 1, Region.Populated.SWAPPED);
        world.swapSlots = 1;
        world.synchronousSwap = synchronous;
        int child = world.child("child");
        world.thread(
                "parent",
                parent,
                List.of(row(Op.FORK, 1, child), row(Op.STORE, 0, world.token(0, "parent's store")), row(Op.LOAD, 0)));
        world.thread(
                "child",
                child,
                List.of(row(Op.LOAD, 0), row(Op.STORE, 0, world.token(0, "child's store")), row(Op.LOAD, 0)));
        return scenario("swap-in-shared" + (synchronous ? "-zram" : ""), world);
    }

    /** Two threads fault on a swapped page of a zram device while a child that shares the slot goes away. */
    public static Scenario forgottenSlot() {
        World world = new World(1);
        int parent = world.process("parent");
        world.anon(parent, "buffer", 0, 1, Region.Populated.SWAPPED);
        world.swapSlots = 1;
        world.synchronousSwap = true;
        world.events = 1;
        int child = world.child("child");
        world.thread("parent", parent, List.of(row(Op.FORK, 2, child), row(Op.POST, 0), row(Op.LOAD, 0)));
        world.thread("other", parent, List.of(row(Op.WAIT, 0), row(Op.LOAD, 0)));
        world.thread("child", child, List.of(row(Op.EXIT)));
        return scenario("forgotten-slot", world);
    }

    /** Two threads fault on a swapped page of a zram device; one stores, and the page goes to the same slot again. */
    public static Scenario slotUsedAgain() {
        World world = new World(1);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.SWAPPED);
        world.swapSlots = 1;
        world.synchronousSwap = true;
        world.events = 1;
        world.thread("writer", process, List.of(row(Op.STORE, 0, world.token(0, "writer's store")), row(Op.POST, 0)));
        world.thread("reader", process, List.of(row(Op.LOAD, 0), row(Op.LOAD, 0)));
        world.agent("kswapd", List.of(row(Op.WAIT, 0), row(Op.RECLAIM, 0, process)));
        return scenario("slot-used-again", world);
    }

    /** A private mapping of a file that is not cached: a reader and a writer. */
    public static Scenario privateFile() {
        World world = new World(1);
        int process = world.process("process");
        int file = world.file("file", false, 1, false);
        world.region(new Region("private", process, 0, 1, ANON, file, 0, Region.Populated.NO, true, 0));
        world.thread("reader", process, List.of(row(Op.LOAD, 0), row(Op.LOAD, 0)));
        world.thread("writer", process, List.of(row(Op.STORE, 0, world.token(0, "writer's store")), row(Op.LOAD, 0)));
        return scenario("private-file", world);
    }

    /** A shared mapping of a file, mapped read-only at first: two threads store, a third reads the file. */
    public static Scenario sharedFile(boolean shmem) {
        World world = new World(2);
        int process = world.process("process");
        int file = world.file("file", shmem, 2, true);
        int flags = ANON | Region.SHARED;
        world.region(new Region("shared", process, 0, 1, flags, file, 0, Region.Populated.READ, true, 0));
        world.region(new Region("fresh", process, 1, 1, flags, file, 1, Region.Populated.NO, true, 0));
        world.thread(
                "writer",
                process,
                List.of(
                        row(Op.STORE, 0, world.token(0, "writer's store")),
                        row(Op.STORE, 1, world.token(1, "writer's other store"))));
        world.thread(
                "other",
                process,
                List.of(row(Op.STORE, 0, world.token(0, "other store")), row(Op.LOAD, 1), row(Op.LOAD, 0)));
        return scenario("shared-file" + (shmem ? "-shmem" : ""), world);
    }

    /** NUMA balancing takes the access rights away; faults give them back. */
    public static Scenario numa() {
        World world = new World(1);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.WRITTEN);
        world.thread("balancer", process, List.of(row(Op.NUMA, 0, 1)));
        world.thread("writer", process, List.of(row(Op.STORE, 0, world.token(0, "writer's store")), row(Op.LOAD, 0)));
        world.thread("reader", process, List.of(row(Op.LOAD, 0), row(Op.LOAD, 0)));
        return scenario("numa", world);
    }

    /** NUMA balancing of shared memory that is mapped writable, and a store. */
    public static Scenario sharedNuma() {
        World world = new World(1);
        int process = world.process("process");
        int file = world.file("memory", true, 1, true);
        world.region(
                new Region("shared", process, 0, 1, ANON | Region.SHARED, file, 0, Region.Populated.WRITTEN, true, 0));
        world.thread(
                "owner",
                process,
                List.of(row(Op.NUMA, 0, 1), row(Op.STORE, 0, world.token(0, "owner's store")), row(Op.LOAD, 0)));
        return scenario("shared-numa", world);
    }

    /** NUMA balancing of a mapping that has become read-only, and a plain reference for reading. */
    public static Scenario hintedReadOnly() {
        World world = new World(1);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.WRITTEN);
        world.pins = 1;
        world.thread(
                "owner",
                process,
                List.of(
                        row(Op.MPROTECT, 0, 1, Region.READ),
                        row(Op.NUMA, 0, 1),
                        row(Op.PIN, 0, 0, 1, Foll.GET),
                        row(Op.DEV_LOAD, 0, 0),
                        row(Op.UNPIN, 0)));
        return scenario("hinted-read-only", world);
    }

    /** A page that may be in an LRU batch is shared with a child, which goes away before its owner stores again. */
    public static Scenario batchedPage() {
        World world = new World(1);
        int parent = world.process("parent");
        world.anon(parent, "buffer", 0, 1, Region.Populated.NO);
        world.lruBatch = true;
        int child = world.child("child");
        world.thread(
                "parent",
                parent,
                List.of(
                        row(Op.STORE, 0, world.token(0, "first store")),
                        row(Op.FORK, 1, child),
                        row(Op.AWAIT, 1 << 1),
                        row(Op.STORE, 0, world.token(0, "second store")),
                        row(Op.LOAD, 0)));
        world.thread("child", child, List.of(row(Op.EXIT)));
        world.goals.add(GoalPoint.COW_REUSE);
        return scenario("batched-page", world);
    }

    /** A debugger stores through a read-only private mapping of a file; each page that is copied for it may be in an LRU batch. */
    public static Scenario batchedForcedStore() {
        World world = new World(1);
        int process = world.process("process");
        int file = world.file("data", true, 1, true);
        world.region(new Region(
                "text", process, 0, 1, Region.READ | Region.MAYWRITE, file, 0, Region.Populated.READ, true, 0));
        world.lruBatch = true;
        world.thread("debugger", process, List.of(row(Op.FORCE_WRITE, 0, world.token(0, "debugger's store"))));
        return scenario("batched-forced-store", world);
    }

    /** A debugger stores through a read-only private mapping of a file while a thread reads there. */
    public static Scenario forcedStoreBesideAReader() {
        World world = new World(1);
        int process = world.process("process");
        int file = world.file("data", true, 1, true);
        world.region(new Region(
                "text", process, 0, 1, Region.READ | Region.MAYWRITE, file, 0, Region.Populated.READ, true, 0));
        world.thread("debugger", process, List.of(row(Op.FORCE_WRITE, 0, world.token(0, "debugger's store"))));
        world.thread("reader", process, List.of(row(Op.LOAD, 0)));
        return scenario("forced-store-beside-a-reader", world);
    }

    /** A page from the swap device may be in an LRU batch when it is written to. */
    public static Scenario batchedSwapIn() {
        World world = new World(1);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.SWAPPED);
        world.swapSlots = 1;
        world.lruBatch = true;
        world.thread(
                "writer",
                process,
                List.of(
                        row(Op.LOAD, 0),
                        row(Op.STORE, 0, world.token(0, "writer's store")),
                        row(Op.LOAD, 0),
                        row(Op.LRU_DRAIN)));
        world.thread("other", process, List.of(row(Op.STORE, 0, world.token(0, "other store"))));
        return scenario("batched-swap-in", world);
    }

    /** userfaultfd takes write protection back, its flush is late, and two threads store to a page with a further reference. */
    public static Scenario protectedLate() {
        World world = new World(1);
        int process = world.process("process");
        world.region(new Region(
                "watched", process, 0, 1, ANON | Region.UFFD_WP, Region.ANON, 0, Region.Populated.WRITTEN, true, 0));
        world.thread("monitor", process, List.of(row(Op.HOLD, 0, 1), row(Op.UFFD_WP, 0, 1, 0)));
        world.thread("writer", process, List.of(row(Op.STORE, 0, world.token(0, "writer's store"))));
        world.thread(
                "other",
                process,
                List.of(
                        row(Op.STORE, 0, world.token(0, "first store")),
                        row(Op.STORE, 0, world.token(0, "second store"))));
        return scenario("protected-late", world);
    }

    /** Two threads store while their process forks, one of them for the second time. */
    public static Scenario besideFork() {
        World world = new World(1);
        int parent = world.process("parent");
        world.anon(parent, "buffer", 0, 1, Region.Populated.WRITTEN);
        int child = world.child("child");
        world.events = 1;
        world.thread("forker", parent, List.of(row(Op.WAIT, 0), row(Op.FORK, 3, child)));
        world.thread(
                "other",
                parent,
                List.of(
                        row(Op.STORE, 0, world.token(0, "first store")),
                        row(Op.POST, 0),
                        row(Op.STORE, 0, world.token(0, "second store"))));
        world.thread("writer", parent, List.of(row(Op.WAIT, 0), row(Op.STORE, 0, world.token(0, "writer's store"))));
        world.thread("child", child, List.of());
        return scenario("beside-fork", world);
    }

    /** A store to a page that a monitor protects sleeps until the monitor takes the protection back. */
    public static Scenario uffdWrite() {
        World world = new World(1);
        int process = world.process("process");
        world.region(new Region(
                "watched", process, 0, 1, ANON | Region.UFFD_WP, Region.ANON, 0, Region.Populated.WRITTEN, true, 0));
        world.thread("monitor", process, List.of(row(Op.UFFD_WP, 0, 1, 1), row(Op.UFFD_WP, 0, 1, 0)));
        world.thread("writer", process, List.of(row(Op.STORE, 0, world.token(0, "writer's store")), row(Op.LOAD, 0)));
        return scenario("uffd-write", world);
    }

    /** A load of shared memory that is in the page cache waits for a monitor to map it. */
    public static Scenario uffdMinor() {
        World world = new World(1);
        int process = world.process("process");
        int file = world.file("memory", true, 1, true);
        int flags = ANON | Region.SHARED | Region.UFFD_MINOR;
        world.region(new Region("watched", process, 0, 1, flags, file, 0, Region.Populated.NO, true, 0));
        world.events = 1;
        world.thread("monitor", process, List.of(row(Op.UFFD_CONTINUE, 0)));
        world.thread("reader", process, List.of(row(Op.LOAD, 0)));
        return scenario("uffd-minor", world);
    }

    private static Scenario scenario(String name, World world) {
        return new Scenario(name, "a world of the tests", List.of(), world);
    }

    private static int[] row(int... words) {
        return words;
    }
}
