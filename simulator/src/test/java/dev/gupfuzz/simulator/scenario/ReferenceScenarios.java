package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import java.util.List;

/** Small worlds about what a reference may show, and what may be stored through it. */
public final class ReferenceScenarios {

    private static final int ANON = Region.READ | Region.WRITE | Region.MAYWRITE;

    private ReferenceScenarios() {}

    public static List<Scenario> all() {
        return List.of(
                copiedFilePage(),
                discardedBefore(),
                lostReference(),
                givenUpMeanwhile(),
                mappedMeanwhile(),
                forcedPin(),
                movedBuffer(),
                discardedShared(),
                freedEntry(),
                pinnedAnew(),
                storeBesideSwapIn());
    }

    /** A reference to a file's page through a private mapping, which then gets a copy; somebody writes to the file. */
    public static Scenario copiedFilePage() {
        World world = new World(1);
        int process = world.process("process");
        int file = world.file("file", false, 1, true);
        world.region(new Region("map", process, 0, 1, ANON, file, 0, Region.Populated.READ, true, 0));
        world.pins = 1;
        world.thread(
                "reader",
                process,
                List.of(
                        row(Op.PIN, 0, 0, 1, Foll.GET | Foll.FAST),
                        row(Op.STORE, 0, world.token(0, "reader's store")),
                        row(Op.DEV_LOAD, 0, 0),
                        row(Op.UNPIN, 0)));
        world.thread("writer", process, List.of(row(Op.FILE_WRITE, 0, world.fileToken(0, "writer's write"))));
        return made("copied file page", world);
    }

    /** A reference to what is there after MADV_FREE and reclaim: zeroes, or what was there before. */
    public static Scenario discardedBefore() {
        World world = new World(1);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.WRITTEN);
        world.swapSlots = 1;
        world.pins = 1;
        world.events = 1;
        world.thread(
                "reader",
                process,
                List.of(
                        row(Op.MADV_FREE, 0, 1),
                        row(Op.POST, 0),
                        row(Op.PIN, 0, 0, 1, Foll.GET),
                        row(Op.DEV_LOAD, 0, 0),
                        row(Op.UNPIN, 0)));
        world.agent("kswapd", List.of(row(Op.WAIT, 0), row(Op.RECLAIM, 0, process)));
        return made("discarded before", world);
    }

    /** Direct I/O goes on with a page that fork and a store have taken from its process. */
    public static Scenario lostReference() {
        World world = new World(1);
        int parent = world.process("parent");
        world.anon(parent, "buffer", 0, 1, Region.Populated.WRITTEN);
        int child = world.child("child");
        world.pins = 1;
        world.thread(
                "parent",
                parent,
                List.of(
                        row(Op.PIN, 0, 0, 1, Foll.GET | Foll.WRITE | Foll.FAST),
                        row(Op.FORK, 1, child),
                        row(Op.STORE, 0, world.token(0, "parent's store")),
                        row(Op.DEV_STORE, 0, 0, world.token(0, "device store")),
                        row(Op.DEV_LOAD, 0, 0),
                        row(Op.UNPIN, 0)));
        world.thread("child", child, List.of(row(Op.AWAIT, 1), row(Op.EXIT)));
        world.goals.add(GoalPoint.ACCEPTED_LOSS);
        return made("lost reference", world);
    }

    /** A reference to a page whose address is given up during the call. */
    public static Scenario givenUpMeanwhile() {
        World world = new World(1);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.WRITTEN);
        world.pins = 1;
        world.thread(
                "reader", process, List.of(row(Op.PIN, 0, 0, 1, Foll.GET), row(Op.DEV_LOAD, 0, 0), row(Op.UNPIN, 0)));
        world.thread("adviser", process, List.of(row(Op.DONTNEED, 0, 1)));
        return made("given up meanwhile", world);
    }

    /** A reference to a page that comes to be mapped during the call. */
    public static Scenario mappedMeanwhile() {
        World world = new World(1);
        int process = world.process("process");
        world.region(new Region("new", process, 0, 1, ANON, Region.ANON, 0, Region.Populated.NO, false, 0));
        world.pins = 1;
        world.thread(
                "reader",
                process,
                List.of(row(Op.PIN, 0, 0, 1, Foll.GET | Foll.FAST), row(Op.DEV_LOAD, 0, 0), row(Op.UNPIN, 0)));
        world.thread("mapper", process, List.of(row(Op.MMAP, 0)));
        return made("mapped meanwhile", world);
    }

    /** Dirty COW by a pin with FOLL_FORCE: what the device stores must not get into the file. */
    public static Scenario forcedPin() {
        World world = new World(1);
        int process = world.process("process");
        int file = world.file("passwd", false, 1, true);
        world.region(new Region("text", process, 0, 1, ANON & ~Region.WRITE, file, 0, Region.Populated.READ, true, 0));
        world.pins = 1;
        world.thread(
                "pinner",
                process,
                List.of(
                        row(Op.PIN, 0, 0, 1, Foll.PIN | Foll.WRITE | Foll.FORCE),
                        row(Op.DEV_STORE, 0, 0, world.token(0, "device store")),
                        row(Op.UNPIN, 0)));
        world.thread("adviser", process, List.of(row(Op.DONTNEED, 0, 1)));
        return made("forced pin", world);
    }

    /** A buffer with a reference moves, and the device goes on: the page is the same, at another address. */
    public static Scenario movedBuffer() {
        World world = new World(2);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.WRITTEN);
        world.region(new Region("behind", process, 1, 1, ANON, Region.ANON, 0, Region.Populated.NO, false, 0));
        world.moves(0, 1);
        world.pins = 1;
        world.thread(
                "process",
                process,
                List.of(
                        row(Op.PIN, 0, 0, 1, Foll.GET | Foll.WRITE | Foll.FAST),
                        row(Op.MREMAP, 0, 1, 1),
                        row(Op.DEV_STORE, 0, 0, world.token(0, "device store")),
                        row(Op.LOAD, 1),
                        row(Op.STORE, 1, world.token(1, "process's store")),
                        row(Op.DEV_LOAD, 0, 0),
                        row(Op.UNPIN, 0)));
        return made("moved buffer", world);
    }

    /** MADV_DONTNEED of a shared mapping takes nothing from the file: what the device stores to its page is there. */
    public static Scenario discardedShared() {
        World world = new World(1);
        int process = world.process("process");
        int file = world.file("memory", true, 1, true);
        world.region(
                new Region("map", process, 0, 1, ANON | Region.SHARED, file, 0, Region.Populated.WRITTEN, true, 0));
        world.pins = 1;
        world.thread(
                "process",
                process,
                List.of(
                        row(Op.PIN, 0, 0, 1, Foll.PIN | Foll.WRITE | Foll.FAST),
                        row(Op.DONTNEED, 0, 1),
                        row(Op.DEV_STORE, 0, 0, world.token(0, "device store")),
                        row(Op.LOAD, 0),
                        row(Op.FILE_READ, 0),
                        row(Op.UNPIN, 0)));
        return made("discarded shared", world);
    }

    /** MADV_FREE of what is swapped out: zeroes at once, and whoever has a reference to the page has it for himself. */
    public static Scenario freedEntry() {
        World world = new World(1);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.WRITTEN);
        world.swapSlots = 1;
        world.pins = 1;
        world.events = 1;
        world.thread(
                "process",
                process,
                List.of(
                        row(Op.PIN, 0, 0, 1, Foll.GET | Foll.WRITE | Foll.FAST),
                        row(Op.POST, 0),
                        row(Op.MADV_FREE, 0, 1),
                        row(Op.DEV_STORE, 0, 0, world.token(0, "device store")),
                        row(Op.LOAD, 0),
                        row(Op.UNPIN, 0)));
        world.agent("kswapd", List.of(row(Op.WAIT, 0), row(Op.RECLAIM, 0, process)));
        return made("freed entry", world);
    }

    /** A pin call during which its address is given up may have the page that comes then: what is stored through it is there. */
    public static Scenario pinnedAnew() {
        World world = new World(1);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.WRITTEN);
        world.pins = 1;
        world.thread(
                "pinner",
                process,
                List.of(
                        row(Op.PIN, 0, 0, 1, Foll.PIN | Foll.WRITE),
                        row(Op.AWAIT, 2),
                        row(Op.DEV_STORE, 0, 0, world.token(0, "device store")),
                        row(Op.LOAD, 0),
                        row(Op.UNPIN, 0)));
        world.thread("adviser", process, List.of(row(Op.DONTNEED, 0, 1)));
        return made("pinned anew", world);
    }

    /** A debugger stores through its reference while the page comes back from the swap cache to its address. */
    public static Scenario storeBesideSwapIn() {
        World world = new World(1);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.WRITTEN);
        world.swapSlots = 1;
        world.pins = 1;
        world.thread("debugger", process, List.of(row(Op.FORCE_WRITE, 0, world.token(0, "debugger's store"))));
        world.thread(
                "process",
                process,
                List.of(row(Op.PIN, 0, 0, 1, Foll.PIN | Foll.WRITE), row(Op.LOAD, 0), row(Op.UNPIN, 0)));
        world.agent("kswapd", List.of(row(Op.RECLAIM, 0, process)));
        return made("store beside swap-in", world);
    }

    private static Scenario made(String name, World world) {
        return new Scenario(name.replace(' ', '-'), name, List.of(), world);
    }

    private static int[] row(int... words) {
        return words;
    }
}
