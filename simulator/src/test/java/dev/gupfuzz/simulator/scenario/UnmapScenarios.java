package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.invariant.Invariant;
import java.util.ArrayList;
import java.util.List;

/** Small worlds for what takes PTEs away or weakens them; {@link WideScenarios} gathers them. */
public final class UnmapScenarios {

    private static final int RW = Region.READ | Region.WRITE;

    private UnmapScenarios() {}

    static List<Scenario> all() {
        return List.of(
                mprotectAndWriter(),
                mprotectUpgrade(),
                mprotectWithoutEffect(),
                numaAndWriter(),
                wpAndWriters(),
                dontneedAndWriter(),
                freeAndWriter(),
                munmapOfTwo(),
                wpPinned(),
                clearRefsPinned(),
                clearRefsAndWriters(),
                mremapAndWriter(),
                mremapAndTruncate(true, true),
                mremapAndTruncate(false, false),
                truncateAndWriter(),
                truncatePrivate(),
                dirtyCowShmem(),
                mapAgain(),
                zapSwapped(),
                tablesAgain(false),
                tablesAgain(true),
                moveWatched(),
                zapAndWriteback(false, false),
                zapAndWriteback(true, false),
                zapAndWriteback(false, true),
                zapAndWriteback(true, true));
    }

    /** The only region of a page-table page is unmapped, and something is mapped, or moved, to where it was. */
    public static Scenario tablesAgain(boolean moves) {
        World world = new World(2);
        int process = world.process("process");
        int all = RW | Region.MAYWRITE;
        world.region(new Region("stays", process, 0, 1, all, Region.ANON, 0, Region.Populated.WRITTEN, true, 0));
        world.region(new Region("goes", process, 1, 1, all, Region.ANON, 0, Region.Populated.NO, false, 1));
        world.moves(0, 1);
        world.pins = 1;
        List<int[]> program =
                new ArrayList<>(List.of(row(Op.MMAP, 1), store(world, 1, "first store"), row(Op.MUNMAP, 1, 1)));
        program.add(moves ? row(Op.MREMAP, 0, 1, 1) : row(Op.MMAP, 1));
        program.add(store(world, 1, "second store"));
        program.add(row(Op.LOAD, 1));
        program.add(row(Op.MUNMAP, 1, 1));
        world.thread("process", process, program);
        world.thread(
                "pinner", process, List.of(row(Op.PIN, 0, 1, 1, Foll.PIN | Foll.WRITE | Foll.FAST), row(Op.UNPIN, 0)));
        world.window = GoalPoint.PIN_OVERLAPS_UNMAP;
        return new Scenario(
                moves ? "tables-again-move" : "tables-again-map", "a page table that was freed", List.of(), world);
    }

    /** mremap() of pages that a userfaultfd monitor protects: nobody watches them at their new place. */
    public static Scenario moveWatched() {
        World world = new World(2);
        int process = world.process("process");
        int all = RW | Region.MAYWRITE | Region.UFFD_WP;
        world.region(new Region("watched", process, 0, 1, all, Region.ANON, 0, Region.Populated.WRITTEN, true, 0));
        world.region(new Region("hole", process, 1, 1, RW, Region.ANON, 0, Region.Populated.NO, false, 0));
        world.moves(0, 1);
        world.thread(
                "process",
                process,
                List.of(row(Op.UFFD_WP, 0, 1, 1), row(Op.MREMAP, 0, 1, 1), store(world, 1, "store"), row(Op.LOAD, 1)));
        world.window = GoalPoint.PIN_OVERLAPS_UNMAP;
        return new Scenario("move-watched", "mremap() of pages under userfaultfd", List.of(), world);
    }

    /**
     * A dirty page of a file loses a mapping while a CPU still stores to it, and writeback cleans the page: the last mapping, or, where
     * {@code mapped}, not the last.
     */
    public static Scenario zapAndWriteback(boolean unmaps, boolean mapped) {
        World world = new World(2);
        int process = world.process("process");
        int file = world.file("file", false, 1, true);
        int first = world.files.get(file).first();
        int all = RW | Region.MAYWRITE | Region.SHARED;
        world.region(new Region("goes", process, 0, 1, all, file, first, Region.Populated.WRITTEN, true, 0));
        if (mapped) {
            world.region(new Region("stays", process, 1, 1, all, file, first, Region.Populated.READ, true, 0));
        }
        world.thread("writer", process, List.of(row(Op.LOAD, 0), store(world, 0, "writer's store")));
        world.thread("zapper", process, List.of(row(unmaps ? Op.MUNMAP : Op.DONTNEED, 0, 1)));
        world.agent("flusher", List.of(row(Op.WRITEBACK, first), row(Op.FILE_RECLAIM, first)));
        world.window = GoalPoint.STALE_TLB_USED;
        world.goals.add(GoalPoint.STALE_TLB_USED);
        world.checked = Invariant.I10.bit();
        String name = (unmaps ? "munmap" : "dontneed") + "-and-writeback" + (mapped ? "-mapped" : "");
        return new Scenario(name, "a dirty page of a file is unmapped beside writeback", List.of(), world);
    }

    /** mprotect(PROT_READ) and back, against a thread that stores. */
    public static Scenario mprotectAndWriter() {
        World world = new World(1);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.WRITTEN);
        world.thread(
                "protector",
                process,
                List.of(row(Op.MPROTECT, 0, 1, Region.READ), row(Op.LOAD, 0), row(Op.MPROTECT, 0, 1, RW)));
        world.thread(
                "writer",
                process,
                List.of(store(world, 0, "writer's store"), store(world, 0, "writer's other store"), row(Op.LOAD, 0)));
        world.window = GoalPoint.STALE_TLB_USED;
        return new Scenario("mprotect-and-writer", "mprotect() against stores", List.of(), world);
    }

    /** A pinned page is write-protected and made writable again; then the process stores. */
    public static Scenario mprotectUpgrade() {
        return pinned("mprotect-pinned", List.of(row(Op.MPROTECT, 0, 1, Region.READ), row(Op.MPROTECT, 0, 1, RW)), 0);
    }

    /** A pinned page of a userfaultfd region is write-protected and un-protected; then the process stores. */
    public static Scenario wpPinned() {
        return pinned("wp-pinned", List.of(row(Op.UFFD_WP, 0, 1, 1), row(Op.UFFD_WP, 0, 1, 0)), Region.UFFD_WP);
    }

    /** A pinned page loses its soft-dirty bit; then the process stores. */
    public static Scenario clearRefsPinned() {
        return pinned("clear-refs-pinned", List.of(row(Op.CLEAR_SOFT_DIRTY)), 0);
    }

    private static Scenario pinned(String name, List<int[]> between, int flags) {
        World world = new World(1);
        int process = world.process("process");
        int all = RW | Region.MAYWRITE | flags;
        world.region(new Region("buffer", process, 0, 1, all, Region.ANON, 0, Region.Populated.WRITTEN, true, 0));
        world.pins = 1;
        List<int[]> program = new ArrayList<>();
        program.add(row(Op.PIN, 0, 0, 1, Foll.PIN | Foll.WRITE | Foll.FAST));
        program.addAll(between);
        program.add(store(world, 0, "store"));
        program.add(row(Op.DEV_STORE, 0, 0, world.token(0, "device store")));
        program.add(row(Op.LOAD, 0));
        program.add(row(Op.UNPIN, 0));
        world.thread("process", process, program);
        world.window = GoalPoint.COW_REUSE;
        return new Scenario(name, "a pinned page is write-protected", List.of(), world);
    }

    /** mprotect() of what has the protection already, behind clear_refs: it changes nothing and has nothing to flush. */
    public static Scenario mprotectWithoutEffect() {
        World world = new World(1);
        int process = world.process("process");
        int all = RW | Region.MAYWRITE | Region.SOFTDIRTY;
        world.region(new Region("buffer", process, 0, 1, all, Region.ANON, 0, Region.Populated.WRITTEN, true, 0));
        world.thread("process", process, List.of(row(Op.CLEAR_SOFT_DIRTY), row(Op.MPROTECT, 0, 1, RW)));
        world.thread("writer", process, List.of(store(world, 0, "writer's store"), row(Op.LOAD, 0)));
        world.window = GoalPoint.STALE_TLB_USED;
        return new Scenario("mprotect-without-effect", "mprotect() behind clear_refs", List.of(), world);
    }

    /** NUMA balancing takes the access rights away from a page that two threads use. */
    public static Scenario numaAndWriter() {
        World world = new World(1);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.WRITTEN);
        world.thread("balancer", process, List.of(row(Op.NUMA, 0, 1), row(Op.LOAD, 0)));
        world.thread(
                "writer",
                process,
                List.of(store(world, 0, "writer's store"), store(world, 0, "writer's other store"), row(Op.LOAD, 0)));
        world.window = GoalPoint.STALE_TLB_USED;
        return new Scenario("numa-and-writer", "NUMA balancing against stores", List.of(), world);
    }

    /**
     * A page of a userfaultfd region that something else refers to is un-protected while two threads store, one of them through a
     * TLB entry from before its protection was taken back.
     */
    public static Scenario wpAndWriters() {
        World world = new World(1);
        int process = world.process("process");
        int all = RW | Region.MAYWRITE | Region.UFFD_WP;
        world.region(new Region("buffer", process, 0, 1, all, Region.ANON, 0, Region.Populated.WRITTEN, true, 0));
        world.pins = 1;
        world.events = 2;
        world.thread(
                "monitor",
                process,
                List.of(
                        row(Op.WAIT, 0),
                        row(Op.PIN, 0, 0, 1, Foll.GET | Foll.FAST),
                        row(Op.POST, 1),
                        row(Op.UFFD_WP, 0, 1, 0)));
        world.thread("writer", process, List.of(row(Op.WAIT, 1), store(world, 0, "writer's store")));
        world.thread(
                "stale",
                process,
                List.of(
                        store(world, 0, "first store"),
                        row(Op.POST, 0),
                        row(Op.WAIT, 1),
                        store(world, 0, "stale store"),
                        row(Op.LOAD, 0)));
        world.window = GoalPoint.STALE_TLB_USED;
        return new Scenario("wp-and-writers", "userfaultfd write-protection against stores", List.of(), world);
    }

    /** MADV_DONTNEED against a thread that stores and loads: each store stays or is lost, nothing else. */
    public static Scenario dontneedAndWriter() {
        World world = new World(2);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 2, Region.Populated.WRITTEN);
        world.thread("discarder", process, List.of(row(Op.DONTNEED, 0, 2), row(Op.LOAD, 0)));
        world.thread("writer", process, List.of(store(world, 0, "writer's store"), row(Op.LOAD, 0), row(Op.LOAD, 1)));
        world.window = GoalPoint.ACCESS_OVERLAPS_UNMAP;
        world.goals.add(GoalPoint.ACCESS_OVERLAPS_UNMAP);
        return new Scenario("dontneed-and-writer", "MADV_DONTNEED against stores", List.of(), world);
    }

    /** MADV_FREE against a thread that stores. */
    public static Scenario freeAndWriter() {
        World world = new World(1);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.WRITTEN);
        world.thread("freer", process, List.of(row(Op.MADV_FREE, 0, 1), row(Op.LOAD, 0)));
        world.thread("writer", process, List.of(store(world, 0, "writer's store"), row(Op.LOAD, 0)));
        world.window = GoalPoint.STALE_TLB_USED;
        return new Scenario("free-and-writer", "MADV_FREE against stores", List.of(), world);
    }

    /** munmap() of two regions in two page-table pages at once, against a fast pin. */
    public static Scenario munmapOfTwo() {
        World world = new World(2);
        int process = world.process("process");
        int all = RW | Region.MAYWRITE;
        for (int i = 0; i < 2; i++) {
            world.region(
                    new Region("region" + i, process, i, 1, all, Region.ANON, 0, Region.Populated.WRITTEN, true, i));
        }
        world.pins = 1;
        world.thread("unmapper", process, List.of(row(Op.MUNMAP, 0, 2)));
        world.thread(
                "pinner", process, List.of(row(Op.PIN, 0, 1, 1, Foll.PIN | Foll.WRITE | Foll.FAST), row(Op.UNPIN, 0)));
        world.window = GoalPoint.PIN_OVERLAPS_UNMAP;
        world.goals.add(GoalPoint.PIN_OVERLAPS_UNMAP);
        return new Scenario("munmap-of-two", "munmap() frees page tables under a fast pin", List.of(), world);
    }

    /** clear_refs under a page that something else refers to, against two stores, one through an old TLB entry. */
    public static Scenario clearRefsAndWriters() {
        World world = new World(1);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.WRITTEN);
        world.pins = 1;
        world.events = 2;
        world.thread(
                "clearer",
                process,
                List.of(
                        row(Op.WAIT, 0),
                        row(Op.PIN, 0, 0, 1, Foll.GET | Foll.FAST),
                        row(Op.POST, 1),
                        row(Op.CLEAR_SOFT_DIRTY)));
        world.thread("writer", process, List.of(row(Op.WAIT, 1), store(world, 0, "writer's store")));
        world.thread(
                "stale",
                process,
                List.of(
                        store(world, 0, "first store"),
                        row(Op.POST, 0),
                        row(Op.WAIT, 1),
                        store(world, 0, "stale store"),
                        row(Op.LOAD, 0)));
        world.window = GoalPoint.STALE_TLB_USED;
        return new Scenario("clear-refs-and-writers", "clear_refs against stores", List.of(), world);
    }

    /** mremap() of private memory against a thread that uses the old address; then the mover uses the new. */
    public static Scenario mremapAndWriter() {
        World world = new World(4);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 2, Region.Populated.WRITTEN);
        world.moves(0, 2);
        world.moves(1, 3);
        world.thread(
                "mover",
                process,
                List.of(row(Op.MREMAP, 0, 2, 2), row(Op.LOAD, 2), store(world, 3, "mover's store"), row(Op.LOAD, 3)));
        world.thread("writer", process, List.of(store(world, 0, "writer's store"), row(Op.LOAD, 1)));
        world.window = GoalPoint.SEGV;
        world.goals.add(GoalPoint.SEGV);
        return new Scenario("mremap-and-writer", "mremap() against stores", List.of(), world);
    }

    /**
     * mremap() of shared memory to another page table, or within one, against a truncation that frees its page, and a thread that
     * has the old address in its TLB.
     */
    public static Scenario mremapAndTruncate(boolean twoTables, boolean stores) {
        World world = new World(2);
        int process = world.process("process");
        int file = world.file("memory", true, 1, true);
        int all = RW | Region.MAYWRITE | Region.SHARED;
        Region.Populated populated = stores ? Region.Populated.WRITTEN : Region.Populated.READ;
        world.region(new Region("shared", process, 0, 1, all, file, 0, populated, true, 0));
        world.region(
                new Region("hole", process, 1, 1, RW, Region.ANON, 0, Region.Populated.NO, false, twoTables ? 1 : 0));
        world.moves(0, 1);
        world.events = 1;
        world.thread("mover", process, List.of(row(Op.WAIT, 0), row(Op.MREMAP, 0, 1, 1)));
        world.thread("truncater", process, List.of(row(Op.WAIT, 0), row(Op.TRUNCATE, file, 0)));
        world.thread(
                "user",
                process,
                List.of(
                        stores ? store(world, 0, "first store") : row(Op.LOAD, 0),
                        row(Op.POST, 0),
                        stores ? store(world, 0, "late store") : row(Op.LOAD, 0)));
        world.window = GoalPoint.ACCESS_OVERLAPS_UNMAP;
        world.goals.add(GoalPoint.ACCESS_OVERLAPS_UNMAP);
        String name = "mremap-and-truncate-" + (twoTables ? "two-" : "one-") + (stores ? "stores" : "loads");
        return new Scenario(name, "mremap() of shared memory that is truncated", List.of(), world);
    }

    /** Truncation of a shared mapping that two processes write to. */
    public static Scenario truncateAndWriter() {
        World world = new World(1);
        int first = world.process("first");
        int second = world.process("second");
        int file = world.file("memory", true, 1, true);
        int all = RW | Region.MAYWRITE | Region.SHARED;
        for (int mm = 0; mm < 2; mm++) {
            world.region(new Region("shared" + mm, mm, 0, 1, all, file, 0, Region.Populated.WRITTEN, true, 0));
        }
        world.thread("truncater", first, List.of(row(Op.TRUNCATE, file, 0)));
        world.thread(
                "writer",
                second,
                List.of(store(world, 0, "writer's store"), store(world, 0, "writer's other store"), row(Op.LOAD, 0)));
        world.window = GoalPoint.ACCESS_OVERLAPS_UNMAP;
        world.goals.add(GoalPoint.ACCESS_OVERLAPS_UNMAP);
        return new Scenario("truncate-and-writer", "truncation against stores", List.of(), world);
    }

    /** Truncation of a file under a private mapping, which a store copies meanwhile. */
    public static Scenario truncatePrivate() {
        World world = new World(1);
        int process = world.process("process");
        int file = world.file("file", false, 1, true);
        int all = RW | Region.MAYWRITE;
        world.region(new Region("private", process, 0, 1, all, file, 0, Region.Populated.READ, true, 0));
        world.thread("truncater", process, List.of(row(Op.TRUNCATE, file, 0)));
        world.thread("writer", process, List.of(store(world, 0, "writer's store"), row(Op.LOAD, 0)));
        world.window = GoalPoint.ACCESS_OVERLAPS_UNMAP;
        world.goals.add(GoalPoint.ACCESS_OVERLAPS_UNMAP);
        return new Scenario("truncate-private", "truncation under a private mapping", List.of(), world);
    }

    /** A write by FOLL_FORCE to read-only private memory of a shared file, against MADV_DONTNEED and then UFFDIO_CONTINUE. */
    public static Scenario dirtyCowShmem() {
        World world = new World(1);
        int process = world.process("process");
        int file = world.file("memory", true, 1, true);
        int all = Region.READ | Region.MAYWRITE | Region.UFFD_MINOR;
        world.region(new Region("private", process, 0, 1, all, file, 0, Region.Populated.READ, true, 0));
        world.thread("writer", process, List.of(row(Op.FORCE_WRITE, 0, world.token(0, "forced store"))));
        world.thread("discarder", process, List.of(row(Op.DONTNEED, 0, 1), row(Op.UFFD_CONTINUE, 0)));
        world.window = GoalPoint.PIN_OVERLAPS_UNMAP;
        return new Scenario("dirty-cow-shmem", "a forced write against UFFDIO_CONTINUE", List.of(), world);
    }

    /** mmap() where something was unmapped before, against a thread that uses the address. */
    public static Scenario mapAgain() {
        World world = new World(1);
        int process = world.process("process");
        int all = RW | Region.MAYWRITE;
        world.region(new Region("old", process, 0, 1, all, Region.ANON, 0, Region.Populated.WRITTEN, true, 0));
        world.region(new Region("new", process, 0, 1, all, Region.ANON, 0, Region.Populated.NO, false, 0));
        world.thread(
                "mapper",
                process,
                List.of(row(Op.MUNMAP, 0, 1), row(Op.MMAP, 1), row(Op.LOAD, 0), store(world, 0, "mapper's store")));
        world.thread("writer", process, List.of(store(world, 0, "writer's store"), row(Op.LOAD, 0)));
        world.window = GoalPoint.SEGV;
        world.goals.add(GoalPoint.SEGV);
        return new Scenario("map-again", "munmap() and mmap() under a user", List.of(), world);
    }

    /** MADV_DONTNEED of a page that reclaim swaps out. */
    public static Scenario zapSwapped() {
        World world = new World(1);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.WRITTEN);
        world.swapSlots = 1;
        world.agent("reclaim", List.of(row(Op.RECLAIM, 0, process)));
        world.thread("discarder", process, List.of(row(Op.DONTNEED, 0, 1), row(Op.LOAD, 0)));
        world.window = GoalPoint.ACCESS_OVERLAPS_UNMAP;
        return new Scenario("zap-swapped", "MADV_DONTNEED of a swapped page", List.of(), world);
    }

    private static int[] store(World world, int page, String name) {
        return row(Op.STORE, page, world.token(page, name));
    }

    private static int[] row(int... words) {
        return words;
    }
}
