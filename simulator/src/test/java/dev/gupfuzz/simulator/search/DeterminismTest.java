package dev.gupfuzz.simulator.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.Runs;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Peek;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.strategy.Scheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The result of an interval of seeds is a function of the interval: not of cores, cuts, order or what ran before. */
class DeterminismTest {

    private static final long COUNT = 5_000;

    static List<Cell> cells() {
        return List.of(
                Runs.cell("v5.9", "fork-vs-pin-fast", "random"),
                Runs.cell("v5.9", "two-forks-vs-pin-fast:pages=3", "pct:3"),
                Runs.cell("v5.9-rc4", "fork-vs-pin-fast-writer:pages=2", "pct:2,k=40"),
                Runs.cell("v5.11 without wp-pte-recheck", "fork-vs-write:pages=4", "random"),
                Runs.cell("v5.11 without eagain-drops-ptl", "two-forks-vs-pin-fast", "random"),
                Runs.cell("v5.11", "pin-fast-vs-munmap:pages=4", "random"),
                Runs.cell("v5.9", "fork-vs-pin-fast-writer:pages=2", "portfolio"),
                Runs.cell("v5.9", "two-forks-vs-pin-fast", "surw"),
                Runs.cell("v5.11 without eagain-drops-ptl", "fork-vs-pin-fast:pages=2", "rff"));
    }

    @ParameterizedTest
    @MethodSource("cells")
    void shouldNotDependOnTheNumberOfCores(Cell cell) {
        byte[] one = Runs.sample(cell, 17, COUNT, 1).toBytes();
        assertThat(Runs.sample(cell, 17, COUNT, 2).toBytes()).isEqualTo(one);
        assertThat(Runs.sample(cell, 17, COUNT, 3).toBytes()).isEqualTo(one);
    }

    @ParameterizedTest
    @MethodSource("cells")
    void shouldNotDependOnHowAnIntervalIsCutNorOnTheOrderOfTheParts(Cell cell) {
        long first = -COUNT / 2; // over the end of the unsigned numbers and on from 0
        byte[] whole = Runs.sample(cell, first, COUNT, 2).toBytes();
        for (int round = 0; round < 3; round++) {
            List<Tally> parts = new ArrayList<>();
            long done = 0;
            for (int i = 0; done < COUNT; i++) {
                long size = Math.min(COUNT - done, 1 + Mix.below(Mix.at(round, i), 1_500));
                parts.add(Runs.sample(cell, first + done, size, 1));
                done += size;
            }
            Tally forward = Tally.empty(cell);
            Tally backward = Tally.empty(cell);
            for (int i = 0; i < parts.size(); i++) {
                forward = forward.merge(parts.get(i));
                backward = backward.merge(parts.get(parts.size() - 1 - i));
            }
            assertThat(forward.toBytes()).isEqualTo(whole);
            assertThat(backward.toBytes()).isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @MethodSource("cells")
    void shouldRunASeedTheSameOnAFreshMachineAndOnAUsedOne(Cell cell) {
        Machine used = Step.machine(cell.kernel(), cell.scenario());
        Scheduler worn = cell.strategy().scheduler(used);
        for (long seed = 0; seed < 3_000; seed++) {
            worn.run(seed); // more runs than the random walk's counters of one epoch
        }
        for (long seed = 100; seed < 160; seed++) {
            Machine fresh = Step.machine(cell.kernel(), cell.scenario());
            Scheduler first = cell.strategy().scheduler(fresh);
            first.run(seed);
            worn.run(seed);
            assertThat(used.stateHash()).isEqualTo(fresh.stateHash());
            assertThat(used.s).isEqualTo(fresh.s);
            assertThat(worn.steps()).isEqualTo(first.steps());
            assertThat(worn.decisions()).isEqualTo(first.decisions());
            assertThat(used.violated).isEqualTo(fresh.violated);
            assertThat(Peek.goals(used)).isEqualTo(Peek.goals(fresh));
        }
    }

    @Test
    void shouldStopAtTheLowestViolatingSeedWhateverTheCores() {
        for (Cell cell : cells().subList(0, 3)) {
            Tally one = stopAtFirst(cell, 1);
            assertThat(one.violating()).isOne();
            long seed = one.violations().values().iterator().next().lowestSeeds()[0];
            assertThat(one.schedules()).isEqualTo(seed - 1 + 1);
            for (int cores = 2; cores <= 3; cores++) {
                assertThat(stopAtFirst(cell, cores).toBytes()).isEqualTo(one.toBytes());
            }
        }
    }

    @Test
    void shouldStopWhenAskedWithACompleteFirstPart() {
        Cell cell = cells().get(0);
        for (int cores = 1; cores <= 3; cores++) {
            AtomicInteger asked = new AtomicInteger();
            AtomicLong told = new AtomicLong();
            Tally part = Sampler.sample(
                    cell, 1, 1_000_000, cores, false, () -> asked.incrementAndGet() > 4, told::addAndGet);
            assertThat(part.schedules()).isBetween(1L, 100_000L);
            assertThat(told).hasValue(part.schedules());
            assertThat(part.toBytes())
                    .isEqualTo(Runs.sample(cell, 1, part.schedules(), 1).toBytes());
        }
    }

    @Test
    void shouldRefuseAnEmptyInterval() {
        Cell cell = cells().get(0);
        assertThatThrownBy(() -> Runs.sample(cell, 1, 0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Runs.sample(cell, 1, 1, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldCountTheStepsOfAScheduleTheSameEveryTime() {
        for (Cell cell : cells()) {
            long mean = StepsPerSchedule.mean(cell);
            assertThat(StepsPerSchedule.mean(cell)).isEqualTo(mean);
            Tally tally = Runs.sample(cell, 2_000);
            assertThat(mean).isBetween(tally.steps() / 2_000 * 3 / 4, tally.steps() / 2_000 * 4 / 3 + 1);
        }
    }

    private static Tally stopAtFirst(Cell cell, int cores) {
        return Sampler.sample(cell, 1, 100_000, cores, true, () -> false, done -> {});
    }
}
