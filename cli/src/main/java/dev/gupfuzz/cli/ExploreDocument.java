package dev.gupfuzz.cli;

import dev.gupfuzz.cli.ExploreResult.Explored;
import dev.gupfuzz.simulator.Model;
import dev.gupfuzz.simulator.explore.Exploration;
import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.minimize.Explanation;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What {@code explore} prints with {@code --json}. */
final class ExploreDocument {
    private ExploreDocument() {}

    static Map<String, Object> of(ExploreResult result) {
        Map<String, Object> document = Json.document();
        document.put("verb", "explore");
        document.put("verdict", result.verdict().text());
        document.put("exitCode", result.exitCode());
        document.put("interrupted", result.interrupted());
        document.put("model", Model.version());
        document.put("engine", Model.engine());
        document.put(
                "states",
                result.cells().stream().mapToLong(c -> c.exploration().states()).sum());
        document.put(
                "transitions",
                result.cells().stream()
                        .mapToLong(c -> c.exploration().transitions())
                        .sum());
        document.put(
                "seconds",
                result.cells().stream().mapToDouble(Explored::seconds).sum());
        document.put("cores", result.cores());
        Optional<Finding> first = result.first();
        first.ifPresent(finding -> {
            document.put("invariant", finding.blame().invariant().id());
            document.put("token", finding.token());
            document.put("preemptions", finding.preemptions());
            document.put("explanation", ExplanationDocument.of(Explanation.of(finding)));
        });
        if (first.isEmpty()) { // a goal that is proved unreachable takes the place of an invariant
            result.cells().stream()
                    .filter(Explored::complete)
                    .flatMap(c -> c.unreached().stream())
                    .findFirst()
                    .ifPresent(goal -> document.put("invariant", goal));
        }
        document.put("cells", result.cells().stream().map(ExploreDocument::cell).toList());
        document.put("notRun", result.notRun());
        return document;
    }

    private static Map<String, Object> cell(Explored explored) {
        Exploration exploration = explored.exploration();
        Map<String, Object> cell = new LinkedHashMap<>();
        cell.put("kernel", explored.kernel().name());
        cell.put("scenario", explored.scenario().name());
        cell.put("verdict", explored.verdict().text());
        cell.put("ended", exploration.ended().name().toLowerCase(Locale.ROOT).replace("at_failure", "violation"));
        cell.put("states", exploration.states());
        cell.put("transitions", exploration.transitions());
        cell.put("ends", exploration.ends());
        cell.put("levels", exploration.levels());
        cell.put("collisionProbability", exploration.collisionProbability());
        Map<String, Object> goals = new LinkedHashMap<>();
        for (GoalPoint goal : explored.scenario().goalPoints(explored.kernel())) {
            goals.put(goal.id(), explored.reached(goal));
        }
        cell.put("goals", goals);
        cell.put("unreachedGoals", explored.unreached());
        cell.put(
                "violations",
                explored.findings().values().stream()
                        .map(ExploreDocument::finding)
                        .toList());
        explored.byPreemptions().ifPresent(by -> {
            Map<String, Object> certificate = new LinkedHashMap<>();
            certificate.put("preemptions", explored.first().orElseThrow().preemptions());
            certificate.put("states", by.states());
            certificate.put("transitions", by.transitions());
            cell.put("certificate", certificate);
        });
        cell.put("seconds", explored.seconds());
        return cell;
    }

    private static Map<String, Object> finding(Finding finding) {
        Map<String, Object> document = SearchDocument.finding(finding);
        document.remove("seed"); // no seed drew it
        return document;
    }
}
