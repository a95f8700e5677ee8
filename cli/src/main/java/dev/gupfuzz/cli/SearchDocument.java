package dev.gupfuzz.cli;

import dev.gupfuzz.cli.SearchResult.CellResult;
import dev.gupfuzz.simulator.Model;
import dev.gupfuzz.simulator.search.Blame;
import dev.gupfuzz.simulator.search.Count;
import dev.gupfuzz.simulator.search.RiskLine;
import dev.gupfuzz.simulator.search.StrategyYield;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;

/** What a search prints with {@code --json}. */
final class SearchDocument {
    private SearchDocument() {}

    /**
     * The document of a search.
     *
     * @param verb the verb that searched, as the user wrote it
     * @param withUnseen whether the pairs that nobody saw are listed
     */
    static Map<String, Object> of(String verb, SearchResult result, boolean withUnseen) {
        Map<String, Object> document = Json.document();
        document.put("verb", verb);
        document.put("verdict", result.verdict().text());
        document.put("exitCode", result.exitCode());
        document.put("interrupted", result.interrupted());
        document.put("selfCheckFailed", result.selfCheckFailed());
        document.put("model", Model.version());
        document.put("engine", Model.engine());
        document.put("schedules", result.schedules());
        document.put("steps", result.steps());
        document.put("seconds", result.seconds());
        document.put("cores", result.cores());
        result.first().ifPresent(finding -> {
            document.put("invariant", finding.blame().invariant().id());
            document.put("token", finding.token());
            document.put("preemptions", finding.preemptions());
            document.put("finding", finding(finding));
        });
        document.put(
                "cells",
                result.cells().stream().map(cell -> cell(cell, withUnseen)).toList());
        document.put("notRun", result.notRun());
        return document;
    }

    private static Map<String, Object> cell(CellResult result, boolean withUnseen) {
        Map<String, Object> cell = new LinkedHashMap<>();
        cell.put("kernel", result.cell().kernel().name());
        cell.put("scenario", result.cell().scenario().name());
        cell.put("strategy", result.cell().strategy().name());
        cell.put("verdict", result.verdict().text());
        cell.put("ended", ended(result));
        cell.put("firstSeed", Quantities.hex(result.firstSeed()));
        if (result.askedSeeds() > 0) {
            cell.put("seeds", result.askedSeeds());
        }
        cell.put("schedules", result.tally().schedules());
        cell.put("steps", result.tally().steps());
        cell.put("decisions", result.tally().decisions());
        cell.put("evidence", result.tally().evidence());
        cell.put(
                "strategies",
                result.tally().yields().stream().map(SearchDocument::member).toList());
        cell.put("digest", Quantities.hex(result.tally().digest()));
        cell.put("coverage", Quantities.hex(result.tally().coverage()));
        result.coverage().ifPresent(seen -> cell.put("meetings", CoverageText.document(seen, withUnseen)));
        cell.put("goals", result.tally().goals());
        cell.put("cut", result.tally().cut());
        cell.put("unreachedGoals", result.unreached());
        cell.put(
                "violations",
                result.tally().violations().entrySet().stream()
                        .map(violation -> violation(violation.getKey(), violation.getValue(), result.witnesses()))
                        .toList());
        if (result.tally().violations().isEmpty() && result.tally().schedules() > 0) {
            cell.put("risk", RiskLine.of(result.tally()));
        }
        result.tally().selfCheckFailure().ifPresent(seed -> cell.put("selfCheckFailure", Quantities.hex(seed)));
        result.seconds().ifPresent(seconds -> cell.put("seconds", seconds));
        return cell;
    }

    private static Map<String, Object> member(StrategyYield member) {
        Map<String, Object> into = new LinkedHashMap<>();
        into.put("strategy", member.strategy().name());
        into.put("schedules", member.schedules());
        into.put("steps", member.steps());
        into.put("violating", member.violating());
        into.put("violatingPerMillionSteps", member.perMillionSteps());
        return into;
    }

    private static String ended(CellResult result) {
        return switch (result.ended()) {
            case FINISHED -> "finished";
            case AT_VIOLATION -> "violation";
            case TIME -> "time";
            case INTERRUPTED -> "interrupted";
        };
    }

    private static Map<String, Object> violation(Blame blame, Count count, SortedMap<Blame, Finding> witnesses) {
        Map<String, Object> violation = new LinkedHashMap<>();
        violation.put("count", count.count());
        violation.put(
                "lowestSeeds",
                Arrays.stream(count.lowestSeeds()).mapToObj(Quantities::hex).toList());
        Finding witness = witnesses.get(blame);
        if (witness != null) {
            violation.putAll(finding(witness));
        }
        return violation;
    }

    /** The fields that describe one finding, wherever one stands in a document. */
    static Map<String, Object> finding(Finding finding) {
        Map<String, Object> into = new LinkedHashMap<>();
        into.put("invariant", finding.blame().invariant().id());
        into.put("title", finding.blame().invariant().title());
        into.put("where", finding.blame().where());
        into.put("strategy", finding.cell().strategy().name());
        into.put("seed", Quantities.hex(finding.seed()));
        into.put("steps", finding.steps());
        into.put("decisions", finding.decisions());
        into.put("preemptions", finding.preemptions());
        into.put("stateHash", Quantities.hex(finding.stateHash()));
        into.put("token", finding.token());
        return into;
    }
}
