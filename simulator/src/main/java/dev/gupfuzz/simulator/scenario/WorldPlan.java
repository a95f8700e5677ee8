package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.Nearest;
import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.scenario.Node.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a file says of its world, for given parameters: its loops and conditions gone through, its threads not yet. */
final class WorldPlan {

    /** A process; a child comes from a fork. */
    record ProcessPlan(At at, String name, boolean child, boolean isStatic, int pinnedBefore) {}

    /** A thread and the names that are valid inside; an agent has no process. */
    record ThreadPlan(
            At at,
            String role,
            @Nullable Text process,
            int cpu,
            int priority,
            List<Node> program,
            List<Scope.Binding> names) {}

    /** A goal of its own where it has a summary. */
    private record Asked(At at, String goal, @Nullable String summary) {}

    final List<ProcessPlan> processes = new ArrayList<>();
    final List<ThreadPlan> threads = new ArrayList<>();
    final RegionPlans regions;
    private final List<Asked> asked = new ArrayList<>();
    private final Scope scope;
    private final Mistakes mistakes;

    private int swapSlots;
    private boolean synchronousSwap;
    private boolean lruBatch;
    private boolean promisesGets;
    private int checked = -1;
    private @Nullable Text window;

    WorldPlan(Scope scope) {
        this.scope = scope;
        this.mistakes = scope.mistakes;
        this.regions = new RegionPlans(scope);
    }

    void read(List<Node> nodes) {
        Flow flow = new Flow(scope, name -> {
            throw new IllegalStateException("[simulator bug] a loop over pages outside threads");
        });
        flow.run(nodes, this::item);
    }

    private void item(Node node) {
        if (node instanceof Node.Process process) {
            process(process);
        } else if (node instanceof Node.File file) {
            regions.file(file);
        } else if (node instanceof Node.Swap swap) {
            swapSlots = once(swapSlots != 0, swap.at(), "swap")
                    + scope.number(swap.slots(), "slots of the swap device", 1, Limits.SWAP_SLOTS);
            synchronousSwap = swap.synchronous();
        } else if (node instanceof Node.LruBatch) {
            lruBatch = true;
        } else if (node instanceof Node.PromiseGet) {
            promisesGets = true;
        } else if (node instanceof Node.Check check) {
            once(checked != -1, check.at(), "check");
            checked = check(check);
        } else if (node instanceof Node.Window goal) {
            once(window != null, goal.at(), "window");
            window = new Text(goal.goal().at(), scope.name(goal.goal()));
        } else if (node instanceof Node.Sometimes goal) {
            sometimes(goal);
        } else if (node instanceof Node.Thread thread) {
            thread(thread);
        }
    }

    private int once(boolean again, At at, String what) {
        if (again) {
            throw scope.lost(at, "'" + what + "' can be said once only");
        }
        return 0;
    }

    private void process(Node.Process process) {
        String name = scope.name(process.name());
        if (processes.stream().anyMatch(p -> p.name().equals(name))) {
            throw scope.lost(process.name().at(), "there is already a process called '" + name + "'");
        }
        if (processes.size() == Limits.PROCESSES) {
            throw scope.lost(process.at(), "a scenario may have " + Limits.PROCESSES + " processes at most");
        }
        int pinned = process.pinnedBefore() == null ? 0 : scope.number(process.pinnedBefore(), "pinned-before", 0, 1);
        processes.add(new ProcessPlan(process.at(), name, process.child(), process.isStatic(), pinned));
        regions.enter(processes.size() - 1, process.child());
        Flow flow = new Flow(scope, place -> null);
        flow.run(process.regions(), node -> regions.region((Node.Region) node));
    }

    private void thread(Node.Thread thread) {
        String role = scope.name(thread.name());
        if (threads.stream().anyMatch(t -> t.role().equals(role))) {
            throw scope.lost(thread.name().at(), "there is already a thread called '" + role + "'");
        }
        if (threads.size() == Limits.THREADS) {
            throw scope.lost(thread.at(), "a scenario may have " + Limits.THREADS + " threads at most");
        }
        Text process =
                thread.process() == null ? null : new Text(thread.process().at(), scope.name(thread.process()));
        int cpu = thread.cpu() == null
                ? ThreadSpec.OWN_CPU
                : scope.number(thread.cpu(), "the CPU of '" + role + "'", 0, Limits.THREADS - 1);
        int priority = thread.priority() == null
                ? 0
                : scope.number(thread.priority(), "the priority of '" + role + "'", 0, Limits.PRIORITY);
        threads.add(new ThreadPlan(thread.at(), role, process, cpu, priority, thread.program(), scope.bindings()));
    }

    private void sometimes(Node.Sometimes goal) {
        String name = scope.name(goal.goal());
        boolean builtIn = Arrays.stream(GoalPoint.values()).anyMatch(p -> p.id().equals(name));
        if (goal.summary() == null && !builtIn) {
            throw scope.lost(
                    goal.goal().at(),
                    "there is no built-in goal '" + name + "'" + Nearest.hint(name, builtInGoals())
                            + "; a goal of the scenario's own has a text behind its name that says what it is");
        }
        if (goal.summary() != null && builtIn) {
            throw scope.lost(goal.goal().at(), "'" + name + "' is a built-in goal: leave out its text");
        }
        if (asked.stream().anyMatch(a -> a.goal().equals(name))) {
            throw scope.lost(goal.goal().at(), "goal '" + name + "' is asked for twice");
        }
        String summary = goal.summary() == null ? null : scope.filled(goal.summary());
        if (summary != null && ownGoals().size() == Limits.OWN_GOALS) {
            throw scope.lost(goal.at(), "a scenario may have " + Limits.OWN_GOALS + " goals of its own at most");
        }
        asked.add(new Asked(goal.at(), name, summary));
    }

    private int check(Node.Check check) {
        List<String> valid =
                Arrays.stream(Invariant.values()).map(Invariant::id).toList();
        int named = 0;
        for (Lexeme word : check.invariants()) {
            int i = valid.indexOf(word.text());
            if (i < 0) {
                mistakes.add(
                        word.at(), "there is no invariant '" + word.text() + "'" + Nearest.hint(word.text(), valid));
            } else {
                named |= Invariant.of(i).bit();
            }
        }
        // a schedule that is stuck comes to nothing of what was named, which is no proof of it
        return check.only() ? named | Invariant.I11.bit() : ~named;
    }

    static List<String> builtInGoals() {
        return Arrays.stream(GoalPoint.values()).map(GoalPoint::id).toList();
    }

    /** The names of the scenario's own goals, in the order of their bits. */
    List<String> ownGoals() {
        return asked.stream().filter(a -> a.summary() != null).map(Asked::goal).toList();
    }

    At ownGoalAt(String name) {
        return asked.stream()
                .filter(a -> a.goal().equals(name))
                .findFirst()
                .orElseThrow()
                .at();
    }

    int process(Text name) {
        List<String> names = processes.stream().map(ProcessPlan::name).toList();
        int i = names.indexOf(name.text());
        if (i < 0) {
            throw scope.lost(name.at(), "there is no process '" + name.text() + "'" + Nearest.hint(name.text(), names));
        }
        return i;
    }

    int thread(Text name) {
        List<String> names = threads.stream().map(ThreadPlan::role).toList();
        int i = names.indexOf(name.text());
        if (i < 0) {
            throw scope.lost(name.at(), "there is no thread '" + name.text() + "'" + Nearest.hint(name.text(), names));
        }
        return i;
    }

    /** The world without threads. */
    World build(At start) {
        World world = new World(Math.max(1, regions.pages()));
        for (ProcessPlan process : processes) {
            int mm = process.child() ? world.child(process.name()) : world.process(process.name());
            world.statics.set(mm, process.isStatic());
            world.pinnedBefore.set(mm, process.pinnedBefore());
        }
        regions.build(world, swapSlots);
        world.swapSlots = swapSlots;
        world.synchronousSwap = synchronousSwap;
        world.lruBatch = lruBatch;
        world.promisesGets = promisesGets;
        world.checked = checked;
        goals(world, start);
        return world;
    }

    private void goals(World world, At start) {
        for (Asked goal : asked) {
            if (goal.summary() == null) {
                world.goals.add(builtIn(goal.goal()));
            } else {
                long bit = 1L << (GoalPoint.OWN + world.ownGoals.size());
                world.ownGoals.add(new Goal(goal.goal(), goal.summary(), bit));
            }
        }
        if (window == null) {
            mistakes.add(
                    start,
                    "the scenario has no window: 'window GOAL' names the situation without which a run could"
                            + " not have failed");
            return;
        }
        String name = window.text();
        List<String> names = asked.stream().map(Asked::goal).toList();
        if (!names.contains(name)) {
            mistakes.add(
                    window.at(),
                    "the window must be one of the goals that 'sometimes' asks for, not '" + name + "'"
                            + Nearest.hint(name, names));
        } else if (ownGoals().contains(name)) {
            world.ownWindow = world.ownGoals.get(ownGoals().indexOf(name));
        } else {
            world.window = builtIn(name);
        }
    }

    private static GoalPoint builtIn(String id) {
        return Arrays.stream(GoalPoint.values())
                .filter(p -> p.id().equals(id))
                .findFirst()
                .orElseThrow();
    }
}
