package dev.gupfuzz.simulator.search;

import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.strategy.Scheduler;

/** How long schedules of a cell are, counted and never timed, so that every machine cuts the same ranges. */
public final class StepsPerSchedule {

    private static final int RUNS = 256;
    private static final long LANE = Mix.name("steps per schedule");

    private StepsPerSchedule() {}

    /** The mean over 256 runs on seeds of their own lane, rounded up, at least 1. */
    public static long mean(Cell cell) {
        Machine machine = Step.machine(cell.kernel(), cell.scenario());
        Scheduler scheduler = cell.strategy().scheduler(machine);
        long lane = Mix.lane(0, LANE);
        long steps = 0;
        for (int i = 0; i < RUNS; i++) {
            scheduler.run(Mix.at(lane, i));
            steps += scheduler.steps();
        }
        return Math.max(1, (steps + RUNS - 1) / RUNS);
    }
}
