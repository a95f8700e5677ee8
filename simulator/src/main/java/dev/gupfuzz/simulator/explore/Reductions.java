package dev.gupfuzz.simulator.explore;

import java.util.ArrayList;
import java.util.List;

/**
 * What an exploration may leave out, because a schedule that differs only in the order of steps that do not touch the same
 * is looked at in its place. What breaks, which goals are reached and in which states runs end stays the same.
 *
 * @param sleep sleep sets: of two independent steps only one order is taken. Fewer transitions, the same states
 * @param persistent persistent sets: only threads that the others cannot interfere with go on. Fewer states
 * @param local a step that touches nothing which another thread may still touch is no decision. Fewer states
 * @param symmetry states that differ by the names of physical frames, or of threads with the same program, are one. Fewer states
 */
public record Reductions(boolean sleep, boolean persistent, boolean local, boolean symmetry) {

    /** Every state and transition. */
    public static final Reductions NONE = new Reductions(false, false, false, false);

    /** All that there are. */
    public static final Reductions ALL = new Reductions(true, true, true, true);

    /** Those that are on, by name. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        if (sleep) {
            names.add("sleep");
        }
        if (persistent) {
            names.add("persistent");
        }
        if (local) {
            names.add("local");
        }
        if (symmetry) {
            names.add("symmetry");
        }
        return names;
    }

    /** Whether any needs to know what steps touch. */
    boolean needFootprints() {
        return sleep || persistent || local;
    }
}
