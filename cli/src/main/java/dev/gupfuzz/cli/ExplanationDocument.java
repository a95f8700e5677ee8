package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.minimize.CriticalPair;
import dev.gupfuzz.simulator.minimize.Explanation;
import dev.gupfuzz.simulator.trace.TraceStep;
import java.util.LinkedHashMap;
import java.util.Map;

/** Why a schedule fails, as {@code --json} tells it. */
final class ExplanationDocument {
    private ExplanationDocument() {}

    static Map<String, Object> of(Explanation explanation) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("signature", explanation.signature());
        document.put(
                "criticalPairs",
                explanation.pairs().stream().map(ExplanationDocument::pair).toList());
        explanation.nearest().ifPresent(pair -> {
            Map<String, Object> passing = new LinkedHashMap<>();
            passing.put("first", pair.secondStep().index());
            passing.put("then", pair.firstStep().index());
            passing.put("steps", pair.passing().steps());
            passing.put("schedule", pair.passing().turns());
            document.put("nearestPassing", passing);
        });
        document.put("narration", explanation.narration());
        return document;
    }

    private static Map<String, Object> pair(CriticalPair pair) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("first", step(pair.firstStep()));
        document.put("second", step(pair.secondStep()));
        document.put("object", pair.object());
        document.put("moved", pair.moved());
        return document;
    }

    private static Map<String, Object> step(TraceStep step) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("index", step.index());
        document.put("thread", step.thread());
        document.put("routine", step.routine());
        document.put("label", step.label());
        document.put("text", step.text());
        return document;
    }
}
