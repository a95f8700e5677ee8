package dev.gupfuzz.simulator.litmus;

/** What a litmus test says of a final state. */
sealed interface Condition {

    /** One of the values of a final state is that number. */
    record Is(int observed, int value) implements Condition {}

    record Not(Condition of) implements Condition {}

    record And(Condition left, Condition right) implements Condition {}

    record Or(Condition left, Condition right) implements Condition {}

    record True() implements Condition {}

    /** Whether it holds for the values of a final state. */
    default boolean holds(int[] state) {
        if (this instanceof Is is) {
            return state[is.observed] == is.value;
        } else if (this instanceof Not not) {
            return !not.of.holds(state);
        } else if (this instanceof And and) {
            return and.left.holds(state) && and.right.holds(state);
        } else if (this instanceof Or or) {
            return or.left.holds(state) || or.right.holds(state);
        }
        return true;
    }
}
