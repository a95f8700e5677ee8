/** Kernels as data: a generation and the safeguards it has. Read Rule for the list. */
package dev.gupfuzz.simulator.kernel;
