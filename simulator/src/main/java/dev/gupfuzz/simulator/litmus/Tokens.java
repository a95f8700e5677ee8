package dev.gupfuzz.simulator.litmus;

import dev.gupfuzz.simulator.BadInput;
import java.util.List;

/** Goes through the words of a litmus test. The first mistake ends it. */
final class Tokens {

    private static final int NUMBER_MAX = 1_000_000;
    /** Brackets, blocks and signs within one another. */
    private static final int DEPTH_MAX = 64;

    private final String file;
    private final List<Token> tokens;
    private int next;
    private int depth;

    Tokens(String file, List<Token> tokens) {
        this.file = file;
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(next);
    }

    Token peek(int ahead) {
        return tokens.get(Math.min(next + ahead, tokens.size() - 1));
    }

    boolean is(String text) {
        return peek().text().equals(text);
    }

    Token take() {
        Token token = peek();
        if (next < tokens.size() - 1) {
            next++;
        }
        return token;
    }

    boolean takeIf(String text) {
        boolean is = is(text);
        if (is) {
            take();
        }
        return is;
    }

    Token expect(String text) {
        if (!is(text)) {
            throw expected("'" + text + "'");
        }
        return take();
    }

    Token name(String what) {
        if (!peek().isName()) {
            throw expected(what);
        }
        return take();
    }

    int number() {
        boolean minus = takeIf("-");
        if (!peek().isNumber()) {
            throw expected("a number");
        }
        Token token = take();
        try {
            int value = Integer.decode(token.text());
            if (value <= NUMBER_MAX) {
                return minus ? -value : value;
            }
        } catch (NumberFormatException e) {
            throw mistake(token, "'" + token.text() + "' is not a number");
        }
        throw mistake(token, "numbers go up to " + NUMBER_MAX + ": " + token.text());
    }

    void deeper() {
        if (++depth > DEPTH_MAX) {
            throw mistake(peek(), "more than " + DEPTH_MAX + " brackets and blocks within one another");
        }
    }

    void higher() {
        depth--;
    }

    BadInput expected(String what) {
        String found = peek().text().isEmpty() ? "the end of the file" : "'" + peek().text() + "'";
        return mistake(peek(), "expected " + what + ", found " + found);
    }

    BadInput mistake(Token at, String sentence) {
        return new BadInput(file + ":" + at.line() + ":" + at.column() + ": " + sentence);
    }

    /** The text of the words from one on to the present one, as herd7 prints it. */
    String since(int from) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < next; i++) {
            String word = tokens.get(i).text();
            boolean spaced = word.equals("/\\") || word.equals("\\/");
            text.append(spaced ? " " + word + " " : word);
        }
        return text.toString();
    }

    int position() {
        return next;
    }
}
