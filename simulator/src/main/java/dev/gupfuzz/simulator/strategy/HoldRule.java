package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.Mix;
import java.util.Arrays;

/**
 * Partial order sampling in which threads are held back: three of four threads, each once, before a step of its own that is
 * drawn among those that race. There it stands still while others can go on, in one of two holds to the very end, in the
 * other for a number of decisions whose logarithm is drawn evenly. One run in five is a uniform walk instead, in which
 * threads are held before any of their steps.
 *
 * <p>A race that needs a thread to stop in the middle of something while others get far is hit when the right thread is held
 * at the right place, and there are fewer places among the steps of one thread that race than among all decisions of a run.
 */
final class HoldRule extends PosRule {

    private static final long LANE = Mix.ready(Mix.name("hold"));
    private static final int WALK_ONE_IN = 5;
    /** Not held is one thread in so many. */
    private static final int FREE_ONE_IN = 4;
    // what is drawn for a thread
    private static final int FREE = 1;
    private static final int PLACE = 2;
    private static final int LENGTH = 3;
    /** In place of a number of steps: below 0 it stays. */
    private static final int NEVER = -1;
    /** In place of a number of decisions. */
    private static final int TO_THE_END = 0;

    private final Rule walk;
    /** For each thread the steps of a run. */
    private final int[] steps;

    private final Races races;
    /** For each thread those of a run's steps that race. */
    private final int[] racing;
    /** Binary orders of magnitude that a hold may have: up to twice the steps of a run. */
    private final int magnitudes;

    private boolean atRaces;
    /** Threads whose next step that counts is the one to be held before. */
    private int due;
    /** For each thread how many steps that count come before the one that it is held before. */
    private final int[] before;
    /** For each thread the decisions for which it is still held, or {@link #TO_THE_END}. */
    private final int[] left;

    /**
     * The rule for one scenario.
     *
     * @param walk chooses in one run of five
     * @param steps for each thread the steps of a run
     * @param racing for each thread those that race
     */
    HoldRule(Rule walk, int[] steps, Races races, int[] racing) {
        super(walk.pending);
        this.walk = walk;
        this.steps = steps.clone();
        this.races = races;
        this.racing = racing.clone();
        magnitudes =
                Integer.SIZE - Integer.numberOfLeadingZeros(Arrays.stream(steps).sum());
        before = new int[pending.threads];
        left = new int[pending.threads];
    }

    @Override
    void begin(long seed) {
        long lane = Mix.mix64(seed ^ LANE);
        atRaces = Mix.below(lane, WALK_ONE_IN) > 0;
        if (atRaces) {
            super.begin(seed);
        } else {
            walk.begin(seed);
        }
        int[] places = atRaces ? racing : steps;
        due = 0;
        for (int t = 0; t < before.length; t++) {
            long key = Mix.key(lane, pending.roles[t]);
            before[t] = NEVER;
            if (places[t] > 0 && Mix.below(Mix.key(key, FREE), FREE_ONE_IN) > 0) {
                before[t] = Mix.below(Mix.key(key, PLACE), places[t]);
                due |= before[t] == 0 ? 1 << t : 0;
            }
            long draw = Mix.key(key, LENGTH);
            int magnitude = Mix.below(Mix.mix64(draw), magnitudes);
            left[t] = draw < 0 ? TO_THE_END : (1 << magnitude) + Mix.below(Mix.mix64(~draw), 1 << magnitude);
        }
    }

    /** Whether this run goes by priorities, and not by the walk. */
    boolean holdsAtRaces() {
        return atRaces;
    }

    @Override
    int choose(int enabled) {
        int free = enabled;
        for (int rest = enabled & due; rest != 0; rest &= rest - 1) {
            int t = Integer.numberOfTrailingZeros(rest);
            if (counts(t)) {
                free &= ~(1 << t);
                if (left[t] != TO_THE_END && --left[t] == 0) {
                    due &= ~(1 << t); // it was held for the last time
                }
            }
        }
        if (free == 0) {
            free = enabled;
        }
        if ((free & (free - 1)) == 0) {
            return Integer.numberOfTrailingZeros(free);
        }
        return atRaces ? super.choose(free) : walk.choose(free);
    }

    /** Whether the thread's pending step is one of those that it may be held before. */
    private boolean counts(int t) {
        return !atRaces || races.at(t, pending.label(t));
    }

    @Override
    void takes(int t) {
        if (before[t] >= 0 && counts(t)) {
            due &= ~(1 << t);
            due |= --before[t] == 0 ? 1 << t : 0;
        }
        if (atRaces) {
            super.takes(t);
        } else {
            walk.takes(t);
        }
    }
}
