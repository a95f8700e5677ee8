package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import java.util.ArrayList;
import java.util.List;

/** Small worlds for the routines of one part of the kernel; {@link WideScenarios} gathers them. */
public final class GupScenarios {

    private static final int ANON = Region.READ | Region.WRITE | Region.MAYWRITE;

    /** Where a reader of a page through a pipe takes its reference, and who stores to the page afterwards. */
    public enum Splice {
        /** The child takes it after the fork and unmaps; the parent stores. */
        CHILD_READS,
        /** The parent takes it after the fork and unmaps; the child stores. */
        PARENT_READS,
        /** The parent takes it before the fork and unmaps after it; the child stores. */
        PARENT_READS_BEFORE,
        /** As {@link #CHILD_READS}, by slow GUP. */
        CHILD_READS_SLOWLY
    }

    /** How the page of a read pin is mapped: the cases of the COW self-test. */
    public enum ReadOnly {
        /** Shared with a child that lives. */
        SHARED,
        /** Shared with a child that is gone. */
        PREVIOUSLY_SHARED,
        /** Never shared, and write-protected. */
        EXCLUSIVE
    }

    private GupScenarios() {}

    public static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>();
        for (Splice splice : Splice.values()) {
            all.add(vmsplice(splice, false));
        }
        for (ReadOnly how : ReadOnly.values()) {
            all.add(readPin(how, Foll.FAST));
            all.add(readPin(how, 0));
        }
        all.add(directIoAndFork(false));
        all.add(forkVersusPin("read pin", Foll.PIN | Foll.FAST, 2));
        all.add(forkVersusPin("slow pin", Foll.PIN | Foll.WRITE, 1));
        all.add(forkVersusPin("fast only", Foll.PIN | Foll.WRITE | Foll.FAST | Foll.FAST_ONLY, 2));
        all.add(registeredBuffer(Region.Populated.NO));
        all.add(registeredBuffer(Region.Populated.READ));
        all.add(pinForkWrite());
        all.add(staticMm(true));
        all.add(vmsplice(Splice.CHILD_READS, true));
        all.add(basicCow(false));
        all.add(basicCow(true));
        all.add(debuggers());
        all.add(directIoAndFork(true));
        all.add(dirtyCow());
        all.add(registeredFile());
        all.add(writeProtectedPin());
        all.add(pinsBesideUnpins());
        all.add(tablesThatGo());
        all.add(overflownPin());
        all.add(overflow());
        all.add(slowPinBesideUnmap());
        all.add(pinAndMonitor());
        all.add(slowPinAndMonitor());
        all.add(debuggerAndReclaim());
        return all;
    }

    /** CVE-2020-29374: a page goes into a pipe, its mapping goes away, somebody else stores to it. */
    public static Scenario vmsplice(Splice how, boolean mprotect) {
        World world = new World(1);
        int parent = world.process("parent");
        world.anon(parent, "secret", 0, 1, Region.Populated.WRITTEN);
        int child = world.child("child");
        world.pins = 1;
        world.events = 2;
        boolean childReads = how == Splice.CHILD_READS || how == Splice.CHILD_READS_SLOWLY;
        int[] take = row(Op.PIN, 0, 0, 1, how == Splice.CHILD_READS_SLOWLY ? Foll.GET : Foll.GET | Foll.FAST);
        List<int[]> reader = new ArrayList<>();
        if (how != Splice.PARENT_READS_BEFORE) {
            reader.add(take);
        }
        reader.addAll(List.of(
                row(Op.MUNMAP, 0, 1), row(Op.POST, 0), row(Op.WAIT, 1), row(Op.DEV_LOAD, 0, 0), row(Op.UNPIN, 0)));
        String storer = childReads ? "parent's store" : "child's store";
        List<int[]> writer = new ArrayList<>();
        if (mprotect) {
            protectAndBack(writer);
        }
        writer.addAll(
                List.of(row(Op.WAIT, 0), row(Op.STORE, 0, world.token(0, storer)), row(Op.POST, 1), row(Op.LOAD, 0)));
        List<int[]> first = new ArrayList<>();
        if (how == Splice.PARENT_READS_BEFORE) {
            first.add(take);
        }
        first.add(row(Op.FORK, 1, child));
        first.addAll(childReads ? writer : reader);
        world.thread("parent", parent, first);
        List<int[]> second = new ArrayList<>(childReads ? reader : writer);
        second.add(row(Op.EXIT));
        world.thread("child", child, second);
        world.window = GoalPoint.SLOW_PATH;
        return made("vmsplice " + how + (mprotect ? ", mprotect" : ""), world);
    }

    /** A fork, perhaps a write-protection that is taken back, and a store: the child must not see it. */
    public static Scenario basicCow(boolean mprotect) {
        World world = new World(1);
        int parent = world.process("parent");
        world.anon(parent, "buffer", 0, 1, Region.Populated.WRITTEN);
        int child = world.child("child");
        world.events = 1;
        List<int[]> program = new ArrayList<>();
        program.add(row(Op.FORK, 1, child));
        if (mprotect) {
            protectAndBack(program);
        }
        program.add(row(Op.STORE, 0, world.token(0, "parent's store")));
        program.add(row(Op.POST, 0));
        world.thread("parent", parent, program);
        int initial = World.tokenBit(world.initialToken(0));
        world.thread("child", child, List.of(row(Op.WAIT, 0), row(Op.LOAD, 0, initial), row(Op.EXIT)));
        world.window = GoalPoint.COW_COPY;
        return made(mprotect ? "fork, mprotect, write" : "fork, write", world);
    }

    private static void protectAndBack(List<int[]> program) {
        program.add(row(Op.MPROTECT, 0, 1, Region.READ));
        program.add(row(Op.MPROTECT, 0, 1, Region.READ | Region.WRITE));
    }

    /** Direct I/O reads into a page while another thread stores to it and a third forks. */
    public static Scenario directIoAndFork(boolean promised) {
        World world = new World(1);
        world.promisesGets = promised;
        int parent = world.process("parent");
        world.anon(parent, "buffer", 0, 1, Region.Populated.WRITTEN);
        int child = world.child("child");
        world.pins = 1;
        world.thread("forker", parent, List.of(row(Op.FORK, 3, child)));
        world.thread(
                "reader",
                parent,
                List.of(
                        row(Op.PIN, 0, 0, 1, Foll.DIRECT_IO | Foll.WRITE),
                        row(Op.DEV_STORE, 0, 0, world.token(0, "the disk's data")),
                        row(Op.UNPIN, 0),
                        row(Op.LOAD, 0)));
        world.thread("writer", parent, List.of(row(Op.STORE, 0, world.token(0, "writer's store"))));
        world.thread("child", child, List.of(row(Op.EXIT)));
        world.window = GoalPoint.PIN_OVERLAPS_FORK;
        return made(promised ? "direct I/O and fork, promised" : "direct I/O and fork", world);
    }

    /** A pin through a page that is mapped read-only; then the process stores, and the device must see it. */
    public static Scenario readPin(ReadOnly how, int fast) {
        World world = new World(1);
        int parent = world.process("parent");
        boolean shares = how != ReadOnly.EXCLUSIVE;
        world.anon(parent, "buffer", 0, 1, shares ? Region.Populated.WRITTEN : Region.Populated.PROTECTED);
        world.pins = 1;
        world.events = 1;
        List<int[]> program = new ArrayList<>();
        if (shares) {
            int child = world.child("child");
            program.add(row(Op.FORK, 1, child));
        }
        if (how == ReadOnly.PREVIOUSLY_SHARED) {
            program.add(row(Op.AWAIT, 1 << 1));
        }
        int store = world.token(0, "parent's store");
        program.add(row(Op.PIN, 0, 0, 1, Foll.PIN | Foll.LONGTERM | fast));
        program.add(row(Op.STORE, 0, store));
        program.add(row(Op.DEV_LOAD, 0, 0, World.tokenBit(store)));
        program.add(row(Op.UNPIN, 0));
        program.add(row(Op.POST, 0));
        world.thread("parent", parent, program);
        if (shares) {
            List<int[]> child = new ArrayList<>();
            if (how == ReadOnly.SHARED) {
                child.add(row(Op.WAIT, 0));
            }
            child.add(row(Op.LOAD, 0));
            child.add(row(Op.EXIT));
            world.thread("child", 1, child);
        }
        world.window = GoalPoint.SLOW_PATH;
        return made("read pin, " + how + (fast != 0 ? ", fast" : ", slow"), world);
    }

    /** A long-term read pin of memory that was never written; then the process stores, and the device must see it. */
    public static Scenario registeredBuffer(Region.Populated populated) {
        World world = new World(1);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, populated);
        world.pins = 1;
        int store = world.token(0, "process's store");
        world.thread(
                "process",
                process,
                List.of(
                        row(Op.PIN, 0, 0, 1, Foll.PIN | Foll.LONGTERM | Foll.FAST),
                        row(Op.STORE, 0, store),
                        row(Op.DEV_LOAD, 0, 0, World.tokenBit(store)),
                        row(Op.UNPIN, 0),
                        row(Op.LOAD, 0)));
        world.window = GoalPoint.SLOW_PATH;
        return made("registered buffer, " + populated, world);
    }

    /** A registered buffer, a fork whose child lives, a store of the parent: the device must see it. */
    public static Scenario pinForkWrite() {
        World world = new World(1);
        int parent = world.process("parent");
        world.anon(parent, "buffer", 0, 1, Region.Populated.WRITTEN);
        int child = world.child("child");
        world.pins = 1;
        world.events = 1;
        int store = world.token(0, "parent's store");
        world.thread(
                "parent",
                parent,
                List.of(
                        row(Op.PIN, 0, 0, 1, Foll.PIN | Foll.WRITE | Foll.LONGTERM | Foll.FAST),
                        row(Op.FORK, 1, child),
                        row(Op.STORE, 0, store),
                        row(Op.DEV_LOAD, 0, 0, World.tokenBit(store)),
                        row(Op.UNPIN, 0),
                        row(Op.POST, 0)));
        world.thread("child", child, List.of(row(Op.WAIT, 0), row(Op.LOAD, 0), row(Op.EXIT)));
        world.window = GoalPoint.PIN_HELD_OVER_FORK;
        return made("pin, fork, write", world);
    }

    /** A fork and a GUP call at once, the caller's stores and the device's loads after both. */
    public static Scenario forkVersusPin(String name, int foll, int pages) {
        World world = new World(pages);
        int parent = world.process("parent");
        world.anon(parent, "buffer", 0, pages, Region.Populated.WRITTEN);
        int child = world.child("child");
        world.pins = 1;
        world.thread("forker", parent, List.of(row(Op.FORK, 2, child)));
        List<int[]> pinner = new ArrayList<>();
        pinner.add(row(Op.PIN, 0, 0, pages, foll));
        pinner.add(row(Op.AWAIT, 1));
        for (int p = 0; p < pages; p++) {
            pinner.add(row(Op.STORE, p, world.token(p, "pinner's store")));
            pinner.add(row(Op.DEV_LOAD, 0, p));
        }
        pinner.add(row(Op.UNPIN, 0));
        world.thread("pinner", parent, pinner);
        world.thread("child", child, List.of(row(Op.LOAD, 0), row(Op.EXIT)));
        if ((foll & Foll.FAST) != 0) {
            world.goals.add(GoalPoint.PIN_OVERLAPS_FORK); // slow GUP waits for the fork
        }
        return made("fork against " + name, world);
    }

    /** Two pins of a process one after the other, two more beside them, and a fork behind them all. */
    public static Scenario pinsBesideUnpins() {
        World world = new World(2);
        int parent = world.process("parent");
        world.anon(parent, "buffer", 0, 2, Region.Populated.WRITTEN);
        int child = world.child("child");
        world.pins = 2;
        world.thread(
                "unpinner", parent, List.of(row(Op.PIN, 0, 0, 1, Foll.PIN | Foll.WRITE | Foll.FAST), row(Op.UNPIN, 0)));
        world.thread(
                "pinner",
                parent,
                List.of(
                        row(Op.PIN, 1, 1, 1, Foll.PIN | Foll.WRITE | Foll.FAST),
                        row(Op.AWAIT, 1),
                        row(Op.FORK, 2, child),
                        row(Op.STORE, 1, world.token(1, "pinner's store")),
                        row(Op.DEV_LOAD, 1, 0),
                        row(Op.UNPIN, 1)));
        world.thread("child", child, List.of(row(Op.EXIT)));
        return made("pins beside unpins", world);
    }

    /** A process whose mm_struct is static pins, and perhaps forks meanwhile. */
    public static Scenario staticMm(boolean forks) {
        World world = new World(1);
        int process = world.process("process");
        world.statics.set(process, true);
        world.pinnedBefore.set(process, 1);
        world.anon(process, "buffer", 0, 1, Region.Populated.WRITTEN);
        world.pins = 1;
        world.thread(
                "pinner",
                process,
                List.of(
                        row(Op.PIN, 0, 0, 1, Foll.PIN | Foll.WRITE | Foll.FAST),
                        row(Op.AWAIT, forks ? 2 : 0),
                        row(Op.STORE, 0, world.token(0, "pinner's store")),
                        row(Op.DEV_LOAD, 0, 0),
                        row(Op.UNPIN, 0)));
        if (forks) {
            int child = world.child("child");
            world.thread("forker", process, List.of(row(Op.FORK, 2, child)));
            world.thread("child", child, List.of(row(Op.EXIT)));
        }
        world.goals.add(GoalPoint.FAST_PIN_BEFORE_FORK);
        return made("a static mm" + (forks ? " that forks" : ""), world);
    }

    /** A debugger stores to a page that nobody touched, through read-only memory, and reads it back beside a reader. */
    public static Scenario debuggers() {
        World world = new World(1);
        int process = world.process("process");
        int flags = ANON & ~Region.WRITE;
        world.region(new Region("text", process, 0, 1, flags, Region.ANON, 0, Region.Populated.NO, true, 0));
        world.thread(
                "debugger",
                process,
                List.of(row(Op.FORCE_WRITE, 0, world.token(0, "debugger's store")), row(Op.FORCE_READ, 0)));
        world.thread("reader", process, List.of(row(Op.LOAD, 0), row(Op.LOAD, 0)));
        return made("debugger", world);
    }

    /** CVE-2016-5195: a debugger stores through a read-only private mapping of a file while another thread gives the page up. */
    public static Scenario dirtyCow() {
        World world = new World(1);
        int process = world.process("process");
        int file = world.file("passwd", false, 1, true);
        int flags = ANON & ~Region.WRITE;
        world.region(new Region("text", process, 0, 1, flags, file, 0, Region.Populated.NO, true, 0));
        world.thread(
                "debugger",
                process,
                List.of(row(Op.FORCE_WRITE, 0, world.token(0, "debugger's store")), row(Op.LOAD, 0)));
        world.thread("adviser", process, List.of(row(Op.DONTNEED, 0, 1)));
        return made("dirty COW", world);
    }

    /** A long-term read pin of a file's page in a private mapping; then the process stores, and the device must see it. */
    public static Scenario registeredFile() {
        World world = new World(1);
        int process = world.process("process");
        int file = world.file("file", true, 1, true);
        world.region(new Region("map", process, 0, 1, ANON, file, 0, Region.Populated.READ, true, 0));
        world.pins = 1;
        int store = world.token(0, "process's store");
        world.thread(
                "process",
                process,
                List.of(
                        row(Op.PIN, 0, 0, 1, Foll.PIN | Foll.LONGTERM | Foll.FAST),
                        row(Op.STORE, 0, store),
                        row(Op.DEV_LOAD, 0, 0, World.tokenBit(store)),
                        row(Op.UNPIN, 0),
                        row(Op.LOAD, 0)));
        world.window = GoalPoint.SLOW_PATH;
        return made("registered file", world);
    }

    /** A registered buffer is write-protected and made writable again; then the process stores, and the device must see it. */
    public static Scenario writeProtectedPin() {
        World world = new World(1);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.WRITTEN);
        world.pins = 1;
        int store = world.token(0, "process's store");
        world.thread(
                "process",
                process,
                List.of(
                        row(Op.PIN, 0, 0, 1, Foll.PIN | Foll.WRITE | Foll.LONGTERM | Foll.FAST),
                        row(Op.MPROTECT, 0, 1, Region.READ),
                        row(Op.MPROTECT, 0, 1, Region.READ | Region.WRITE),
                        row(Op.STORE, 0, store),
                        row(Op.DEV_LOAD, 0, 0, World.tokenBit(store)),
                        row(Op.UNPIN, 0)));
        return made("write-protected pin", world);
    }

    /** A fast pin of pages in two page-table pages, of which an munmap takes one away. */
    public static Scenario tablesThatGo() {
        World world = new World(2);
        int process = world.process("process");
        for (int page = 0; page < 2; page++) {
            world.region(new Region(
                    "map" + page, process, page, 1, ANON, Region.ANON, 0, Region.Populated.WRITTEN, true, page));
        }
        world.pins = 1;
        world.thread(
                "pinner", process, List.of(row(Op.PIN, 0, 0, 2, Foll.PIN | Foll.WRITE | Foll.FAST), row(Op.UNPIN, 0)));
        world.thread("unmapper", process, List.of(row(Op.MUNMAP, 1, 1)));
        world.window = GoalPoint.PIN_OVERLAPS_UNMAP;
        world.goals.add(GoalPoint.PIN_OVERLAPS_UNMAP);
        return made("tables that go", world);
    }

    /** A pinned page with so many references that its count looks negative is forked. */
    public static Scenario overflownPin() {
        World world = new World(1);
        int parent = world.process("parent");
        world.anon(parent, "buffer", 0, 1, Region.Populated.WRITTEN);
        int child = world.child("child");
        world.pins = 1;
        world.thread(
                "parent",
                parent,
                List.of(
                        row(Op.PIN, 0, 0, 1, Foll.PIN | Foll.WRITE | Foll.FAST),
                        row(Op.HOLD, 0, Integer.MAX_VALUE),
                        row(Op.FORK, 1, child),
                        row(Op.RELEASE, 0, Integer.MAX_VALUE),
                        row(Op.STORE, 0, world.token(0, "parent's store")),
                        row(Op.DEV_LOAD, 0, 0),
                        row(Op.UNPIN, 0)));
        world.thread("child", child, List.of(row(Op.LOAD, 0), row(Op.EXIT)));
        world.window = GoalPoint.PIN_HELD_OVER_FORK;
        return made("overflown pin", world);
    }

    /** CVE-2019-11487: references are taken until the count wraps around. */
    public static Scenario overflow() {
        World world = new World(1);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.WRITTEN);
        world.pins = 2;
        world.events = 3;
        int get = Foll.GET | Foll.FAST;
        for (int holder = 0; holder < 2; holder++) {
            world.thread(
                    "holder" + holder,
                    process,
                    List.of(
                            row(Op.HOLD, 0, Integer.MAX_VALUE),
                            row(Op.POST, holder),
                            row(Op.WAIT, 2),
                            row(Op.RELEASE, 0, Integer.MAX_VALUE)));
        }
        world.thread(
                "process",
                process,
                List.of(
                        row(Op.WAIT, 0),
                        row(Op.WAIT, 1),
                        row(Op.PIN, 0, 0, 1, get),
                        row(Op.PIN, 1, 0, 1, get),
                        row(Op.UNPIN, 1),
                        row(Op.UNPIN, 0),
                        row(Op.POST, 2)));
        return made("overflow", world);
    }

    /** A fork, a fast pin, and reclaim, which holds a page-table lock while it waits for CPUs to flush. */
    public static Scenario spinAndReclaim() {
        World world = new World(1);
        int parent = world.process("parent");
        world.anon(parent, "buffer", 0, 1, Region.Populated.WRITTEN);
        world.swapSlots = 1;
        int child = world.child("child");
        world.pins = 1;
        world.thread("forker", parent, List.of(row(Op.FORK, 3, child)));
        world.thread(
                "pinner", parent, List.of(row(Op.PIN, 0, 0, 1, Foll.PIN | Foll.WRITE | Foll.FAST), row(Op.UNPIN, 0)));
        world.agent("kswapd", List.of(row(Op.RECLAIM, 0, parent)));
        world.thread("child", child, List.of(row(Op.EXIT)));
        world.goals.add(GoalPoint.PIN_OVERLAPS_FORK);
        return made("fork, pin and reclaim", world);
    }

    /** A slow pin of memory that was never touched, beside its munmap. */
    public static Scenario slowPinBesideUnmap() {
        World world = new World(1);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.NO);
        world.pins = 1;
        world.thread("pinner", process, List.of(row(Op.PIN, 0, 0, 1, Foll.PIN | Foll.WRITE), row(Op.UNPIN, 0)));
        world.thread("unmapper", process, List.of(row(Op.MUNMAP, 0, 1)));
        world.goals.add(GoalPoint.PIN_FAILS);
        return made("slow pin beside munmap", world);
    }

    /** A fast pin of a page that a userfaultfd monitor write-protects and gives free again: slow GUP sleeps without mmap_lock. */
    public static Scenario pinAndMonitor() {
        World world = new World(1);
        int process = world.process("process");
        world.region(new Region(
                "buffer", process, 0, 1, ANON | Region.UFFD_WP, Region.ANON, 0, Region.Populated.WRITTEN, true, 0));
        world.pins = 1;
        world.events = 1;
        world.thread("monitor", process, List.of(row(Op.UFFD_WP, 0, 1, 1), row(Op.POST, 0), row(Op.UFFD_WP, 0, 1, 0)));
        world.thread(
                "pinner",
                process,
                List.of(
                        row(Op.WAIT, 0),
                        row(Op.PIN, 0, 0, 1, Foll.PIN | Foll.WRITE | Foll.FAST),
                        row(Op.DEV_STORE, 0, 0, world.token(0, "device store")),
                        row(Op.LOAD, 0),
                        row(Op.UNPIN, 0)));
        world.window = GoalPoint.SLOW_PATH;
        world.goals.add(GoalPoint.SLOW_PATH);
        return made("pin and monitor", world);
    }

    /** A slow pin of a page that a userfaultfd monitor write-protects: slow GUP keeps mmap_lock, so it cannot wait, and fails. */
    public static Scenario slowPinAndMonitor() {
        World world = new World(1);
        int process = world.process("process");
        world.region(new Region(
                "buffer", process, 0, 1, ANON | Region.UFFD_WP, Region.ANON, 0, Region.Populated.WRITTEN, true, 0));
        world.pins = 1;
        world.thread("monitor", process, List.of(row(Op.UFFD_WP, 0, 1, 1)));
        world.thread(
                "pinner",
                process,
                List.of(
                        row(Op.PIN, 0, 0, 1, Foll.PIN | Foll.WRITE),
                        row(Op.DEV_STORE, 0, 0, world.token(0, "device store")),
                        row(Op.FORCE_WRITE, 0, world.token(0, "debugger's store")),
                        row(Op.LOAD, 0),
                        row(Op.UNPIN, 0)));
        world.window = GoalPoint.SLOW_PATH;
        return made("slow pin and monitor", world);
    }

    /** A debugger stores to a page and reads it back while reclaim swaps the page out. */
    public static Scenario debuggerAndReclaim() {
        World world = new World(1);
        int process = world.process("process");
        world.region(new Region(
                "text", process, 0, 1, ANON & ~Region.WRITE, Region.ANON, 0, Region.Populated.WRITTEN, true, 0));
        world.swapSlots = 1;
        world.thread(
                "debugger",
                process,
                List.of(row(Op.FORCE_WRITE, 0, world.token(0, "debugger's store")), row(Op.FORCE_READ, 0)));
        world.agent("kswapd", List.of(row(Op.RECLAIM, 0, process)));
        return made("debugger and reclaim", world);
    }

    private static Scenario made(String name, World world) {
        return new Scenario(name.replace(' ', '-'), name, List.of(), world);
    }

    private static int[] row(int... words) {
        return words;
    }
}
