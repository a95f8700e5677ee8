package dev.gupfuzz.simulator.trace;

import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.RoundTrip;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.search.Blame;
import dev.gupfuzz.simulator.strategy.Scheduler;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Takes the steps of a scenario as it is told to, one at a time, and keeps who took them. Whoever tells it may ask first who
 * can run: nothing here diverges, and nothing is drawn.
 */
public final class Conductor {

    private static final long WANDER = Mix.name("wander");
    private static final long CHOICE = Mix.name("choice");
    /** Values of every data choice there is. */
    private static final int CHOICES = 2;

    private final Machine m;
    private final int[] taken;
    /** For (thread, label) how often the thread stood before that step and does so no more. */
    private final int[] times;
    /** Label of the step before which each thread came to stand. */
    private final int[] stands;

    private int[] threads = new int[256];
    private int[] choices = new int[256];
    /** Label that was pending before each step. */
    private int[] labels = new int[256];
    /** Label before which the thread of each step had come to stand; other threads may have moved it on since. */
    private int[] stood = new int[256];
    /** Threads that could run before each step. */
    private int[] enabled = new int[256];
    /** Whether each step had a data choice. */
    private boolean[] chose = new boolean[256];

    /** Steps taken after each step, those that nobody else can tell among them. */
    private int[] counted = new int[256];

    private @Nullable RoundTrip roundTrip;

    private final int[] saved;
    private int marked;

    private int length;
    private int last;
    private int label;

    /** @param precise compare the counts of frames after every call: a broken I5 is placed so */
    public Conductor(Kernel kernel, Scenario scenario, boolean precise) {
        m = Step.machine(kernel, scenario);
        m.precise = precise;
        taken = new int[m.threads];
        times = new int[m.threads * Pc.LABELS];
        saved = new int[m.s.length];
        stands = IntStream.range(0, m.threads).map(this::pending).toArray();
        reset();
    }

    /** Back to the start of the scenario. */
    public void reset() {
        m.reset();
        forget(0);
    }

    /** Keeps the present state for {@link #back}. */
    public void mark() {
        System.arraycopy(m.s, 0, saved, 0, saved.length);
        marked = length;
    }

    /** Back to the state that was marked; what was taken since is forgotten. */
    public void back() {
        System.arraycopy(saved, 0, m.s, 0, saved.length);
        m.violated = -1;
        if (m.precise) {
            m.touchAll(); // which frames were changed before the mark is not known any more
        }
        forget(marked);
    }

    private void forget(int from) {
        for (int i = length - 1; i >= from; i--) {
            int t = threads[i];
            stands[t] = stood[i];
            countStands(t, i, -1);
            taken[t]--;
        }
        length = from;
        last = from == 0 ? -1 : threads[from - 1];
    }

    /** A thread that a flush or its parent moved on stood before two steps. */
    private void countStands(int t, int step, int by) {
        times[t * Pc.LABELS + labels[step]] += by;
        if (stood[step] != labels[step]) {
            times[t * Pc.LABELS + stood[step]] += by;
        }
    }

    /** The machine itself. */
    Machine machine() {
        return m;
    }

    /** Threads that can take a step now, as a mask; 0 once the run is over. */
    public int enabled() {
        return m.violated >= 0 || m.s[Sched.TAKEN] >= Scheduler.STEPS_MAX ? 0 : m.s[Sched.ENABLED];
    }

    public boolean canRun(int thread) {
        return (enabled() >> thread & 1) != 0;
    }

    /** The thread that took the last step, or -1. */
    public int last() {
        return last;
    }

    /** Steps that a thread took. */
    public int taken(int thread) {
        return taken[thread];
    }

    /** How often a thread stood before a step earlier; before its next step it stands the same number of times only once. */
    public int times(int thread, int step) {
        return times[thread * Pc.LABELS + step];
    }

    /** Label of the step before which a thread stands. */
    public int pending(int thread) {
        return Pc.label(m.s[m.frame(thread) + Frame.PC]);
    }

    /** Whoever ran goes on; when it cannot, the lowest thread that can. To be asked while the run is not over. */
    public int baseline() {
        return last >= 0 && canRun(last) ? last : Integer.numberOfTrailingZeros(enabled());
    }

    /** Lets an enabled thread take its step; its data choice, where it has one, takes {@code choice}, or 0 if it has no such value. */
    public void take(int t, int choice) {
        int could = enabled();
        if ((could >> t & 1) == 0) {
            throw new IllegalStateException("[simulator bug] the thread cannot run: thread=" + t);
        }
        if (length == threads.length) {
            threads = Arrays.copyOf(threads, 2 * length);
            choices = Arrays.copyOf(choices, 2 * length);
            labels = Arrays.copyOf(labels, 2 * length);
            stood = Arrays.copyOf(stood, 2 * length);
            enabled = Arrays.copyOf(enabled, 2 * length);
            chose = Arrays.copyOf(chose, 2 * length);
            counted = Arrays.copyOf(counted, 2 * length);
        }
        labels[length] = pending(t);
        stood[length] = stands[t];
        countStands(t, length, 1);
        m.choices.explore(choice);
        if (roundTrip != null) {
            roundTrip.before(m, t);
        }
        Step.take(m, t);
        label = Pc.label(m.s[Sched.STEPPING]);
        while ((m.s[m.frame(t) + Frame.PC] & Pc.INVISIBLE) != 0 && m.violated < 0) {
            Step.take(m, t);
        }
        if (roundTrip != null) {
            roundTrip.after(m, t);
        }
        threads[length] = t;
        enabled[length] = could;
        counted[length] = m.s[Sched.TAKEN];
        chose[length] = m.choices.offered() > 1;
        choices[length++] = choice < m.choices.offered() ? choice : 0;
        taken[t]++;
        stands[t] = pending(t);
        last = t;
    }

    /** Follows a finding to its violation, on its own kernel and scenario. */
    public static Conductor along(Finding finding) {
        Conductor run = new Conductor(finding.cell.kernel(), finding.cell.scenario(), finding.precise());
        if (finding.loop.exists()) {
            run.m.forgets = true;
            run.roundTrip = new RoundTrip(run.m, finding.loop.from(), finding.loop.to());
        }
        run.takeDecisions(finding.threads, finding.choices);
        return run;
    }

    /** Runs to the end by decisions, all of which fit, and data choices as findings keep them. */
    public void takeDecisions(int[] decisions, int[] dataChoices) {
        int decision = 0;
        int choice = 0;
        while (enabled() != 0 && (roundTrip == null || !roundTrip.isOver(m))) {
            int could = enabled();
            boolean open = (could & could - 1) != 0 && decision < decisions.length;
            int t = open ? decisions[decision++] : Integer.numberOfTrailingZeros(could);
            take(t, choice < dataChoices.length ? dataChoices[choice] : 0);
            choice += chose[length - 1] ? 1 : 0;
        }
        settle();
    }

    /** Takes the steps of an order one after the other; one that cannot be taken is left out. Returns how many were left out. */
    public int takeAll(StepOrder order) {
        int skipped = 0;
        for (int i = 0; i < order.length() && enabled() != 0; i++) {
            if (canRun(order.threads()[i])) {
                take(order.threads()[i], order.choices()[i]);
            } else {
                skipped++;
            }
        }
        return skipped;
    }

    /** Goes on by the baseline, with quiet data choices, to the end of the run, and asks what must hold there. */
    public void complete() {
        while (enabled() != 0) {
            take(baseline(), 0);
        }
        settle();
    }

    /** Goes on at random, every thread that can run alike, to the end of the run. */
    public void wander(long seed) {
        long draw = Mix.lane(seed, WANDER);
        for (long i = 0; enabled() != 0; i++) {
            int rest = enabled();
            for (int skip = Mix.below(Mix.keyed(draw, i), Integer.bitCount(rest)); skip > 0; skip--) {
                rest &= rest - 1;
            }
            int t = Integer.numberOfTrailingZeros(rest);
            take(t, Mix.below(Mix.key(Mix.keyed(draw, i), CHOICE), CHOICES));
        }
        settle();
    }

    /** Asks what must hold at the end, when the run is there. */
    public void settle() {
        if (m.violated < 0 && m.s[Sched.ENABLED] == 0) {
            m.finish();
        }
    }

    /** What the run broke. */
    public Optional<Blame> blame() {
        return blame(m);
    }

    /** What the run of a machine broke. */
    public static Optional<Blame> blame(Machine machine) {
        return Trace.blame(machine);
    }

    /** Steps that were taken. */
    public int length() {
        return length;
    }

    /** Label of the last step; a data choice may have made it another than the one that was pending. */
    public int label() {
        return label;
    }

    /** Whether the last step had a data choice. */
    public boolean chose() {
        return chose[length - 1];
    }

    /** Steps whose thread is another than that of the step before, which could have gone on. */
    public int preemptions() {
        int n = 0;
        for (int i = 1; i < length; i++) {
            n += threads[i] != threads[i - 1] ? enabled[i] >> threads[i - 1] & 1 : 0;
        }
        return n;
    }

    /** Steps whose thread is another than that of the step before. */
    public int switches() {
        int n = 0;
        for (int i = 1; i < length; i++) {
            n += threads[i] != threads[i - 1] ? 1 : 0;
        }
        return n;
    }

    /** Steps that were taken, as a trace counts them. */
    public int steps() {
        return length == 0 ? 0 : counted[length - 1];
    }

    /** Who ran for how many steps, as a trace counts them: {@code forker*9 pinner*6 forker*4}. */
    public String turns() {
        StringBuilder text = new StringBuilder();
        int before = 0;
        for (int i = 0; i < length; i++) {
            if (i + 1 == length || threads[i + 1] != threads[i]) {
                String role = m.scenario.threads().get(threads[i]);
                text.append(text.length() == 0 ? "" : " ")
                        .append(role)
                        .append('*')
                        .append(counted[i] - before);
                before = counted[i];
            }
        }
        return text.toString();
    }

    public StepOrder order() {
        return new StepOrder(Arrays.copyOf(threads, length), Arrays.copyOf(choices, length));
    }

    /** Who ran wherever several could, as findings keep it. */
    public int[] decisions() {
        int[] kept = new int[length];
        int n = 0;
        for (int i = 0; i < length; i++) {
            if ((enabled[i] & enabled[i] - 1) != 0) {
                kept[n++] = threads[i];
            }
        }
        return Arrays.copyOf(kept, n);
    }

    /** The values of the data choices, as findings keep them. */
    public int[] dataChoices() {
        int[] kept = new int[length];
        int n = 0;
        for (int i = 0; i < length; i++) {
            if (chose[i]) {
                kept[n++] = choices[i];
            }
        }
        return Arrays.copyOf(kept, n);
    }
}
