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
            all.add(vmsplice(splice));
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
        all.add(debuggers());
        return all;
    }

    /** CVE-2020-29374: a page goes into a pipe, its mapping goes away, somebody else stores to it. */
    public static Scenario vmsplice(Splice how) {
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
        List<int[]> writer =
                List.of(row(Op.WAIT, 0), row(Op.STORE, 0, world.token(0, storer)), row(Op.POST, 1), row(Op.LOAD, 0));
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
        return made("vmsplice " + how, world);
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
        world.goals.add(GoalPoint.PIN_OVERLAPS_FORK);
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

    private static Scenario made(String name, World world) {
        return new Scenario(name.replace(' ', '-'), name, List.of(), world);
    }

    private static int[] row(int... words) {
        return words;
    }
}
