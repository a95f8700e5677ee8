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
    /** For each failure the fewest preemptions of a schedule that comes to it. */
    final TreeMap<Long, Integer> preemptions = new TreeMap<>();
    /** Ends at which nothing is broken, as text of their words. */
    final Set<String> ends = new HashSet<>();

    final Set<String> states = new HashSet<>();
    long reached;
    /** Goals that schedules with so many preemptions reached at a step after which they had so many, as masks. */
    final TreeMap<Integer, Long> reachedWith = new TreeMap<>();

    int mostPreemptions;

    BruteForce(TransitionSystem model, long most) {
        this.model = model;
        this.most = most;
        states.add(Arrays.toString(model.words()));
        from(-1, 0);
    }

    private void from(int last, int preempted) {
        int[] here = model.words().clone();
        int enabled = model.enabled();
        if (enabled == 0) {
            model.end();
            reached(preempted);
            over(here, preempted);
            return;
        }
        for (int t = 0; t < model.threads(); t++) {
            if ((enabled >> t & 1) == 0) {
                continue;
            }
            boolean preempts = last >= 0 && t != last && (enabled >> last & 1) != 0;
            int values = 1;
            for (int choice = 0; choice < values; choice++) {
                System.arraycopy(here, 0, model.words(), 0, here.length);
                model.restored();
                values = Math.max(values, model.take(t, choice));
                reached(preempted + (preempts ? 1 : 0));
                states.add(Arrays.toString(model.words()));
                if (model.broken() != TransitionSystem.INTACT) {
                    over(model.words(), preempted + (preempts ? 1 : 0));
                } else {
                    from(t, preempted + (preempts ? 1 : 0));
                }
            }
        }
    }

    private void reached(int preempted) {
        reached |= model.reached();
        reachedWith.merge(preempted, model.reached(), (a, b) -> a | b);
        mostPreemptions = Math.max(mostPreemptions, preempted);
    }

    private void over(int[] words, int preempted) {
        if (++schedules > most) {
            throw new TooManyException();
        }
        if (model.broken() != TransitionSystem.INTACT) {
            broken.merge(model.broken(), 1L, Long::sum);
            preemptions.merge(model.broken(), preempted, Math::min);
        } else {
            ends.add(Arrays.toString(words));
        }
    }
}
