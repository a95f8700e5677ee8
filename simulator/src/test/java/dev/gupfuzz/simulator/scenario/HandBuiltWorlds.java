package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The built-in scenarios as Java would put them together: what their files must come to, row by row. */
final class HandBuiltWorlds {

    private HandBuiltWorlds() {}

    static World of(String name, Map<String, Integer> values) {
        return switch (name) {
            case "fork-vs-pin-fast" -> forkVersusPinFast(values, 1, false);
            case "fork-vs-pin-fast-writer" -> forkVersusPinFast(values, 1, true);
            case "two-forks-vs-pin-fast" -> forkVersusPinFast(values, 2, false);
            case "pin-fork-child-exits-write" -> pinForkChildExitsWrite(values);
            case "pin-fast-vs-munmap" -> pinFastVersusMunmap(values);
            case "fork-vs-write" -> forkVersusWrite(values);
            case "cow-vs-reader" -> cowVersusReader(values);
            case "munmap-vs-access" -> munmapVersusAccess(values);
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static World forkVersusPinFast(Map<String, Integer> values, int forks, boolean writer) {
        int pages = values.get("pages");
        int noise = values.getOrDefault("noise", 0);
        World world = new World(pages + noise);
        int parent = world.process("parent");
        world.pinnedBefore.set(parent, values.get("has-pinned"));
        world.anon(parent, "buffer", 0, pages, Region.Populated.WRITTEN);
        if (noise > 0) {
            world.anon(parent, "scratch", pages, noise, Region.Populated.NO);
        }
        int forkers = 0;
        for (int i = 0; i < forks; i++) {
            int child = world.child(forks == 1 ? "child" : "child" + (i + 1));
            forkers |= 1 << i;
            // The children's threads come after the parent's: forkers, pinner, [writer], [noise], children.
            world.thread(
                    forks == 1 ? "forker" : "forker" + (i + 1),
                    parent,
                    List.of(row(Op.FORK, forks + 1 + (writer ? 1 : 0) + noise + i, child, 0)));
        }
        List<int[]> pinner = new ArrayList<>();
        pinner.add(row(Op.PIN, 0, 0, pages, Foll.PIN | Foll.WRITE | Foll.FAST));
        pinner.add(row(Op.AWAIT, forkers, 0, 0));
        afterwards(world, pinner, "pinner", pages);
        world.pins = 1;
        world.thread("pinner", parent, pinner);
        if (writer) {
            List<int[]> stores = new ArrayList<>();
            for (int i = 0; i < values.get("stores"); i++) {
                stores.add(row(Op.STORE, pages - 1, world.token(pages - 1, "writer's store " + (i + 1)), 0));
            }
            world.thread("writer", parent, stores);
        }
        for (int i = 0; i < noise; i++) {
            int page = pages + i;
            world.thread(
                    "noise" + (i + 1),
                    parent,
                    List.of(
                            row(Op.LOAD, page, 0, 0),
                            row(Op.STORE, page, world.token(page, "noise" + (i + 1) + "'s store"), 0),
                            row(Op.LOAD, page, 0, 0)));
        }
        for (int i = 0; i < forks; i++) {
            List<int[]> child = new ArrayList<>();
            loads(child, pages);
            child.add(row(Op.EXIT, 0, 0, 0));
            world.thread(forks == 1 ? "child" : "child" + (i + 1), 1 + i, child);
        }
        world.goals.addAll(List.of(
                GoalPoint.PIN_OVERLAPS_FORK,
                GoalPoint.PIN_BEGINS_IN_WALK,
                GoalPoint.SEQ_ODD,
                GoalPoint.SEQ_CHANGED,
                GoalPoint.RECHECK_FAILED,
                GoalPoint.SLOW_PATH,
                GoalPoint.FAST_PIN_BEFORE_FORK,
                GoalPoint.PIN_AFTER_FORK,
                GoalPoint.EARLY_COPY,
                GoalPoint.EAGAIN));
        return world;
    }

    /** Parent store to every page, device store and load through each pin, load of every page, unpin. */
    private static void afterwards(World world, List<int[]> program, String role, int pages) {
        for (int p = 0; p < pages; p++) {
            program.add(row(Op.STORE, p, world.token(p, role + "'s store"), 0));
        }
        for (int p = 0; p < pages; p++) {
            program.add(row(Op.DEV_STORE, 0, p, world.token(p, "device store")));
            program.add(row(Op.DEV_LOAD, 0, p, 0));
        }
        loads(program, pages);
        program.add(row(Op.UNPIN, 0, 0, 0));
    }

    private static World pinForkChildExitsWrite(Map<String, Integer> values) {
        int pages = values.get("pages");
        World world = new World(pages);
        int parent = world.process("parent");
        world.anon(parent, "buffer", 0, pages, Region.Populated.WRITTEN);
        int child = world.child("child");
        List<int[]> program = new ArrayList<>();
        program.add(row(Op.PIN, 0, 0, pages, Foll.PIN | Foll.WRITE | Foll.FAST));
        program.add(row(Op.FORK, 1, child, 0));
        program.add(row(Op.AWAIT, 1 << 1, 0, 0));
        afterwards(world, program, "parent", pages);
        world.pins = 1;
        world.thread("parent", parent, program);
        world.thread("child", child, List.of(row(Op.EXIT, 0, 0, 0)));
        world.window = GoalPoint.PIN_HELD_OVER_FORK;
        world.goals.addAll(List.of(GoalPoint.PIN_HELD_OVER_FORK, GoalPoint.EARLY_COPY, GoalPoint.EAGAIN));
        return world;
    }

    private static World pinFastVersusMunmap(Map<String, Integer> values) {
        int pages = values.get("pages");
        World world = new World(pages);
        int process = world.process("process");
        world.anon(process, "buffer", 0, pages, Region.Populated.WRITTEN);
        int other = world.process("other");
        world.anon(other, "heap", 0, pages, Region.Populated.NO);
        world.thread("unmapper", process, List.of(row(Op.MUNMAP, 0, pages, 0)));
        List<int[]> pinner = new ArrayList<>();
        pinner.add(row(Op.PIN, 0, 0, pages, Foll.PIN | Foll.WRITE | Foll.FAST));
        for (int p = 0; p < pages; p++) {
            pinner.add(row(Op.DEV_STORE, 0, p, world.token(p, "device store")));
            pinner.add(row(Op.DEV_LOAD, 0, p, 0));
        }
        pinner.add(row(Op.UNPIN, 0, 0, 0));
        world.pins = 1;
        world.thread("pinner", process, pinner);
        List<int[]> stranger = new ArrayList<>();
        for (int p = 0; p < pages; p++) {
            stranger.add(row(Op.STORE, p, world.token(p, "stranger's store"), 0));
        }
        loads(stranger, pages);
        world.thread("stranger", other, stranger);
        world.window = GoalPoint.PIN_OVERLAPS_UNMAP;
        world.goals.addAll(List.of(
                GoalPoint.PIN_OVERLAPS_UNMAP,
                GoalPoint.GRAB_AFTER_ZAP,
                GoalPoint.RECHECK_FAILED,
                GoalPoint.SLOW_PATH,
                GoalPoint.PIN_FAILS));
        return world;
    }

    private static World forkVersusWrite(Map<String, Integer> values) {
        int pages = values.get("pages");
        int writers = values.get("writers");
        World world = new World(pages);
        int parent = world.process("parent");
        world.anon(
                parent,
                "buffer",
                0,
                pages,
                values.get("populated") != 0 ? Region.Populated.WRITTEN : Region.Populated.NO);
        int child = world.child("child");
        world.thread("forker", parent, List.of(row(Op.FORK, 1 + writers, child, 0)));
        for (int writer = 1; writer <= writers; writer++) {
            String role = "writer" + writer;
            List<int[]> program = new ArrayList<>();
            if (values.get("populated") == 0) {
                loads(program, pages);
            }
            for (int round = 1; round <= 2; round++) {
                for (int p = 0; p < pages; p++) {
                    program.add(row(Op.STORE, p, world.token(p, role + "'s store " + round), 0));
                }
            }
            loads(program, pages);
            world.thread(role, parent, program);
        }
        List<int[]> program = new ArrayList<>();
        loads(program, pages);
        for (int p = 0; p < pages; p++) {
            program.add(row(Op.STORE, p, world.token(p, "child's store"), 0));
        }
        loads(program, pages);
        program.add(row(Op.EXIT, 0, 0, 0));
        world.thread("child", child, program);
        world.window = GoalPoint.STORE_OVERLAPS_FORK;
        world.goals.addAll(List.of(
                GoalPoint.STORE_OVERLAPS_FORK, GoalPoint.STALE_TLB_USED, GoalPoint.COW_COPY, GoalPoint.COW_REUSE));
        return world;
    }

    private static World cowVersusReader(Map<String, Integer> values) {
        int pages = values.get("pages");
        World world = new World(pages);
        int process = world.process("process");
        world.anon(process, "buffer", 0, pages, Region.Populated.NO);
        List<int[]> reader = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            loads(reader, pages);
        }
        world.thread("reader", process, reader);
        List<int[]> writer = new ArrayList<>();
        for (int p = 0; p < pages; p++) {
            writer.add(row(Op.STORE, p, world.token(p, "writer's store"), 0));
        }
        loads(writer, pages);
        world.thread("writer", process, writer);
        world.window = GoalPoint.COW_COPY;
        world.goals.addAll(List.of(GoalPoint.COW_COPY, GoalPoint.STALE_TLB_USED));
        return world;
    }

    private static World munmapVersusAccess(Map<String, Integer> values) {
        int pages = values.get("pages");
        World world = new World(pages);
        int process = world.process("process");
        world.anon(process, "buffer", 0, pages, Region.Populated.WRITTEN);
        int other = world.process("other");
        world.anon(other, "heap", 0, pages, Region.Populated.NO);
        world.thread("unmapper", process, List.of(row(Op.MUNMAP, 0, pages, 0)));
        List<int[]> user = new ArrayList<>();
        for (int round = 1; round <= 2; round++) {
            for (int p = 0; p < pages; p++) {
                user.add(row(Op.STORE, p, world.token(p, "user's store " + round), 0));
            }
        }
        loads(user, pages);
        world.thread("user", process, user);
        List<int[]> stranger = new ArrayList<>();
        for (int p = 0; p < pages; p++) {
            stranger.add(row(Op.STORE, p, world.token(p, "stranger's store"), 0));
        }
        loads(stranger, pages);
        world.thread("stranger", other, stranger);
        world.window = GoalPoint.ACCESS_OVERLAPS_UNMAP;
        world.goals.addAll(List.of(GoalPoint.ACCESS_OVERLAPS_UNMAP, GoalPoint.STALE_TLB_USED, GoalPoint.SEGV));
        return world;
    }

    private static void loads(List<int[]> program, int pages) {
        for (int p = 0; p < pages; p++) {
            program.add(row(Op.LOAD, p, 0, 0));
        }
    }

    private static int[] row(int... words) {
        return words;
    }
}
