package dev.gupfuzz.coordinator.metrics;

import dev.gupfuzz.coordinator.CampaignView;
import java.util.Map;
import java.util.TreeMap;

/** What the meters of one {@code campaign} label show: the sums over the campaigns behind it. */
final class Totals {
    static final Totals NONE = new Totals();

    long issued;
    long clean;
    long violation;
    long budgetExhausted;
    long dead;
    long cancelled;
    long identical;
    long divergent;
    long reissued;
    long queued;
    long leased;
    long imbalance;
    long steps;
    final Map<String, Long> schedules = new TreeMap<>();
    final Map<String, Long> violations = new TreeMap<>();

    void add(CampaignView campaign, Map<String, String> scenarioLabels) {
        CampaignView.Ranges ranges = campaign.ranges();
        issued += ranges.issued();
        clean += ranges.clean();
        violation += ranges.violation();
        budgetExhausted += ranges.budgetExhausted();
        dead += ranges.dead();
        cancelled += ranges.cancelled();
        identical += ranges.identical();
        divergent += ranges.divergent();
        reissued += ranges.reissued();
        queued += ranges.queued();
        leased += ranges.leased();
        imbalance += campaign.conservation().imbalance();
        steps += campaign.steps();
        for (CampaignView.Cell cell : campaign.cells()) {
            schedules.merge(scenarioLabels.get(cell.scenario()), cell.schedules(), Long::sum);
            cell.violations().forEach(found -> violations.merge(found.invariant(), found.schedules(), Long::sum));
        }
    }
}
