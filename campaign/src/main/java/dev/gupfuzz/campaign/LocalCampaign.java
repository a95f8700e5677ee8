package dev.gupfuzz.campaign;

import dev.gupfuzz.campaign.CanonicalExport.CellAccount;
import dev.gupfuzz.simulator.search.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/** Runs a campaign in this process, without Kafka, one range after the other. */
public final class LocalCampaign {
    private LocalCampaign() {}

    /**
     * What was run.
     *
     * @param accounts one per cell, in the plan's order
     * @param complete false if it was stopped before the last range
     * @param errors one line for each range that failed in the simulator itself; such a range is not counted
     */
    public record Accounts(List<CellAccount> accounts, boolean complete, List<String> errors) {
        public Accounts {
            accounts = List.copyOf(accounts);
            errors = List.copyOf(errors);
        }
    }

    /**
     * Runs every range of the plan on {@code cores} threads.
     *
     * @param stop asked between sub-intervals; once true, the range at hand is given up and what was done is returned
     * @param schedulesDone told how many schedules were executed since it was last told; called from several threads
     */
    public static Accounts run(CampaignPlan plan, int cores, BooleanSupplier stop, LongConsumer schedulesDone) {
        List<CellAccount> accounts = new ArrayList<>();
        List<String> errors = new ArrayList<>();
        boolean stopped = false;
        for (CampaignPlan.PlannedCell planned : plan.cells()) {
            Tally tally = Tally.empty(planned.cell());
            MerkleRoot digests = new MerkleRoot();
            long end = planned.firstIndex() + planned.ranges();
            for (long index = planned.firstIndex(); index < end && !stopped; index++) {
                CampaignPlan.PlannedRange range = plan.range(index);
                Optional<RangeRun.Yield> yield = new RangeRun(
                                range.cell(), range.firstSeed(), range.count(), planned.stepBudget())
                        .run(cores, stop, schedulesDone);
                if (yield.isEmpty()) {
                    stopped = true;
                    continue;
                }
                Tally next = yield.get().tally();
                if (next == null) {
                    errors.add("range " + index + ": " + yield.get().error());
                } else {
                    tally = tally.merge(next);
                    digests.add(index, yield.get().digest());
                }
            }
            accounts.add(new CellAccount(planned, tally, digests));
        }
        return new Accounts(accounts, !stopped, errors);
    }
}
