package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import java.util.ArrayList;
import java.util.List;

/** Scenarios that only the tests need: small worlds around one safeguard or one strategy. */
public final class MadeScenarios {

    private MadeScenarios() {}

    /** Pin, fork, store, device store, fork again: the second child must get what the device stored. */
    public static Scenario pinAndTwoForksInARow() {
        World world = new World(1);
        int parent = world.process("parent");
        world.anon(parent, "buffer", 0, 1, Region.Populated.WRITTEN);
        int first = world.child("child1");
        int second = world.child("child2");
        world.pins = 1;
        world.thread(
                "parent",
                parent,
                List.of(
                        row(Op.PIN, 0, 0, 1, Foll.PIN | Foll.WRITE | Foll.FAST),
                        row(Op.FORK, 1, first, 0),
                        row(Op.STORE, 0, world.token(0, "parent's store"), 0),
                        row(Op.DEV_STORE, 0, 0, world.token(0, "device store")),
                        row(Op.FORK, 2, second, 0),
                        row(Op.UNPIN, 0, 0, 0)));
        world.thread("child1", first, List.of(row(Op.EXIT, 0, 0, 0)));
        world.thread("child2", second, List.of(row(Op.EXIT, 0, 0, 0)));
        world.window = GoalPoint.PIN_HELD_OVER_FORK;
        world.goals.add(GoalPoint.PIN_HELD_OVER_FORK);
        return new Scenario("pin-and-two-forks-in-a-row", "a second fork after a pinned page", List.of(), world);
    }

    /** Threads that never meet: {@code steps[t]} steps in thread t, none of which waits for anything. */
    public static Scenario independent(int... steps) {
        World world = new World(1);
        int process = world.process("process");
        world.anon(process, "buffer", 0, 1, Region.Populated.WRITTEN);
        for (int t = 0; t < steps.length; t++) {
            List<int[]> program = new ArrayList<>();
            for (int i = 0; i < steps[t]; i++) {
                program.add(row(Op.AWAIT, 0, 0, 0));
            }
            world.thread("t" + t, process, program);
        }
        return new Scenario("independent", "threads that never meet", List.of(), world);
    }

    private static int[] row(int... words) {
        return words;
    }
}
