package dev.gupfuzz.simulator.minimize;

import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.search.Blame;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What must stay the same while a finding is made smaller: the invariant, and who broke it where. A number behind the name of
 * a thread, a process or a store is not part of it: {@code forker2} of two forkers is {@code forker} where there is one. Page
 * indexes are none of it either, as dropped pages move them. Everything else is: the role, the kernel's function and step, and
 * for wrong data whose page shows whose store instead of whose, and the step that separated them.
 */
record Failure(Invariant invariant, String where) {

    static Failure of(Finding finding) {
        return of(finding.blame(), finding.cell().scenario());
    }

    static Failure of(Blame blame, Scenario scenario) {
        List<String> names = new ArrayList<>(scenario.threads());
        names.addAll(scenario.world().processes);
        names.sort(Comparator.comparingInt(String::length).reversed()); // child12 before child1
        String where = blame.where();
        for (String name : names) {
            where = where.replace(name, name.replaceFirst("[0-9]+$", ""));
        }
        return new Failure(blame.invariant(), where.replaceAll("'s store [0-9]+", "'s store"));
    }
}
