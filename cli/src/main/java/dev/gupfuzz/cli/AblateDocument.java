package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.kernel.Need;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.museum.Fate;
import dev.gupfuzz.simulator.museum.Trial;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@code ablate} prints with {@code --json}. */
final class AblateDocument {
    private AblateDocument() {}

    static Map<String, Object> of(AblateResult result) {
        Map<String, Object> document = MatrixDocument.head(
                "ablate", result.decided() ? "decided" : "undecided", result.exitCode(), result.interrupted());
        document.put("seconds", result.seconds());
        document.put("cores", result.cores());
        document.put("kernel", result.found().kernel().name());
        Map<String, Object> counts = new LinkedHashMap<>();
        for (Fate.Kind kind : Fate.Kind.values()) {
            counts.put(kind.text(), result.count(kind));
        }
        document.put("fates", counts);
        List<Object> trials = new ArrayList<>();
        for (int i = 0; i < result.found().trials().size(); i++) {
            Trial trial = result.found().trials().get(i);
            Map<String, Object> into = new LinkedHashMap<>();
            into.put("id", trial.id());
            into.put("changes", trial.changes().text());
            into.putAll(MatrixDocument.answer(result.found().baseline().get(i)));
            trials.add(into);
        }
        document.put("trials", trials);
        document.put(
                "safeguards",
                result.removals().stream().map(AblateDocument::fate).toList());
        document.put(
                "designs", result.designs().stream().map(AblateDocument::fate).toList());
        document.put("pairs", result.pairs().stream().map(AblateDocument::fate).toList());
        return document;
    }

    private static Map<String, Object> fate(Fate fate) {
        Map<String, Object> into = new LinkedHashMap<>();
        into.put("rules", fate.rules().stream().map(Rule::id).toList());
        into.put(
                "review",
                fate.rules().stream()
                        .flatMap(rule -> rule.safeguard().review().stream())
                        .toList());
        into.put(
                "needs",
                fate.rules().stream()
                        .flatMap(rule -> rule.safeguard().needs().stream())
                        .map(Need::id)
                        .toList());
        into.put("kernel", fate.kernel());
        into.put("fate", fate.kind().text());
        into.put("reason", fate.reason());
        into.put("exercisedIn", fate.exercised().stream().map(Trial::id).toList());
        into.put("openIn", fate.open().stream().map(Trial::id).toList());
        fate.killed().ifPresent(kill -> {
            into.put("trial", kill.trial().id());
            into.put("by", kill.what());
            into.put("killer", MatrixDocument.answer(kill.answer()));
        });
        return into;
    }
}
