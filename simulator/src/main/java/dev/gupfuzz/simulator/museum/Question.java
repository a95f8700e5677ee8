package dev.gupfuzz.simulator.museum;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.scenario.Scenario;

/**
 * Can this be seen on that kernel?
 *
 * @param watched whether to note which rules the kernel was asked for; it makes the machine slower
 */
public record Question(Kernel kernel, Scenario scenario, Shows shows, boolean watched) {

    public Question(Kernel kernel, Scenario scenario, Shows shows) {
        this(kernel, scenario, shows, false);
    }

    Question asWatched() {
        return new Question(kernel, scenario, shows, true);
    }
}
