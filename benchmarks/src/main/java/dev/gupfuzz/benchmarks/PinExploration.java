package dev.gupfuzz.benchmarks;

import dev.gupfuzz.simulator.explore.Exploration;
import dev.gupfuzz.simulator.explore.Reductions;
import dev.gupfuzz.simulator.explore.StateSearch;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Explores {@link PinModel} on one core, and prints a line for each time: {@code states transitions seconds violated}, the
 * seconds being CPU time of the exploring thread. {@code spin/compare} and {@code lincheck/compare} run it.
 *
 * <p>Exit codes: 0 when every exploration came to its end, 2 for bad usage, 3 when the heap was too small for one.
 */
public final class PinExploration {
    private static final String USAGE =
            "usage: PinExploration PAGES PINNERS (fixed | original) (every-state | reduced | violation) TIMES";

    private PinExploration() {}

    public static void main(String[] args) {
        Supplier<PinModel> model;
        StateSearch.Plan plan;
        int times;
        try {
            int pages = Integer.parseInt(args[0]);
            int pinners = Integer.parseInt(args[1]);
            boolean fixed = isFirst(args[2], "fixed", "original");
            plan = plan(args[3]);
            times = Integer.parseInt(args[4]);
            model = () -> new PinModel(pages, pinners, fixed);
            PinModel.check(pages, pinners);
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException bad) {
            System.err.println(bad.getMessage());
            System.err.println(USAGE);
            System.exit(2);
            return;
        }
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (int i = 0; i < times; i++) {
            long began = threads.getCurrentThreadCpuTime();
            Exploration all = StateSearch.explore(model, 1, StateSearch.Bounds.NONE, plan);
            double seconds = (threads.getCurrentThreadCpuTime() - began) / 1e9;
            if (all.ended() != Exploration.Ended.COMPLETE && all.ended() != Exploration.Ended.AT_FAILURE) {
                System.err.println("not complete: " + all.ended());
                System.exit(3);
            }
            boolean violated = all.broken().containsKey(PinModel.SHARED);
            System.out.printf(Locale.ROOT, "%d %d %.4f %b%n", all.states(), all.transitions(), seconds, violated);
        }
    }

    /** Everything with all states, everything with all reductions, or up to a violation with fewest preemptions. */
    private static StateSearch.Plan plan(String mode) {
        if (mode.equals("violation")) {
            return StateSearch.Plan.FEWEST_PREEMPTIONS;
        }
        return isFirst(mode, "every-state", "reduced")
                ? new StateSearch.Plan(false, true, false)
                : StateSearch.Plan.ALL.with(Reductions.ALL);
    }

    private static boolean isFirst(String given, String first, String second) {
        if (!given.equals(first) && !given.equals(second)) {
            throw new IllegalArgumentException("neither " + first + " nor " + second + ": " + given);
        }
        return given.equals(first);
    }
}
