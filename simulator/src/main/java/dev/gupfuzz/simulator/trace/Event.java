package dev.gupfuzz.simulator.trace;

/**
 * One step of a run and what it touched.
 *
 * @param index in the run, from 0
 * @param thread who took it
 * @param ordinal how many steps the thread took before
 * @param label which step it was
 * @param word state word of its first access, or -1
 * @param trace its place among {@link Trace#steps()}, from 0
 */
public record Event(int index, int thread, int ordinal, int label, int word, int trace) {}
