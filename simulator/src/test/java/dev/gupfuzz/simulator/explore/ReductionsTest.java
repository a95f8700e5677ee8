package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.explore.SmallProgram.Slip;
import dev.gupfuzz.simulator.explore.SmallProgram.Text;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import dev.gupfuzz.simulator.explore.Tuning.Omitted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every combination of reductions against every state, and what happens when a part of one is left out. */
@Tag("one-jdk")
class ReductionsTest {

    private static final int MOST = 5_000;

    private static final int SLEEP = 1;
    private static final int PERSISTENT = 2;
    private static final int LOCAL = 4;
    private static final int SYMMETRY = 8;

    private static final Reductions PERSISTENT_SETS = new Reductions(false, true, false, false);

    /** All sixteen. */
    private static List<Reductions> combinations() {
        List<Reductions> all = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            all.add(new Reductions((i & SLEEP) != 0, (i & PERSISTENT) != 0, (i & LOCAL) != 0, (i & SYMMETRY) != 0));
        }
        return all;
    }

    private static LongFunction<Text> corpus(String name) {
        return switch (name) {
            case "twins" -> Corpus::twins;
            case "loops" -> Corpus::loops;
            default -> Corpus::program;
        };
    }

    @Tag("slow")
    @ParameterizedTest
    @CsvSource({"programs, 800", "twins, 200", "loops, 200"})
    void shouldLoseNothing(String corpus, int programs) {
        long[] states = new long[16];
        long[] transitions = new long[16];
        AtomicInteger number = new AtomicInteger();
        forEach(corpus, programs, (text, all) -> {
            // starting threads for every level is what takes time
            int[] cores = number.getAndIncrement() % 10 == 0 ? new int[] {1, 2, 4} : new int[] {1};
            Exploration nothing = explore(text, 1, Plan.ALL, Omitted.NOTHING, Slip.NONE, end -> {});
            for (int i = 0; i < 16; i++) {
                Reductions reductions = combinations().get(i);
                String what = corpus + " " + text + " " + reductions;
                Exploration one = checked(what, text, reductions, all, cores);
                assertThat(one.states()).as(what).isLessThanOrEqualTo(nothing.states());
                if (!reductions.symmetry()) {
                    assertThat(one.ends()).as(what).isEqualTo(nothing.ends());
                }
                if (i == SLEEP) { // all states are come to, each on fewer ways
                    Plan every = new Plan(false, true, false);
                    assertThat(explore(text, 1, every.with(reductions), Omitted.NOTHING, Slip.NONE, end -> {})
                                    .states())
                            .as(what)
                            .isEqualTo(explore(text, 1, every, Omitted.NOTHING, Slip.NONE, end -> {})
                                    .states());
                }
                states[i] += one.states();
                transitions[i] += one.transitions();
            }
            return true;
        });
        // each pays, alone and beside the others
        for (int i = 0; i < 16; i++) {
            assertThat(transitions[i | SLEEP]).isLessThanOrEqualTo(transitions[i & ~SLEEP] * 19 / 20);
            assertThat(states[i | PERSISTENT]).isLessThanOrEqualTo(states[i & ~PERSISTENT] * 19 / 20);
            assertThat(states[i | LOCAL]).isLessThanOrEqualTo(states[i & ~LOCAL] * 3 / 4);
            if (corpus.equals("twins")) {
                assertThat(states[i | SYMMETRY]).isLessThanOrEqualTo(states[i & ~SYMMETRY] * 9 / 10);
            } else {
                assertThat(states[i | SYMMETRY]).isEqualTo(states[i & ~SYMMETRY]);
            }
        }
    }

    /** On so many cores, which must agree: the same failures, goals and ends as there are, and ways that lead to them. */
    private static Exploration checked(
            String what, Text text, Reductions reductions, EveryState all, int[] numbersOfCores) {
        Exploration one = null;
        for (int cores : numbersOfCores) {
            Set<String> ends = new ConcurrentSkipListSet<>();
            Exploration found = explore(text, cores, Plan.ALL.with(reductions), Omitted.NOTHING, Slip.NONE, ends::add);
            assertThat(found.ended()).as(what).isEqualTo(Ended.COMPLETE);
            if (one != null) {
                assertThat(found).as(what + " on " + cores).isEqualTo(one);
                continue;
            }
            one = found;
            assertThat(found.broken().keySet()).as(what).isEqualTo(all.broken);
            assertThat(found.reached()).as(what).isEqualTo(all.reached);
            assertThat(all.ends).as(what).containsAll(ends); // real ones
            assertThat(named(text, ends, reductions)).as(what).isEqualTo(named(text, all.ends, reductions));
            found.broken()
                    .forEach((failure, way) -> assertThat(CrossCheckTest.follow(text, way.moves(), true))
                            .as(what)
                            .isEqualTo(failure));
        }
        return one;
    }

    /** Up to the names of twins, where there is symmetry. */
    private static Set<String> named(Text text, Set<String> ends, Reductions reductions) {
        if (!reductions.symmetry()) {
            return ends;
        }
        SmallProgram program = new SmallProgram(text);
        Set<String> named = new TreeSet<>();
        for (String end : ends) {
            int[] words = Arrays.stream(end.substring(1, end.length() - 1).split(", "))
                    .mapToInt(Integer::parseInt)
                    .toArray();
            System.arraycopy(words, 0, program.words(), 0, words.length);
            program.canonicalize(new int[program.threads()]);
            named.add(Arrays.toString(program.words()));
        }
        return named;
    }

    private static Exploration explore(
            Text text, int cores, Plan plan, Omitted omitted, Slip slip, Consumer<String> ends) {
        return StateSearch.explore(
                () -> new SmallProgram(text, slip).telling(words -> ends.accept(Arrays.toString(words))),
                cores,
                Bounds.NONE,
                plan,
                Checkpoints.NONE,
                new Tuning(1, omitted)); // so that several cores have something to do
    }

    /** How many of some programs show that something is wrong. */
    private static int caught(String corpus, int programs, Reductions reductions, Omitted omitted, Slip slip) {
        return forEach(corpus, programs, (text, all) -> {
            Set<String> ends = new TreeSet<>();
            Exploration found = explore(text, 1, Plan.ALL.with(reductions), omitted, slip, ends::add);
            return !found.broken().keySet().equals(all.broken)
                    || found.reached() != all.reached
                    || !named(text, ends, reductions).equals(named(text, all.ends, reductions));
        });
    }

    /** Goes through the first programs of a corpus that are not too large; for how many something holds. */
    private static int forEach(String corpus, int programs, BiPredicate<Text, EveryState> holds) {
        int held = 0;
        for (int seed = 0, done = 0; done < programs; seed++) {
            Text text = corpus(corpus).apply(seed);
            EveryState all;
            try {
                all = new EveryState(new SmallProgram(text), MOST);
            } catch (EveryState.TooManyException e) {
                continue;
            }
            done++;
            held += holds.test(text, all) ? 1 : 0;
        }
        return held;
    }

    @Test
    void shouldMissWhatIsPutOffForEver() {
        assertThat(caught("loops", 200, PERSISTENT_SETS, Omitted.PROVISO, Slip.NONE))
                .isPositive();
    }

    @Test
    void shouldMissWhatAFailureHides() {
        assertThat(caught("programs", 800, PERSISTENT_SETS, Omitted.FAILURES, Slip.NONE))
                .isPositive();
    }

    @Test
    void shouldMissWhatAnInvariantReads() {
        assertThat(caught("programs", 100, PERSISTENT_SETS, Omitted.NOTHING, Slip.NO_SUPPORT))
                .isPositive();
    }

    @Test
    void shouldMissWhatAWrongSymmetryMerges() {
        Reductions symmetry = new Reductions(false, false, false, true);
        assertThat(caught("twins", 200, symmetry, Omitted.NOTHING, Slip.WRONG_SYMMETRY))
                .isPositive();
    }

    /** No program is known that needs it, but the proof does; threads do wake up. */
    @Test
    void shouldWakeWhoSleptOnAnEarlierWay() {
        Plan plan = Plan.ALL.with(new Reductions(true, false, false, false));
        int woken = forEach(
                "loops",
                300,
                (text, all) -> explore(text, 1, plan, Omitted.NOTHING, Slip.NONE, end -> {})
                                .transitions()
                        > explore(text, 1, plan, Omitted.REPAIR, Slip.NONE, end -> {})
                                .transitions());
        assertThat(woken).isPositive();
    }
}
