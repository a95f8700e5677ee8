package dev.gupfuzz.simulator.scenario;

import java.util.List;

/** Small worlds for the routines of one part of the kernel; {@link WideScenarios} gathers them. */
public final class PressureScenarios {

    private PressureScenarios() {}

    static List<Scenario> all() {
        return List.of();
    }
}
