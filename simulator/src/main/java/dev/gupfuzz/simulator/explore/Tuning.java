package dev.gupfuzz.simulator.explore;

/**
 * What only tests change.
 *
 * @param segment states that an explorer takes at once
 * @param omitted what is left out, to see that it is missed
 */
record Tuning(int segment, Omitted omitted) {

    static final Tuning USUAL = new Tuning(128, Omitted.NOTHING);

    /** Parts of the reductions. */
    enum Omitted {
        NOTHING,
        /** Threads that sleep on one way to a state and not on another stay asleep. */
        REPAIR,
        /** What a persistent set puts off may be put off for ever. */
        PROVISO,
        /** A step that breaks something is taken for independent. */
        FAILURES
    }

    boolean keeps(Omitted part) {
        return omitted != part;
    }
}
