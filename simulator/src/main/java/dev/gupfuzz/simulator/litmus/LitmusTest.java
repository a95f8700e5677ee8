package dev.gupfuzz.simulator.litmus;

import java.util.List;
import java.util.Optional;

/**
 * A litmus test that was read: threads over shared locations, and the question about their final states.
 *
 * @param name its name
 * @param locations names of the shared locations
 * @param initial what they hold at first
 * @param threads what each thread does
 * @param observed what a final state is told by, in the order in which it is printed
 * @param quantifier which question is asked
 * @param condition what is asked of a final state
 * @param filter final states for which it does not hold are none
 * @param result what a comment says that the kernel's model says, as in {@code (* Result: Never *)}
 */
record LitmusTest(
        String name,
        List<String> locations,
        List<Integer> initial,
        List<LitmusThread> threads,
        List<Observed> observed,
        Quantifier quantifier,
        String conditionText,
        Condition condition,
        Condition filter,
        Optional<Observation> result) {

    /** What is asked. */
    enum Quantifier {
        EXISTS("exists"),
        NOT_EXISTS("~exists"),
        FORALL("forall");

        private final String text;

        Quantifier(String text) {
            this.text = text;
        }

        /** As it is written. */
        String text() {
            return text;
        }
    }

    /** One thread: the names of its registers, first values of some, and its instructions. */
    record LitmusThread(List<String> registers, List<Integer> initial, List<Instruction> code) {}

    /**
     * What a final state is told by.
     *
     * @param thread the thread of a register, or -1
     * @param index the register or location
     * @param text as it is printed
     */
    record Observed(int thread, int index, String text) {}

    /** A value as it is printed. */
    String told(int value) {
        return value >= Value.ADDRESS && value < Value.ADDRESS + locations.size()
                ? locations.get(value - Value.ADDRESS)
                : Integer.toString(value);
    }
}
