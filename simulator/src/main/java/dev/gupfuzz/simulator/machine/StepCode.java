package dev.gupfuzz.simulator.machine;

/** What the step of one label does. */
@FunctionalInterface
public interface StepCode {

    /**
     * Takes the step.
     *
     * @param t the thread
     * @param f first word of its registers
     * @param pc where it stands
     */
    void take(Machine m, int t, int f, int pc);
}
