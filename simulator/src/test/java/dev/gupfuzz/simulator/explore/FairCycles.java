package dev.gupfuzz.simulator.explore;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The oracle of {@link Loops}: for every set of threads, whether they can go on for ever, each of them again and again, through states
 * in which nobody else can run. That is what a fair schedule without an end comes to. States are known by their words, and a part is
 * strongly connected when each of its states reaches each other one.
 */
final class FairCycles {

    private record Edge(int thread, int to) {}

    private final TransitionSystem model;
    private final Map<String, Integer> numbers = new TreeMap<>();
    private final List<Integer> enabled = new ArrayList<>();
    private final List<List<Edge>> edges = new ArrayList<>();
    /** Whether anything goes round, fair or not. */
    final boolean any;
    /** Whether something goes round and keeps nobody waiting. */
    final boolean fair;

    FairCycles(TransitionSystem model) {
        this.model = model;
        Deque<int[]> waiting = new ArrayDeque<>();
        number(waiting);
        while (!waiting.isEmpty()) {
            expand(waiting.remove(), waiting);
        }
        boolean[] all = new boolean[edges.size()];
        Arrays.fill(all, true);
        boolean cycle = false;
        for (int node = 0; node < edges.size(); node++) {
            cycle |= reach(node, all)[node];
        }
        any = cycle;
        boolean found = false;
        for (int threads = 1; threads < 1 << model.threads(); threads++) {
            found |= goOn(threads);
        }
        fair = found;
    }

    private int number(Deque<int[]> waiting) {
        String text = Arrays.toString(model.words());
        Integer known = numbers.putIfAbsent(text, edges.size());
        if (known != null) {
            return known;
        }
        edges.add(new ArrayList<>());
        enabled.add(model.enabled());
        waiting.add(model.words().clone());
        return edges.size() - 1;
    }

    private void expand(int[] here, Deque<int[]> waiting) {
        load(here);
        int from = numbers.get(Arrays.toString(here));
        int could = model.enabled();
        for (int t = 0; t < model.threads(); t++) {
            int values = (could >> t & 1) == 0 ? 0 : 1;
            for (int choice = 0; choice < values; choice++) {
                load(here);
                values = Math.max(values, model.take(t, choice));
                if (model.broken() == TransitionSystem.INTACT) {
                    edges.get(from).add(new Edge(t, number(waiting)));
                }
            }
        }
    }

    private void load(int[] words) {
        System.arraycopy(words, 0, model.words(), 0, words.length);
        model.restored();
    }

    private boolean goOn(int threads) {
        boolean[] allowed = new boolean[edges.size()];
        for (int node = 0; node < allowed.length; node++) {
            allowed[node] = (enabled.get(node) & ~threads) == 0;
        }
        for (int node = 0; node < allowed.length; node++) {
            if (!allowed[node]) {
                continue;
            }
            boolean[] from = reach(node, allowed);
            int did = 0;
            for (int other = 0; other < allowed.length; other++) {
                if (from[other] && reach(other, allowed)[node]) {
                    for (Edge edge : edges.get(other)) {
                        boolean inside = from[edge.to] && reach(edge.to, allowed)[node];
                        did |= inside ? 1 << edge.thread : 0;
                    }
                }
            }
            if (did == threads) {
                return true;
            }
        }
        return false;
    }

    /** Nodes that one or more steps lead to. */
    private boolean[] reach(int start, boolean[] allowed) {
        boolean[] reached = new boolean[edges.size()];
        Deque<Integer> waiting = new ArrayDeque<>(List.of(start));
        while (!waiting.isEmpty()) {
            for (Edge edge : edges.get(waiting.remove())) {
                if (allowed[edge.to] && !reached[edge.to]) {
                    reached[edge.to] = true;
                    waiting.add(edge.to);
                }
            }
        }
        return reached;
    }

    int nodes() {
        return edges.size();
    }
}
