package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.search.Coverage;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a search's schedules showed of each other's stores, for people and as a document. */
final class CoverageText {
    private CoverageText() {}

    static void print(Coverage coverage, PrintStream out) {
        out.printf(
                "  watched   %s of the schedules, in brackets what only the last tenth of them showed:%n",
                Quantities.grouped(coverage.watched()));
        out.printf(
                "            %s store-load pairs, %s neighbours, %s classes%n",
                seen(coverage.readsFrom()), seen(coverage.adjacent()), seen(coverage.classes()));
        out.printf(
                Locale.ROOT,
                "            the next schedule is of a new class with a chance of about %.2g; at least %s classes%n",
                coverage.nextIsNew(),
                Quantities.grouped(Math.round(coverage.classesAtLeast())));
    }

    /** One line for each pair of steps that nobody saw as neighbours in that order. */
    static void printUnseen(Coverage coverage, PrintStream out) {
        List<Coverage.Unseen> unseen = coverage.unseen();
        out.println("  never seen, the first right before the second of another thread, at one object:");
        for (Coverage.Unseen pair : unseen) {
            out.printf("    %-44s %-44s %s%n", pair.first(), pair.second(), pair.object());
        }
        if (unseen.isEmpty()) {
            out.println("    (every pair that could be was seen)");
        }
    }

    private static String seen(Coverage.Seen seen) {
        return Quantities.grouped(seen.all()) + " (" + Quantities.grouped(seen.late()) + ")";
    }

    static Map<String, Object> document(Coverage coverage, boolean withUnseen) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("watched", coverage.watched());
        document.put("readsFrom", coverage.readsFrom().all());
        document.put("readsFromLate", coverage.readsFrom().late());
        document.put("neighbours", coverage.adjacent().all());
        document.put("neighboursLate", coverage.adjacent().late());
        document.put("classes", coverage.classes().all());
        document.put("classesLate", coverage.classes().late());
        document.put("nextIsNew", coverage.nextIsNew());
        document.put("classesAtLeast", coverage.classesAtLeast());
        if (withUnseen) {
            document.put(
                    "unseen",
                    coverage.unseen().stream()
                            .map(pair ->
                                    Map.of("first", pair.first(), "second", pair.second(), "object", pair.object()))
                            .toList());
        }
        return document;
    }
}
