package dev.gupfuzz.simulator.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A place at which a run leaves the baseline (whoever ran goes on, else the lowest thread; every data choice 0). It is named
 * by what a thread is about to do, so that it stays the same place when other deviations are dropped, on another kernel, and
 * in a scenario with other threads or pages.
 *
 * @param thread who ran last, -1 at the start of the run; of a data choice, who makes it
 * @param label the step before which the thread stands
 * @param time how often the thread stood before that step earlier, whether it took it then or a flush made it take another
 * @param isChoice whether this is a data choice and not a switch
 * @param value who runs next instead, or the value of the choice
 */
public record Deviation(int thread, int label, int time, boolean isChoice, int value) {

    private record Place(int thread, int label, int time) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            return thread != other.thread
                    ? Integer.compare(thread, other.thread)
                    : label != other.label ? Integer.compare(label, other.label) : Integer.compare(time, other.time);
        }

        /** Where a thread stands. */
        static Place of(Conductor run, int thread) {
            int label = thread < 0 ? 0 : run.pending(thread);
            return new Place(thread, label, thread < 0 ? 0 : run.times(thread, label));
        }
    }

    /** The deviations of a run that a conductor takes from its start, in its order. */
    public static List<Deviation> of(Conductor run, StepOrder order) {
        List<Deviation> list = new ArrayList<>();
        for (int i = 0; i < order.length(); i++) {
            int t = order.threads()[i];
            if (t != run.baseline()) {
                list.add(at(Place.of(run, run.last()), false, t));
            }
            if (order.choices()[i] != 0) {
                list.add(at(Place.of(run, t), true, order.choices()[i]));
            }
            run.take(t, order.choices()[i]);
        }
        return list;
    }

    private static Deviation at(Place place, boolean isChoice, int value) {
        return new Deviation(place.thread(), place.label(), place.time(), isChoice, value);
    }

    /**
     * Takes the baseline with these deviations from the start to the end of a run. One whose place does not come, or whose
     * thread cannot run there, is left out.
     *
     * @return how many were left out
     */
    public static int follow(Conductor run, List<Deviation> deviations) {
        SortedMap<Place, Integer> switches = new TreeMap<>();
        SortedMap<Place, Integer> choices = new TreeMap<>();
        for (Deviation d : deviations) {
            (d.isChoice ? choices : switches).put(new Place(d.thread, d.label, d.time), d.value);
        }
        int applied = 0;
        while (run.enabled() != 0) {
            Integer wanted = switches.remove(Place.of(run, run.last()));
            boolean switched = wanted != null && run.canRun(wanted);
            int t = switched ? wanted : run.baseline();
            Integer choice = choices.remove(Place.of(run, t));
            run.take(t, choice == null ? 0 : choice);
            applied += (switched ? 1 : 0) + (choice != null && run.chose() ? 1 : 0);
        }
        run.settle();
        return deviations.size() - applied;
    }
}
