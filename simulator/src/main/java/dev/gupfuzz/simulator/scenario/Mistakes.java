package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.BadInput;
import java.util.ArrayList;
import java.util.List;

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
    private final List<String> sentences = new ArrayList<>();

    Mistakes(String file) {
        this.file = file;
    }

    void add(At at, String sentence) {
        String text = file + ":" + at.line() + ":" + at.column() + ": " + sentence;
        if (sentences.contains(text)) {
            return;
        }
        sentences.add(text);
        if (sentences.size() >= Limits.PROBLEMS) {
            sentences.add(file + ": more than " + Limits.PROBLEMS + " problems: the rest is not told");
            throw new TooMany();
        }
    }

    boolean any() {
        return !sentences.isEmpty();
    }

    void throwIfAny() {
        if (any()) {
            throw new BadInput(sentences);
        }
    }
}
