package dev.gupfuzz.simulator.trace;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.scenario.Scenario;
import java.util.List;

/**
 * One schedule for many that differ only in steps that nobody can tell: a thread that is interrupted and goes on later stops as
 * early as it can. Steps of its turn that no step of the next turn depends on move behind that. Which of the equal schedules a
 * search comes upon is chance; what it is told by is not to be.
 */
public final class EarlySwitches {

    private final HappensBefore order;
    /** Steps by their place in the run that was watched. */
    private int[] steps;

    private EarlySwitches(HappensBefore order) {
        this.order = order;
        steps = new int[order.events().size()];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = i;
        }
    }

    /** The same run with its switches as early as they can be. */
    public static StepOrder of(Kernel kernel, Scenario scenario, StepOrder order, boolean precise) {
        EarlySwitches early = new EarlySwitches(HappensBefore.of(kernel, scenario, order, precise));
        if (early.steps.length != order.length()) {
            return order; // it broke before its end, or goes on behind it
        }
        early.move();
        int[] threads = new int[order.length()];
        int[] choices = new int[order.length()];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = order.threads()[early.steps[i]];
            choices[i] = order.choices()[early.steps[i]];
        }
        return new StepOrder(threads, choices);
    }

    private void move() {
        int from = 0;
        while (from < steps.length) {
            int next = turnEnd(from);
            int end = next < steps.length ? turnEnd(next) : next;
            if (end < steps.length && thread(end) == thread(from)) {
                int keep = next;
                while (keep > from && free(keep - 1, next, end)) {
                    keep--;
                }
                rotate(keep, next, end);
                next = keep;
            }
            from = next == from ? turnEnd(from) : next;
        }
    }

    /** Whether no step of the turn {@code [next, end)} depends on the step at {@code at}. */
    private boolean free(int at, int next, int end) {
        for (int i = next; i < end; i++) {
            if (order.before(steps[at], steps[i])) {
                return false;
            }
        }
        return true;
    }

    /** Brings {@code [next, end)} before {@code [keep, next)}. */
    private void rotate(int keep, int next, int end) {
        int[] moved = new int[next - keep];
        System.arraycopy(steps, keep, moved, 0, moved.length);
        System.arraycopy(steps, next, steps, keep, end - next);
        System.arraycopy(moved, 0, steps, keep + end - next, moved.length);
    }

    private int turnEnd(int from) {
        int end = from;
        while (end < steps.length && thread(end) == thread(from)) {
            end++;
        }
        return end;
    }

    private int thread(int at) {
        List<Event> events = order.events();
        return events.get(steps[at]).thread();
    }
}
