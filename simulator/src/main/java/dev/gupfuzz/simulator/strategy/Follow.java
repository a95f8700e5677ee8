package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.RoundTrip;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.routine.Step;
import org.jspecify.annotations.Nullable;

/**
 * Follows decisions that were written down. Where they do not fit any more the run stops and says at which decision; after
 * the last one the threads go on by fixed priorities.
 */
public final class Follow extends Scheduler {

    /** What happens around each step of a followed run. */
    public interface Observer {
        /** Before a step: {@code decision} is its number, or -1 where there was none. */
        void before(int thread, int enabled, int decision);

        /** After the step. */
        void after(int thread);
    }

    private final int[] threads;
    private final int[] values;
    private final Observer observer;
    /** Priorities of the threads once the record is used up: a later place in the list goes first. */
    private int[] afterwards = new int[0];

    private @Nullable RoundTrip roundTrip;

    private int divergedAt = -1;
    private int wanted;
    private int enabledThere;

    public Follow(Machine machine, int[] threads, int[] values, Observer observer) {
        super(machine);
        this.threads = threads;
        this.values = values;
        this.observer = observer;
    }

    @Override
    public void run(long seed) {
        m.reset();
        m.choices.follow(values, values.length);
        decisions = 0;
        divergedAt = -1;
        int enabled;
        while ((enabled = m.s[Sched.ENABLED]) != 0 && m.s[Sched.TAKEN] < STEPS_MAX) {
            int t = Integer.numberOfTrailingZeros(enabled);
            int decision = -1;
            if ((enabled & enabled - 1) != 0) {
                decision = decisions++;
                if (decision < threads.length) {
                    t = threads[decision];
                    if ((enabled >> t & 1) == 0) {
                        divergedAt = decision;
                        wanted = t;
                        enabledThere = enabled;
                        return;
                    }
                } else {
                    for (int u : afterwards) {
                        if ((enabled >> u & 1) != 0) {
                            t = u;
                        }
                    }
                }
                if (record != null) {
                    record.add(t);
                }
            }
            if (roundTrip != null) {
                roundTrip.before(m, t);
            }
            boolean first = true;
            do {
                if (observer != null) {
                    observer.before(t, enabled, first ? decision : -1);
                }
                Step.take(m, t);
                if (observer != null) {
                    observer.after(t);
                }
                first = false;
            } while ((m.s[m.frame(t) + Frame.PC] & Pc.INVISIBLE) != 0 && m.violated < 0);
            if (roundTrip != null) {
                roundTrip.after(m, t);
                if (roundTrip.isOver(m)) {
                    return; // what must hold at the end is not asked: there is none
                }
            }
            if (m.violated >= 0) {
                break;
            }
        }
        settle();
    }

    /** Whether counts are compared after every call; a broken I5 is found so. */
    public void precise(boolean on) {
        m.precise = on;
    }

    /** The run goes round for ever between two numbers of steps, if it does; with {@code to} 0 nothing is expected. */
    public void goesRound(int from, int to) {
        m.forgets = to > 0;
        roundTrip = to > 0 ? new RoundTrip(m, from, to) : null;
    }

    /** Who goes on once the record is used up: of the enabled threads the one that stands last in {@code order}. */
    public void afterwards(int[] order) {
        afterwards = order;
    }

    /** The decision that could not be followed, or -1. */
    public int divergedAt() {
        return divergedAt;
    }

    /** The thread that the record wanted there. */
    public int wanted() {
        return wanted;
    }

    /** The threads that could run there. */
    public int enabledThere() {
        return enabledThere;
    }
}
