package dev.gupfuzz.simulator.explore;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** How many classes the schedules of a model fall into, by running all of them to their end and comparing what happens before what. */
final class BruteClasses {

    private final TransitionSystem model;
    private final Execution run;
    final Set<String> classes = new HashSet<>();

    BruteClasses(TransitionSystem model) {
        this.model = model;
        run = new Execution(model.threads(), model.objects());
        model.noting(true);
        from(0);
    }

    private void from(int depth) {
        int[] here = model.words().clone();
        int enabled = model.enabled();
        if (enabled == 0) {
            classes.add(order(run, depth));
            return;
        }
        for (int t = 0; t < model.threads(); t++) {
            int values = (enabled >> t & 1) == 0 ? 0 : 1;
            for (int choice = 0; choice < values; choice++) {
                System.arraycopy(here, 0, model.words(), 0, here.length);
                model.restored();
                run.length = depth;
                int n = run.next();
                values = Math.max(values, model.take(t, choice));
                run.thread[n] = t;
                run.choice[n] = choice;
                run.print[n].set(model.footprint());
                run.append();
                from(depth + 1);
            }
        }
    }

    /** For each thread its events, each with its choice and with how much of every thread happens before it. */
    static String order(Execution run, int length) {
        StringBuilder text = new StringBuilder();
        for (int t = 0; t < run.threads; t++) {
            for (int n = 0; n < length; n++) {
                if (run.thread[n] == t) {
                    int[] past = new int[run.threads];
                    for (int i = 0; i < n; i++) {
                        past[run.thread[i]] += run.before(i, n) ? 1 : 0;
                    }
                    text.append(t).append(':').append(run.choice[n]).append(Arrays.toString(past));
                }
            }
        }
        return text.toString();
    }
}
