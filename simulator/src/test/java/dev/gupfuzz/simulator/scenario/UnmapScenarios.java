package dev.gupfuzz.simulator.scenario;

import java.util.List;

/** Small worlds for the routines of one part of the kernel; {@link WideScenarios} gathers them. */
public final class UnmapScenarios {

    private UnmapScenarios() {}

    static List<Scenario> all() {
        return List.of();
    }
}
