package dev.gupfuzz.simulator.minimize;

import dev.gupfuzz.simulator.trace.Deviation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tries a run in another scenario: the same deviations from the baseline, each thread played by the one of its role there. */
final class Carry {

    private Carry() {}

    /** The run there, when it shows the failure. */
    static Optional<Candidate> over(Subject here, Candidate run, Subject there) {
        List<Deviation> mapped = new ArrayList<>();
        for (Deviation d : Deviation.of(here.start(), run.order())) {
            int thread = d.thread() < 0 ? -1 : sameRole(here, d.thread(), there);
            int value = d.isChoice() ? d.value() : sameRole(here, d.value(), there);
            if (value >= 0 && (thread >= 0 || d.thread() < 0)) {
                mapped.add(new Deviation(thread, d.label(), d.time(), d.isChoice(), value));
            }
        }
        Deviation.follow(there.start(), mapped);
        return there.ended();
    }

    /** The thread of the role, or of the role without its number; -1 when there is none. */
    private static int sameRole(Subject here, int thread, Subject there) {
        String role = here.scenario.threads().get(thread);
        List<String> roles = there.scenario.threads();
        return roles.contains(role) ? roles.indexOf(role) : roles.indexOf(role.replaceFirst("[0-9]+$", ""));
    }
}
