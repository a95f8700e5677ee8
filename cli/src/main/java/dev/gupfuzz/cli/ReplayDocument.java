package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.Model;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.minimize.Explanation;
import dev.gupfuzz.simulator.minimize.RewindCurve;
import dev.gupfuzz.simulator.trace.Change;
import dev.gupfuzz.simulator.trace.Finding;
import dev.gupfuzz.simulator.trace.Replay;
import dev.gupfuzz.simulator.trace.Trace;
import dev.gupfuzz.simulator.trace.TraceStep;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@code replay --json} prints: what came of it, and the trace. */
final class ReplayDocument {
    private ReplayDocument() {}

    /** A finding that was replayed; its fields are those that were recorded, {@code stateHash} apart. */
    static Map<String, Object> of(Finding finding, Kernel kernel, Replay.Outcome outcome) {
        boolean reproduced = outcome.kind() == Replay.Kind.REPRODUCED;
        Map<String, Object> document = begin();
        document.put("verdict", reproduced ? Verdict.VIOLATED.text() : Verdict.INCOMPLETE.text());
        document.put("outcome", word(outcome.kind()));
        document.put("detail", outcome.explanation());
        document.put("exitCode", reproduced ? ExitCode.VIOLATED : ExitCode.DIVERGED);
        document.put("kernel", kernel.name());
        document.put("scenario", finding.cell().scenario().name());
        document.put("strategy", finding.cell().strategy().name());
        document.putAll(SearchDocument.finding(finding));
        document.put("recordedStateHash", Quantities.hex(finding.stateHash()));
        document.put("stateHash", Quantities.hex(outcome.stateHash()));
        document.put("skipped", outcome.skipped());
        if (reproduced && kernel.equals(finding.cell().kernel())) {
            document.put("explanation", ExplanationDocument.of(Explanation.of(finding)));
        }
        trace(document, outcome.trace());
        return document;
    }

    static List<Map<String, Object>> rewind(List<RewindCurve.Point> curve) {
        List<Map<String, Object>> points = new ArrayList<>();
        for (RewindCurve.Point point : curve) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("step", point.step().index());
            document.put("thread", point.step().thread());
            document.put("label", point.step().label());
            document.put("text", point.step().text());
            document.put("fails", point.fails());
            document.put("runs", point.runs());
            document.put("low", point.share().low());
            document.put("high", point.share().high());
            points.add(document);
        }
        return points;
    }

    /** A bare seed that was run. */
    static Map<String, Object> of(SeedRun run) {
        Map<String, Object> document = begin();
        Verdict verdict = run.finding().isPresent() ? Verdict.VIOLATED : Verdict.CLEAN;
        document.put("verdict", verdict.text());
        document.put("outcome", verdict.text());
        document.put("exitCode", verdict.exitCode());
        document.put("kernel", run.cell().kernel().name());
        document.put("scenario", run.cell().scenario().name());
        document.put("strategy", run.cell().strategy().name());
        document.put("seed", Quantities.hex(run.seed()));
        run.finding().ifPresent(finding -> {
            document.putAll(SearchDocument.finding(finding));
            document.put("explanation", ExplanationDocument.of(Explanation.of(finding)));
        });
        document.put("stateHash", Quantities.hex(run.trace().stateHash()));
        trace(document, run.trace());
        return document;
    }

    private static Map<String, Object> begin() {
        Map<String, Object> document = Json.document();
        document.put("verb", "replay");
        document.put("model", Model.version());
        return document;
    }

    private static String word(Replay.Kind kind) {
        return switch (kind) {
            case REPRODUCED -> "reproduced";
            case DIVERGED -> "diverged";
            case DIFFERENT -> "different";
            case NO_VIOLATION -> "noViolation";
        };
    }

    /** Puts the steps and the whole states; a finding's number of steps gives way to the steps themselves. */
    private static void trace(Map<String, Object> document, Trace trace) {
        document.put("decisions", trace.decisions());
        document.remove("steps");
        document.put("steps", trace.steps().stream().map(ReplayDocument::step).toList());
        List<Object> states = new ArrayList<>();
        trace.states().forEach((steps, fields) -> {
            Map<String, Object> state = new LinkedHashMap<>();
            state.put("afterStep", steps);
            state.put("fields", fields);
            states.add(state);
        });
        document.put("states", states);
    }

    private static Map<String, Object> step(TraceStep step) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("index", step.index());
        document.put("thread", step.thread());
        document.put("routine", step.routine());
        document.put("label", step.label());
        document.put("text", step.text());
        document.put("access", step.access());
        document.put("object", step.object());
        if (step.decision() >= 0) {
            document.put("decision", step.decision());
            document.put("enabled", step.enabled());
        }
        document.put(
                "changed", step.changed().stream().map(ReplayDocument::change).toList());
        return document;
    }

    private static Map<String, Object> change(Change change) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("field", change.field());
        document.put("before", change.before());
        document.put("after", change.after());
        return document;
    }
}
