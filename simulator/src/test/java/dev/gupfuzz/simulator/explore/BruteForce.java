package dev.gupfuzz.simulator.explore;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;

/** Every schedule of a model, one by one, with nothing that could go wrong: the oracle of the engines. */
final class BruteForce {

    /** Too many schedules to count. */
    static final class TooManyException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private final TransitionSystem model;
    private final long most;
    long schedules;
    final TreeMap<Long, Long> broken = new TreeMap<>();
    /** Ends at which nothing is broken, as text of their words. */
    final Set<String> ends = new HashSet<>();

    final Set<String> states = new HashSet<>();
    long reached;

    BruteForce(TransitionSystem model, long most) {
        this.model = model;
        this.most = most;
        states.add(Arrays.toString(model.words()));
        from();
    }

    private void from() {
        int[] here = model.words().clone();
        int enabled = model.enabled();
        if (enabled == 0) {
            model.end();
            reached |= model.reached();
            over(here);
            return;
        }
        for (int t = 0; t < model.threads(); t++) {
            if ((enabled >> t & 1) == 0) {
                continue;
            }
            int values = 1;
            for (int choice = 0; choice < values; choice++) {
                System.arraycopy(here, 0, model.words(), 0, here.length);
                model.restored();
                values = Math.max(values, model.take(t, choice));
                reached |= model.reached();
                states.add(Arrays.toString(model.words()));
                if (model.broken() != TransitionSystem.INTACT) {
                    over(model.words());
                } else {
                    from();
                }
            }
        }
    }

    private void over(int[] words) {
        if (++schedules > most) {
            throw new TooManyException();
        }
        if (model.broken() != TransitionSystem.INTACT) {
            broken.merge(model.broken(), 1L, Long::sum);
        } else {
            ends.add(Arrays.toString(words));
        }
    }
}
