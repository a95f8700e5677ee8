package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.Model;
import dev.gupfuzz.simulator.minimize.Certificate;
import dev.gupfuzz.simulator.minimize.Explanation;
import dev.gupfuzz.simulator.minimize.Minimized;
import dev.gupfuzz.simulator.minimize.Minimized.Size;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.LinkedHashMap;
import java.util.Map;

/** What {@code minimize} prints with {@code --json}, and what other verbs say about a finding that they made small. */
final class MinimizeDocument {
    private MinimizeDocument() {}

    static Map<String, Object> of(Minimized minimized) {
        Map<String, Object> document = Json.document();
        document.put("verb", "minimize");
        document.put("verdict", Verdict.VIOLATED.text());
        document.put("exitCode", ExitCode.VIOLATED);
        document.put("model", Model.version());
        document.putAll(minimized(minimized));
        Finding original = minimized.original();
        Map<String, Object> from = SearchDocument.finding(original);
        from.put("scenario", original.cell().scenario().name());
        from.put("strategy", original.cell().strategy().name());
        document.put("original", from);
        return document;
    }

    /** The smallest finding, how it compares with the one before, its proof and its reason. */
    static Map<String, Object> minimized(Minimized minimized) {
        Finding finding = minimized.finding();
        Map<String, Object> into = new LinkedHashMap<>();
        into.put("kernel", finding.cell().kernel().name());
        into.put("scenario", finding.cell().scenario().name());
        Map<String, Object> fields = SearchDocument.finding(finding);
        fields.remove("seed"); // no seed draws it
        into.putAll(fields);
        into.put("before", size(minimized.before()));
        into.put("after", size(minimized.after()));
        Certificate proof = minimized.certificate();
        Map<String, Object> certificate = new LinkedHashMap<>();
        certificate.put("preemptions", proof.preemptions());
        certificate.put("atLeast", proof.atLeast());
        certificate.put("proved", proof.proved());
        certificate.put("states", proof.states());
        certificate.put("transitions", proof.transitions());
        certificate.put("text", proof.text());
        into.put("certificate", certificate);
        into.put("explanation", ExplanationDocument.of(Explanation.of(finding)));
        return into;
    }

    private static Map<String, Object> size(Size size) {
        Map<String, Object> into = new LinkedHashMap<>();
        into.put("steps", size.steps());
        into.put("decisions", size.decisions());
        into.put("switches", size.switches());
        into.put("preemptions", size.preemptions());
        into.put("threads", size.threads());
        into.put("pages", size.pages());
        return into;
    }
}
