package dev.gupfuzz.simulator.minimize;

import dev.gupfuzz.simulator.trace.Conductor;
import dev.gupfuzz.simulator.trace.StepOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A place at which a run leaves the baseline (whoever ran goes on, else the lowest thread; every data choice 0), named so that
 * it stays the same place when other deviations are dropped: by a thread and how many steps that thread has taken.
 *
 * @param thread who ran last, -1 at the start of the run; of a data choice, who makes it
 * @param taken steps that the thread took before
 * @param isChoice whether this is a data choice and not a switch
 * @param value who runs next instead, or the value of the choice
 */
record Deviation(int thread, int taken, boolean isChoice, int value) {

    /** The deviations of a run, in its order. */
    static List<Deviation> of(Subject subject, StepOrder order) {
        List<Deviation> list = new ArrayList<>();
        Conductor run = subject.start();
        for (int i = 0; i < order.length(); i++) {
            int t = order.threads()[i];
            if (t != run.baseline()) {
                list.add(new Deviation(run.last(), run.last() < 0 ? 0 : run.taken(run.last()), false, t));
            }
            if (order.choices()[i] != 0) {
                list.add(new Deviation(t, run.taken(t), true, order.choices()[i]));
            }
            run.take(t, order.choices()[i]);
        }
        return list;
    }

    /** Runs the baseline with these deviations to its end; one that cannot be applied where it stands is left out. */
    static void run(Conductor run, List<Deviation> deviations) {
        SortedMap<Long, Integer> switches = new TreeMap<>();
        SortedMap<Long, Integer> choices = new TreeMap<>();
        for (Deviation d : deviations) {
            (d.isChoice ? choices : switches).put(place(d.thread, d.taken), d.value);
        }
        while (run.enabled() != 0) {
            int last = run.last();
            Integer wanted = switches.get(place(last, last < 0 ? 0 : run.taken(last)));
            int t = wanted != null && run.canRun(wanted) ? wanted : run.baseline();
            run.take(t, choices.getOrDefault(place(t, run.taken(t)), 0));
        }
        run.settle();
    }

    private static long place(int thread, int taken) {
        return (thread + 1L) << Integer.SIZE | taken;
    }
}
