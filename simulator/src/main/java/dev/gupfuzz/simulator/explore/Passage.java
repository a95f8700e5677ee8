package dev.gupfuzz.simulator.explore;

/**
 * The steps between two decisions: those of the only thread that can run, and those that touch nothing which another thread may
 * still touch. Where they lead is a function of the state; a thread that is asleep ends them early.
 */
final class Passage {

    /** Instead of a thread: there is something to decide here. */
    static final int DECISION = -1;
    /** The run is over: something broke, or nobody can go on. */
    static final int OVER = -2;
    /** The only thread that can go on is asleep. */
    static final int ASLEEP = -3;

    /** Steps without a decision, at most: a thread that goes round in a loop of its own comes to an end here. */
    private static final int MOST = 1000;

    private final TransitionSystem model;
    private final boolean everyState;
    private final boolean local;
    private final int[] words;
    private final int[] back;
    private final Footprint[] remaining;
    private int taken;

    Passage(TransitionSystem model, StateSearch.Plan plan) {
        this.model = model;
        everyState = plan.everyState();
        local = plan.reductions().local();
        words = model.words();
        back = new int[words.length];
        remaining = Pending.footprints(model);
    }

    /** A decision was made. */
    void begin() {
        taken = 0;
    }

    /** Takes a step if there is nothing to decide: the thread that took it, or why there was none. */
    int step(int asleep) {
        if (model.broken() != TransitionSystem.INTACT) {
            return OVER;
        }
        int enabled = model.enabled();
        if (enabled == 0) {
            model.end();
            return OVER;
        }
        if (everyState) {
            return DECISION;
        }
        boolean alone = (enabled & (enabled - 1)) == 0;
        if (alone && (enabled & asleep) != 0) {
            return ASLEEP;
        }
        if (taken == MOST || !(alone || local)) {
            return DECISION;
        }
        taken++;
        System.arraycopy(words, 0, back, 0, words.length);
        return alone ? only(enabled) : local(enabled, asleep);
    }

    private int only(int enabled) {
        int t = Integer.numberOfTrailingZeros(enabled);
        if (model.take(t, 0) > 1) {
            goBack();
            return DECISION; // a data choice is one
        }
        return t;
    }

    private int local(int enabled, int asleep) {
        for (int v = 0; v < remaining.length; v++) {
            model.remaining(v, remaining[v]);
        }
        for (int rest = enabled; rest != 0; rest &= rest - 1) {
            int t = Integer.numberOfTrailingZeros(rest);
            boolean takes = model.take(t, 0) == 1 && model.broken() == TransitionSystem.INTACT && isLocal(t);
            if (takes && (asleep >> t & 1) == 0) {
                return t;
            }
            goBack();
            if (takes) {
                return DECISION; // for a thread that is awake: another order was taken elsewhere
            }
        }
        return DECISION;
    }

    /** Whether the step that was just taken touches nothing that others may still touch. */
    private boolean isLocal(int thread) {
        for (int v = 0; v < remaining.length; v++) {
            if (v != thread && remaining[v].conflicts(model.footprint())) {
                return false;
            }
        }
        return true;
    }

    private void goBack() {
        System.arraycopy(back, 0, words, 0, words.length);
        model.restored();
    }
}
