package dev.gupfuzz.coordinator.book;

import dev.gupfuzz.campaign.CampaignPlan;
import dev.gupfuzz.coordinator.ledger.RangeLayout;
import dev.gupfuzz.coordinator.ledger.Tallies;
import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.search.Tally;
import java.util.List;

/** A plan's cells as the ledger sees them, and how their tallies add up. */
final class PlanLayout implements RangeLayout, Tallies<Tally> {
    /** Ranges of one campaign: the ledger keeps about 10 bytes in memory for each. */
    static final int RANGES_MAX = 1 << 24;

    private final CampaignPlan plan;

    /** @throws BadInput if the plan has more ranges than the ledger can hold */
    PlanLayout(CampaignPlan plan) {
        this.plan = plan;
        if (plan.ranges() > RANGES_MAX) {
            throw new BadInput(List.of("the campaign has too many ranges: ranges=" + plan.ranges() + " max="
                    + RANGES_MAX + "; ask for fewer seeds or raise stepsPerRange"));
        }
    }

    @Override
    public int ranges() {
        return (int) plan.ranges();
    }

    @Override
    public int cells() {
        return plan.cells().size();
    }

    @Override
    public int firstRange(int cell) {
        return cell == cells() ? ranges() : (int) plan.cells().get(cell).firstIndex();
    }

    @Override
    public Tally empty(int cell) {
        return Tally.empty(plan.cells().get(cell).cell());
    }

    @Override
    public Tally merge(Tally lower, Tally higher) {
        return lower.merge(higher);
    }
}
