package dev.gupfuzz.simulator.scenario;

/**
 * A word of a scenario's file.
 *
 * @param kind what it is
 * @param text as it is written, of a {@link Kind#TEXT} without its quotes
 * @param at its first character
 * @param next the place behind its last character
 */
record Lexeme(Kind kind, String text, At at, At next) {

    /** What a word can be. */
    enum Kind {
        /** A name or a keyword; braces in it stand for numbers. */
        NAME,
        NUMBER,
        /** In double quotes. */
        TEXT,
        /** Brackets, operators and the like. */
        SIGN,
        /** The end of a line with something on it. */
        LINE,
        /** The end of the file. */
        END
    }

    boolean is(String word) {
        return (kind == Kind.NAME || kind == Kind.SIGN) && text.equals(word);
    }

    /** For an error sentence. */
    String told() {
        return switch (kind) {
            case LINE -> "the end of the line";
            case END -> "the end of the file";
            case TEXT -> "the text \"" + shown() + "\"";
            case NUMBER, NAME, SIGN -> "'" + shown() + "'";
        };
    }

    private String shown() {
        return text.length() <= Limits.NAME ? text : text.substring(0, Limits.NAME) + "...";
    }
}
