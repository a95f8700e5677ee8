package dev.gupfuzz.simulator.litmus;

import java.util.List;

/** An expression over a thread's registers, and what it depends on. */
sealed interface Value {

    /** Numbers from here on are addresses of locations. */
    int ADDRESS = 1 << 30;

    record Number(int value) implements Value {}

    record Register(int index) implements Value {}

    record Unary(String sign, Value of) implements Value {}

    record Binary(String sign, Value left, Value right) implements Value {}

    /** Signs of two operands, the loosest first. */
    List<List<String>> LEVELS = List.of(
            List.of("||"),
            List.of("&&"),
            List.of("|"),
            List.of("^"),
            List.of("&"),
            List.of("==", "!="),
            List.of("<", "<=", ">", ">="),
            List.of("+", "-"),
            List.of("*"));

    /** The value, of registers that lie at {@code registers}. */
    static int of(Value value, int[] s, int registers) {
        if (value instanceof Number number) {
            return number.value;
        } else if (value instanceof Register register) {
            return s[registers + register.index];
        } else if (value instanceof Unary unary) {
            int of = of(unary.of, s, registers);
            return switch (unary.sign) {
                case "!" -> of == 0 ? 1 : 0;
                case "~" -> ~of;
                default -> -of;
            };
        }
        Binary binary = (Binary) value;
        int left = of(binary.left, s, registers);
        int right = of(binary.right, s, registers);
        return switch (binary.sign) {
            case "||" -> left != 0 || right != 0 ? 1 : 0;
            case "&&" -> left != 0 && right != 0 ? 1 : 0;
            case "|" -> left | right;
            case "^" -> left ^ right;
            case "&" -> left & right;
            case "==" -> left == right ? 1 : 0;
            case "!=" -> left != right ? 1 : 0;
            case "<" -> left < right ? 1 : 0;
            case "<=" -> left <= right ? 1 : 0;
            case ">" -> left > right ? 1 : 0;
            case ">=" -> left >= right ? 1 : 0;
            case "+" -> left + right;
            case "-" -> left - right;
            default -> left * right;
        };
    }

    /** The latest of the moments at which what the value depends on was read; these lie at {@code moments}. */
    static int moment(Value value, int[] s, int moments) {
        if (value instanceof Register register) {
            return s[moments + register.index];
        } else if (value instanceof Unary unary) {
            return moment(unary.of, s, moments);
        } else if (value instanceof Binary binary) {
            return Math.max(moment(binary.left, s, moments), moment(binary.right, s, moments));
        }
        return 0;
    }
}
