/** Litmus tests in the C syntax of the kernel's memory model, run under {@link dev.gupfuzz.simulator.memory.MemoryModel}s. */
@NullMarked
package dev.gupfuzz.simulator.litmus;

import org.jspecify.annotations.NullMarked;
