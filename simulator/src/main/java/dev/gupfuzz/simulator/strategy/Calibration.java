package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.scenario.Scenario;
import org.jspecify.annotations.Nullable;

/** A kernel and a scenario to learn about, and what several strategies of one portfolio learn together. */
final class Calibration {

    private final Kernel kernel;
    private final Scenario scenario;
    private @Nullable Profile profile;

    Calibration(Kernel kernel, Scenario scenario) {
        this.kernel = kernel;
        this.scenario = scenario;
    }

    /** A machine of its own for each that learns. */
    Machine machine() {
        return Step.machine(kernel, scenario);
    }

    Profile profile() {
        if (profile == null) {
            profile = Profile.of(machine());
        }
        return profile;
    }
}
