package dev.gupfuzz.simulator.kernel;

/**
 * One separately removable piece of the protocol.
 *
 * @param name the word for {@code --without} and {@code --with}
 * @param summary what it does, in one sentence
 * @param source function and file that hold it
 */
public record Safeguard(String name, String summary, String source) {}
