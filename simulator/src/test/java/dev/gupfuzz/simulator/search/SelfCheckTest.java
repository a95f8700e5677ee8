package dev.gupfuzz.simulator.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.Runs;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.strategy.Scheduler;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** One run in a hundred is executed twice; a run that depends on more than its seed must be caught. */
class SelfCheckTest {

    private static final int SEEDS = 2_000;

    /** Follows a strategy, but a seed's run depends on how many ran before: the planted leak. */
    private static final class Leaky extends Scheduler {

        private final Scheduler honest;
        private final boolean leaks;
        private long runs;

        Leaky(Scheduler honest, boolean leaks) {
            super(honest.machine());
            this.honest = honest;
            this.leaks = leaks;
        }

        @Override
        public void run(long seed) {
            honest.run(leaks ? seed + runs++ : seed);
        }
    }

    @Test
    void shouldCatchARunThatDependsOnTheRunsBeforeIt() {
        Tally tally = tally(true);
        assertThat(tally.selfCheckFailure()).isPresent();
        assertThat(tally.selfCheckFailure().getAsLong()).isBetween(1L, (long) SEEDS);
    }

    @Test
    void shouldBeContentWithAnHonestScheduler() {
        assertThat(tally(false).selfCheckFailure()).isEmpty();
        assertThat(tally(false).schedules()).isEqualTo(SEEDS);
    }

    @Test
    void shouldKeepTheLowestFailingSeedThroughMergesAndBytes() {
        Cell cell = cell();
        Tally tally = Tally.empty(cell);
        tally.selfCheckFailed(-5); // the highest as an unsigned number
        tally.selfCheckFailed(7);
        tally.selfCheckFailed(9);
        Tally other = Tally.empty(cell);
        other.selfCheckFailed(3);
        assertThat(tally.selfCheckFailure()).isEqualTo(OptionalLong.of(7));
        assertThat(tally.merge(other).selfCheckFailure()).isEqualTo(OptionalLong.of(3));
        assertThat(other.merge(tally).selfCheckFailure()).isEqualTo(OptionalLong.of(3));
        assertThat(Tally.empty(cell).merge(tally).selfCheckFailure()).isEqualTo(OptionalLong.of(7));
        assertThat(Tally.fromBytes(cell, tally.toBytes()).selfCheckFailure()).isEqualTo(OptionalLong.of(7));
    }

    private static Cell cell() {
        return Runs.cell("v5.11", "fork-vs-pin-fast", "random");
    }

    private static Tally tally(boolean leaks) {
        Cell cell = cell();
        Machine machine = Step.machine(cell.kernel(), cell.scenario());
        Scheduler scheduler = new Leaky(cell.strategy().scheduler(machine), leaks);
        Tally tally = Tally.empty(cell);
        for (long seed = 1; seed <= SEEDS; seed++) {
            Sampler.runSeed(scheduler, seed, tally);
        }
        return tally;
    }
}
