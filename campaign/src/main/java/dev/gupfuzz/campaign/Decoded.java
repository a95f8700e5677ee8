package dev.gupfuzz.campaign;

import java.util.Locale;

/**
 * What became of the bytes of a record: a message, or the reason why there is none. Bytes from a topic are a stranger's
 * input, so a refusal is a value that a poll loop can count, never an exception that could end it.
 */
public sealed interface Decoded<M> {
    /** Why bytes were refused; a closed set, fit for a metric's label. */
    enum Reason {
        EMPTY,
        TOO_LARGE,
        GARBAGE,
        UNKNOWN_VERSION,
        INVALID;

        /** The lower-case spelling used as a label value. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A message that passed every check of its {@link Wire}. */
    record Message<M>(M value) implements Decoded<M> {}

    /** No message; the sentence is a single line of printable text, safe to log. */
    record Refused<M>(Reason reason, String sentence) implements Decoded<M> {}
}
