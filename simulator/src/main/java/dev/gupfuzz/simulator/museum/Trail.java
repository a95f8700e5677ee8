package dev.gupfuzz.simulator.museum;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.WatchedMachine;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.scenario.Scenario;
import java.util.Arrays;
import java.util.BitSet;

/**
 * What the machines of an exploration did.
 *
 * @param labels labels whose steps were taken
 * @param asked ordinals of the rules that were asked for, where that was watched
 * @param start hash of the state that they began with
 */
record Trail(BitSet labels, BitSet asked, int start) {

    /** Of machines of one kernel and scenario, whose steps were taken. */
    static Trail of(Iterable<Machine> machines, int start) {
        BitSet labels = new BitSet();
        BitSet asked = new BitSet();
        for (Machine machine : machines) {
            for (int label = 0; label < machine.covered.length; label++) {
                if (machine.covered[label]) {
                    labels.set(label);
                }
            }
            if (machine instanceof WatchedMachine watched) {
                for (Rule rule : Rule.values()) {
                    if (watched.asked(rule.ordinal())) {
                        asked.set(rule.ordinal());
                    }
                }
            }
        }
        return new Trail(labels, asked, start);
    }

    /** Hash of the state that machines begin with. */
    static int start(Kernel kernel, Scenario scenario) {
        return Arrays.hashCode(Step.machine(kernel, scenario).s);
    }

    boolean asks(Rule rule) {
        return asked.get(rule.ordinal());
    }
}
