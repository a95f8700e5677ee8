package dev.gupfuzz.simulator.scenario;

import java.util.ArrayList;
import java.util.List;

/** Small worlds that between them use every operation and every routine, for the tests that ask something of each step. */
public final class WideScenarios {

    private WideScenarios() {}

    /** Those of one part. */
    public static List<Scenario> unmap() {
        return UnmapScenarios.all();
    }

    /** Those in which page-table pages are allocated. */
    public static List<Scenario> tables() {
        return TableScenarios.all();
    }

    public static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>();
        all.addAll(GupScenarios.all());
        all.addAll(ReferenceScenarios.all());
        all.addAll(ForkScenarios.all());
        all.addAll(FaultScenarios.all());
        all.addAll(UnmapScenarios.all());
        all.addAll(TableScenarios.all());
        all.addAll(PressureScenarios.all());
        all.addAll(NotifierScenarios.few());
        return all;
    }
}
