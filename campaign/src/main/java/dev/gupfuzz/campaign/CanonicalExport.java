package dev.gupfuzz.campaign;

import dev.gupfuzz.simulator.Model;
import dev.gupfuzz.simulator.search.Tally;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A campaign's results as text, such that two executions of it are equal exactly if the texts are: nothing of when,
 * where, how often or by whom.
 *
 * <p>Lines of {@code key value}, separated by {@code \n}, in this order. First {@code gupfuzz-export 1}, {@code campaign},
 * {@code model}, {@code engine} and {@code cells}. Then for each cell an empty line, {@code cell} (its position),
 * {@code kernel}, {@code scenario}, {@code strategy}, {@code first-seed}, {@code seeds}, {@code seeds-per-range},
 * {@code ranges} (planned), {@code ranges-done}, {@code schedules}, {@code steps}, {@code decisions}, {@code evidence}
 * (schedules that entered the contested window), {@code coverage} and {@code digest} (hashes), one line
 * {@code goal count name} per goal, one line {@code violation count seeds blame} per (invariant, blame) with the lowest
 * seeds as its witnesses, separated by commas, and {@code merkle}, the {@link MerkleRoot} over the digests of the ranges
 * done. Seeds and hashes are {@code 0x} and 16 hexadecimal digits; counts are decimal.
 */
public final class CanonicalExport {
    private CanonicalExport() {}

    /**
     * What is known of one cell.
     *
     * @param tally of all ranges done, merged
     * @param rangeDigests digests of the ranges done, each with its index in the plan
     */
    public record CellAccount(CampaignPlan.PlannedCell planned, Tally tally, MerkleRoot rangeDigests) {}

    /** The text; {@code accounts} has one entry per cell, in the plan's order. */
    public static String text(CampaignPlan plan, List<CellAccount> accounts) {
        CampaignSpec spec = plan.spec();
        StringBuilder text = new StringBuilder();
        line(text, "gupfuzz-export", "1");
        line(text, "campaign", spec.name());
        line(text, "model", Model.version());
        line(text, "engine", Model.engine());
        line(text, "cells", accounts.size());
        for (CellAccount account : accounts) {
            CampaignPlan.PlannedCell planned = account.planned();
            Tally tally = account.tally();
            text.append('\n');
            line(text, "cell", planned.position());
            line(text, "kernel", planned.cell().kernel().name());
            line(text, "scenario", planned.cell().scenario().identity());
            line(text, "strategy", planned.cell().strategy().name());
            line(text, "first-seed", hex(spec.firstSeed()));
            line(text, "seeds", spec.seeds());
            line(text, "seeds-per-range", planned.seedsPerRange());
            line(text, "ranges", planned.ranges());
            line(text, "ranges-done", account.rangeDigests().leaves());
            line(text, "schedules", tally.schedules());
            line(text, "steps", tally.steps());
            line(text, "decisions", tally.decisions());
            line(text, "evidence", tally.evidence());
            line(text, "coverage", hex(tally.coverage()));
            line(text, "digest", hex(tally.digest()));
            tally.goals().forEach((goal, count) -> line(text, "goal", count + " " + goal));
            tally.violations()
                    .forEach((blame, count) -> line(
                            text,
                            "violation",
                            count.count() + " "
                                    + Arrays.stream(count.lowestSeeds())
                                            .mapToObj(CanonicalExport::hex)
                                            .collect(Collectors.joining(","))
                                    + " " + blame.text()));
            line(text, "merkle", account.rangeDigests().hex());
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String key, Object value) {
        text.append(key).append(' ').append(value).append('\n');
    }

    private static String hex(long value) {
        return String.format("0x%016x", value);
    }
}
