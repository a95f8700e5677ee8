package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.Nearest;
import dev.gupfuzz.simulator.scenario.Cursor.Lost;
import dev.gupfuzz.simulator.scenario.Node.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the names of numbers mean at one point of a file, and how much work the file has been so far. */
final class Scope {

    private static final Pattern BRACES = Pattern.compile("\\{([^{}]*)\\}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*(-[A-Za-z0-9_]+)*");

    /** A loop's name: a number, or a place. */
    record Binding(String name, long number, @Nullable Spot place) {}

    final Mistakes mistakes;
    private final Map<String, Integer> parameters;
    private List<Binding> bindings = new ArrayList<>();
    private int work;

    Scope(Map<String, Integer> parameters, Mistakes mistakes) {
        this.parameters = parameters;
        this.mistakes = mistakes;
    }

    Lost lost(At at, String sentence) {
        mistakes.add(at, sentence);
        return new Lost();
    }

    /** Some more was done; a file cannot keep anybody busy for ever. */
    void work(At at) {
        if (++work > Limits.WORK) {
            mistakes.add(at, "the scenario is too much work to put together: unrolled it has too many statements");
            throw new Mistakes.TooMany();
        }
    }

    // ---- loops

    void push(At at, String name, long number, @Nullable Spot place) {
        if (parameters.containsKey(name) || binding(name) != null) {
            throw lost(at, "'" + name + "' already has a meaning here: give the loop another name");
        }
        bindings.add(new Binding(name, number, place));
    }

    void pop() {
        bindings.remove(bindings.size() - 1);
    }

    List<Binding> bindings() {
        return List.copyOf(bindings);
    }

    /** Goes to where these names were valid. */
    void enter(List<Binding> there) {
        bindings = new ArrayList<>(there);
    }

    private @Nullable Binding binding(String name) {
        for (int i = bindings.size() - 1; i >= 0; i--) {
            if (bindings.get(i).name().equals(name)) {
                return bindings.get(i);
            }
        }
        return null;
    }

    /** The place that a loop's name stands for, or null. */
    @Nullable
    Spot place(String name) {
        Binding binding = binding(name);
        return binding == null ? null : binding.place();
    }

    // ---- numbers

    int number(Expr expression, String what, int min, int max) {
        long value = number(expression);
        if (value < min || value > max) {
            throw lost(expression.at(), what + " must be from " + min + " to " + max + ": it is " + value);
        }
        return (int) value;
    }

    boolean truth(Expr condition) {
        return number(condition) != 0;
    }

    long number(Expr expression) {
        work(expression.at());
        long value;
        if (expression instanceof Expr.Number number) {
            value = number.value();
        } else if (expression instanceof Expr.Name name) {
            value = named(name.at(), name.name());
        } else if (expression instanceof Expr.Unary unary) {
            long operand = number(unary.operand());
            value = unary.sign().equals("not") ? bit(operand == 0) : -operand;
        } else {
            Expr.Binary binary = (Expr.Binary) expression;
            value = binary(binary.sign(), number(binary.left()), number(binary.right()));
        }
        if (Math.abs(value) > Limits.NUMBER) {
            throw lost(expression.at(), "the number is too large: " + value);
        }
        return value;
    }

    private static long binary(String sign, long left, long right) {
        return switch (sign) {
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            case "==" -> bit(left == right);
            case "!=" -> bit(left != right);
            case "<" -> bit(left < right);
            case "<=" -> bit(left <= right);
            case ">" -> bit(left > right);
            case ">=" -> bit(left >= right);
            case "and" -> bit(left != 0 && right != 0);
            case "or" -> bit(left != 0 || right != 0);
            default -> throw new IllegalStateException("[simulator bug] no such sign: " + sign);
        };
    }

    private static long bit(boolean yes) {
        return yes ? 1 : 0;
    }

    private long named(At at, String name) {
        Binding binding = binding(name);
        if (binding != null && binding.place() == null) {
            return binding.number();
        }
        if (binding != null) {
            throw lost(at, "'" + name + "' is a page here, not a number");
        }
        Integer parameter = parameters.get(name);
        if (parameter == null) {
            List<String> valid = new ArrayList<>(parameters.keySet());
            bindings.stream().filter(b -> b.place() == null).forEach(b -> valid.add(b.name()));
            throw lost(at, "no parameter and no loop is called '" + name + "'" + Nearest.hint(name, valid));
        }
        return parameter;
    }

    // ---- names and texts

    /** A name, its braces filled in. */
    String name(Text text) {
        String name = filled(text);
        if (name.length() > Limits.NAME || !NAME.matcher(name).matches()) {
            throw lost(
                    text.at(),
                    "a name has letters, digits and hyphens between them, " + Limits.NAME + " at most: '" + name + "'");
        }
        return name;
    }

    /** A text, its braces filled in. */
    String filled(Text text) {
        work(text.at());
        if (text.text().indexOf('{') < 0 && text.text().indexOf('}') < 0) {
            return text.text();
        }
        Matcher braces = BRACES.matcher(text.text());
        StringBuilder filled = new StringBuilder();
        int from = 0;
        while (braces.find()) {
            filled.append(text.text(), from, braces.start()).append(named(text.at(), braces.group(1)));
            from = braces.end();
            work(text.at());
        }
        filled.append(text.text().substring(from));
        if (filled.indexOf("{") >= 0 || filled.indexOf("}") >= 0) {
            throw lost(text.at(), "braces stand around the name of a number, as in \"store {i}\"");
        }
        if (filled.length() > Limits.TEXT) {
            throw lost(text.at(), "a text may have " + Limits.TEXT + " characters at most");
        }
        return filled.toString();
    }
}
