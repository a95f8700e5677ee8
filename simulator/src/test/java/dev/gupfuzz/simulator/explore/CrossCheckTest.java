package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.explore.Exploration.Move;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Engines against every single schedule, on a thousand small programs. */
class CrossCheckTest {

    private static final int PROGRAMS = 1000;
    private static final long MOST = 200_000;

    @Tag("slow")
    @Test
    void shouldAgreeOnFailuresEndsAndGoals() {
        int deadlocks = 0;
        int mixtures = 0;
        int badEnds = 0;
        int clean = 0;
        for (int seed = 0, done = 0; done < PROGRAMS; seed++) {
            SmallProgram.Text text = Corpus.program(seed);
            BruteForce all;
            try {
                all = new BruteForce(new SmallProgram(text), MOST);
            } catch (BruteForce.TooManyException e) {
                continue;
            }
            done++;
            Exploration one = null;
            for (int cores : new int[] {1, 2, 4}) {
                for (boolean forced : new boolean[] {false, true}) {
                    Exploration found = StateSearch.explore(
                            () -> new SmallProgram(text), cores, Bounds.NONE, new Plan(false, !forced, false));
                    String what = "program " + seed + " cores " + cores + " forced " + forced;
                    assertThat(found.ended()).as(what).isEqualTo(Ended.COMPLETE);
                    assertThat(found.broken().keySet()).as(what).isEqualTo(all.broken.keySet());
                    assertThat(found.ends()).as(what).isEqualTo(all.ends.size());
                    assertThat(found.reached()).as(what).isEqualTo(all.reached);
                    if (!forced) {
                        assertThat(found.states()).as(what).isEqualTo(all.states.size());
                    } else if (one == null) {
                        one = found;
                    } else {
                        assertThat(found).as(what).isEqualTo(one);
                    }
                    found.broken()
                            .forEach((failure, way) -> assertThat(follow(text, way.moves(), forced))
                                    .as(what)
                                    .isEqualTo(failure));
                }
            }
            for (int cores : new int[] {1, 2}) {
                Exploration found = StateSearch.explore(
                        () -> new SmallProgram(text), cores, Bounds.NONE, new Plan(false, false, true));
                String what = "program " + seed + " by preemptions, cores " + cores;
                TreeMap<Long, Integer> fewest = new TreeMap<>();
                found.broken().forEach((failure, way) -> {
                    fewest.put(failure, way.preemptions());
                    assertThat(follow(text, way.moves(), true)).as(what).isEqualTo(failure);
                });
                assertThat(fewest).as(what).isEqualTo(all.preemptions);
                Exploration first =
                        StateSearch.explore(() -> new SmallProgram(text), cores, Bounds.NONE, Plan.FEWEST_PREEMPTIONS);
                assertThat(first.broken().isEmpty()).as(what).isEqualTo(all.broken.isEmpty());
                first.broken()
                        .values()
                        .forEach(way -> assertThat(way.preemptions())
                                .as(what)
                                .isGreaterThanOrEqualTo(Collections.min(all.preemptions.values())));
                if (!all.broken.isEmpty()) {
                    assertThat(first.broken().values().stream()
                                    .mapToInt(Exploration.Way::preemptions)
                                    .min())
                            .as(what)
                            .hasValue(Collections.min(all.preemptions.values()));
                }
            }
            for (int most = 0; most <= 2; most++) {
                shouldKeepToABoundOfPreemptions(text, all, most);
            }
            deadlocks += all.broken.containsKey(SmallProgram.DEADLOCK) ? 1 : 0;
            mixtures += all.broken.containsKey(SmallProgram.MIXTURE) ? 1 : 0;
            badEnds += all.broken.containsKey(SmallProgram.BAD_END) ? 1 : 0;
            clean += all.broken.isEmpty() ? 1 : 0;
        }
        // a corpus that has all of them
        assertThat(List.of(deadlocks, mixtures, badEnds, clean)).allMatch(n -> n >= PROGRAMS / 20);
    }

    /** Nothing that needs more is found, nor is a goal said to be reached that does. */
    private static void shouldKeepToABoundOfPreemptions(SmallProgram.Text text, BruteForce all, int most) {
        Exploration found = StateSearch.explore(
                () -> new SmallProgram(text), 1, Bounds.NONE, new Plan(false, false, true).upTo(most));
        SortedSet<Long> broken = new TreeSet<>(all.preemptions.keySet());
        broken.removeIf(failure -> all.preemptions.get(failure) > most);
        long reached = all.reachedWith.headMap(most, true).values().stream().reduce(0L, (a, b) -> a | b);

        String what = text + " up to " + most;
        assertThat(found.broken().keySet()).as(what).isEqualTo(broken);
        assertThat(found.reached()).as(what).isEqualTo(reached);
        assertThat(found.ended()).as(what).isIn(Ended.COMPLETE, Ended.PREEMPTIONS);
        if (all.mostPreemptions <= most) {
            assertThat(found.ended()).as(what).isEqualTo(Ended.COMPLETE);
        }
        if (found.ended() == Ended.COMPLETE) { // more preemptions lead nowhere else
            assertThat(broken).as(what).isEqualTo(all.broken.keySet());
            assertThat(reached).as(what).isEqualTo(all.reached);
        }
    }

    @Test
    void shouldStopAtBounds() {
        SmallProgram.Text text = Corpus.program(1);
        TreeMap<Ended, Long> states = new TreeMap<>();
        for (Bounds bounds : List.of(
                new Bounds(10, Long.MAX_VALUE, () -> false),
                new Bounds(Long.MAX_VALUE, 0, () -> false),
                new Bounds(Long.MAX_VALUE, Long.MAX_VALUE, () -> true))) {
            Exploration found = StateSearch.explore(() -> new SmallProgram(text), 1, bounds, Plan.ALL);
            states.put(found.ended(), found.states());
        }
        assertThat(states.keySet()).contains(Ended.STATES, Ended.STOPPED);
    }

    /** On one core and on two: the heap is full while states are expanded, and what is known by then is told. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldEndInGoodOrderWhenTheHeapIsFull(int cores) {
        Supplier<TransitionSystem> models = () -> new Delegate(new SmallProgram(Corpus.program(1))) {
            private int steps;

            @Override
            public int take(int thread, int choice) {
                if (++steps == 50) {
                    throw new OutOfMemoryError("as if");
                }
                return super.take(thread, choice);
            }
        };
        assertThat(StateSearch.explore(models, cores, Bounds.NONE, Plan.ALL).ended())
                .isEqualTo(Ended.MEMORY);
        ClassSearch.Result classes = ClassSearch.explore(models, cores, Bounds.NONE, false);
        assertThat(classes.ended()).isEqualTo(Ended.MEMORY);
        assertThat(classes.share()).isZero();
    }

    /** What a path breaks when it is followed. */
    static long follow(SmallProgram.Text text, List<Move> path, boolean forced) {
        SmallProgram model = new SmallProgram(text);
        settle(model, forced);
        for (Move move : path) {
            model.take(move.thread(), move.choice());
            settle(model, forced);
        }
        return model.broken();
    }

    private static void settle(SmallProgram model, boolean forced) {
        while (model.broken() == TransitionSystem.INTACT) {
            int enabled = model.enabled();
            if (enabled == 0) {
                model.end();
                return;
            }
            if (!forced || Integer.bitCount(enabled) > 1) {
                return;
            }
            int[] back = model.words().clone();
            if (model.take(Integer.numberOfTrailingZeros(enabled), 0) > 1) {
                System.arraycopy(back, 0, model.words(), 0, back.length);
                model.restored();
                return;
            }
        }
    }
}
