package dev.gupfuzz.simulator.trace;

import java.util.List;

/**
 * One step of a run.
 *
 * @param index from 1
 * @param thread role of the thread
 * @param routine kernel function
 * @param label short name of the step in it
 * @param text the kernel's words
 * @param access {@code read}, {@code write} or {@code atomic}
 * @param object what was accessed, e.g. {@code parent.pte[0]}
 * @param decision number of the decision from 0, or -1 where nobody else could run
 * @param enabled roles of the threads that could run
 * @param changed fields that changed
 */
public record TraceStep(
        int index,
        String thread,
        String routine,
        String label,
        String text,
        String access,
        String object,
        int decision,
        List<String> enabled,
        List<Change> changed) {

    public TraceStep {
        enabled = List.copyOf(enabled);
        changed = List.copyOf(changed);
    }
}
