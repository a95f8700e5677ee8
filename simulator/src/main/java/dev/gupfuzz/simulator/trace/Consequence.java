package dev.gupfuzz.simulator.trace;

import dev.gupfuzz.simulator.invariant.Invariant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a structural violation does to data: the run goes on after the broken promise, under every fixed order of the
 * threads, and the shortest of these continuations that ends with a wrong value is kept.
 */
final class Consequence {

    /** Orders of five threads; scenarios with more try the first so many. */
    private static final int ORDERS_MAX = 120;

    private Consequence() {}

    /** The run up to the wrong value, the finding's own steps first; empty when no order of the threads leads to one. */
    static Optional<Trace> of(Finding finding) {
        if (finding.invariant == Invariant.I13 || finding.loop.exists()) { // a loop has no continuation
            return Optional.empty();
        }
        Trace best = null;
        int threads = finding.cell.scenario().threads().size();
        List<int[]> orders = new ArrayList<>();
        permute(new int[threads], 0, 0, orders);
        for (int[] order : orders) {
            Trace trace = Trace.follow(
                    finding.cell.kernel(),
                    finding.cell.scenario(),
                    finding.threads,
                    finding.choices,
                    false,
                    Finding.Loop.NONE,
                    Invariant.I13.bit(),
                    order);
            if (trace.violation().isPresent()
                    && trace.steps().size() >= finding.steps
                    && (best == null || trace.steps().size() < best.steps().size())) {
                best = trace;
            }
        }
        return Optional.ofNullable(best);
    }

    private static void permute(int[] order, int at, int used, List<int[]> out) {
        if (out.size() == ORDERS_MAX) {
            return;
        }
        if (at == order.length) {
            out.add(order.clone());
            return;
        }
        for (int t = 0; t < order.length; t++) {
            if ((used >> t & 1) == 0) {
                order[at] = t;
                permute(order, at + 1, used | 1 << t, out);
            }
        }
    }
}
