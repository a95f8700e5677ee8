package dev.gupfuzz.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.campaign.RangeRun.Yield;
import dev.gupfuzz.campaign.wire.RangeResult.Outcome;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.search.Sampler;
import dev.gupfuzz.simulator.search.Tally;
import dev.gupfuzz.simulator.strategy.Strategy;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** One range: a function of the range, whoever runs it. */
class RangeRunTest {
    private static final Cell BROKEN = cell("v5.9");
    private static final Cell FIXED = cell("v5.11");

    @Test
    void shouldYieldTheSameOnAnyNumberOfCores() {
        Yield one = run(BROKEN, 1, 5003, 0, 1);
        for (int cores = 2; cores <= 3; cores++) {
            Yield more = run(BROKEN, 1, 5003, 0, cores);
            assertThat(more.digest()).isEqualTo(one.digest());
            assertThat(more.tally().toBytes()).isEqualTo(one.tally().toBytes());
        }
        Tally whole = Sampler.sample(BROKEN, 1, 5003, 1, false, () -> false, done -> {});
        assertThat(one.tally().toBytes()).isEqualTo(whole.toBytes());
        assertThat(one.outcome()).isEqualTo(Outcome.VIOLATION);
        assertThat(run(FIXED, 1, 1000, 0, 1).outcome()).isEqualTo(Outcome.CLEAN);
    }

    @Test
    void shouldDigestTheCellAndTheIntervalToo() {
        long digest = run(FIXED, 1, 100, 0, 1).digest();
        assertThat(run(FIXED, 2, 100, 0, 1).digest()).isNotEqualTo(digest);
        assertThat(run(FIXED, 1, 101, 0, 1).digest()).isNotEqualTo(digest);
        assertThat(run(BROKEN, 1, 100, 0, 1).digest()).isNotEqualTo(digest);
    }

    @Test
    void shouldEndAtTheSamePlaceWhenItsStepsAreSpent() {
        long steps = run(FIXED, 1, 1000, 0, 1).tally().steps();
        Yield spent = run(FIXED, 1, 1000, steps / 3, 1);
        assertThat(spent.outcome()).isEqualTo(Outcome.BUDGET_EXHAUSTED);
        assertThat(spent.tally().schedules()).isEqualTo(500); // after the second of four parts
        assertThat(run(FIXED, 1, 1000, steps / 3, 2).digest()).isEqualTo(spent.digest());
        assertThat(run(FIXED, 1, 1000, steps, 1).outcome()).isEqualTo(Outcome.CLEAN);
    }

    @Test
    void shouldYieldNothingWhenItIsStopped() {
        AtomicLong done = new AtomicLong();
        assertThat(new RangeRun(FIXED, 1, 1L << 40, 0).run(2, () -> done.get() > 0, done::addAndGet))
                .isEmpty();
        assertThat(done.get()).isPositive();
    }

    @Test
    void shouldReportEveryScheduleOnce() {
        AtomicLong done = new AtomicLong();
        assertThat(new RangeRun(FIXED, 1, 20_003, 0).run(2, () -> false, done::addAndGet))
                .isPresent();
        assertThat(done.get()).isEqualTo(20_003);
    }

    @Test
    void shouldPutAnEngineErrorOnOneShortLine() {
        Yield error = Yield.engineError("first\nsecond\u0007" + "x".repeat(5000));
        assertThat(error.error()).startsWith("first second x").hasSize(2000);
        assertThat(error.tally()).isNull();
    }

    private static Yield run(Cell cell, long first, long count, long budget, int cores) {
        return new RangeRun(cell, first, count, budget)
                .run(cores, () -> false, done -> {})
                .orElseThrow();
    }

    private static Cell cell(String kernel) {
        return new Cell(Kernels.named(kernel), Scenarios.named("fork-vs-pin-fast"), Strategy.named("random"));
    }
}
