package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import java.util.ArrayList;
import java.util.List;

/** Small worlds in which page-table pages are allocated, several threads at once; {@link WideScenarios} gathers them. */
public final class TableScenarios {

    private static final int ALL = Region.READ | Region.WRITE | Region.MAYWRITE;

    private TableScenarios() {}

    static List<Scenario> all() {
        return List.of(
                faults(true),
                faults(false),
                pins(Foll.FAST),
                pins(0),
                fileFaults(),
                moveBesideFault(),
                moveOfNothing(),
                continueBesideFault(),
                walks("table-uffd-wp", Region.UFFD_WP, List.of(row(Op.UFFD_WP, 1, 2, 0))),
                walks("table-dontneed", 0, List.of(row(Op.DONTNEED, 1, 2))),
                walks("table-free", 0, List.of(row(Op.MADV_FREE, 1, 2))),
                walks("table-numa", 0, List.of(row(Op.NUMA, 1, 2))),
                walks("table-mprotect", 0, List.of(row(Op.MPROTECT, 1, 2, Region.READ | Region.WRITE))),
                walks("table-clear-refs", 0, List.of(row(Op.CLEAR_SOFT_DIRTY))),
                truncates(),
                forks(false),
                forks(true));
    }

    /** A page-table page of its own for pages 1 and 2, by which nothing is mapped yet, and one for page 0; page 3 is not mapped. */
    private static World world(int more) {
        World world = new World(4);
        int process = world.process("process");
        world.region(new Region("kept", process, 0, 1, ALL, Region.ANON, 0, Region.Populated.WRITTEN, true, 0));
        world.region(new Region("fresh", process, 1, 2, ALL | more, Region.ANON, 0, Region.Populated.NO, true, 1));
        world.window = GoalPoint.PTE_ALLOC_RACE;
        return world;
    }

    /** Two threads use memory for the first time, and both find no page-table page; then it is unmapped. */
    public static Scenario faults(boolean stores) {
        World world = world(0);
        world.thread(
                "first",
                0,
                List.of(
                        stores ? store(world, 1, "first's store") : row(Op.LOAD, 1),
                        row(Op.LOAD, 1),
                        row(Op.AWAIT, 1 << 1),
                        row(Op.MUNMAP, 1, 2)));
        world.thread("second", 0, List.of(store(world, 2, "second's store"), row(Op.LOAD, 2)));
        world.goals.add(GoalPoint.PTE_ALLOC_RACE);
        return new Scenario("table-faults" + (stores ? "" : "-read"), "two first faults", List.of(), world);
    }

    /** A pin of what was never touched, beside a fault of its neighbour. */
    public static Scenario pins(int fast) {
        World world = world(0);
        world.pins = 1;
        world.thread(
                "pinner",
                0,
                List.of(
                        row(Op.PIN, 0, 1, 1, Foll.PIN | Foll.WRITE | fast),
                        row(Op.DEV_STORE, 0, 0, world.token(1, "device store")),
                        row(Op.UNPIN, 0),
                        row(Op.LOAD, 1),
                        row(Op.AWAIT, 1 << 1),
                        row(Op.MUNMAP, 1, 2)));
        world.thread("writer", 0, List.of(store(world, 2, "writer's store"), row(Op.LOAD, 2)));
        world.goals.add(GoalPoint.PTE_ALLOC_RACE);
        return new Scenario("table-pins" + (fast != 0 ? "-fast" : ""), "a first pin", List.of(), world);
    }

    /** Two threads use memory of a file for the first time, one of them privately. */
    public static Scenario fileFaults() {
        World world = new World(3);
        int process = world.process("process");
        int file = world.file("file", true, 2, true);
        world.region(new Region("kept", process, 0, 1, ALL, Region.ANON, 0, Region.Populated.WRITTEN, true, 0));
        int shared = ALL | Region.SHARED;
        world.region(new Region("shared", process, 1, 1, shared, file, 0, Region.Populated.NO, true, 1));
        world.region(new Region("private", process, 2, 1, ALL, file, 1, Region.Populated.NO, true, 1));
        world.thread(
                "first",
                process,
                List.of(
                        store(world, 1, "first's store"),
                        row(Op.LOAD, 1),
                        row(Op.AWAIT, 1 << 1),
                        row(Op.MUNMAP, 1, 2)));
        world.thread("second", process, List.of(store(world, 2, "second's store"), row(Op.LOAD, 2)));
        world.window = GoalPoint.PTE_ALLOC_RACE;
        world.goals.add(GoalPoint.PTE_ALLOC_RACE);
        return new Scenario("table-file-faults", "two first faults of a file", List.of(), world);
    }

    /** mremap() to where there is no page-table page, beside a fault that needs it: under VMA locks, both at once. */
    public static Scenario moveBesideFault() {
        World world = world(0);
        world.region(new Region("hole", 0, 3, 1, ALL, Region.ANON, 0, Region.Populated.NO, false, 1));
        world.moves(0, 3);
        world.thread(
                "mover",
                0,
                List.of(
                        row(Op.MREMAP, 0, 1, 3),
                        row(Op.LOAD, 3),
                        row(Op.AWAIT, 1 << 1),
                        row(Op.MUNMAP, 1, 2),
                        row(Op.LOAD, 3)));
        world.thread("writer", 0, List.of(store(world, 2, "writer's store"), row(Op.LOAD, 2)));
        world.goals.add(GoalPoint.PTE_ALLOC_RACE);
        return new Scenario("table-move", "mremap() beside a first fault", List.of(), world);
    }

    /** mremap() of what was never touched, out of a page-table page that may be there by then. */
    public static Scenario moveOfNothing() {
        World world = world(0);
        world.region(new Region("hole", 0, 3, 1, ALL, Region.ANON, 0, Region.Populated.NO, false, 0));
        world.moves(2, 3);
        world.thread(
                "mover",
                0,
                List.of(row(Op.MREMAP, 2, 1, 3), row(Op.LOAD, 3), row(Op.AWAIT, 1 << 1), row(Op.MUNMAP, 1, 1)));
        world.thread("writer", 0, List.of(store(world, 1, "writer's store"), row(Op.LOAD, 1)));
        return new Scenario("table-move-nothing", "mremap() of what was never touched", List.of(), world);
    }

    /** UFFDIO_CONTINUE beside a fault. */
    public static Scenario continueBesideFault() {
        World world = new World(3);
        int process = world.process("process");
        int file = world.file("memory", true, 1, true);
        int watched = ALL | Region.SHARED | Region.UFFD_MINOR;
        world.region(new Region("kept", process, 0, 1, ALL, Region.ANON, 0, Region.Populated.WRITTEN, true, 0));
        world.region(new Region("watched", process, 1, 1, watched, file, 0, Region.Populated.NO, true, 1));
        world.region(new Region("plain", process, 2, 1, ALL, Region.ANON, 0, Region.Populated.NO, true, 1));
        world.thread(
                "monitor",
                process,
                List.of(row(Op.UFFD_CONTINUE, 1), row(Op.LOAD, 1), row(Op.AWAIT, 1 << 1), row(Op.MUNMAP, 1, 2)));
        world.thread("writer", process, List.of(store(world, 2, "writer's store"), row(Op.LOAD, 2)));
        world.window = GoalPoint.PTE_ALLOC_RACE;
        world.goals.add(GoalPoint.PTE_ALLOC_RACE);
        return new Scenario("table-continue", "UFFDIO_CONTINUE beside a first fault", List.of(), world);
    }

    /** A call that walks page tables, beside the first store. */
    private static Scenario walks(String name, int more, List<int[]> calls) {
        World world = world(more);
        List<int[]> program = new ArrayList<>(calls);
        program.add(row(Op.LOAD, 1));
        program.add(row(Op.AWAIT, 1 << 1));
        program.add(row(Op.MUNMAP, 1, 2));
        world.thread("caller", 0, program);
        world.thread("writer", 0, List.of(store(world, 2, "writer's store"), row(Op.LOAD, 2)));
        return new Scenario(name, "a walk beside a first fault", List.of(), world);
    }

    /** Truncation of what two processes map, one of them not yet. */
    public static Scenario truncates() {
        World world = new World(2);
        int process = world.process("process");
        int file = world.file("memory", true, 1, true);
        int shared = ALL | Region.SHARED;
        world.region(new Region("kept", process, 0, 1, ALL, Region.ANON, 0, Region.Populated.WRITTEN, true, 0));
        world.region(new Region("shared", process, 1, 1, shared, file, 0, Region.Populated.NO, true, 1));
        world.thread("truncater", process, List.of(row(Op.TRUNCATE, file, 0)));
        world.thread("writer", process, List.of(store(world, 1, "writer's store"), row(Op.MUNMAP, 1, 1)));
        world.window = GoalPoint.ACCESS_OVERLAPS_UNMAP;
        return new Scenario("table-truncate", "truncation beside a first fault", List.of(), world);
    }

    /** fork copies one page-table page and leaves one out; where somebody walks through rmap, the child's lock is one as any. */
    public static Scenario forks(boolean walks) {
        World world = world(0);
        int child = world.child("child");
        world.thread(
                "parent", 0, List.of(row(Op.FORK, 1, child), store(world, 1, "parent's store"), row(Op.MUNMAP, 1, 2)));
        world.thread(
                "child",
                child,
                List.of(row(Op.LOAD, 0), store(world, 1, "child's store"), row(Op.LOAD, 1), row(Op.EXIT)));
        if (walks) {
            int file = world.file("file", false, 1, true);
            world.agent(
                    "flusher", List.of(row(Op.WRITEBACK, world.files.get(file).first())));
        }
        world.window = GoalPoint.STORE_OVERLAPS_FORK;
        return new Scenario("table-fork" + (walks ? "-rmap" : ""), "fork and first faults", List.of(), world);
    }

    private static int[] store(World world, int page, String name) {
        return row(Op.STORE, page, world.token(page, name));
    }

    private static int[] row(int... words) {
        return words;
    }
}
