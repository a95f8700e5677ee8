package dev.gupfuzz.simulator;

import java.util.List;

/** What the user asked for cannot be done as written; every problem is one sentence that names the value. */
public final class BadInput extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    public BadInput(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    public BadInput(String problem) {
        this(List.of(problem));
    }

    /** All problems, in the order in which they were found; never empty. */
    public List<String> problems() {
        return problems;
    }
}
