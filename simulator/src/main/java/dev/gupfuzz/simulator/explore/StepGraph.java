package dev.gupfuzz.simulator.explore;

import dev.gupfuzz.simulator.explore.Exploration.Move;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All states that single steps lead to, with these steps, numbered in the order of their distance from the start. It is built
 * only where something is known to go round, on one core.
 */
final class StepGraph {

    /** What a state takes with three steps, about. */
    static final int BYTES_A_NODE = 128;

    private static final int NODES_MAX = 1 << 27;
    private static final int NODES_A_QUESTION = 1 << 12;

    private final TransitionSystem model;
    private final Deque<int[]> unexpanded = new ArrayDeque<>();

    private int nodes;
    private int[] enabled = new int[1024];
    /** The step that first led to a node. */
    private int[] cause = new int[1024];
    /** Where a node's steps begin; behind the last node, where they end. */
    private int[] first = new int[1025];

    private int steps;
    private int[] from = new int[4096];
    private int[] to = new int[4096];
    private short[] move = new short[4096];

    /** Open addressing: key, and number plus one. */
    private long[] keys = new long[4096];

    private int[] numbers = new int[4096];

    private StepGraph(TransitionSystem model) {
        this.model = model;
    }

    /**
     * Builds it.
     *
     * @param model at its start
     * @param bytes memory to use, about
     * @param stop asked now and then
     * @return null when the memory does not suffice, or it was told to stop
     */
    static @Nullable StepGraph of(TransitionSystem model, long bytes, BooleanSupplier stop) {
        StepGraph graph = new StepGraph(model);
        long most = Math.min(NODES_MAX, bytes / BYTES_A_NODE);
        graph.node(-1);
        for (int at = 0; at < graph.nodes; at++) {
            if (graph.nodes > most || (at % NODES_A_QUESTION == 0 && stop.getAsBoolean())) {
                return null;
            }
            graph.expand(at);
        }
        return graph;
    }

    private void expand(int at) {
        int[] here = unexpanded.remove();
        int could = enabled[at];
        for (int rest = could; rest != 0; rest &= rest - 1) {
            int t = Integer.numberOfTrailingZeros(rest);
            int values = 1;
            for (int choice = 0; choice < values; choice++) {
                System.arraycopy(here, 0, model.words(), 0, here.length);
                model.restored();
                values = Math.max(values, model.take(t, choice));
                if (model.broken() == TransitionSystem.INTACT) {
                    step(at, t, choice);
                }
            }
        }
        first[at + 1] = steps;
    }

    private void step(int at, int t, int choice) {
        if (steps == to.length) {
            from = Arrays.copyOf(from, 2 * steps);
            to = Arrays.copyOf(to, 2 * steps);
            move = Arrays.copyOf(move, 2 * steps);
        }
        from[steps] = at;
        move[steps] = (short) (t * TransitionSystem.CHOICES_MAX + choice);
        to[steps] = node(steps);
        steps++;
    }

    /** The number of the state that the model is at. */
    private int node(int by) {
        long key = model.fingerprint();
        int slot = slot(key);
        if (numbers[slot] != 0) {
            return numbers[slot] - 1;
        }
        if (nodes == enabled.length) {
            enabled = Arrays.copyOf(enabled, 2 * nodes);
            cause = Arrays.copyOf(cause, 2 * nodes);
            first = Arrays.copyOf(first, 2 * nodes + 1);
        }
        enabled[nodes] = model.enabled();
        cause[nodes] = by;
        keys[slot] = key;
        numbers[slot] = ++nodes;
        if (2 * nodes > keys.length) {
            grow();
        }
        unexpanded.add(model.words().clone());
        return nodes - 1;
    }

    private int slot(long key) {
        int slot = (int) (key >>> 32) & (keys.length - 1);
        while (numbers[slot] != 0 && keys[slot] != key) {
            slot = (slot + 1) & (keys.length - 1);
        }
        return slot;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldNumbers = numbers;
        keys = new long[2 * oldKeys.length];
        numbers = new int[keys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldNumbers[i] != 0) {
                int slot = slot(oldKeys[i]);
                keys[slot] = oldKeys[i];
                numbers[slot] = oldNumbers[i];
            }
        }
    }

    int nodes() {
        return nodes;
    }

    /** Threads that can run at a node. */
    int enabled(int node) {
        return enabled[node];
    }

    /** First of a node's steps; they end before that of the next node. */
    int firstStep(int node) {
        return first[node];
    }

    int from(int step) {
        return from[step];
    }

    int to(int step) {
        return to[step];
    }

    int thread(int step) {
        return move[step] / TransitionSystem.CHOICES_MAX;
    }

    Move move(int step) {
        return new Move(thread(step), move[step] % TransitionSystem.CHOICES_MAX);
    }

    /** A shortest way from the start. */
    List<Move> wayTo(int node) {
        LinkedList<Move> way = new LinkedList<>();
        for (int by = cause[node]; by >= 0; by = cause[from[by]]) {
            way.addFirst(move(by));
        }
        return Collections.unmodifiableList(way);
    }
}
