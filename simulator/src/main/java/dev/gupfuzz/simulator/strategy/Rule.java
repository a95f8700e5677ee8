package dev.gupfuzz.simulator.strategy;

/**
 * How one strategy chooses, apart from what it chooses on: the scheduler of the machine and the small models of the tests
 * ask the same object. Nothing is allocated while a run goes on.
 */
abstract class Rule {

    final Pending pending;

    Rule(Pending pending) {
        this.pending = pending;
    }

    /** A run with this seed begins. */
    abstract void begin(long seed);

    /**
     * The thread to go on.
     *
     * @param enabled threads that can, at least two, as a mask
     */
    abstract int choose(int enabled);

    /** Thread {@code t} is about to take its pending step, chosen or because it is alone. */
    abstract void takes(int t);
}
