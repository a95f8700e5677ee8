package dev.gupfuzz.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Prints what a coordinator says about campaigns; with {@code --json} its answer as it is. */
final class CampaignPrinter {
    private CampaignPrinter() {}

    static void one(Terminal terminal, JsonNode campaign, boolean json) {
        if (json) {
            terminal.out().println(campaign.toPrettyString());
            return;
        }
        PrintStream out = terminal.out();
        out.println(terminal.bold(text(campaign, "name")) + ": " + text(campaign, "state") + ", "
                + CampaignState.of(campaign).verdict().text()
                + (CampaignState.of(campaign).ended() ? "" : " so far"));
        campaign.path("reasons").forEach(reason -> out.println("  note      " + Problems.printable(reason.asText())));
        out.println("  ranges    " + ranges(campaign.path("ranges")));
        long imbalance = campaign.path("conservation").path("imbalance").asLong();
        out.println("  accounts  " + (imbalance == 0 ? "balance" : "are out of balance by " + imbalance + " ranges"));
        campaign.path("cells").forEach(cell -> cell(terminal, cell));
    }

    static void list(Terminal terminal, JsonNode answer, boolean json) {
        if (json) {
            terminal.out().println(answer.toPrettyString());
            return;
        }
        JsonNode campaigns = answer.path("campaigns");
        if (campaigns.isEmpty()) {
            terminal.out().println("no campaigns: give one with `gupfuzz campaign create FILE`");
        }
        for (JsonNode campaign : campaigns) {
            JsonNode ranges = campaign.path("ranges");
            terminal.out()
                    .printf(
                            "%-24s %-10s %-10s %s of %s ranges%n",
                            text(campaign, "name"),
                            text(campaign, "state"),
                            text(campaign, "verdict"),
                            Quantities.grouped(ranges.path("done").asLong()),
                            Quantities.grouped(ranges.path("planned").asLong()));
        }
    }

    /** Redraws the one line that says how far a campaign is, where somebody watches. */
    static void progress(Terminal terminal, JsonNode campaign) {
        if (!terminal.interactive()) {
            return;
        }
        long schedules = 0;
        for (JsonNode cell : campaign.path("cells")) {
            schedules += cell.path("schedules").asLong();
        }
        terminal.err()
                .print("\r" + text(campaign, "name") + "  " + ranges(campaign.path("ranges")) + "  "
                        + Quantities.grouped(schedules) + " schedules\u001b[K");
        terminal.err().flush();
    }

    static void endProgress(Terminal terminal) {
        if (terminal.interactive()) {
            terminal.err().print("\r\u001b[K");
            terminal.err().flush();
        }
    }

    private static String ranges(JsonNode ranges) {
        long out = ranges.path("queued").asLong() + ranges.path("leased").asLong();
        List<String> parts = new ArrayList<>();
        parts.add(Quantities.grouped(ranges.path("done").asLong()) + " of "
                + Quantities.grouped(ranges.path("planned").asLong()) + " done");
        parts.add(out + " out");
        for (String kind : List.of("dead", "cancelled", "duplicatesIdentical", "duplicatesDivergent", "reissued")) {
            if (ranges.path(kind).asLong() > 0) {
                parts.add(ranges.path(kind).asLong() + " " + kind);
            }
        }
        return String.join(", ", parts);
    }

    private static void cell(Terminal terminal, JsonNode cell) {
        PrintStream out = terminal.out();
        out.println("  " + text(cell, "kernel") + " x " + text(cell, "scenario") + " with " + text(cell, "strategy")
                + ": " + text(cell, "verdict"));
        out.println("    tried   " + Quantities.grouped(cell.path("schedules").asLong()) + " schedules, "
                + Quantities.grouped(cell.path("steps").asLong()) + " steps, "
                + Quantities.grouped(cell.path("rangesDone").asLong()) + " of "
                + Quantities.grouped(cell.path("rangesPlanned").asLong()) + " ranges");
        for (JsonNode violation : cell.path("violations")) {
            List<String> seeds = new ArrayList<>();
            violation.path("lowestSeeds").forEach(seed -> seeds.add(Problems.printable(seed.asText())));
            out.println("    broken  " + text(violation, "invariant") + " at " + text(violation, "where") + ", "
                    + Quantities.grouped(violation.path("schedules").asLong()) + " schedules, lowest seeds "
                    + String.join(" ", seeds));
        }
        cell.path("goals")
                .properties()
                .forEach(goal -> out.printf(
                        "    goal    %-40s %15s%n",
                        Problems.printable(goal.getKey()),
                        Quantities.grouped(goal.getValue().asLong())));
    }

    private static String text(JsonNode node, String field) {
        return Problems.printable(node.path(field).asText());
    }
}
