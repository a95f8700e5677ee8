package dev.gupfuzz.simulator.machine;

/**
 * What the step of one label does. A class and not an interface: the one call at every step then goes through the method
 * table of the class and not through a search of its interfaces, which costs more than many a step.
 */
public abstract class StepCode {

    /**
     * Takes the step.
     *
     * @param t the thread
     * @param f first word of its registers
     * @param pc where it stands; the word in its registers may be older while it runs
     * @return where it stands then
     */
    public abstract int take(Machine m, int t, int f, int pc);
}
