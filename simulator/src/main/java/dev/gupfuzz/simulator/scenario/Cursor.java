package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.Nearest;
import dev.gupfuzz.simulator.scenario.Lexeme.Kind;
import dev.gupfuzz.simulator.scenario.Node.Place;
import dev.gupfuzz.simulator.scenario.Node.Text;
import java.util.ArrayList;
import java.util.List;

/** Where a parser stands among the words of a file, and what all parts of the grammar are made of. */
final class Cursor {

    /** The statement cannot be read on; the problem is already told. */
    static final class Lost extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Lost() {
            super(null, null, false, false);
        }
    }

    private static final List<String> COMPARISONS = List.of("==", "!=", "<=", ">=", "<", ">");
    /** Words of conditions and values, which name nothing else. */
    static final List<String> RESERVED = List.of("and", "or", "not", "zero", "initial");

    final Mistakes mistakes;
    private final List<Lexeme> words;
    private int next;
    private int depth;
    /** Of the expression that is being read. */
    private int operators;

    Cursor(List<Lexeme> words, Mistakes mistakes) {
        this.words = words;
        this.mistakes = mistakes;
    }

    Lexeme peek() {
        return words.get(next);
    }

    private Lexeme second() {
        return words.get(Math.min(next + 1, words.size() - 1));
    }

    Lexeme take() {
        Lexeme word = words.get(next);
        if (word.kind() != Kind.END) {
            next++;
        }
        return word;
    }

    boolean takeIf(String word) {
        if (!peek().is(word)) {
            return false;
        }
        take();
        return true;
    }

    Lost lost(String expected) {
        mistakes.add(peek().at(), "expected " + expected + ", found " + peek().told());
        return new Lost();
    }

    /** As {@link #lost}, where only some words are valid. */
    Lost lost(String expected, List<String> valid) {
        String hint = peek().kind() == Kind.NAME ? Nearest.hint(peek().text(), valid) : "";
        mistakes.add(peek().at(), "expected " + expected + ", found " + peek().told() + hint);
        return new Lost();
    }

    void expect(String word) {
        if (!peek().is(word)) {
            throw peek().kind() == Kind.NAME ? lost("'" + word + "'", List.of(word)) : lost("'" + word + "'");
        }
        take();
    }

    /** A statement ends with its line, or before the brace that closes its block. */
    void endLine(String after) {
        if (peek().kind() == Kind.LINE) {
            take();
        } else if (peek().kind() != Kind.END && !peek().is("}")) {
            throw lost("the end of the line behind " + after);
        }
    }

    void skipEmptyLines() {
        while (peek().kind() == Kind.LINE) {
            take();
        }
    }

    /** Goes on behind a statement that could not be read, with the block that it may have opened. */
    void skipStatement() {
        int open = 0;
        while (peek().kind() != Kind.END) {
            if (peek().is("{")) {
                open++;
            } else if (peek().is("}")) {
                if (open == 0) {
                    return;
                }
                open--;
            } else if (peek().kind() == Kind.LINE && open == 0) {
                take();
                return;
            }
            take();
        }
    }

    void deeper() {
        if (++depth > Limits.DEPTH) {
            mistakes.add(peek().at(), "blocks and brackets may be nested " + Limits.DEPTH + " deep at most");
            throw new Mistakes.TooMany();
        }
    }

    void higher() {
        depth--;
    }

    int depth() {
        return depth;
    }

    /** Back to where a statement began that was lost. */
    void depth(int before) {
        depth = before;
    }

    // ---- names, texts, numbers, places

    Text name(String what) {
        Lexeme word = peek();
        if (word.kind() != Kind.NAME) {
            throw lost(what);
        }
        if (RESERVED.contains(word.text())) {
            mistakes.add(word.at(), "'" + word.text() + "' has a meaning of its own and cannot be " + what);
            throw new Lost();
        }
        take();
        return new Text(word.at(), word.text());
    }

    /** A name that is the same whatever the parameters are. */
    String plainName(String what) {
        Text name = name(what);
        if (name.text().indexOf('{') >= 0) {
            mistakes.add(name.at(), what + " cannot have braces in it: '" + name.text() + "'");
        }
        return name.text();
    }

    Text text(String what) {
        if (peek().kind() != Kind.TEXT) {
            throw lost(what + " in double quotes");
        }
        Lexeme word = take();
        return new Text(word.at(), word.text());
    }

    int number(String what) {
        if (peek().kind() != Kind.NUMBER) {
            throw lost(what + ", a number");
        }
        return Integer.parseInt(take().text());
    }

    /** {@code NAME}, {@code NAME[N]} or {@code NAME[N..N]}. */
    Place place(String what) {
        Text name = name(what);
        if (!takeIf("[")) {
            return new Place(name, null, null);
        }
        Expr from = expression();
        Expr to = takeIf("..") ? expression() : null;
        expect("]");
        return new Place(name, from, to);
    }

    /** Whether a place follows, and no number: {@code buffer {}, {@code buffer[1]}. */
    boolean atPlace() {
        return peek().kind() == Kind.NAME && (second().is("{") || second().is("["));
    }

    /** Values: {@code zero or initial or "NAME"}. */
    List<Text> values() {
        List<Text> values = new ArrayList<>();
        do {
            Lexeme word = peek();
            if (word.kind() != Kind.TEXT && !word.is("zero") && !word.is("initial")) {
                throw lost("a value: zero, initial, or the name of a store in double quotes");
            }
            take();
            values.add(new Text(word.at(), word.kind() == Kind.TEXT ? "=" + word.text() : word.text()));
        } while (takeIf("or"));
        return values;
    }

    // ---- expressions

    Expr expression() {
        deeper();
        int before = operators;
        operators = 0;
        Expr left = conjunction();
        while (peek().is("or")) {
            left = new Expr.Binary(peek().at(), operator(), left, conjunction());
        }
        operators = before;
        higher();
        return left;
    }

    private String operator() {
        if (++operators > Limits.OPERATORS) {
            mistakes.add(peek().at(), "an expression may have " + Limits.OPERATORS + " operators at most");
            throw new Mistakes.TooMany();
        }
        return take().text();
    }

    private Expr conjunction() {
        Expr left = comparison();
        while (peek().is("and")) {
            left = new Expr.Binary(peek().at(), operator(), left, comparison());
        }
        return left;
    }

    private Expr comparison() {
        if (peek().is("not")) {
            deeper();
            Expr not = new Expr.Unary(peek().at(), take().text(), comparison());
            higher();
            return not;
        }
        Expr left = sum();
        if (peek().kind() == Kind.SIGN && COMPARISONS.contains(peek().text())) {
            return new Expr.Binary(peek().at(), take().text(), left, sum());
        }
        return left;
    }

    private Expr sum() {
        Expr left = product();
        while (peek().is("+") || peek().is("-")) {
            left = new Expr.Binary(peek().at(), operator(), left, product());
        }
        return left;
    }

    private Expr product() {
        Expr left = operand();
        while (peek().is("*")) {
            left = new Expr.Binary(peek().at(), operator(), left, operand());
        }
        return left;
    }

    private Expr operand() {
        Lexeme word = peek();
        if (word.kind() == Kind.NUMBER) {
            take();
            return new Expr.Number(word.at(), Long.parseLong(word.text()));
        }
        if (word.is("-")) {
            take();
            deeper();
            Expr minus = new Expr.Unary(word.at(), "-", operand());
            higher();
            return minus;
        }
        if (takeIf("(")) {
            Expr inside = expression();
            expect(")");
            return inside;
        }
        if (word.kind() == Kind.NAME && !RESERVED.contains(word.text())) {
            take();
            if (word.text().indexOf('{') >= 0) {
                mistakes.add(word.at(), "a number cannot have braces in its name: '" + word.text() + "'");
            }
            return new Expr.Name(word.at(), word.text());
        }
        throw lost("a number, a parameter or the number of a loop");
    }
}
