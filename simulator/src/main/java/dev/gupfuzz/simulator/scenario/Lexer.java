package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.scenario.Lexeme.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a scenario's file into words. A line ends a statement; {@code #} makes the rest of a line a comment. A brace that
 * directly follows a character of a name belongs to the name: {@code writer{i}}.
 */
final class Lexer {

    private static final List<String> SIGNS =
            List.of("..", "==", "!=", "<=", ">=", "{", "}", "[", "]", "(", ")", ",", "=", "<", ">", "+", "-", "*");

    private final String text;
    private final Mistakes mistakes;
    private final List<Lexeme> found = new ArrayList<>();
    private int next;
    private int line = 1;
    private int lineStart;

    private Lexer(String text, Mistakes mistakes) {
        this.text = text;
        this.mistakes = mistakes;
    }

    /** The words of a file; the last one is its end. What is wrong goes to {@code mistakes} and is left out. */
    static List<Lexeme> words(String text, Mistakes mistakes) {
        Lexer lexer = new Lexer(text, mistakes);
        while (lexer.next < text.length()) {
            lexer.word();
        }
        lexer.lineEnds(lexer.at(lexer.next));
        lexer.found.add(new Lexeme(Kind.END, "", lexer.at(lexer.next), lexer.at(lexer.next)));
        return lexer.found;
    }

    private At at(int offset) {
        return new At(line, text.codePointCount(lineStart, offset) + 1);
    }

    private void word() {
        char c = text.charAt(next);
        if (c == '\n') {
            lineEnds(at(next));
            next++;
            line++;
            lineStart = next;
        } else if (c == ' ' || c == '\t') {
            next++;
        } else if (c == '#') {
            comment();
        } else if (c == '"') {
            quoted();
        } else if (isLetter(c)) {
            name();
        } else if (c >= '0' && c <= '9') {
            number();
        } else {
            sign();
        }
    }

    private void comment() {
        while (next < text.length() && text.charAt(next) != '\n') {
            if (Character.isISOControl(text.charAt(next)) && text.charAt(next) != '\t') {
                mistakes.add(
                        at(next), String.format("the character U+%04X has no meaning here", (int) text.charAt(next)));
            }
            next++;
        }
    }

    private void lineEnds(At here) {
        if (!found.isEmpty() && found.get(found.size() - 1).kind() != Kind.LINE) {
            found.add(new Lexeme(Kind.LINE, "", here, here));
        }
    }

    private void add(Kind kind, String word, int from) {
        found.add(new Lexeme(kind, word, at(from), at(next)));
    }

    private void quoted() {
        int from = next++;
        while (next < text.length() && text.charAt(next) != '"' && !Character.isISOControl(text.charAt(next))) {
            next++;
        }
        if (next == text.length() || text.charAt(next) != '"') {
            mistakes.add(at(from), "a text that begins with '\"' must end with '\"' on the same line");
            add(Kind.TEXT, "", from);
            return;
        }
        String inside = text.substring(from + 1, next++);
        if (inside.length() > Limits.TEXT) {
            mistakes.add(
                    at(from), "a text may have " + Limits.TEXT + " characters at most: this has " + inside.length());
            inside = "";
        }
        add(Kind.TEXT, inside, from);
    }

    private void name() {
        int from = next;
        boolean inBraces = false;
        while (next < text.length()) {
            char c = text.charAt(next);
            if (c == '{' && !inBraces) {
                inBraces = true;
            } else if (c == '}' && inBraces) {
                inBraces = false;
            } else if (!isLetter(c) && !(c >= '0' && c <= '9') && !(c == '-' && hyphenIsInside())) {
                break;
            }
            next++;
        }
        String word = text.substring(from, next);
        if (inBraces) {
            mistakes.add(
                    at(from),
                    "the brace of '" + shown(word)
                            + "' is not closed; a '{' that begins a block stands behind a space");
            word = word.substring(0, word.lastIndexOf('{'));
        }
        if (word.length() > 2 * Limits.NAME) {
            mistakes.add(at(from), "a name may have " + Limits.NAME + " characters at most: '" + shown(word) + "'");
            word = word.substring(0, Limits.NAME).replaceAll("[{}].*", "");
        }
        add(Kind.NAME, word, from);
    }

    /** A hyphen joins two halves of a name; with a space on one side it is a minus. */
    private boolean hyphenIsInside() {
        return next + 1 < text.length()
                && (isLetter(text.charAt(next + 1)) || Character.digit(text.charAt(next + 1), 10) >= 0);
    }

    private void number() {
        int from = next;
        while (next < text.length() && text.charAt(next) >= '0' && text.charAt(next) <= '9') {
            next++;
        }
        String digits = text.substring(from, next);
        if (digits.length() > Limits.DIGITS || Long.parseLong(digits) > Limits.NUMBER) {
            mistakes.add(at(from), "a number may be " + Limits.NUMBER + " at most: '" + shown(digits) + "'");
            digits = "0";
        }
        add(Kind.NUMBER, digits, from);
    }

    private void sign() {
        int from = next;
        for (String sign : SIGNS) {
            if (text.startsWith(sign, next)) {
                next += sign.length();
                add(Kind.SIGN, sign, from);
                return;
            }
        }
        int character = text.codePointAt(next);
        next += Character.charCount(character);
        String told = Character.isISOControl(character) || character > 0x7e
                ? String.format("U+%04X", character)
                : "'" + Character.toString(character) + "'";
        mistakes.add(at(from), "the character " + told + " has no meaning here");
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }

    private static String shown(String word) {
        return word.length() <= Limits.NAME ? word : word.substring(0, Limits.NAME) + "...";
    }
}
