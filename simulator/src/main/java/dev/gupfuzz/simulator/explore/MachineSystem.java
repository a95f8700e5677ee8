package dev.gupfuzz.simulator.explore;

import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.explore.Exploration.Move;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.scenario.Goal;
import dev.gupfuzz.simulator.scenario.Scenario;
import java.util.ArrayList;
import java.util.List;

/**
 * The simulated machine as a model: a scenario on a kernel, with every data choice. What a run counts about itself (steps,
 * goals, the label of the last step) is no state, and neither are the registers that a thread's next system call or access
 * sets anew.
 */
public final class MachineSystem implements TransitionSystem {

    private static final long LANE = Mix.name("explored state");
    private static final int DETAIL_BITS = 20;
    /** Of what is broken, the bits of the thread and its label. */
    private static final int INVARIANT_SHIFT = 15;

    private final Machine m;
    private final int[] s;
    private final long[] keys;
    private final MachineObjects objects;
    private final FrameNames frameNames;
    private final Footprint footprint;
    /** Thread of the last step. */
    private int last;

    /** Goals that the scenario asks for; footprints are right for these. */
    private final long asked;

    private long reached;

    public MachineSystem(Kernel kernel, Scenario scenario) {
        this(new Machine(kernel, scenario), 0);
    }

    /**
     * A machine that was just made as a model.
     *
     * @param goals goals to tell beside those of the scenario, as a mask; such as the machine does not have to be asked for
     */
    public MachineSystem(Machine machine, long goals) {
        m = Step.started(machine);
        m.forgets = true;
        m.choices.explore(0);
        s = m.s;
        keys = new long[s.length];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = Mix.at(LANE, i) | 1;
        }
        objects = new MachineObjects(m);
        frameNames = new FrameNames(m);
        footprint = new Footprint(objects.count());
        long all = goals;
        for (Goal goal : m.scenario.goals(m.kernel)) {
            all |= goal.bit();
        }
        asked = all;
        settleAccounts();
    }

    /** The machine itself. */
    public Machine machine() {
        return m;
    }

    @Override
    public int threads() {
        return m.threads;
    }

    @Override
    public int[] words() {
        return s;
    }

    @Override
    public void restored() {
        m.violated = -1;
    }

    @Override
    public int enabled() {
        return s[Sched.ENABLED];
    }

    @Override
    public int take(int thread, int choice) {
        m.choices.explore(choice);
        objects.clear();
        last = thread;
        Step.run(m, thread, 1);
        settleAccounts();
        return m.choices.offered();
    }

    @Override
    public void end() {
        m.finish();
        settleAccounts();
    }

    /** A path as findings keep it: who ran wherever several could, and the value of each data choice. */
    public record Schedule(int[] threads, int[] choices) {}

    /** Follows a path of a {@link StateSearch} that took steps without a decision at once. */
    public Schedule schedule(List<Move> moves) {
        List<Integer> threads = new ArrayList<>();
        List<Integer> choices = new ArrayList<>();
        int[] back = new int[s.length];
        int next = 0;
        while (enabled() > 0) {
            int enabled = enabled();
            boolean alone = (enabled & (enabled - 1)) == 0;
            System.arraycopy(s, 0, back, 0, s.length);
            int t = Integer.numberOfTrailingZeros(enabled);
            int values = alone ? take(t, 0) : 0;
            if (values == 1) {
                continue;
            }
            System.arraycopy(back, 0, s, 0, s.length);
            restored();
            if (next == moves.size()) {
                break;
            }
            Move move = moves.get(next++);
            values = take(move.thread(), move.choice());
            if (!alone) {
                threads.add(move.thread());
            }
            if (values > 1) {
                choices.add(move.choice());
            }
        }
        return new Schedule(ints(threads), ints(choices));
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }

    private void settleAccounts() {
        reached = Sched.goals(s) & asked;
        Sched.clearGoals(s);
        s[Sched.TAKEN] = 0;
        s[Sched.STEPPING] = 0;
    }

    @Override
    public long broken() {
        if (m.violated < 0) {
            return INTACT;
        }
        long code = (long) m.violated << INVARIANT_SHIFT | (long) m.violatedBy << 11 | m.violatedAt;
        return code << DETAIL_BITS | Mix.mix64(m.violatedDetail) >>> (Long.SIZE - DETAIL_BITS);
    }

    /** The invariant of what {@link #broken} told. */
    public static Invariant invariant(long broken) {
        return Invariant.of((int) (broken >> (DETAIL_BITS + INVARIANT_SHIFT)));
    }

    @Override
    public long reached() {
        return reached;
    }

    /**
     * Both halves of the 128-bit products of neighbouring words, each plus a key of its own. The lower half alone would not
     * do: counts that differ by multiples of 1,024, or PTEs by multiples of 256, leave its lowest bits as they are.
     */
    @Override
    public long fingerprint() {
        final int[] words = s;
        final long[] k = keys;
        final int n = Math.min(words.length, k.length);
        long sum = 0;
        int i = 0;
        for (; i < n - 1; i += 2) {
            sum += folded(words[i] + k[i], words[i + 1] + k[i + 1]);
        }
        if (i < n) {
            sum += folded(words[i] + k[i], k[i]);
        }
        long hash = Mix.mix64(sum);
        return hash == 0 ? 1 : hash;
    }

    @Override
    public int conditional() {
        return s[Sched.BLOCKING];
    }

    @Override
    public boolean checksEndings() {
        return (m.checked & Invariant.I11.bit()) != 0;
    }

    @Override
    public void goOn() {
        m.violated = -1;
        s[Sched.ENABLED] &= ~Sched.STOP;
    }

    @Override
    public void canonicalize(int[] threads) {
        for (int t = 0; t < threads.length; t++) {
            threads[t] = t; // every thread has a role of its own
        }
        frameNames.canonicalize();
    }

    @Override
    public int objects() {
        return objects.count();
    }

    @Override
    public void noting(boolean on) {
        objects.noting(on);
    }

    @Override
    public Footprint footprint() {
        objects.read(last, footprint);
        return footprint;
    }

    @Override
    public void waitsFor(int thread, Footprint into) {
        objects.waitsFor(thread, into);
    }

    @Override
    public void remaining(int thread, Footprint into) {
        objects.remaining(thread, into);
    }

    private static long folded(long x, long y) {
        return Math.multiplyHigh(x, y) ^ (x * y);
    }
}
