package dev.gupfuzz.simulator.minimize;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.minimize.CriticalPair.Passing;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.trace.Conductor;
import dev.gupfuzz.simulator.trace.Event;
import dev.gupfuzz.simulator.trace.Finding;
import dev.gupfuzz.simulator.trace.HappensBefore;
import dev.gupfuzz.simulator.trace.StepOrder;
import dev.gupfuzz.simulator.trace.Trace;
import dev.gupfuzz.simulator.trace.TraceStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the pairs of steps whose order makes the difference between failing and passing.
 *
 * <p>Every two dependent steps of different threads with nothing between them in happens-before are turned round once. What
 * has to come before the second is moved before the first, and nothing else. Up to the two the run must do what it did; from
 * then on each thread takes the steps that it had left in the order in which it had them, a step that cannot be taken is left
 * out, and after the last the run goes on to its end by the baseline (whoever ran goes on, else the lowest thread) with quiet
 * data choices. The pair is critical when nothing at all breaks.
 *
 * <p>A lock cannot be taken before it is released. Where the pair is a release and the acquisition after it, the two
 * acquisitions are turned round instead.
 */
public final class CriticalPairs {

    private final Kernel kernel;
    private final Scenario scenario;
    private final boolean precise;
    private final HappensBefore order;
    private final List<Event> events;
    private final StepOrder failing;
    private final Conductor run;

    private CriticalPairs(Finding finding) {
        kernel = finding.cell().kernel();
        scenario = finding.cell().scenario();
        precise = finding.precise();
        failing = Conductor.along(finding).order();
        order = HappensBefore.ofKernel(kernel, scenario, failing, precise);
        events = order.events();
        run = new Conductor(kernel, scenario, precise);
    }

    /** The critical pairs of a finding's schedule, in the order of their second steps. */
    public static List<CriticalPair> of(Finding finding) {
        if (finding.loop().exists()) { // whether a run with another order ends would have to be searched for
            return List.of();
        }
        return new CriticalPairs(finding).find(Trace.of(finding).steps());
    }

    private List<CriticalPair> find(List<TraceStep> steps) {
        List<CriticalPair> critical = new ArrayList<>();
        List<List<Integer>> tried = new ArrayList<>();
        for (int[] pair : order.neighbours()) {
            int a = pair[0];
            int b = pair[1];
            if (order.waits(b) && events.get(a).word() == events.get(b).word()) {
                a = order.acquired(a);
            }
            if (a < 0 || tried.contains(List.of(a, b))) {
                continue;
            }
            tried.add(List.of(a, b));
            List<Integer> turned = turned(a, b);
            Optional<Passing> passing = flip(turned, b);
            if (passing.isPresent()) {
                critical.add(new CriticalPair(
                        events.get(a),
                        events.get(b),
                        steps.get(events.get(a).trace()),
                        steps.get(events.get(b).trace()),
                        order.object(a, b),
                        moved(turned),
                        passing.get()));
            }
        }
        return List.copyOf(critical);
    }

    /** The steps with {@code b} before {@code a}: what must come before {@code b} and need not come after {@code a} goes first. */
    private List<Integer> turned(int a, int b) {
        List<Integer> first = new ArrayList<>();
        List<Integer> rest = new ArrayList<>();
        for (int i = a + 1; i < b; i++) {
            (order.before(i, b) && !order.before(a, i) ? first : rest).add(i);
        }
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < a; i++) {
            all.add(i);
        }
        all.addAll(first);
        all.add(b);
        all.add(a);
        all.addAll(rest);
        for (int i = b + 1; i < events.size(); i++) {
            all.add(i);
        }
        return all;
    }

    /** Runs a turned order to the end; empty when it cannot be followed up to the two steps, or when something breaks. */
    private Optional<Passing> flip(List<Integer> turned, int b) {
        run.reset();
        int next = 0;
        boolean reached = false;
        while (!reached) {
            Event event = events.get(turned.get(next++));
            if (!run.canRun(event.thread()) || run.taken(event.thread()) != event.ordinal()) {
                return Optional.empty();
            }
            run.take(event.thread(), failing.choices()[event.index()]);
            if (run.label() != event.label()) {
                return Optional.empty();
            }
            reached = event.index() == b;
        }
        for (int i : turned.subList(next, turned.size())) {
            if (run.canRun(failing.threads()[i])) {
                run.take(failing.threads()[i], failing.choices()[i]);
            }
        }
        run.complete();
        return run.blame().isEmpty()
                ? Optional.of(new Passing(run.order(), run.turns(), run.steps()))
                : Optional.empty();
    }

    private static int moved(List<Integer> turned) {
        int moved = 0;
        for (int i = 0; i < turned.size(); i++) {
            moved += turned.get(i) == i ? 0 : 1;
        }
        return moved;
    }
}
