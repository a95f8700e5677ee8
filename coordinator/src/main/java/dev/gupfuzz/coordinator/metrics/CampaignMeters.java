package dev.gupfuzz.coordinator.metrics;

import dev.gupfuzz.coordinator.CampaignView;
import dev.gupfuzz.simulator.invariant.Invariant;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * Meters per campaign, read from the latest snapshot, so that they go on where the ledger is and a restart is no reset.
 * The first {@link #CAMPAIGNS_MAX} campaigns have labels of their own, the rest share {@code other}; scenarios likewise.
 */
final class CampaignMeters {
    static final int CAMPAIGNS_MAX = 50;
    static final int SCENARIOS_MAX = 60;
    static final String OTHER = "other";

    private final MeterRegistry registry;
    private final Map<String, String> campaignLabels = new HashMap<>();
    private final Map<String, String> scenarioLabels = new HashMap<>();
    private final Set<String> registered = new HashSet<>();
    private volatile Map<String, Totals> current = Map.of();

    CampaignMeters(MeterRegistry registry) {
        this.registry = registry;
        folded("campaign", campaignLabels);
        folded("scenario", scenarioLabels);
    }

    private void folded(String label, Map<String, String> labels) {
        FunctionCounter.builder("gupfuzz.metric.labels.folded", labels, all -> {
                    synchronized (all) {
                        return all.values().stream().filter(OTHER::equals).count();
                    }
                })
                .description("Label values that metrics show as 'other', because there are too many")
                .tag("label", label)
                .register(registry);
    }

    /** Takes over what the campaigns show now. Called by one thread. */
    void update(List<CampaignView> campaigns) {
        Map<String, Totals> totals = new LinkedHashMap<>();
        for (CampaignView campaign : campaigns) {
            String label = label(campaignLabels, campaign.name(), CAMPAIGNS_MAX);
            campaign.cells().forEach(cell -> label(scenarioLabels, cell.scenario(), SCENARIOS_MAX));
            totals.computeIfAbsent(label, l -> new Totals()).add(campaign, scenarioLabels);
        }
        // Values first: a meter must never be scraped before it has them.
        current = totals;
        totals.forEach((label, sums) -> {
            if (registered.add(label)) {
                register(label);
            }
            for (String scenario : sums.schedules.keySet()) {
                if (registered.add(label + " " + scenario)) {
                    registerSchedules(label, scenario);
                }
            }
        });
    }

    private static String label(Map<String, String> labels, String value, int max) {
        synchronized (labels) {
            return labels.computeIfAbsent(value, v -> labels.size() < max ? v : OTHER);
        }
    }

    private void register(String campaign) {
        counter(
                "gupfuzz.ranges.issued",
                "Ranges published, each counted once",
                campaign,
                "lane",
                "fuzz",
                t -> t.issued);
        String completed = "Ranges that ended, each counted once";
        counter("gupfuzz.ranges.completed", completed, campaign, "outcome", "clean", t -> t.clean);
        counter("gupfuzz.ranges.completed", completed, campaign, "outcome", "violation", t -> t.violation);
        counter("gupfuzz.ranges.completed", completed, campaign, "outcome", "budget_exhausted", t -> t.budgetExhausted);
        counter("gupfuzz.ranges.completed", completed, campaign, "outcome", "engine_error", t -> t.dead);
        String duplicate = "Results for a range that had ended already; a divergent one is an alarm";
        counter("gupfuzz.ranges.duplicate", duplicate, campaign, "verdict", "identical", t -> t.identical);
        counter("gupfuzz.ranges.duplicate", duplicate, campaign, "verdict", "divergent", t -> t.divergent);
        counter("gupfuzz.ranges.dead", "Ranges given up", campaign, "reason", "engine_error", t -> t.dead);
        counter("gupfuzz.ranges.cancelled", "Ranges ended by cancelling their campaign", campaign, t -> t.cancelled);
        counter("gupfuzz.ranges.reissued", "Jobs published again, after a loss or an error", campaign, t -> t.reissued);
        counter("gupfuzz.schedule.steps.executed", "Steps of ended ranges, each counted once", campaign, t -> t.steps);
        for (Invariant invariant : Invariant.values()) {
            counter(
                    "gupfuzz.violations",
                    "Schedules that broke an invariant, each counted once",
                    campaign,
                    "invariant",
                    invariant.id(),
                    t -> t.violations.getOrDefault(invariant.id(), 0L));
        }
        String outstanding = "Ranges published and not ended";
        gauge("gupfuzz.ranges.outstanding", outstanding, campaign, "queued", t -> t.queued);
        gauge("gupfuzz.ranges.outstanding", outstanding, campaign, "leased", t -> t.leased);
        Gauge.builder("gupfuzz.ledger.imbalance", this, meters -> meters.of(campaign).imbalance)
                .description("Ranges that are neither queued, leased nor ended, or counted twice; must be 0")
                .baseUnit("ranges")
                .tag("campaign", campaign)
                .register(registry);
    }

    private void registerSchedules(String campaign, String scenario) {
        counter(
                "gupfuzz.schedules.executed",
                "Schedules of ended ranges, each counted once",
                campaign,
                "scenario",
                scenario,
                t -> t.schedules.getOrDefault(scenario, 0L));
    }

    private void counter(
            String name, String description, String campaign, String key, String value, ToDoubleFunction<Totals> read) {
        FunctionCounter.builder(name, this, meters -> read.applyAsDouble(meters.of(campaign)))
                .description(description)
                .tag("campaign", campaign)
                .tag(key, value)
                .register(registry);
    }

    private void counter(String name, String description, String campaign, ToDoubleFunction<Totals> read) {
        FunctionCounter.builder(name, this, meters -> read.applyAsDouble(meters.of(campaign)))
                .description(description)
                .tag("campaign", campaign)
                .register(registry);
    }

    private void gauge(String name, String description, String campaign, String state, ToDoubleFunction<Totals> read) {
        Gauge.builder(name, this, meters -> read.applyAsDouble(meters.of(campaign)))
                .description(description)
                .tag("campaign", campaign)
                .tag("state", state)
                .register(registry);
    }

    private Totals of(String campaign) {
        return current.getOrDefault(campaign, Totals.NONE);
    }
}
