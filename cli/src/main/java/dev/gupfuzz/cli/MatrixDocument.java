package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.Model;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.museum.Answer;
import dev.gupfuzz.simulator.museum.Exhibit;
import dev.gupfuzz.simulator.museum.Museum.Agreement;
import dev.gupfuzz.simulator.museum.Museum.Cell;
import dev.gupfuzz.simulator.museum.Museum.Row;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What {@code matrix} prints with {@code --json}, and the fields that an answer has wherever one stands in a document. */
final class MatrixDocument {
    private MatrixDocument() {}

    static Map<String, Object> of(MatrixResult result) {
        Map<String, Object> document = head("matrix", result.verdict(), result.exitCode(), result.interrupted());
        document.put("seconds", result.seconds());
        document.put("cores", result.cores());
        document.put("kernels", result.kernels().stream().map(Kernel::name).toList());
        Map<String, Object> cells = new LinkedHashMap<>();
        for (Agreement agreement : Agreement.values()) {
            cells.put(text(agreement), result.cells(agreement).size());
        }
        document.put("cells", cells);
        document.put("withoutScenario", result.withoutScenario());
        document.put("entries", result.rows().stream().map(MatrixDocument::row).toList());
        return document;
    }

    /** The fields that the documents of `matrix`, `ablate` and `bisect` begin with. */
    static Map<String, Object> head(String verb, String verdict, int exitCode, boolean interrupted) {
        Map<String, Object> document = Json.document();
        document.put("verb", verb);
        document.put("verdict", verdict);
        document.put("exitCode", exitCode);
        document.put("interrupted", interrupted);
        document.put("model", Model.version());
        document.put("engine", Model.engine());
        return document;
    }

    private static String text(Agreement agreement) {
        return agreement.name().toLowerCase(Locale.ROOT);
    }

    private static Map<String, Object> row(Row row) {
        Exhibit exhibit = row.exhibit();
        Map<String, Object> into = new LinkedHashMap<>();
        into.put("id", exhibit.id());
        into.put("title", exhibit.title());
        exhibit.scenario().ifPresent(scenario -> into.put("scenario", scenario.name()));
        into.put("changes", exhibit.changes().text());
        into.put("shows", exhibit.shows().text());
        into.put("history", exhibit.historyText());
        into.put("quick", exhibit.quick());
        into.put("cells", row.cells().stream().map(MatrixDocument::cell).toList());
        return into;
    }

    private static Map<String, Object> cell(Cell cell) {
        Map<String, Object> into = new LinkedHashMap<>();
        into.put("release", cell.kernel().name());
        into.put("expected", cell.expected());
        into.put("agreement", text(cell.agreement()));
        cell.note().ifPresent(note -> {
            into.put("because", note.because());
            into.put("source", note.source());
        });
        into.putAll(answer(cell.answer()));
        return into;
    }

    /** What an exploration says, with the schedule where there is one. */
    static Map<String, Object> answer(Answer answer) {
        Map<String, Object> into = new LinkedHashMap<>();
        into.put("kernel", answer.question().kernel().name());
        into.put("scenario", answer.question().scenario().name());
        into.put("answer", answer.kind().text());
        into.put("reason", answer.reason());
        into.put("unreachedGoals", answer.unreached());
        answer.shown().ifPresent(shown -> {
            Finding finding = shown.finding();
            into.put("invariant", finding.blame().invariant().id());
            into.put("where", finding.blame().where());
            into.put("steps", finding.steps());
            into.put("decisions", finding.decisions());
            into.put("preemptions", shown.preemptions());
            into.put("fewestProved", shown.fewest());
            into.put("token", finding.token());
        });
        into.put("states", answer.effort().states());
        into.put("transitions", answer.effort().transitions());
        into.put("complete", answer.effort().complete());
        into.put("reduced", answer.effort().reduced());
        into.put("seconds", answer.effort().seconds());
        return into;
    }
}
