package dev.gupfuzz.simulator.explore;

import dev.gupfuzz.simulator.explore.Endings.Lasso;
import dev.gupfuzz.simulator.explore.Exploration.Move;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds a schedule that goes round for ever, and fairly: every thread that can run again and again does run again and again.
 * Waiting threads count too (strong fairness), since the kernel's locks hand over in order; a thread that merely loses every
 * race for a lock is no livelock.
 *
 * <p>States that can come back form strongly connected parts. In a part where some thread can run and never does, the states
 * at which it can are left out, and what remains is cut into parts again; a part in which nobody is left out has a loop through all
 * of its threads (Emerson and Lei, 1987).
 */
final class Loops {

    private final StepGraph graph;
    /** The set that a node belongs to now; steps count only within one. */
    private final int[] set;

    private int sets;

    private Loops(StepGraph graph) {
        this.graph = graph;
        set = new int[graph.nodes()];
    }

    /**
     * Looks for one.
     *
     * @param model at its start
     * @param bytes memory to use, about
     */
    static Endings find(TransitionSystem model, long bytes, BooleanSupplier stop) {
        StepGraph graph = StepGraph.of(model, bytes, stop);
        if (graph == null) {
            return Endings.UNKNOWN;
        }
        Lasso lasso = new Loops(graph).find();
        return lasso == null ? Endings.ALL_FAIR : new Endings(Endings.Kind.LIVELOCK, lasso);
    }

    private @Nullable Lasso find() {
        int[] all = new int[graph.nodes()];
        Arrays.setAll(all, node -> node);
        Deque<int[]> open = new ArrayDeque<>(List.of(all));
        int[] best = null;
        while (!open.isEmpty()) {
            for (int[] part : new Components(graph, set, open.remove()).parts()) {
                Arrays.sort(part);
                int idle = idle(part);
                if (idle == 0) {
                    best = best == null || part[0] < best[0] ? part : best;
                    continue;
                }
                sets++;
                int[] rest = Arrays.stream(part)
                        .filter(node -> (graph.enabled(node) & idle) == 0)
                        .toArray();
                for (int node : rest) {
                    set[node] = sets;
                }
                if (rest.length > 0) {
                    open.add(rest);
                }
            }
        }
        return best == null ? null : lasso(best);
    }

    /** Threads that can run in a part and do not. */
    private int idle(int[] part) {
        sets++;
        for (int node : part) {
            set[node] = sets;
        }
        int could = 0;
        int did = 0;
        for (int node : part) {
            could |= graph.enabled(node);
            for (int step = graph.firstStep(node); step < graph.firstStep(node + 1); step++) {
                did |= set[graph.to(step)] == sets ? 1 << graph.thread(step) : 0;
            }
        }
        return could & ~did;
    }

    /** From the part's nearest state round through every thread that can run in it. */
    private Lasso lasso(int[] part) {
        sets++;
        int could = 0;
        for (int node : part) {
            set[node] = sets;
            could |= graph.enabled(node);
        }
        List<Move> loop = new ArrayList<>();
        int start = part[0];
        int at = start;
        while (could != 0) {
            List<Integer> way = way(at, could, -1);
            for (int step : way) {
                could &= ~(1 << graph.thread(step));
                loop.add(graph.move(step));
                at = graph.to(step);
            }
        }
        if (at != start) {
            way(at, 0, start).forEach(step -> loop.add(graph.move(step)));
        }
        return new Lasso(graph.wayTo(start), List.copyOf(loop));
    }

    /** The fewest steps within the set that end with one of these threads, or at this node. */
    private List<Integer> way(int start, int threads, int goal) {
        int[] cause = new int[graph.nodes()];
        Arrays.fill(cause, -1);
        Deque<Integer> open = new ArrayDeque<>(List.of(start));
        while (true) {
            int at = open.remove();
            for (int step = graph.firstStep(at); step < graph.firstStep(at + 1); step++) {
                int to = graph.to(step);
                if (set[to] != sets) {
                    continue;
                }
                if ((threads >> graph.thread(step) & 1) != 0 || to == goal) {
                    return back(start, step, cause);
                }
                if (to != start && cause[to] < 0) {
                    cause[to] = step;
                    open.add(to);
                }
            }
        }
    }

    private List<Integer> back(int start, int last, int[] cause) {
        List<Integer> way = new ArrayList<>(List.of(last));
        for (int at = graph.from(last); at != start; at = graph.from(cause[at])) {
            way.add(0, cause[at]);
        }
        return way;
    }
}
