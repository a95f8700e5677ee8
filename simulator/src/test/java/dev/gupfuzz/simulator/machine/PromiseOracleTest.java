package dev.gupfuzz.simulator.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.Runs;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.strategy.Follow;
import dev.gupfuzz.simulator.strategy.Strategy;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Invariants asked only after the steps that write their words must break at the very step at which the whole state does. */
class PromiseOracleTest {

    private static final int SEEDS = 15;
    private static final List<Invariant> PROMISES = List.of(Invariant.I1A, Invariant.I1B, Invariant.I2);

    private final Map<Invariant, Integer> seen = new EnumMap<>(Invariant.class);

    @Test
    void shouldBreakAtTheStepAtWhichTheWholeStateBreaks() {
        StepByStep.kernels().forEach(this::compare);
        assertThat(seen).containsOnlyKeys(PROMISES.toArray(Invariant[]::new));
        assertThat(seen.values()).allSatisfy(count -> assertThat(count).isGreaterThan(50));
    }

    private void compare(Kernel kernel) {
        for (Scenario scenario : Runs.scenarios()) {
            for (Strategy strategy : StepByStep.strategies()) {
                for (Invariant invariant : PROMISES) {
                    StepByStep runs = new StepByStep(kernel, scenario, strategy, invariant.bit());
                    for (long seed = 1; seed <= SEEDS; seed++) {
                        compare(runs, invariant, seed);
                    }
                }
            }
        }
    }

    private void compare(StepByStep runs, Invariant invariant, long seed) {
        PromiseOracle[] oracle = new PromiseOracle[1];
        int[] steps = new int[1];
        Machine end = runs.run(seed, m -> {
            oracle[0] = new PromiseOracle(m, invariant);
            return counting(oracle[0], steps);
        });
        int brokenAt = end.violated < 0 ? -1 : steps[0];
        assertThat(brokenAt).as("%s on %s, seed %d", invariant.id(), runs, seed).isEqualTo(oracle[0].brokenAt());
        if (brokenAt > 0) {
            seen.merge(invariant, 1, Integer::sum);
        }
    }

    private static Follow.Observer counting(PromiseOracle oracle, int[] steps) {
        return new Follow.Observer() {
            @Override
            public void before(int thread, int enabled, int decision) {
                oracle.before(thread, enabled, decision);
            }

            @Override
            public void after(int thread) {
                steps[0]++;
                oracle.after(thread);
            }
        };
    }
}
