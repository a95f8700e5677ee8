package dev.gupfuzz.simulator.explore;

/** What the pending steps of the threads touch in one state, and which threads must be let run there. */
final class Pending {

    private final TransitionSystem model;
    private final int[] words;
    private final boolean failuresDepend;
    private final Footprint[] next;
    private final Footprint[] remaining;
    /** Threads that must be in a set of which a thread is. */
    private final int[] needs;

    /** Threads whose step breaks something, or does with one value of its choice. */
    private int breaking;

    Pending(TransitionSystem model, Tuning tuning) {
        this.model = model;
        words = model.words();
        failuresDepend = tuning.keeps(Tuning.Omitted.FAILURES);
        next = footprints(model);
        remaining = footprints(model);
        needs = new int[model.threads()];
    }

    static Footprint[] footprints(TransitionSystem model) {
        Footprint[] footprints = new Footprint[model.threads()];
        for (int t = 0; t < footprints.length; t++) {
            footprints[t] = new Footprint(model.objects());
        }
        return footprints;
    }

    /** Looks at the steps of these enabled threads, with every value of their choices. */
    void look(int threads, int[] here) {
        breaking = 0;
        for (int rest = threads; rest != 0; rest &= rest - 1) {
            int t = Integer.numberOfTrailingZeros(rest);
            int values = 1;
            for (int choice = 0; choice < values; choice++) {
                load(here);
                values = Math.max(values, model.take(t, choice));
                note(t, choice);
            }
        }
    }

    /** The step that was just taken, with the value of its choice: the first value comes first. */
    void note(int thread, int choice) {
        if (choice == 0) {
            next[thread].clear();
            breaking &= ~(1 << thread);
        }
        next[thread].join(model.footprint());
        if (failuresDepend && model.broken() != TransitionSystem.INTACT) {
            breaking |= 1 << thread;
        }
    }

    /** Whether a step that was noted breaks something: it ends the run, so no other order may be taken for it. */
    boolean breaks(int thread) {
        return (breaking >> thread & 1) != 0;
    }

    /** Of these threads, all of which were looked at, those whose steps are independent of the one that was just taken. */
    int independent(int threads) {
        int independent = 0;
        for (int rest = threads; rest != 0; rest &= rest - 1) {
            int t = Integer.numberOfTrailingZeros(rest);
            if (!next[t].conflicts(model.footprint())) {
                independent |= 1 << t;
            }
        }
        return independent;
    }

    /**
     * A persistent set: nothing that the threads outside of it can do before a thread in it does a step depends on the pending
     * step of a thread in it. Of those that grow from one awake thread each, the one with the fewest awake threads.
     *
     * @param enabled all of them, which were looked at
     * @param awake some of them
     */
    int persistent(int[] here, int enabled, int awake) {
        load(here);
        int all = (1 << needs.length) - 1;
        for (int t = 0; t < needs.length; t++) {
            model.remaining(t, remaining[t]);
            if ((enabled >> t & 1) == 0) {
                model.waitsFor(t, next[t]);
            }
        }
        for (int t = 0; t < needs.length; t++) {
            needs[t] = breaks(t) ? all : 1 << t;
            for (int v = 0; v < needs.length; v++) {
                if (v != t && next[t].conflicts(remaining[v])) {
                    needs[t] |= 1 << v;
                }
            }
        }
        int best = all;
        for (int rest = awake; rest != 0; rest &= rest - 1) {
            int set = closed(rest & -rest);
            if (Integer.bitCount(set & awake) < Integer.bitCount(best & awake)) {
                best = set;
            }
        }
        return best;
    }

    private int closed(int seed) {
        int set = seed;
        int before;
        do {
            before = set;
            for (int rest = before; rest != 0; rest &= rest - 1) {
                set |= needs[Integer.numberOfTrailingZeros(rest)];
            }
        } while (set != before);
        return set;
    }

    private void load(int[] here) {
        System.arraycopy(here, 0, words, 0, words.length);
        model.restored();
    }
}
