package dev.gupfuzz.simulator.minimize;

import dev.gupfuzz.simulator.trace.Deviation;
import dev.gupfuzz.simulator.trace.Event;
import dev.gupfuzz.simulator.trace.HappensBefore;
import dev.gupfuzz.simulator.trace.StepOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Makes a run smaller on its own scenario, by runs alone: the steps that happen before the violation, then as few deviations
 * from the baseline as can be left (ddmin; Zeller and Hildebrandt, TSE 2002), then the same partial order with fewer switches,
 * and again while that helps. No run that fails so and has one deviation less than what comes out is smaller by
 * {@link Candidate#SMALLER}; only a search can say that nothing is.
 */
final class Reduction {

    /** Runs that ddmin may take: failing schedules are not monotone, and its worst case is quadratic. */
    private static final int RUNS_MAX = 20_000;
    /** So many threads are tried in all orders. */
    private static final int ALL_ORDERS = 5;

    private final Subject subject;
    private final BooleanSupplier stop;
    private Candidate best;

    private Reduction(Subject subject, Candidate candidate, BooleanSupplier stop) {
        this.subject = subject;
        this.best = candidate;
        this.stop = stop;
    }

    /** @param stop asked now and then; true returns what there is by then */
    static Candidate of(Subject subject, Candidate candidate, BooleanSupplier stop) {
        Reduction reduction = new Reduction(subject, candidate, stop);
        Candidate before;
        do {
            before = reduction.best;
            reduction.slice();
            reduction.dropDeviations();
            reduction.slice();
            reduction.commute();
        } while (Candidate.SMALLER.compare(reduction.best, before) < 0 || reduction.dropOne());
        return reduction.best;
    }

    private boolean keep(Optional<Candidate> found) {
        boolean better = found.isPresent() && Candidate.SMALLER.compare(found.get(), best) < 0;
        if (better) {
            best = found.get();
        }
        return better;
    }

    private void slice() {
        StepOrder run = best.order();
        keep(subject.follow(subject.order(run).causal()));
        keep(subject.follow(subject.kernelOrder(run).causal()));
    }

    private void dropDeviations() {
        List<Deviation> list = Deviation.of(subject.start(), best.order());
        int runs = 0;
        int parts = 2;
        while (!list.isEmpty() && runs < RUNS_MAX && !stop.getAsBoolean()) {
            int size = (list.size() + parts - 1) / parts;
            boolean dropped = false;
            for (int from = 0; from < list.size() && !dropped; from += size) {
                List<Deviation> rest = new ArrayList<>(list.subList(0, from));
                rest.addAll(list.subList(Math.min(list.size(), from + size), list.size()));
                Deviation.follow(subject.start(), rest);
                runs++;
                Optional<Candidate> found = subject.ended();
                if (found.isPresent()) {
                    keep(found);
                    list = Deviation.of(subject.start(), found.get().order()); // without those that did not apply
                    dropped = true;
                }
            }
            if (dropped) {
                parts = Math.max(parts - 1, 2);
            } else if (size == 1) {
                break;
            } else {
                parts = Math.min(2 * parts, list.size());
            }
        }
    }

    /** Whether the best run is smaller without one of its deviations; what came after ddmin may have made it so. */
    private boolean dropOne() {
        List<Deviation> list = Deviation.of(subject.start(), best.order());
        for (int i = 0; i < list.size() && !stop.getAsBoolean(); i++) {
            List<Deviation> rest = new ArrayList<>(list);
            rest.remove(i);
            Deviation.follow(subject.start(), rest);
            if (keep(subject.ended())) {
                return true;
            }
        }
        return false;
    }

    /** Orders of the same partial order that stay on a thread as long as they can. */
    private void commute() {
        HappensBefore order = subject.kernelOrder(best.order());
        if (order.brokeAtEnd()) {
            return; // that nobody can go on depends on every step
        }
        Candidate from = best;
        List<Event> causes = order.causes();
        for (List<Integer> preferred : orders(from)) {
            StepOrder commuted = linear(order, causes, preferred, from.order());
            subject.start().takeAll(commuted);
            keep(subject.ended());
        }
    }

    /** Stays on one thread while its next step has everything that it depends on; then the first of {@code preferred}. */
    private StepOrder linear(HappensBefore order, List<Event> causes, List<Integer> preferred, StepOrder from) {
        int all = subject.scenario.threads().size();
        List<List<Event>> own = new ArrayList<>();
        for (int t = 0; t < all; t++) {
            own.add(new ArrayList<>());
        }
        causes.forEach(event -> own.get(event.thread()).add(event));
        int[] done = new int[all];
        int[] threads = new int[causes.size()];
        int[] choices = new int[causes.size()];
        int current = preferred.get(0);
        for (int i = 0; i < threads.length; i++) {
            for (int k = 0; !ready(order, own.get(current), done, current); k++) {
                current = preferred.get(k);
            }
            Event event = own.get(current).get(done[current]++);
            threads[i] = event.thread();
            choices[i] = from.choices()[event.index()];
        }
        return new StepOrder(threads, choices);
    }

    private static boolean ready(HappensBefore order, List<Event> own, int[] done, int t) {
        if (done[t] == own.size()) {
            return false;
        }
        int event = own.get(done[t]).index();
        for (int u = 0; u < done.length; u++) {
            if (u != t && order.known(event, u) > done[u]) {
                return false;
            }
        }
        return true;
    }

    /** Orders of the threads that took steps: all while there are few, then one for each that comes first. */
    private static List<List<Integer>> orders(Candidate candidate) {
        List<Integer> threads = Arrays.stream(candidate.order().threads())
                .distinct()
                .sorted()
                .boxed()
                .toList();
        List<List<Integer>> orders = new ArrayList<>();
        if (threads.size() <= ALL_ORDERS) {
            permute(new ArrayList<>(), threads, orders);
        } else {
            for (int i = 0; i < threads.size(); i++) {
                List<Integer> rotated = new ArrayList<>(threads);
                Collections.rotate(rotated, i);
                orders.add(rotated);
            }
        }
        return orders;
    }

    private static void permute(List<Integer> begun, List<Integer> threads, List<List<Integer>> out) {
        if (begun.size() == threads.size()) {
            out.add(begun);
        }
        for (int t : threads) {
            if (!begun.contains(t)) {
                List<Integer> longer = new ArrayList<>(begun);
                longer.add(t);
                permute(longer, threads, out);
            }
        }
    }
}
