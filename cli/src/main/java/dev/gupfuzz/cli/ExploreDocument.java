package dev.gupfuzz.cli;

import dev.gupfuzz.cli.ExploreResult.Explored;
import dev.gupfuzz.simulator.Model;
import dev.gupfuzz.simulator.explore.ClassSearch;
import dev.gupfuzz.simulator.explore.Covered;
import dev.gupfuzz.simulator.explore.Exploration;
import dev.gupfuzz.simulator.minimize.Explanation;
import dev.gupfuzz.simulator.scenario.Goal;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

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
        sum(document, result);
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
        document.put("problems", result.problems());
        return document;
    }

    private static void sum(Map<String, Object> document, ExploreResult result) {
        List<Covered> cells = result.cells().stream().map(Explored::covered).toList();
        if (cells.stream().allMatch(Exploration.class::isInstance)) {
            document.put("states", total(cells, c -> ((Exploration) c).states()));
            document.put("transitions", total(cells, c -> ((Exploration) c).transitions()));
        } else {
            document.put("classes", total(cells, c -> ((ClassSearch.Result) c).classes()));
            document.put("steps", total(cells, c -> ((ClassSearch.Result) c).events()));
        }
    }

    private static long total(List<Covered> cells, ToLongFunction<Covered> part) {
        return cells.stream().mapToLong(part).sum();
    }

    private static void engine(Map<String, Object> cell, Covered covered) {
        if (covered instanceof Exploration exploration) {
            cell.put("engine", "states");
            cell.put("states", exploration.states());
            cell.put("transitions", exploration.transitions());
            cell.put("ends", exploration.ends());
            cell.put("levels", exploration.levels());
            cell.put("collisionProbability", exploration.collisionProbability());
            cell.put("reductions", exploration.plan().reductions().names());
            if (exploration.plan().byPreemptions()) {
                cell.put("preemptionBound", exploration.plan().preemptions());
            }
            cell.put("tableBytes", exploration.extent().tableBytes());
            cell.put("frontierBytes", exploration.extent().frontierBytes());
            cell.put("waiting", exploration.extent().waiting());
        } else if (covered instanceof ClassSearch.Result classes) {
            cell.put("engine", "dpor");
            cell.put("classes", classes.classes());
            cell.put("blocked", classes.blocked());
            cell.put("steps", classes.events());
            cell.put("longest", classes.longest());
            cell.put("share", classes.share());
        }
    }

    private static Map<String, Object> cell(Explored explored) {
        Covered covered = explored.covered();
        Map<String, Object> cell = new LinkedHashMap<>();
        cell.put("kernel", explored.kernel().name());
        cell.put("scenario", explored.scenario().name());
        cell.put("verdict", explored.verdict().text());
        cell.put("ended", covered.ended().name().toLowerCase(Locale.ROOT).replace("at_failure", "violation"));
        cell.put("endings", explored.endings().kind().text());
        engine(cell, covered);
        Map<String, Object> goals = new LinkedHashMap<>();
        for (Goal goal : explored.scenario().goals(explored.kernel())) {
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
