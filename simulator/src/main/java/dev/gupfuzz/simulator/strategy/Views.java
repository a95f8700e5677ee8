package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.machine.Machine;
import org.jspecify.annotations.Nullable;

/** One machine for several schedulers, which take turns on it, and what those that ask for pending steps share. */
final class Views {

    private final Machine machine;
    private @Nullable MachinePending pending;

    Views(Machine machine) {
        this.machine = machine;
    }

    Machine machine() {
        return machine;
    }

    /** Made when somebody asks: it is large. */
    MachinePending pending() {
        if (pending == null) {
            pending = new MachinePending(machine);
        }
        return pending;
    }
}
