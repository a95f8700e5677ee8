package dev.gupfuzz.simulator.explore;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/** Every state of a model, one by one, known by its words: the oracle where schedules have no end. */
final class EveryState {

    /** Too many states. */
    static final class TooManyException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    final Set<Long> broken = new TreeSet<>();
    /** Ends at which nothing is broken, as text of their words. */
    final Set<String> ends = new HashSet<>();

    final Set<String> states = new HashSet<>();
    long reached;

    EveryState(TransitionSystem model, int most) {
        Deque<int[]> waiting = new ArrayDeque<>();
        states.add(Arrays.toString(model.words()));
        waiting.add(model.words().clone());
        while (!waiting.isEmpty()) {
            int[] here = waiting.remove();
            load(model, here);
            int enabled = model.enabled();
            if (enabled == 0) {
                model.end();
                reached |= model.reached();
                if (!breaks(model)) {
                    ends.add(Arrays.toString(here));
                }
                continue;
            }
            for (int t = 0; t < model.threads(); t++) {
                int values = (enabled >> t & 1) == 0 ? 0 : 1;
                for (int choice = 0; choice < values; choice++) {
                    load(model, here);
                    values = Math.max(values, model.take(t, choice));
                    reached |= model.reached();
                    if (!breaks(model) && states.add(Arrays.toString(model.words()))) {
                        waiting.add(model.words().clone());
                    }
                }
            }
            if (states.size() > most) {
                throw new TooManyException();
            }
        }
    }

    private boolean breaks(TransitionSystem model) {
        if (model.broken() != TransitionSystem.INTACT) {
            broken.add(model.broken());
        }
        return model.broken() != TransitionSystem.INTACT;
    }

    private static void load(TransitionSystem model, int[] words) {
        System.arraycopy(words, 0, model.words(), 0, words.length);
        model.restored();
    }
}
