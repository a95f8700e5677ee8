package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.Nearest;
import dev.gupfuzz.simulator.scenario.Cursor.Lost;
import dev.gupfuzz.simulator.scenario.Node.Text;
import dev.gupfuzz.simulator.scenario.WorldPlan.ThreadPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes a world of a file for given parameters: first processes, regions and files, then every thread's rows, then the stores'
 * tokens in the order of the rows, and at last what speaks of stores by name.
 */
final class Lowering {

    private final Scope scope;
    private final Mistakes mistakes;
    private final WorldPlan plan;

    private Lowering(Scope scope) {
        this.scope = scope;
        this.mistakes = scope.mistakes;
        this.plan = new WorldPlan(scope);
    }

    /** The world; null when the mistakes tell why there is none. */
    static @Nullable World world(Parser.Result file, Map<String, Integer> parameters, Mistakes mistakes) {
        try {
            World world = new Lowering(new Scope(parameters, mistakes)).lower(file);
            return mistakes.any() ? null : world;
        } catch (Mistakes.TooMany enough) {
            return null;
        }
    }

    private @Nullable World lower(Parser.Result file) {
        At start = new At(1, 1);
        plan.read(file.items());
        World world = plan.build(start);
        if (plan.threads.isEmpty()) {
            mistakes.add(start, "the scenario has no thread");
        }
        int[] processOf = new int[plan.threads.size()];
        for (int t = 0; t < processOf.length; t++) {
            processOf[t] = process(plan.threads.get(t));
        }
        if (mistakes.any()) {
            return null;
        }
        ThreadLowering threads = new ThreadLowering(scope, plan, processOf, world.pages);
        List<List<RowDraft>> programs = threads.programs();
        if (mistakes.any()) {
            return null;
        }
        new ProgramChecks(mistakes, plan, processOf, threads).all(programs);
        for (List<RowDraft> program : programs) {
            for (RowDraft draft : program) {
                int[] row = draft.row();
                for (int i = 0; row[0] == Op.MREMAP && i < row[2]; i++) {
                    world.moves(row[1] + i, row[3] + i);
                }
            }
        }
        programs.forEach(program -> program.forEach(draft -> store(world, draft)));
        programs.forEach(program -> program.forEach(draft -> expect(world, draft)));
        world.pins = threads.pinSets();
        world.events = threads.events();
        for (int t = 0; t < processOf.length; t++) {
            List<int[]> rows = programs.get(t).stream().map(RowDraft::row).toList();
            ThreadPlan thread = plan.threads.get(t);
            world.statements.add(programs.get(t).stream().map(RowDraft::at).toList());
            world.thread(
                    thread.role(), Math.max(0, processOf[t]), processOf[t] < 0, thread.cpu(), thread.priority(), rows);
        }
        return world;
    }

    private int process(ThreadPlan thread) {
        try {
            return thread.process() == null ? -1 : plan.process(thread.process());
        } catch (Lost lost) {
            return -1;
        }
    }

    private void store(World world, RowDraft draft) {
        if (draft.token() < 0) {
            return;
        }
        List<String> before = world.storesAt(draft.location());
        if (before.contains(draft.store())) {
            mistakes.add(
                    draft.at(),
                    "something else is already stored there as \"" + draft.store()
                            + "\": name this store with 'as \"NAME\"'");
        } else if (before.size() == World.STORES_MAX) {
            mistakes.add(
                    draft.at(),
                    "too many stores to one page: with its first values it can tell " + World.STORES_MAX + " apart");
        } else {
            draft.row()[draft.token()] = world.tokenAt(draft.location(), draft.store());
        }
    }

    private void expect(World world, RowDraft draft) {
        if (draft.expect() >= 0) {
            List<String> values = world.storesAt(draft.location());
            draft.row()[draft.expect()] = mask(values, draft.must());
            draft.row()[draft.expect() + 1] = draft.goal();
            draft.row()[draft.expect() + 2] = mask(values, draft.when());
        }
    }

    private int mask(List<String> values, List<Text> named) {
        int mask = 0;
        for (Text value : named) {
            boolean store = value.text().startsWith("=");
            String name = store ? value.text().substring(1) : value.text();
            int i = values.indexOf(name);
            if (i < 0 || store == i < 2) {
                List<String> stores = new ArrayList<>(values.subList(2, values.size()));
                mistakes.add(value.at(), "nothing is stored there as \"" + name + "\"" + Nearest.hint(name, stores));
            } else {
                mask |= 1 << i;
            }
        }
        return mask;
    }
}
