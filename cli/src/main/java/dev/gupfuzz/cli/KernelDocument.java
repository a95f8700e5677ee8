package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Need;
import dev.gupfuzz.simulator.kernel.Promise;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.kernel.Safeguard;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Kernels as JSON documents, and what two have that the other lacks. */
final class KernelDocument {

    private KernelDocument() {}

    static Map<String, Object> of(Kernel kernel, String title, String summary) {
        Map<String, Object> document = head(kernel);
        document.put("title", title);
        document.put("summary", summary);
        document.put(
                "promises",
                kernel.promises().stream().map(KernelDocument::document).toList());
        document.put(
                "safeguards",
                kernel.safeguards().stream().map(KernelDocument::document).toList());
        document.put(
                "alternatives",
                kernel.alternatives().stream().map(KernelDocument::document).toList());
        return document;
    }

    static Map<String, Object> diff(Kernel from, Kernel to) {
        Map<String, Object> document = Json.document();
        document.put("from", head(from));
        document.put("to", head(to));
        document.put(
                "adds", beyond(to, from).stream().map(KernelDocument::document).toList());
        document.put(
                "drops", beyond(from, to).stream().map(KernelDocument::document).toList());
        document.put(
                "promisesAdded",
                promisesBeyond(to, from).stream().map(KernelDocument::document).toList());
        document.put(
                "promisesDropped",
                promisesBeyond(from, to).stream().map(KernelDocument::document).toList());
        return document;
    }

    /** The safeguards that one kernel has and the other has not. */
    static List<Safeguard> beyond(Kernel kernel, Kernel other) {
        List<Safeguard> more = new ArrayList<>();
        for (Rule rule : kernel.rules()) {
            if (!other.has(rule)) {
                more.add(rule.safeguard());
            }
        }
        return more;
    }

    /** The promises that one kernel gives and the other does not. */
    static List<Promise> promisesBeyond(Kernel kernel, Kernel other) {
        Set<Promise> theirs = other.promises();
        return kernel.promises().stream().filter(p -> !theirs.contains(p)).toList();
    }

    private static Map<String, Object> head(Kernel kernel) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", kernel.name());
        document.put("base", kernel.base());
        document.put("generation", kernel.generation());
        return document;
    }

    private static Map<String, Object> document(Promise promise) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", promise.id());
        document.put("summary", promise.summary());
        return document;
    }

    /** A safeguard; what it needs and builds on is left out where there is nothing. */
    private static Map<String, Object> document(Safeguard safeguard) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", safeguard.name());
        document.put("summary", safeguard.summary());
        document.put("source", safeguard.source());
        document.put("review", safeguard.review());
        safeguard.needs().map(Need::id).ifPresent(need -> document.put("needs", need));
        document.put("buildsOn", safeguard.buildsOn().stream().map(Rule::id).toList());
        document.put("insteadOf", safeguard.insteadOf().stream().map(Rule::id).toList());
        return document;
    }
}
