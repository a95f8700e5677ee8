/** The simulated machine: one int array, the layout that names its words, and the accesses through which routines reach it. Read Machine, then Memory and Claims. */
package dev.gupfuzz.simulator.machine;
