package dev.gupfuzz.simulator.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.scenario.MadeScenarios;
import dev.gupfuzz.simulator.scenario.Scenario;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** At every decision each thread that can run is chosen with the same probability, whatever was chosen before. */
class RandomWalkTest {

    private static final int RUNS = 40_000;

    /** Two threads of three steps: 20 interleavings, each with probability one half for every decision that it took. */
    @Test
    void shouldGiveEveryInterleavingItsProbability() {
        Map<String, Integer> seen = runs(MadeScenarios.independent(3, 3), "random", RUNS);
        Map<String, Double> expected = new TreeMap<>();
        interleavings("", 3, 3, 1.0, expected);
        assertThat(seen.keySet()).isEqualTo(expected.keySet());
        assertThat(expected).hasSize(20);
        assertThat(chiSquare(seen, expected))
                .as("chi-square with 19 degrees of freedom, 99.9 %% below 43.8")
                .isLessThan(43.8);
    }

    @Test
    void shouldChooseEvenlyAmongThree() {
        Map<String, Integer> seen = runs(MadeScenarios.independent(1, 1, 1), "random", RUNS);
        Map<String, Double> expected = new TreeMap<>();
        for (String order : List.of("01", "02", "10", "12", "20", "21")) {
            expected.put(order, 1 / 6.0);
        }
        assertThat(chiSquare(seen, expected))
                .as("chi-square with 5 degrees of freedom, 99.9 %% below 20.5")
                .isLessThan(20.5);
    }

    /** A thread that waits at one operation while the other runs must not keep its draw: that would be a priority. */
    @Test
    void shouldDrawAgainAtEveryDecisionThatAnOperationWaits() {
        Map<String, Double> expected = new TreeMap<>();
        interleavings("", 3, 3, 1.0, expected);
        Map<String, Integer> stuck = new TreeMap<>();
        for (long seed = 0; seed < RUNS; seed++) {
            stuck.merge(withoutTheWait(seed, 3, 3), 1, Integer::sum);
        }
        assertThat(chiSquare(stuck, expected))
                .as("the same walk with one draw an operation")
                .isGreaterThan(1_000);
    }

    /** A long wait of one thread beside a short life of the other: P(first step comes last) = 2^-L. */
    @Test
    void shouldStarveAThreadAsRarelyAsCoinsSay() {
        int starved = 0;
        Map<String, Integer> seen = runs(MadeScenarios.independent(1, 6), "random", RUNS);
        for (var run : seen.entrySet()) {
            if (run.getKey().equals("111111")) {
                starved += run.getValue();
            }
        }
        // 40,000 / 64 = 625, standard deviation 24.8
        assertThat(starved).isBetween(625 - 82, 625 + 82);
    }

    @Test
    void shouldKeyDrawsByRoleAndNotByPosition() {
        Map<String, Integer> a = runs(MadeScenarios.independent(2, 2), "random", 200);
        Map<String, Integer> b = runs(MadeScenarios.independent(2, 2), "random", 200);
        assertThat(a).isEqualTo(b).hasSizeGreaterThan(3);
    }

    /** Every interleaving of {@code a} steps of thread 0 and {@code b} of thread 1, as the decisions that make it. */
    static void interleavings(String decided, int a, int b, double probability, Map<String, Double> into) {
        if (a == 0 || b == 0) {
            into.put(decided, probability);
            return;
        }
        interleavings(decided + "0", a - 1, b, probability / 2, into);
        interleavings(decided + "1", a, b - 1, probability / 2, into);
    }

    /** How often each sequence of decisions came, over seeds 0 ... count - 1. */
    static Map<String, Integer> runs(Scenario scenario, String strategy, int count) {
        Machine machine = Step.machine(Kernels.named("v5.11"), scenario);
        Scheduler scheduler = Strategy.named(strategy).scheduler(machine);
        Decisions record = new Decisions();
        scheduler.record(record);
        Map<String, Integer> seen = new TreeMap<>();
        for (long seed = 0; seed < count; seed++) {
            record.clear();
            scheduler.run(seed);
            StringBuilder decided = new StringBuilder();
            for (int t : record.toArray()) {
                decided.append(t);
            }
            seen.merge(decided.toString(), 1, Integer::sum);
        }
        return seen;
    }

    static double chiSquare(Map<String, Integer> seen, Map<String, Double> expected) {
        int runs = seen.values().stream().mapToInt(Integer::intValue).sum();
        double chi = 0;
        for (var e : expected.entrySet()) {
            double wanted = e.getValue() * runs;
            double off = seen.getOrDefault(e.getKey(), 0) - wanted;
            chi += off * off / wanted;
        }
        return chi;
    }

    private static String withoutTheWait(long seed, int... steps) {
        int[] left = steps.clone();
        List<Integer> decided = new ArrayList<>();
        while (Arrays.stream(left).filter(n -> n > 0).count() > 1) {
            int best = -1;
            long bestDraw = 0;
            for (int t = 0; t < left.length; t++) {
                long draw = Mix.keyed(seed, t, 1, steps[t] - left[t]);
                if (left[t] > 0 && (best < 0 || draw > bestDraw)) {
                    best = t;
                    bestDraw = draw;
                }
            }
            left[best]--;
            decided.add(best);
        }
        StringBuilder text = new StringBuilder();
        decided.forEach(text::append);
        return text.toString();
    }
}
