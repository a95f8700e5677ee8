package dev.gupfuzz.simulator.scenario;

/** A number that a file writes down, with parameters and the numbers of loops. A condition is a number too: 0 is no. */
sealed interface Expr {

    At at();

    /** A number. */
    record Number(At at, long value) implements Expr {}

    /** A parameter, or the number of a loop. */
    record Name(At at, String name) implements Expr {}

    /** Minus, or {@code not}. */
    record Unary(At at, String sign, Expr operand) implements Expr {}

    /** Two operands; {@code at} is the sign's. */
    record Binary(At at, String sign, Expr left, Expr right) implements Expr {}
}
