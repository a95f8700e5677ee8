package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Nearest;
import dev.gupfuzz.simulator.invariant.GoalPoint;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The built-in scenarios. */
public final class Scenarios {

    private static final int PAGES_MAX = 64;

    private static final Parameter PAGES = new Parameter("pages", 1, 1, 1, PAGES_MAX, "pages of the region");
    private static final Parameter HAS_PINNED = new Parameter(
            "has-pinned", 0, 0, 0, 1, "1: the process pinned something before, so has_pinned is already set");
    private static final Parameter POPULATED = new Parameter(
            "populated", 1, 1, 0, 1, "0: nothing is mapped at the start, so first loads map the shared zeropage");
    private static final Parameter WRITERS = new Parameter("writers", 2, 2, 1, 2, "threads that store");
    private static final Parameter STORES =
            new Parameter("stores", 2, 2, 1, 8, "stores of the writer to the last page");

    private static final Parameter NOISE = new Parameter(
            "noise", 0, 0, 0, 4, "threads of the parent that fault in, store to and load a page of their own each");

    private interface Author {
        World write(Map<String, Integer> values);
    }

    private record Entry(String name, String summary, List<Parameter> parameters, Author author) {}

    private static final List<Entry> ALL = List.of(
            new Entry(
                    "fork-vs-pin-fast",
                    "one thread forks while another pins every page for DMA; then parent and device store and load",
                    List.of(PAGES, HAS_PINNED, NOISE),
                    v -> forkVersusPinFast(v, 1, false)),
            new Entry(
                    "fork-vs-pin-fast-writer",
                    "the same, with a third thread that stores to the last page meanwhile",
                    List.of(PAGES, HAS_PINNED, STORES),
                    v -> forkVersusPinFast(v, 1, true)),
            new Entry(
                    "pin-fork-child-exits-write",
                    "pin, fork, the child exits, the parent writes: nothing runs at the same time",
                    List.of(PAGES),
                    Scenarios::pinForkChildExitsWrite),
            new Entry(
                    "two-forks-vs-pin-fast",
                    "two threads fork while a third pins every page for DMA",
                    List.of(PAGES, HAS_PINNED),
                    v -> forkVersusPinFast(v, 2, false)),
            new Entry(
                    "pin-fast-vs-munmap",
                    "a fast pin against munmap, while another process takes the frames that become free",
                    List.of(PAGES),
                    Scenarios::pinFastVersusMunmap),
            new Entry(
                    "fork-vs-write",
                    "two threads store to every page while a third forks; the child loads, stores and loads",
                    List.of(PAGES, POPULATED, WRITERS),
                    Scenarios::forkVersusWrite),
            new Entry(
                    "cow-vs-reader",
                    "one thread writes to pages that another has read through the shared zeropage",
                    List.of(PAGES),
                    Scenarios::cowVersusReader),
            new Entry(
                    "munmap-vs-access",
                    "munmap against stores and loads of another thread, while another process takes the frames",
                    List.of(PAGES),
                    Scenarios::munmapVersusAccess));

    /** Scenarios that are another with a thread more. */
    private static final Map<String, String> WITH_A_THREAD_MORE = new TreeMap<>();

    static {
        WITH_A_THREAD_MORE.put("fork-vs-pin-fast-writer", "fork-vs-pin-fast");
        WITH_A_THREAD_MORE.put("two-forks-vs-pin-fast", "fork-vs-pin-fast");
    }

    private static final Comparator<Scenario> SMALLER = Comparator.<Scenario>comparingInt(
                    s -> s.threads().size())
            .thenComparingInt(s -> s.world().pages)
            .thenComparingInt(s -> s.name().length())
            .thenComparing(Scenario::name);

    private Scenarios() {}

    public static List<String> names() {
        return ALL.stream().map(Entry::name).toList();
    }

    /** The built-in scenarios with default parameters. */
    public static List<Scenario> all() {
        return names().stream().map(Scenarios::named).toList();
    }

    /**
     * The scenario of {@code NAME} or {@code NAME:parameter=value,...}.
     *
     * @throws BadInput naming every problem
     */
    public static Scenario named(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            return named(text, Collections.emptyMap());
        }
        Map<String, Integer> values = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        for (String pair : text.substring(colon + 1).split(",", -1)) {
            int equals = pair.indexOf('=');
            String number = equals < 0 ? "" : pair.substring(equals + 1);
            if (!number.matches("-?[0-9]{1,9}")) {
                problems.add("scenario '" + text + "': '" + pair + "' is not of the form parameter=number");
            } else if (values.put(pair.substring(0, equals), Integer.parseInt(number)) != null) {
                problems.add("scenario '" + text + "': parameter '" + pair.substring(0, equals) + "' is given twice");
            }
        }
        try {
            Scenario scenario = named(text.substring(0, colon), values);
            if (problems.isEmpty()) {
                return scenario;
            }
        } catch (BadInput bad) {
            problems.addAll(bad.problems());
        }
        throw new BadInput(problems);
    }

    /**
     * The scenario of a plain name with parameters.
     *
     * @throws BadInput naming every problem
     */
    public static Scenario named(String name, Map<String, Integer> given) {
        Entry entry = ALL.stream()
                .filter(e -> e.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new BadInput("unknown scenario '" + name + "'" + Nearest.hint(name, names())));
        List<String> problems = new ArrayList<>();
        Map<String, Integer> rest = new TreeMap<>(given);
        List<Parameter> parameters = new ArrayList<>();
        Map<String, Integer> values = new LinkedHashMap<>();
        for (Parameter p : entry.parameters) {
            Integer asked = rest.remove(p.name());
            int value = asked == null ? p.defaultValue() : asked;
            if (value < p.min() || value > p.max()) {
                problems.add("scenario " + name + ": " + p.name() + " must be from " + p.min() + " to " + p.max() + ": "
                        + p.name() + "=" + value);
            }
            values.put(p.name(), value);
            parameters.add(new Parameter(p.name(), value, p.defaultValue(), p.min(), p.max(), p.summary()));
        }
        for (String unknown : rest.keySet()) {
            problems.add("scenario " + name + " has no parameter '" + unknown + "'"
                    + Nearest.hint(
                            unknown,
                            entry.parameters.stream().map(Parameter::name).toList()));
        }
        if (!problems.isEmpty()) {
            throw new BadInput(problems);
        }
        return new Scenario(entry.name, entry.summary, parameters, entry.author.write(values));
    }

    /**
     * Scenarios that are like this one with something left out, the smallest first: parameters back at their defaults or on
     * the way there, and, where a thread more is all that one has over another, without that thread.
     */
    public static List<Scenario> smaller(Scenario scenario) {
        String name = scenario.name().replaceFirst(":.*", "");
        Map<String, Integer> values = new LinkedHashMap<>();
        for (Parameter p : scenario.parameters()) {
            values.put(p.name(), p.value());
        }
        Map<String, Scenario> found = new TreeMap<>();
        String fewerThreads = WITH_A_THREAD_MORE.get(name);
        if (fewerThreads != null) {
            Map<String, Integer> shared = new LinkedHashMap<>(values);
            shared.keySet()
                    .retainAll(named(fewerThreads).parameters().stream()
                            .map(Parameter::name)
                            .toList());
            add(found, named(fewerThreads));
            add(found, named(fewerThreads, shared));
        }
        add(found, named(name));
        for (Parameter p : scenario.parameters()) {
            int distance = Math.abs(p.value() - p.defaultValue());
            for (int away = distance - 1; away >= 0; away = away == 0 ? -1 : away / 2) {
                Map<String, Integer> nearer = new LinkedHashMap<>(values);
                nearer.put(p.name(), p.defaultValue() + away * Integer.signum(p.value() - p.defaultValue()));
                add(found, named(name, nearer));
            }
        }
        found.remove(scenario.name());
        return found.values().stream()
                .filter(s ->
                        s.threads().size() <= scenario.threads().size() && s.world().pages <= scenario.world().pages)
                .sorted(SMALLER)
                .toList();
    }

    private static void add(Map<String, Scenario> found, Scenario scenario) {
        found.put(scenario.name(), scenario);
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
