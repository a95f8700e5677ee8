package dev.gupfuzz.simulator;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Suggests the word that was probably meant. */
public final class Nearest {

    private static final int SHOWN_MAX = 12;

    private record Candidate(String word, int distance) {}

    private Nearest() {}

    /**
     * A parenthesis for the end of an error sentence: the nearest valid word where one is near, and the valid words (the
     * nearest twelve where there are more).
     */
    public static String hint(String word, Collection<String> valid) {
        List<String> sorted = valid.stream()
                .map(v -> new Candidate(v, distance(word, v)))
                .sorted(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::word))
                .map(Candidate::word)
                .toList();
        if (sorted.isEmpty()) {
            return " (there are none)";
        }
        String best = sorted.get(0);
        String meant = distance(word, best) <= Math.max(2, best.length() / 3) ? "did you mean '" + best + "'? " : "";
        List<String> shown = new ArrayList<>(valid.size() > SHOWN_MAX ? sorted.subList(0, SHOWN_MAX) : valid);
        String more = valid.size() > SHOWN_MAX ? ", ..." : "";
        return " (" + meant + "valid: " + String.join(", ", shown) + more + ")";
    }

    /** Levenshtein distance, a prefix counting as near. */
    static int distance(String a, String b) {
        if (!a.isEmpty() && b.startsWith(a)) {
            return 1;
        }
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitute, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
