package dev.gupfuzz.simulator.museum;

import dev.gupfuzz.simulator.kernel.Safeguard;
import dev.gupfuzz.simulator.scenario.Scenario;

/**
 * A part of the suite that safeguards are tried with.
 *
 * @param id its name
 * @param scenario the program
 * @param changes what is different from the kernel that was asked for, such as another processor's TLB flush
 * @param quick whether it belongs to the quick part
 */
public record Trial(String id, Scenario scenario, Changes changes, boolean quick) {

    /** A scenario as it is. */
    public static Trial of(Scenario scenario) {
        return new Trial(scenario.name(), scenario, Changes.NONE, true);
    }

    /** A scenario of the suite, with its changes. */
    public String text() {
        return scenario.name() + (changes.text().isEmpty() ? "" : " " + changes.text());
    }

    /** Whether the trial itself takes the safeguard out or puts it in. */
    boolean changes(Safeguard safeguard) {
        return (" " + changes.text() + " ").contains(" " + safeguard.name() + " ");
    }
}
