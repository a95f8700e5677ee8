package dev.gupfuzz.simulator.scenario;

/**
 * One simulated thread.
 *
 * @param role its stable name; draws are keyed by it
 * @param mm index of its process
 * @param child true when it starts only when a fork wakes it
 * @param program rows of {@link Op}
 */
public record ThreadSpec(String role, int mm, boolean child, int[][] program) {}
