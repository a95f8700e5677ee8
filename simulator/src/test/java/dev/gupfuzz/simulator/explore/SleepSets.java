package dev.gupfuzz.simulator.explore;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The classes of a model's schedules by sleep sets alone: every thread is let run everywhere, but for steps that were taken
 * before in another order. Slow, plain, and for programs whose schedules are too many to be run one by one.
 */
final class SleepSets {

    private record Asleep(int thread, int choice, Footprint print) {}

    private final TransitionSystem model;
    private final Execution run;
    final Set<String> classes = new HashSet<>();

    SleepSets(TransitionSystem model) {
        this.model = model;
        run = new Execution(model.threads(), model.objects());
        model.noting(true);
        from(0, List.of());
    }

    private void from(int depth, List<Asleep> before) {
        int[] here = model.words().clone();
        int enabled = model.enabled();
        if (enabled == 0) {
            classes.add(BruteClasses.order(run, depth));
            return;
        }
        List<Asleep> asleep = new ArrayList<>(before);
        for (int rest = enabled; rest != 0; rest &= rest - 1) {
            int t = Integer.numberOfTrailingZeros(rest);
            int values = 1;
            for (int choice = 0; choice < values; choice++) {
                System.arraycopy(here, 0, model.words(), 0, here.length);
                model.restored();
                run.length = depth;
                int n = run.next();
                values = Math.max(values, model.take(t, choice));
                Footprint print = model.footprint().copy();
                if (!sleeps(asleep, t, choice)) {
                    run.thread[n] = t;
                    run.choice[n] = choice;
                    run.print[n].set(print);
                    run.append();
                    from(
                            depth + 1,
                            asleep.stream()
                                    .filter(a -> a.thread() != t && !a.print().conflicts(print))
                                    .toList());
                    asleep.add(new Asleep(t, choice, print));
                }
            }
        }
    }

    private static boolean sleeps(List<Asleep> asleep, int thread, int choice) {
        return asleep.stream().anyMatch(a -> a.thread() == thread && a.choice() == choice);
    }
}
