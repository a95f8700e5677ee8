package dev.gupfuzz.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.minimize.Minimized;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.strategy.Strategy;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code up --for} ends with: the verdict over everything that ran, whether or not its campaigns are finished.
 *
 * @param campaigns as the coordinator told them last
 * @param seconds wall time of the service
 */
record UpReport(List<JsonNode> campaigns, double seconds, int cores) {
    private static final List<String> RANGES = List.of(
            "issued",
            "queued",
            "leased",
            "done",
            "dead",
            "cancelled",
            "duplicatesIdentical",
            "duplicatesDivergent",
            "reissued");

    /** Whether the accounts were checked at the very state that is told. */
    static boolean checked(JsonNode campaign) {
        JsonNode ranges = campaign.path("ranges");
        JsonNode law = campaign.path("conservation");
        return law.path("imbalance").asLong() == 0
                && law.path("issued").asLong() == ranges.path("issued").asLong()
                && law.path("done").asLong() == ranges.path("done").asLong();
    }

    Verdict verdict() {
        Verdict verdict = Verdict.CLEAN;
        for (JsonNode cell : cells()) {
            verdict = verdict.worse(verdict(cell));
        }
        return sum("dead") > 0 ? verdict.worse(Verdict.INCOMPLETE) : verdict;
    }

    /** Accounts that do not balance, or results that differ, put the verdict in doubt. */
    int exitCode() {
        boolean doubtful = imbalance() != 0 || sum("duplicatesDivergent") > 0;
        for (JsonNode cell : cells()) {
            doubtful |= cell.hasNonNull("selfCheckFailure");
        }
        return doubtful ? ExitCode.SELF_CHECK : verdict().exitCode();
    }

    /** @param minimized the finding, made small */
    Map<String, Object> document(Optional<Minimized> minimized) {
        Map<String, Object> document = Json.document();
        document.put("verb", "up");
        document.put("verdict", verdict().text());
        document.put("exitCode", exitCode());
        document.put("seconds", seconds);
        document.put("cores", cores);
        document.put("schedules", total("schedules"));
        document.put("steps", total("steps"));
        finding().ifPresent(finding -> {
            document.put("invariant", finding.blame().invariant().id());
            document.put("token", finding.token());
            document.put("preemptions", finding.preemptions());
        });
        minimized.ifPresent(small -> document.put("minimized", MinimizeDocument.minimized(small)));
        Map<String, Object> ranges = new LinkedHashMap<>();
        RANGES.forEach(kind -> ranges.put(kind, sum(kind)));
        document.put("ranges", ranges);
        document.put("imbalance", imbalance());
        List<Object> cells = new ArrayList<>();
        cells().forEach(cell -> cells.add(document(cell)));
        document.put("cells", cells);
        document.put(
                "campaigns",
                campaigns.stream().map(c -> c.path("name").asText()).toList());
        return document;
    }

    void print(Terminal terminal, Optional<Minimized> minimized) {
        minimized.ifPresent(small -> {
            new MinimizeText(terminal).print(small);
            terminal.out().println();
        });
        campaigns.forEach(campaign -> CampaignPrinter.one(terminal, campaign, false));
        terminal.out().println("verdict over what ran: " + verdict().text());
    }

    private static Map<String, Object> document(JsonNode cell) {
        Map<String, Object> document = new LinkedHashMap<>();
        for (String name : List.of("kernel", "scenario", "strategy")) {
            document.put(name, cell.path(name).asText());
        }
        document.put("verdict", verdict(cell).text());
        for (String count : List.of("rangesPlanned", "rangesDone", "schedules", "steps", "evidence")) {
            document.put(count, cell.path(count).asLong());
        }
        Map<String, Object> goals = new LinkedHashMap<>();
        cell.path("goals")
                .properties()
                .forEach(goal -> goals.put(goal.getKey(), goal.getValue().asLong()));
        document.put("goals", goals);
        List<Object> violations = new ArrayList<>();
        for (JsonNode violation : cell.path("violations")) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("invariant", violation.path("invariant").asText());
            one.put("where", violation.path("where").asText());
            one.put("count", violation.path("schedules").asLong());
            List<Object> seeds = new ArrayList<>();
            violation.path("lowestSeeds").forEach(seed -> seeds.add(seed.asText()));
            one.put("lowestSeeds", seeds);
            violations.add(one);
        }
        document.put("violations", violations);
        return document;
    }

    private static Verdict verdict(JsonNode cell) {
        if (!cell.path("violations").isEmpty()) {
            return Verdict.VIOLATED;
        }
        boolean reached = cell.path("schedules").asLong() > 0;
        for (JsonNode goal : cell.path("goals")) {
            reached &= goal.asLong() > 0;
        }
        return reached ? Verdict.CLEAN : Verdict.INCOMPLETE;
    }

    /** The lowest seed's finding of the first cell that has one, executed here. */
    Optional<Finding> finding() {
        for (JsonNode cell : cells()) {
            JsonNode violations = cell.path("violations");
            // a scenario that is not built in has its text with the coordinator, whose finding has its own token
            if (!violations.isEmpty() && cell.path("scenario").asText().indexOf('@') < 0) {
                Cell where = new Cell(
                        Kernels.named(cell.path("kernel").asText()),
                        Scenarios.named(cell.path("scenario").asText()),
                        Strategy.named(cell.path("strategy").asText()));
                long lowest = -1;
                for (JsonNode violation : violations) {
                    long seed = Quantities.seed(
                            "seed", violation.path("lowestSeeds").path(0).asText());
                    lowest = Long.compareUnsigned(seed, lowest) < 0 ? seed : lowest;
                }
                return Optional.of(Finding.witness(where, lowest));
            }
        }
        return Optional.empty();
    }

    private List<JsonNode> cells() {
        List<JsonNode> cells = new ArrayList<>();
        campaigns.forEach(campaign -> campaign.path("cells").forEach(cells::add));
        return cells;
    }

    private long total(String count) {
        return cells().stream().mapToLong(cell -> cell.path(count).asLong()).sum();
    }

    private long sum(String kind) {
        return campaigns.stream()
                .mapToLong(campaign -> campaign.path("ranges").path(kind).asLong())
                .sum();
    }

    private long imbalance() {
        return campaigns.stream()
                .mapToLong(campaign ->
                        Math.abs(campaign.path("conservation").path("imbalance").asLong()))
                .sum();
    }
}
