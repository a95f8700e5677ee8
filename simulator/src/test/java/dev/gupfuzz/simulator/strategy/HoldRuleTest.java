package dev.gupfuzz.simulator.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Runs;
import dev.gupfuzz.simulator.explore.SmallProgram.Code;
import dev.gupfuzz.simulator.explore.SmallProgram.Instruction;
import dev.gupfuzz.simulator.explore.SmallProgram.Text;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.search.Cell;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Where and how long threads are held, and which steps race. */
class HoldRuleTest {

    /** Of those that can, the first: what comes out is then the holds alone. */
    private static final class First extends Rule {

        First(Pending pending) {
            super(pending);
        }

        @Override
        void begin(long seed) {}

        @Override
        int choose(int enabled) {
            return Integer.numberOfTrailingZeros(enabled);
        }

        @Override
        void takes(int t) {}
    }

    /** A thread's draws, and how likely they are; it is held before no step when the place is -1. */
    private record Hold(int place, int decisions, double probability) {}

    private static final int[] STEPS = {4, 3};
    private static final int TO_THE_END = 1_000;

    /** All draws of a thread with so many steps: not held one time in four; places alike; half of the holds without an end. */
    private static List<Hold> holds(int steps) {
        List<Hold> holds = new ArrayList<>();
        holds.add(new Hold(-1, 0, 0.25));
        for (int place = 0; place < steps; place++) {
            double probability = 0.75 / steps / 2;
            holds.add(new Hold(place, TO_THE_END, probability));
            // seven steps in all: 1, 2 to 3 and 4 to 7 decisions, each a third
            for (int length = 1; length <= 7; length++) {
                holds.add(new Hold(place, length, probability / 3 / Integer.highestOneBit(length)));
            }
        }
        return holds;
    }

    /** Who takes each step when the first one that is not held goes on. */
    private static String order(Hold... holds) {
        StringBuilder order = new StringBuilder();
        int[] taken = new int[STEPS.length];
        int[] left = {holds[0].decisions(), holds[1].decisions()};
        while (taken[0] < STEPS[0] && taken[1] < STEPS[1]) {
            int first = -1;
            for (int t = 1; t >= 0; t--) {
                boolean held = taken[t] == holds[t].place() && left[t] > 0;
                left[t] -= held ? 1 : 0;
                first = held ? first : t;
            }
            int t = Math.max(first, 0);
            taken[t]++;
            order.append(t);
        }
        return order + "0".repeat(STEPS[0] - taken[0]) + "1".repeat(STEPS[1] - taken[1]);
    }

    @Test
    void shouldHoldBeforeAnyStepAlikeForTimesOfAllMagnitudes() {
        Map<String, Double> expected = new TreeMap<>();
        for (Hold zero : holds(STEPS[0])) {
            for (Hold one : holds(STEPS[1])) {
                expected.merge(order(zero, one), zero.probability() * one.probability(), Double::sum);
            }
        }
        assertThat(expected.values().stream().mapToDouble(p -> p).sum()).isBetween(0.999_999, 1.000_001);
        double mean = expected.size() - 1;
        double bound = mean + 4 * Math.sqrt(2 * mean);
        assertThat(chiSquare(expected, STEPS)).isLessThan(bound);
        assertThat(chiSquare(expected, 5, 3)).as("one step too many").isGreaterThan(3 * bound);
    }

    private static double chiSquare(Map<String, Double> expected, int... steps) {
        HoldRule[] rule = new HoldRule[1];
        RuleWalk walk = new RuleWalk(threads(adds(4, 0), adds(3, 0)), pending -> {
            rule[0] = new HoldRule(new First(pending), steps, new Races(pending), new int[2]);
            return rule[0];
        });
        Map<String, Integer> seen = new TreeMap<>();
        int all = 100_000;
        int runs = 0;
        for (long seed = 0; seed < all; seed++) {
            walk.run(seed);
            if (!rule[0].holdsAtRaces()) {
                runs++;
                seen.merge(walk.order.toString(), 1, Integer::sum);
            }
        }
        assertThat(runs).as("one of five").isBetween(all / 5 - 500, all / 5 + 500); // standard deviation 126
        assertThat(expected.keySet()).containsAll(seen.keySet());
        double chi = 0;
        for (var order : expected.entrySet()) {
            double mean = order.getValue() * runs;
            chi += Math.pow(seen.getOrDefault(order.getKey(), 0) - mean, 2) / mean;
        }
        return chi;
    }

    private static List<Instruction> adds(int n, int variable) {
        return new ArrayList<>(Collections.nCopies(n, new Instruction(Code.ADD, variable, 1)));
    }

    @SafeVarargs
    private static Text threads(List<Instruction>... threads) {
        return new Text(4, 1, List.of(threads), new int[4], -1, 0, 0, 0, -1, 0, 0);
    }

    /**
     * A thread loads twice, and all of another one, 200 steps between two stores, comes between. Four of five runs hold at
     * races; there are two places for the reader, and the second one is drawn with 3/4 * 1/2, without an end with 1/2. When
     * the writer is not held, with 1/4, the first load is before the first store by priorities with 1/2: 1.9 % at least. By
     * priorities alone the second load has to be the last of 202 too.
     */
    @Test
    void shouldStopAThreadWhileAnotherOneRunsAllTheWay() {
        List<Instruction> reader = Collections.nCopies(2, new Instruction(Code.LOAD, 0, 0));
        List<Instruction> writer = adds(200, 1);
        writer.add(0, new Instruction(Code.SET, 0, 1));
        writer.add(new Instruction(Code.SET, 0, 2));
        Text text = threads(reader, writer);
        int runs = 20_000;
        int held = 0;
        int byPriorities = 0;
        Races[] races = new Races[1];
        RuleWalk watched = new RuleWalk(text, pending -> {
            races[0] = new Races(pending);
            return races[0].new Watching(new PosRule(pending));
        });
        for (long seed = 0; seed < runs; seed++) {
            watched.run(seed);
            byPriorities += between(watched.order) ? 1 : 0;
        }
        RuleWalk walk = new RuleWalk(
                text,
                pending -> new HoldRule(
                        new UrwRule(pending, new int[] {2, 202}), new int[] {2, 202}, races[0], new int[] {2, 2}));
        for (long seed = 0; seed < runs; seed++) {
            walk.run(seed);
            held += between(walk.order) ? 1 : 0;
        }
        assertThat(held).isGreaterThan((int) (0.018 * runs));
        assertThat(byPriorities).isLessThan((int) (0.004 * runs));
    }

    private static boolean between(CharSequence order) {
        return order.charAt(0) == '0' && order.charAt(order.length() - 1) == '0';
    }

    /** What is done under a lock races with nothing, nor does what is one thread's own; taking the lock does. */
    @Test
    void shouldKnowStepsThatRace() {
        List<Instruction> locked = List.of(
                new Instruction(Code.ADD, 1, 1),
                new Instruction(Code.LOCK, 0),
                new Instruction(Code.ADD, 2, 1),
                new Instruction(Code.UNLOCK, 0),
                new Instruction(Code.LOAD, 0, 3));
        List<Instruction> other = List.of(
                new Instruction(Code.LOCK, 0),
                new Instruction(Code.ADD, 2, 1),
                new Instruction(Code.UNLOCK, 0),
                new Instruction(Code.LOAD, 0, 3));
        Races[] races = new Races[1];
        RuleWalk walk = new RuleWalk(threads(locked, other), pending -> {
            races[0] = new Races(pending);
            return races[0].new Watching(new PosRule(pending));
        });
        for (long seed = 0; seed < 500; seed++) {
            walk.run(seed);
        }
        assertThat(IntStream.range(0, 5).filter(label -> races[0].at(0, label))).containsExactly(1);
        assertThat(IntStream.range(0, 4).filter(label -> races[0].at(1, label))).containsExactly(0);
    }

    @Test
    void shouldFindTheRacesOfForkAndPinAndWriteThemDown() {
        Cell cell = Runs.cell("v5.11", "fork-vs-pin-fast", "random");
        Races.Learnt learnt = Races.learn(Step.machine(cell.kernel(), cell.scenario()));
        Races races = learnt.races();
        int forker = cell.scenario().threads().indexOf("forker");
        int pinner = cell.scenario().threads().indexOf("pinner");
        assertThat(races.at(forker, label("ptep_set_wrprotect(src_mm, addr, src_pte)")))
                .isTrue();
        assertThat(races.at(pinner, label("pte = gup_get_pte(ptep)"))).isTrue();
        assertThat(races.at(forker, label("spin_lock_nested(src_ptl)")))
                .as("under mmap_lock for write nobody else takes it")
                .isFalse();
        MachinePending pending = new MachinePending(Step.machine(cell.kernel(), cell.scenario()));
        assertThat(races.text()).matches(Races.TEXT);
        assertThat(Races.parse(pending, races.text()).text()).isEqualTo(races.text());
        assertThatThrownBy(() -> Races.parse(pending, "0/0/" + "00".repeat(100) + "01"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("kinds of steps");
    }

    private static int label(String text) {
        return IntStream.range(0, Pc.LABELS)
                .filter(label -> Labels.defined(label) && Labels.text(label).equals(text))
                .findFirst()
                .orElseThrow();
    }

    /**
     * Two faults and a fork in the middle of each other, under a fork that holds mmap_lock for read: walks that are uniform
     * need a fork to stand still for 17 steps by chance.
     */
    @Test
    void shouldHitWhatAUniformWalkDoesNot() {
        String kernel = "v5.11 without fork-mmap-write-lock";
        assertThat(Runs.sample(Runs.cell(kernel, "fork-vs-write", "hold"), 3_000)
                        .violating())
                .isGreaterThan(60);
        assertThat(Runs.sample(Runs.cell(kernel, "fork-vs-write", "urw"), 3_000).violating())
                .isZero();
    }
}
