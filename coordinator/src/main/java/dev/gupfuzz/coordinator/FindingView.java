package dev.gupfuzz.coordinator;

/**
 * A witness of a violation, as a worker sent it.
 *
 * @param index the range that it was found in
 * @param invariant e.g. {@code I1b}
 * @param where the blamed place
 * @param seed unsigned
 * @param fingerprint equal for every execution of the seed
 * @param file the finding's file; empty when it was too large to travel: the seed regenerates it
 */
public record FindingView(
        String kernel,
        String scenario,
        String strategy,
        long index,
        String invariant,
        String where,
        long seed,
        long fingerprint,
        String file) {}
