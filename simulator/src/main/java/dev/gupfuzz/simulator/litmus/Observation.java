package dev.gupfuzz.simulator.litmus;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How often final states fulfil a test's condition. */
public enum Observation {
    NEVER,
    SOMETIMES,
    ALWAYS;

    /** As herd7 writes it. */
    public String text() {
        return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
    }

    static Optional<Observation> of(String text) {
        return Arrays.stream(values()).filter(o -> o.text().equals(text)).findFirst();
    }
}
