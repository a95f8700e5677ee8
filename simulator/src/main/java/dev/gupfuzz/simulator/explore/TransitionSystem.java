package dev.gupfuzz.simulator.explore;

/**
 * What an engine explores: threads that take steps on a state of ints. The simulated machine is one; the tests have small
 * programs. A model is a single state that moves; engines copy its words out and in. Not thread safe.
 */
public interface TransitionSystem {

    /** Most threads that a model may have: masks of them fit an int with room to spare. */
    int THREADS_MAX = 16;

    /** Most values that a data choice may have. */
    int CHOICES_MAX = 4;

    /** Nothing is broken. */
    long INTACT = -1;

    int threads();

    /** The whole state. The same array for the life of the model; whoever writes into it calls {@link #restored}. */
    int[] words();

    /** The words were written from outside: what was broken before is forgotten. */
    void restored();

    /** Threads that can take a step now, as a mask. 0 where all have ended or nobody can go on. */
    int enabled();

    /**
     * Takes the pending step of an enabled thread, and the steps after it that nobody else can tell.
     *
     * @param choice the value of the data choice that the step makes, if it makes one; 0 is always allowed
     * @return how many values that choice has; 1 where there is none
     */
    int take(int thread, int choice);

    /** Asks what must hold where nobody can take a step. */
    void end();

    /** What the last {@link #take} or {@link #end} broke, equal for equal failures, or {@link #INTACT}. */
    long broken();

    /** Goals that the last {@link #take} or {@link #end} reached, as a mask. */
    long reached();

    /** A hash of the words: equal states have equal ones, others differ but for a collision of 64 bits. Never 0. */
    long fingerprint();

    /** Threads whose pending step has a condition, whether it holds or not, as a mask. */
    int conditional();

    /** What broke is forgotten, and the run goes on: for engines that look for what else can break. */
    void goOn();

    /** Whether a schedule that goes on for ever is something broken. */
    default boolean checksEndings() {
        return true;
    }

    /**
     * Renames threads whose programs are the same, and what else has a name without a meaning, so that states that differ by such
     * names alone become equal. Invariants and goals must not tell such things apart. A model without them leaves all as it is.
     *
     * @param names is overwritten: what each thread is called now
     */
    default void canonicalize(int[] names) {
        for (int t = 0; t < names.length; t++) {
            names[t] = t;
        }
    }

    /** Objects that footprints speak of, numbered from 0. */
    int objects();

    /** From now on {@link #take} notes what it touches, or no longer does; at first it does not. */
    void noting(boolean on);

    /**
     * What the last {@link #take} touched, its condition and the invariants and goals that it asked for included; the same object
     * every time. A step
     * that breaks something ends the run: it depends on every other step, whatever its footprint says.
     */
    Footprint footprint();

    /**
     * What the pending step of a thread that cannot run would touch, and all that its condition reads; nothing when it has
     * ended.
     *
     * @param into is overwritten
     */
    void waitsFor(int thread, Footprint into);

    /**
     * All that a thread may still touch from here to its end, the conditions that it waits for included.
     *
     * @param into is overwritten; a set too large is allowed, one too small is not
     */
    void remaining(int thread, Footprint into);
}
