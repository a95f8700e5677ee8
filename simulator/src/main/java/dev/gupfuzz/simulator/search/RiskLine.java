package dev.gupfuzz.simulator.search;

import java.util.Locale;

/** Says in one line what finding nothing means. */
public final class RiskLine {

    private static final double CONFIDENCE = 0.95;

    private RiskLine() {}

    /**
     * For a tally without violations: the Clopper-Pearson bound on the chance that a schedule which enters the window fails,
     * and for PCT the chance that a bug of the depth was missed. For a tally with violations: their share.
     */
    public static String of(Tally tally) {
        long n = tally.evidence();
        if (tally.violating() > 0) {
            return String.format(
                    Locale.ROOT, "risk: %d of %d schedules broke an invariant", tally.violating(), tally.schedules());
        }
        if (n == 0) {
            return String.format(
                    Locale.ROOT,
                    "risk: none of %d schedules entered the window (%s), so they say nothing",
                    tally.schedules(),
                    tally.cell().scenario().window().id());
        }
        double bound = 1 - Math.pow(1 - CONFIDENCE, 1.0 / n);
        StringBuilder line = new StringBuilder(String.format(
                Locale.ROOT,
                "risk: of %d schedules %d entered the window (%s), none failed: with 95 %% confidence fewer than %.2g of"
                        + " such schedules fail",
                tally.schedules(),
                n,
                tally.cell().scenario().window().id(),
                bound));
        for (StrategyYield member : tally.yields()) {
            int depth = member.strategy().depth();
            if (depth > 0) {
                int threads = tally.cell().scenario().threads().size();
                double hit = 1 / (threads * Math.pow(member.strategy().k(), depth - 1));
                double missed = Math.exp(member.schedules() * Math.log1p(-Math.min(hit, 0.999999)));
                line.append(String.format(
                        Locale.ROOT,
                        "; a bug of depth %d or less was missed %swith probability at most %.2g",
                        depth,
                        member.schedules() == tally.schedules()
                                ? ""
                                : "by the " + member.schedules() + " schedules of pct:" + depth + " ",
                        missed));
            }
        }
        return line.append("; what the model leaves out is not covered").toString();
    }
}
