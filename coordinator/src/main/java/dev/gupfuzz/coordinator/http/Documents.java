package dev.gupfuzz.coordinator.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gupfuzz.coordinator.CampaignView;
import dev.gupfuzz.coordinator.FindingView;
import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.List;

/** The JSON documents of the API. Seeds and hashes are {@code 0x} strings, counts are numbers. */
public final class Documents {
    /** Major version of every document. */
    static final int VERSION = 1;

    private static final ObjectMapper JSON = new ObjectMapper();

    private Documents() {}

    /** A campaign without its cells. */
    private static ObjectNode summary(CampaignView campaign) {
        ObjectNode node = JSON.createObjectNode()
                .put("name", campaign.name())
                .put("generation", campaign.generation())
                .put("createdMs", campaign.createdMs())
                .put("state", campaign.state().label())
                .put("verdict", campaign.verdict().label())
                .put("schedules", campaign.schedules())
                .put("steps", campaign.steps());
        CampaignView.Ranges ranges = campaign.ranges();
        node.putObject("ranges")
                .put("planned", ranges.planned())
                .put("unissued", ranges.unissued())
                .put("withdrawn", ranges.withdrawn())
                .put("issued", ranges.issued())
                .put("queued", ranges.queued())
                .put("leased", ranges.leased())
                .put("done", ranges.done())
                .put("clean", ranges.clean())
                .put("violation", ranges.violation())
                .put("budgetExhausted", ranges.budgetExhausted())
                .put("dead", ranges.dead())
                .put("cancelled", ranges.cancelled())
                .put("duplicatesIdentical", ranges.identical())
                .put("duplicatesDivergent", ranges.divergent())
                .put("reissued", ranges.reissued());
        node.put("imbalance", campaign.conservation().imbalance());
        return node;
    }

    /** The whole of a campaign, as the API gives it; for a command that prints it, too. */
    public static ObjectNode campaign(CampaignView campaign) {
        ObjectNode node = JSON.createObjectNode().put("version", VERSION);
        node.setAll(summary(campaign));
        node.put("engine", campaign.engine())
                .put("firstSeed", hex(campaign.firstSeed()))
                .put("seeds", campaign.seeds());
        ArrayNode reasons = node.putArray("reasons");
        campaign.reasons().forEach(reasons::add);
        CampaignView.Conservation law = campaign.conservation();
        node.putObject("conservation")
                .put("issued", law.issued())
                .put("queued", law.queued())
                .put("leased", law.leased())
                .put("done", law.done())
                .put("dead", law.dead())
                .put("cancelled", law.cancelled())
                .put("imbalance", law.imbalance());
        ArrayNode quarantine = node.putArray("quarantine");
        campaign.quarantine()
                .forEach((index, error) ->
                        quarantine.addObject().put("index", index).put("error", error));
        ArrayNode cells = node.putArray("cells");
        campaign.cells().forEach(cell -> cells.add(cell(cell)));
        return node;
    }

    private static ObjectNode cell(CampaignView.Cell cell) {
        ObjectNode node = JSON.createObjectNode()
                .put("kernel", cell.kernel())
                .put("scenario", cell.scenario())
                .put("strategy", cell.strategy())
                .put("verdict", cell.verdict().label())
                .put("rangesPlanned", cell.rangesPlanned())
                .put("rangesDone", cell.rangesDone())
                .put("schedules", cell.schedules())
                .put("steps", cell.steps())
                .put("decisions", cell.decisions())
                .put("evidence", cell.evidence())
                .put("coverage", hex(cell.coverage()))
                .put("digest", hex(cell.digest()));
        ObjectNode goals = node.putObject("goals");
        cell.goals().forEach(goals::put);
        ArrayNode violations = node.putArray("violations");
        for (CampaignView.Violation violation : cell.violations()) {
            ObjectNode entry = violations
                    .addObject()
                    .put("invariant", violation.invariant())
                    .put("where", violation.where())
                    .put("schedules", violation.schedules());
            ArrayNode seeds = entry.putArray("lowestSeeds");
            violation.lowestSeeds().forEach(seed -> seeds.add(hex(seed)));
        }
        cell.selfCheckFailure().ifPresent(seed -> node.put("selfCheckFailure", hex(seed)));
        return node;
    }

    static ObjectNode list(List<CampaignView> campaigns) {
        ObjectNode node = JSON.createObjectNode().put("version", VERSION);
        ArrayNode array = node.putArray("campaigns");
        campaigns.forEach(campaign -> array.add(summary(campaign)));
        return node;
    }

    static ObjectNode findings(String campaign, List<FindingView> findings) {
        ObjectNode node = JSON.createObjectNode().put("version", VERSION).put("campaign", campaign);
        ArrayNode array = node.putArray("findings");
        for (FindingView finding : findings) {
            ObjectNode entry = array.addObject()
                    .put("kernel", finding.kernel())
                    .put("scenario", finding.scenario())
                    .put("strategy", finding.strategy())
                    .put("invariant", finding.invariant())
                    .put("where", finding.where())
                    .put("seed", hex(finding.seed()))
                    .put("fingerprint", hex(finding.fingerprint()))
                    .put("index", finding.index())
                    .put("file", finding.file());
            if (!finding.file().isEmpty()) {
                try {
                    entry.put("token", Finding.parse(finding.file()).token());
                } catch (BadInput e) {
                    // A worker's text: say what is wrong with it instead of hiding the finding.
                    entry.put("problem", String.join("; ", e.problems()));
                }
            }
        }
        return node;
    }

    /** Why a request was refused. */
    static ObjectNode refusal(String error, List<String> problems) {
        ObjectNode node = JSON.createObjectNode().put("version", VERSION).put("error", error);
        ArrayNode array = node.putArray("problems");
        problems.forEach(array::add);
        return node;
    }

    static ObjectNode readiness(boolean replayed, boolean reachable) {
        return JSON.createObjectNode()
                .put("version", VERSION)
                .put("ready", replayed && reachable)
                .put("ledgerReplayed", replayed)
                .put("kafkaReachable", reachable);
    }

    private static String hex(long value) {
        return String.format("0x%016x", value);
    }
}
