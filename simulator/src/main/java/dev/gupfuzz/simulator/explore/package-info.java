/** Every schedule, not some: engines over a {@link dev.gupfuzz.simulator.explore.TransitionSystem}. */
package dev.gupfuzz.simulator.explore;
