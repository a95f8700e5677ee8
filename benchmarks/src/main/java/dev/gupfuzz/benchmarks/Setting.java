package dev.gupfuzz.benchmarks;

import java.nio.file.Path;

/**
 * What both sides sample.
 *
 * @param launcher the program {@code gupfuzz} of the checkout
 * @param cores cores for the sampling
 */
record Setting(Path launcher, String kernel, String scenario, String strategy, int cores) {}
