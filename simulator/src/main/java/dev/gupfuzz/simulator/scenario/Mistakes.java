package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.BadInput;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** What is wrong with one file: every problem with its place, as {@code file:line:column: sentence}. */
final class Mistakes {

    /** The rest of the file cannot be looked at. */
    static final class TooMany extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooMany() {
            super(null, null, false, false);
        }
    }

    private final String file;

    private record Mistake(At at, String sentence) {}

    private final List<Mistake> found = new ArrayList<>();

    Mistakes(String file) {
        this.file = file;
    }

    void add(At at, String sentence) {
        Mistake mistake = new Mistake(at, sentence);
        if (found.contains(mistake)) {
            return;
        }
        found.add(mistake);
        if (found.size() > Limits.PROBLEMS) {
            throw new TooMany();
        }
    }

    boolean any() {
        return !found.isEmpty();
    }

    void throwIfAny() {
        if (!any()) {
            return;
        }
        List<String> sentences = found.stream()
                .limit(Limits.PROBLEMS)
                .sorted(Comparator.<Mistake>comparingInt(m -> m.at().line()).thenComparingInt(m -> m.at().column()))
                .map(m -> file + ":" + m.at().line() + ":" + m.at().column() + ": " + m.sentence())
                .collect(Collectors.toCollection(ArrayList::new));
        if (found.size() > Limits.PROBLEMS) {
            sentences.add(file + ": more than " + Limits.PROBLEMS + " problems: the rest is not told");
        }
        throw new BadInput(sentences);
    }
}
