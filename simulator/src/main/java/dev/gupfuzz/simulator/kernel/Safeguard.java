package dev.gupfuzz.simulator.kernel;

import java.util.List;
import java.util.Optional;

/**
 * One separately removable piece of the protocol, or a design that can be put in its place.
 *
 * @param name the word for {@code --without} and {@code --with}
 * @param summary what it does, in one sentence
 * @param source function and file that hold it
 * @param review entries of the list of wrong alternatives that it belongs to, as {@code M10}
 * @param needs what must be simulated before it has an effect; empty when nothing more than is
 * @param buildsOn the rules without which it has nothing to act on
 * @param insteadOf the rules whose place it takes
 * @param isConfiguration whether it is how a kernel is built, and no piece of the protocol
 */
public record Safeguard(
        String name,
        String summary,
        String source,
        List<String> review,
        Optional<Need> needs,
        List<Rule> buildsOn,
        List<Rule> insteadOf,
        boolean isConfiguration) {}
