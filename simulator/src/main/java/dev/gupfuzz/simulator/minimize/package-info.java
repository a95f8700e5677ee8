/** A finding made small and explained: the pipeline is Minimizer, the reason is CriticalPairs. */
package dev.gupfuzz.simulator.minimize;
