package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * What footprints promise, in every reachable state: two steps that are independent by them commute, and neither changes what
 * the other touches, breaks, reaches or offers; a step that cannot be taken stays so unless something that it waits for is
 * touched; nobody touches more later than was announced.
 */
final class Diamonds {

    private final TransitionSystem model;
    private final int threads;
    private final Deque<int[]> waiting = new ArrayDeque<>();
    private final Set<String> seen = new HashSet<>();
    private final String name;
    private final Footprint scratch;
    /** Pairs of steps that were found to commute. */
    long independent;
    /** Pairs whose footprints conflict. */
    long dependent;

    /** One step as it was taken from the state at hand. */
    private record Taken(
            int thread, int choice, int values, int[] after, Footprint footprint, long broken, long reached) {}

    private Diamonds(String name, TransitionSystem model) {
        this.name = name;
        this.model = model;
        threads = model.threads();
        scratch = new Footprint(model.objects());
        model.noting(true);
    }

    /** Looks at up to {@code most} states. */
    static Diamonds check(String name, TransitionSystem model, int most) {
        Diamonds diamonds = new Diamonds(name, model);
        diamonds.admit(model.words());
        for (int n = 0; n < most && !diamonds.waiting.isEmpty(); n++) {
            diamonds.look(diamonds.waiting.remove());
        }
        return diamonds;
    }

    private void admit(int[] words) {
        if (seen.add(Arrays.toString(words))) {
            waiting.add(words.clone());
        }
    }

    private void load(int[] words) {
        System.arraycopy(words, 0, model.words(), 0, words.length);
        model.restored();
    }

    private Taken take(int[] from, int thread, int choice) {
        load(from);
        int values = model.take(thread, choice);
        Footprint footprint = new Footprint(model.objects());
        footprint.set(model.footprint());
        return new Taken(thread, choice, values, model.words().clone(), footprint, model.broken(), model.reached());
    }

    private void look(int[] here) {
        load(here);
        int enabled = model.enabled();
        Taken[][] taken = new Taken[threads][];
        Footprint[] remaining = new Footprint[threads];
        for (int t = 0; t < threads; t++) {
            load(here);
            remaining[t] = new Footprint(model.objects());
            model.remaining(t, remaining[t]);
            if ((enabled >> t & 1) == 0) {
                continue;
            }
            Taken first = take(here, t, 0);
            load(here);
            if ((model.conditional() >> t & 1) != 0) {
                Footprint condition = new Footprint(model.objects());
                model.waitsFor(t, condition);
                assertThat(first.footprint().covers(condition))
                        .as("%s: thread %d waited for %s and touches %s", name, t, condition, first.footprint())
                        .isTrue();
            }
            taken[t] = new Taken[first.values()];
            for (int c = 0; c < first.values(); c++) {
                taken[t][c] = take(here, t, c);
                assertThat(remaining[t].covers(taken[t][c].footprint()))
                        .as("%s: thread %d touches %s, announced %s", name, t, taken[t][c].footprint(), remaining[t])
                        .isTrue();
            }
        }
        for (int t = 0; t < threads; t++) {
            for (int c = 0; taken[t] != null && c < taken[t].length; c++) {
                Taken step = taken[t][c];
                if (step.broken() != TransitionSystem.INTACT) {
                    continue;
                }
                admit(step.after());
                stays(here, enabled, step, remaining);
                for (int u = t + 1; u < threads; u++) {
                    for (int d = 0; taken[u] != null && d < taken[u].length; d++) {
                        pair(step, taken[u][d]);
                    }
                }
            }
        }
    }

    /** What a step must leave as it is. */
    private void stays(int[] here, int enabled, Taken step, Footprint[] remaining) {
        load(step.after());
        int after = model.enabled();
        for (int u = 0; u < threads; u++) {
            if (u == step.thread()) {
                continue;
            }
            load(step.after());
            model.remaining(u, scratch);
            if ((enabled >> u & 1) == 0) {
                load(here);
                Footprint wanted = new Footprint(model.objects());
                model.waitsFor(u, wanted);
                assertThat(remaining[u].covers(wanted))
                        .as("%s: thread %d waits for %s", name, u, wanted)
                        .isTrue();
                if ((after >> u & 1) != 0) {
                    assertThat(wanted.conflicts(step.footprint()))
                            .as(
                                    "%s: thread %d lets thread %d run by %s, which waits for %s",
                                    name, step.thread(), u, step.footprint(), wanted)
                            .isTrue();
                }
            }
        }
    }

    private void pair(Taken a, Taken b) {
        if (b.broken() != TransitionSystem.INTACT) {
            return;
        }
        if (a.footprint().conflicts(b.footprint())) {
            dependent++;
            return;
        }
        independent++;
        Taken ab = then(a, b);
        Taken ba = then(b, a);
        same(b, ab, a);
        same(a, ba, b);
        assertThat(ab.after())
                .as("%s: threads %d and %d in either order", name, a.thread(), b.thread())
                .isEqualTo(ba.after());
    }

    private Taken then(Taken first, Taken second) {
        load(first.after());
        assertThat(model.enabled() >> second.thread() & 1)
                .as(
                        "%s: thread %d stops thread %d: %s, %s",
                        name, first.thread(), second.thread(), first.footprint(), second.footprint())
                .isEqualTo(1);
        return take(first.after(), second.thread(), second.choice());
    }

    private void same(Taken alone, Taken behind, Taken other) {
        String what = name + ": thread " + alone.thread() + " behind thread " + other.thread() + " which touches "
                + other.footprint();
        assertThat(behind.footprint()).as(what).isEqualTo(alone.footprint());
        assertThat(behind.values()).as(what).isEqualTo(alone.values());
        assertThat(behind.broken()).as(what).isEqualTo(alone.broken());
        assertThat(behind.reached()).as(what).isEqualTo(alone.reached());
    }
}
