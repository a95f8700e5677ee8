package dev.gupfuzz.simulator.trace;

import dev.gupfuzz.simulator.machine.AccessLog;
import dev.gupfuzz.simulator.machine.Machine;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a step touches, and how: an effect of {@link AccessLog} for each thing. It says which steps depend on one another. */
abstract class Touches {

    final Machine m;
    final AccessLog log = new AccessLog();
    private final SortedMap<Integer, Integer> touched = new TreeMap<>();

    Touches(Machine machine) {
        m = machine;
        m.log = log;
    }

    /** Before a step of thread {@code t}. */
    void before(int t) {
        log.clear();
        touched.clear();
    }

    /** Tells {@link #touch} what the step touched. */
    abstract void tell(int t);

    /** What the step of thread {@code t} touched since {@link #before}. */
    final SortedMap<Integer, Integer> after(int t) {
        tell(t);
        return new TreeMap<>(touched);
    }

    final void touch(int thing, int effect) {
        touched.merge(thing, effect, (one, other) -> one.equals(other) ? one : AccessLog.MARKED);
    }

    /** Whether the order of two touches of one thing makes no difference. */
    static boolean commute(int effect, int other) {
        return effect == other && effect != AccessLog.MARKED;
    }
}
