package dev.gupfuzz.simulator.trace;

import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.scenario.Scenario;
import java.util.ArrayList;
import java.util.List;

/**
 * A schedule as a person tells it: keep running the same thread; when it waits or ends, the lowest goes on; except here,
 * here and here.
 */
final class Deviations {

    private Deviations() {}

    /** What the baseline would do at a decision. */
    private static int baseline(int previous, int enabled) {
        return previous >= 0 && (enabled >> previous & 1) != 0 ? previous : Integer.numberOfTrailingZeros(enabled);
    }

    /** The decisions at which the schedule leaves the baseline, as {@code {decision, thread}}. */
    private static List<int[]> of(int[] threads, Finding.Checks checks) {
        List<int[]> list = new ArrayList<>();
        for (int i = 0; i < threads.length; i++) {
            if (threads[i] != baseline(checks.previous()[i], checks.enabledMasks()[i])) {
                list.add(new int[] {i, threads[i]});
            }
        }
        return list;
    }

    /** One line each: {@code 14: forker > pinner at gup_pte_range.GRAB}. */
    static List<String> lines(Scenario scenario, int[] threads, Finding.Checks checks) {
        List<String> lines = new ArrayList<>();
        for (int[] deviation : of(threads, checks)) {
            int base = baseline(checks.previous()[deviation[0]], checks.enabledMasks()[deviation[0]]);
            int label = checks.labels()[deviation[0]];
            lines.add(deviation[0] + ": " + scenario.threads().get(base) + " > "
                    + scenario.threads().get(deviation[1]) + " at " + Labels.routine(label) + "."
                    + Labels.name(label));
        }
        return lines;
    }

    /** The deviations rebuild the decisions, or the finding is not written. */
    static void verify(Scenario scenario, int[] threads, Finding.Checks checks) {
        int[] rebuilt = new int[threads.length];
        List<int[]> deviations = of(threads, checks);
        int next = 0;
        for (int i = 0; i < threads.length; i++) {
            if (next < deviations.size() && deviations.get(next)[0] == i) {
                rebuilt[i] = deviations.get(next++)[1];
            } else {
                rebuilt[i] = baseline(checks.previous()[i], checks.enabledMasks()[i]);
            }
            if (rebuilt[i] != threads[i]) {
                throw new IllegalStateException("[simulator bug] deviations and decisions disagree: scenario="
                        + scenario.name() + " decision=" + i);
            }
        }
    }
}
