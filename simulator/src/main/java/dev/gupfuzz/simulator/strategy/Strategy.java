package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.Nearest;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.scenario.Scenario;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the next thread is chosen, with everything that it learnt written out: a frozen strategy makes a run a pure function
 * of (kernel, scenario, strategy, seed).
 */
public final class Strategy {

    /** What is used when nothing is said. */
    public static final String DEFAULT = "pct:3";

    /** What a schedule names that no strategy drew: an exploration came to it. */
    public static final Strategy EXPLORED = new Strategy(-1, 0);

    private static final String EXPLORED_NAME = "explore";

    /** Forms that {@link #named} takes. */
    public static final List<String> FORMS = List.of("random", "pct:D", "pct:D,k=K");

    private static final Pattern PCT = Pattern.compile("pct:([0-9]{1,3})(?:,k=([0-9]{1,9}))?");
    private static final int DEPTH_MAX = 16;
    private static final int CALIBRATION_RUNS = 256;
    private static final long CALIBRATION = Mix.name("calibration");

    /** 0 for the random walk, -1 for an exploration. */
    private final int depth;
    /** 0 until it is learnt. */
    private final int k;

    private Strategy(int depth, int k) {
        this.depth = depth;
        this.k = k;
    }

    /**
     * The strategy of {@code random}, {@code pct:D} or {@code pct:D,k=K}.
     *
     * @throws BadInput when the text is none of these
     */
    public static Strategy named(String text) {
        if (text.equals("random")) {
            return new Strategy(0, 0);
        }
        Matcher pct = PCT.matcher(text);
        if (!pct.matches()) {
            String head = text.contains(":") ? text.substring(0, text.indexOf(':')) : text;
            throw new BadInput(
                    "unknown strategy '" + text + "'" + Nearest.hint(head.equals("pct") ? "pct:D" : head, FORMS));
        }
        int depth = Integer.parseInt(pct.group(1));
        int k = pct.group(2) == null ? 0 : Integer.parseInt(pct.group(2));
        if (depth < 1 || depth > DEPTH_MAX) {
            throw new BadInput(
                    "strategy '" + text + "': the depth must be from 1 to " + DEPTH_MAX + ": depth=" + depth);
        }
        if (pct.group(2) != null && k < 1) {
            throw new BadInput("strategy '" + text + "': k must be positive: k=" + k);
        }
        return new Strategy(depth, k);
    }

    /** What a finding names: a strategy, or {@link #EXPLORED}. */
    public static Strategy recorded(String text) {
        return text.equals(EXPLORED_NAME) ? EXPLORED : named(text);
    }

    /** The canonical text; {@link #recorded} reads it back. */
    public String name() {
        if (depth < 0) {
            return EXPLORED_NAME;
        }
        if (depth == 0) {
            return "random";
        }
        return k == 0 ? "pct:" + depth : "pct:" + depth + ",k=" + k;
    }

    /** Whether nothing is left to be learnt. */
    public boolean frozen() {
        return depth <= 0 || k > 0;
    }

    /** PCT's depth; 0 or less for others. */
    public int depth() {
        return depth;
    }

    /** PCT's k, or 0. */
    public int k() {
        return k;
    }

    /**
     * This strategy with what it must know about the scenario learnt: for PCT the largest number of decisions that 256 runs
     * of its own, on seeds of their own lane, made; each run uses the maximum so far.
     */
    public Strategy freeze(Kernel kernel, Scenario scenario) {
        if (frozen()) {
            return this;
        }
        Machine machine = Step.machine(kernel, scenario);
        long lane = Mix.lane(0, CALIBRATION);
        int learnt = 1;
        Pct pct = new Pct(machine, depth, learnt);
        for (int i = 0; i < CALIBRATION_RUNS; i++) {
            pct.run(Mix.at(lane, i));
            if (pct.decisions() > learnt) {
                learnt = pct.decisions();
                pct = new Pct(machine, depth, learnt);
            }
        }
        return new Strategy(depth, learnt);
    }

    /** A scheduler of this strategy, which must be frozen, on a machine of its own. */
    public Scheduler scheduler(Machine machine) {
        if (!frozen()) {
            throw new IllegalStateException("[simulator bug] the strategy is not frozen: strategy=" + name());
        }
        if (depth < 0) {
            throw new IllegalStateException("[simulator bug] an exploration draws no schedules");
        }
        return depth == 0 ? new RandomWalk(machine) : new Pct(machine, depth, k);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Strategy s && s.depth == depth && s.k == k;
    }

    @Override
    public int hashCode() {
        return depth * 31 + k;
    }

    @Override
    public String toString() {
        return name();
    }
}
