package dev.gupfuzz.simulator.kernel;

import java.util.Locale;

/** A model that a rule waits for: until it is simulated, a kernel with the rule and one without it behave alike. */
public enum Need {
    MEMORY("a model of weak memory"),
    LARGE_PAGES("large pages");

    private final String summary;

    Need(String summary) {
        this.summary = summary;
    }

    /** The word in {@code rules.txt}, e.g. {@code large-pages}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The same in words. */
    public String summary() {
        return summary;
    }

    static Need named(String id) {
        for (Need need : values()) {
            if (need.id().equals(id)) {
                return need;
            }
        }
        throw new IllegalStateException("[simulator bug] rules.txt: needs " + id);
    }
}
