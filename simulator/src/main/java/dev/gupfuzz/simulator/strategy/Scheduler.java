package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.Sched;

/**
 * Runs whole schedules on one machine. The interface is asked once a schedule; inside, each strategy has a loop of its own.
 *
 * <p>A decision is a state in which at least two threads can run. A thread whose pending step nobody else can see
 * ({@link Pc#INVISIBLE}) goes on without one.
 */
public abstract class Scheduler {

    /** A run is cut after this many steps; a cut run settles nothing. */
    public static final int STEPS_MAX = 1_000_000;

    protected final Machine m;
    /** Decisions are written down here when it is not null. */
    protected Decisions record;

    /** Decisions of the last run. */
    protected int decisions;

    protected Scheduler(Machine machine) {
        this.m = machine;
    }

    /** Runs the schedule of a seed from the start of the scenario to its end, to its first violation, or to the cut. */
    public abstract void run(long seed);

    /** From now on decisions are written to {@code to}; null stops it. */
    public void record(Decisions to) {
        record = to;
        m.choices.keep(to != null);
    }

    public final Machine machine() {
        return m;
    }

    public final int steps() {
        return m.s[Sched.TAKEN];
    }

    public final int decisions() {
        return decisions;
    }

    /** Which member of the strategy ran the last schedule: an index into {@link Strategy#members}. */
    public int member() {
        return 0;
    }

    /** Whether the last run was cut. */
    public final boolean cut() {
        return m.s[Sched.TAKEN] >= STEPS_MAX;
    }

    /**
     * After the last step: what must hold at the end of a run that was neither cut nor stopped by a violation. A count that
     * is wrong went wrong at some call: such a run is repeated with the counts compared after every one.
     */
    protected final void finish(long seed) {
        settle();
        if (m.violated == Invariant.I5.ordinal() && !m.precise) {
            m.precise = true;
            if (record != null) {
                record.clear();
            }
            run(seed);
            m.precise = false;
        }
    }

    /** Asks what must hold at the end, when the run got there. */
    protected final void settle() {
        if (m.violated < 0 && !cut()) {
            m.finish();
        }
    }
}
