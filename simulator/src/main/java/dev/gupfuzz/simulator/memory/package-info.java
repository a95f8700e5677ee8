/** Memory models: what other CPUs see of one CPU's accesses, and when. */
@NullMarked
package dev.gupfuzz.simulator.memory;

import org.jspecify.annotations.NullMarked;
