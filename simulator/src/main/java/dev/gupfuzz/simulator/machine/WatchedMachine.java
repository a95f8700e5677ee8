package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.scenario.Scenario;

/**
 * A machine that notes which rules its kernel was asked for. Only those who want to know make one: while there is none, the
 * compiler knows that nobody overrides {@link #has}, and steps pay nothing for it.
 */
public final class WatchedMachine extends Machine {

    private final boolean[] asked = new boolean[Rule.MAX];

    public WatchedMachine(Kernel kernel, Scenario scenario) {
        super(kernel, scenario);
    }

    @Override
    public boolean has(int rule) {
        if (asked != null) { // the machine's own constructor asks, too
            asked[rule] = true;
        }
        return super.has(rule);
    }

    /** Whether a step or a check asked for the rule with this ordinal, since the machine was made. */
    public boolean asked(int rule) {
        return asked[rule];
    }
}
