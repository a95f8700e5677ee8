package dev.gupfuzz.simulator.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The strongly connected parts of a set of nodes that have a step within themselves (Tarjan, 1972), without recursion.
 */
final class Components {

    private final StepGraph graph;
    private final int[] set;
    private final int[] order;
    private final int[] low;
    private final boolean[] open;
    private final int[] stack;
    private int height;
    private int visited;
    private final List<int[]> parts = new ArrayList<>();

    /** Nodes on the present way, and the next step to look at of each. */
    private final int[] way;

    private final int[] next;

    /**
     * @param set the set of each node of the graph
     * @param nodes all nodes of one set
     */
    Components(StepGraph graph, int[] set, int[] nodes) {
        this.graph = graph;
        this.set = set;
        order = new int[graph.nodes()];
        low = new int[graph.nodes()];
        open = new boolean[graph.nodes()];
        stack = new int[nodes.length];
        way = new int[nodes.length];
        next = new int[nodes.length];
        for (int node : nodes) {
            if (order[node] == 0) {
                from(node);
            }
        }
    }

    List<int[]> parts() {
        return parts;
    }

    private void from(int root) {
        int depth = 0;
        enter(root, depth);
        while (depth >= 0) {
            int node = way[depth];
            if (next[depth] == graph.firstStep(node + 1)) {
                leave(node);
                depth--;
                if (depth >= 0) {
                    low[way[depth]] = Math.min(low[way[depth]], low[node]);
                }
                continue;
            }
            int to = graph.to(next[depth]++);
            if (set[to] != set[node]) {
                continue;
            }
            if (order[to] == 0) {
                enter(to, ++depth);
            } else if (open[to]) {
                low[node] = Math.min(low[node], order[to]);
            }
        }
    }

    private void enter(int node, int depth) {
        order[node] = ++visited;
        low[node] = visited;
        open[node] = true;
        stack[height++] = node;
        way[depth] = node;
        next[depth] = graph.firstStep(node);
    }

    private void leave(int node) {
        if (low[node] != order[node]) {
            return;
        }
        int top = height;
        int bottom = top;
        do {
            bottom--;
            open[stack[bottom]] = false;
        } while (stack[bottom] != node);
        height = bottom;
        int[] part = Arrays.copyOfRange(stack, bottom, top);
        if (part.length > 1 || stepsToItself(node)) {
            parts.add(part);
        }
    }

    private boolean stepsToItself(int node) {
        for (int step = graph.firstStep(node); step < graph.firstStep(node + 1); step++) {
            if (graph.to(step) == node) {
                return true;
            }
        }
        return false;
    }
}
