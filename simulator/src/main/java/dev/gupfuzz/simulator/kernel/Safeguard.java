package dev.gupfuzz.simulator.kernel;

import java.util.List;

/**
 * One separately removable piece of the protocol, or a design that can be put in its place.
 *
 * @param name the word for {@code --without} and {@code --with}
 * @param summary what it does, in one sentence
 * @param source function and file that hold it
 * @param review entries of the list of wrong alternatives that it belongs to, as {@code M10}
 */
public record Safeguard(String name, String summary, String source, List<String> review) {}
