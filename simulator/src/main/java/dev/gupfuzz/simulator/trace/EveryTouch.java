package dev.gupfuzz.simulator.trace;

import dev.gupfuzz.simulator.machine.AccessLog;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Machine;

/**
 * Everything that can make a difference to what a step does and whether it breaks a promise: its access, and what its checks
 * look at or remember beside it. Things are named as {@link dev.gupfuzz.simulator.machine.Layout} names them.
 */
final class EveryTouch extends Touches {

    EveryTouch(Machine machine) {
        super(machine);
    }

    @Override
    void tell(int t) {
        touch(m.frame(t) + Frame.PC, AccessLog.SEEN); // the thread has begun
        for (int i = 0; i < log.touches(); i++) {
            touch(m.layout.whole(log.touchedWord(i)), log.effect(i));
        }
    }
}
