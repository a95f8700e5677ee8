package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Small worlds for the routines of one part of the kernel; {@link WideScenarios} gathers them. */
public final class PressureScenarios {

    private PressureScenarios() {}

    static List<Scenario> all() {
        return List.of(swapOut(), swapOutShared(), swapOutHeld(), fileIo(), fileReclaim());
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

    private static Scenario named(String name, World world, GoalPoint... goals) {
        world.window = goals.length > 0 ? goals[0] : world.window;
        world.goals.addAll(Arrays.asList(goals));
        return new Scenario(name, name, new ArrayList<>(), world);
    }

    private static int[] row(int... words) {
        return words;
    }
}
