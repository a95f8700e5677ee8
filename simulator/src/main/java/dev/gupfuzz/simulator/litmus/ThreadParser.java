package dev.gupfuzz.simulator.litmus;

import dev.gupfuzz.simulator.Nearest;
import dev.gupfuzz.simulator.litmus.Instruction.Code;
import dev.gupfuzz.simulator.litmus.Instruction.Order;
import dev.gupfuzz.simulator.litmus.LitmusTest.LitmusThread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads one thread of a litmus test and makes instructions of it. */
final class ThreadParser {

    private static final int INSTRUCTIONS_MAX = 256;
    private static final int REGISTERS_MAX = 64;

    private static final List<String> TYPES = List.of("int", "long", "unsigned", "atomic_t", "spinlock_t", "uintptr_t");

    /** What takes part in an expression, by its name; {@link #call} says what it does. */
    private static final List<String> VALUES = List.of(
            "READ_ONCE",
            "atomic_read",
            "smp_load_acquire",
            "atomic_read_acquire",
            "rcu_dereference",
            "xchg",
            "cmpxchg",
            "atomic_xchg",
            "atomic_cmpxchg",
            "atomic_add_return",
            "atomic_sub_return",
            "atomic_inc_return",
            "atomic_dec_return",
            "atomic_fetch_add",
            "atomic_fetch_sub",
            "atomic_fetch_inc",
            "atomic_fetch_dec",
            "atomic_inc_and_test",
            "atomic_dec_and_test",
            "atomic_sub_and_test",
            "atomic_add_unless",
            "atomic_inc_not_zero");

    private static final List<String> STATEMENTS = List.of(
            "WRITE_ONCE",
            "atomic_set",
            "smp_store_release",
            "atomic_set_release",
            "rcu_assign_pointer",
            "smp_store_mb",
            "atomic_inc",
            "atomic_dec",
            "atomic_add",
            "atomic_sub",
            "spin_lock",
            "spin_unlock",
            "smp_mb",
            "smp_rmb",
            "smp_wmb",
            "smp_mb__before_atomic",
            "smp_mb__after_atomic",
            "smp_mb__after_spinlock",
            "smp_mb__after_unlock_lock");

    private static final Value ONE = new Value.Number(1);

    private final Tokens in;
    /** Locations by the names of the thread's parameters. */
    private final Map<String, Integer> parameters;

    private final Map<String, Integer> registers = new LinkedHashMap<>();
    private final List<Instruction> code = new ArrayList<>();
    private int temporaries;
    /** Whether an expression may reach memory here: not behind && and ||, which might leave it out. */
    private boolean memoryAllowed = true;

    ThreadParser(Tokens in, Map<String, Integer> parameters) {
        this.in = in;
        this.parameters = parameters;
    }

    /** From the opening brace to the closing one; registers with first values come from the head of the test. */
    LitmusThread read(Map<String, Integer> initial) {
        initial.keySet().forEach(this::register);
        in.expect("{");
        while (!in.takeIf("}")) {
            statement();
        }
        List<String> names = new ArrayList<>(registers.keySet());
        List<Integer> first =
                names.stream().map(name -> initial.getOrDefault(name, 0)).toList();
        return new LitmusThread(names, first, List.copyOf(code));
    }

    private int register(String name) {
        Integer known = registers.get(name);
        if (known == null) {
            if (registers.size() == REGISTERS_MAX) {
                throw in.mistake(in.peek(), "a thread may have " + REGISTERS_MAX + " registers at most");
            }
            known = registers.size();
            registers.put(name, known);
        }
        return known;
    }

    private void add(
            Code what, Order order, int result, @Nullable Value at, @Nullable Value value, @Nullable Value other) {
        put(new Instruction(what, order, result, at, value, other, 0));
    }

    private void put(Instruction instruction) {
        if (code.size() == INSTRUCTIONS_MAX) {
            throw in.mistake(in.peek(), "a thread may have " + INSTRUCTIONS_MAX + " instructions at most");
        }
        code.add(instruction);
    }

    // ---- statements

    private void statement() {
        in.deeper();
        if (in.takeIf("{")) {
            while (!in.takeIf("}")) {
                statement();
            }
        } else if (in.is("if")) {
            condition();
        } else if (TYPES.contains(in.peek().text())) {
            declaration();
        } else if (!in.takeIf(";")) {
            simple();
            in.expect(";");
        }
        in.higher();
    }

    private void condition() {
        in.take();
        in.expect("(");
        Value test = expression();
        in.expect(")");
        int unless = code.size();
        add(Code.JUMP_UNLESS, Order.NONE, -1, null, test, null);
        statement();
        if (in.takeIf("else")) {
            int jump = code.size();
            add(Code.JUMP, Order.NONE, -1, null, null, null);
            leadTo(unless, code.size());
            statement();
            leadTo(jump, code.size());
        } else {
            leadTo(unless, code.size());
        }
    }

    private void leadTo(int jump, int to) {
        Instruction from = code.get(jump);
        code.set(jump, new Instruction(from.code(), Order.NONE, -1, null, from.value(), null, to));
    }

    private void declaration() {
        while (TYPES.contains(in.peek().text())) {
            in.take();
        }
        do {
            while (in.takeIf("*")) {
                // what a register holds is told by its value
            }
            int register = register(in.name("the name of a register").text());
            if (in.takeIf("=")) {
                add(Code.SET, Order.NONE, register, null, expression(), null);
            }
        } while (in.takeIf(","));
        in.expect(";");
    }

    private void simple() {
        Token name = in.peek();
        if (name.text().equals("*")) {
            throw in.mistake(name, "plain accesses are not in the subset: use READ_ONCE() and WRITE_ONCE()");
        }
        in.name("a statement");
        if (in.takeIf("=")) {
            if (parameters.containsKey(name.text())) {
                throw in.mistake(name, "'" + name.text() + "' is a location: use WRITE_ONCE()");
            }
            Value value = expression();
            add(Code.SET, Order.NONE, register(name.text()), null, value, null);
        } else if (in.is("(")) {
            called(name);
        } else {
            throw in.expected("'=' or '('");
        }
    }

    private void called(Token name) {
        String what = name.text();
        if (!STATEMENTS.contains(what)) {
            call(name); // for what it does, not for its value
            return;
        }
        in.expect("(");
        switch (what) {
            case "smp_mb",
                    "smp_mb__before_atomic",
                    "smp_mb__after_atomic",
                    "smp_mb__after_spinlock",
                    "smp_mb__after_unlock_lock" -> add(Code.MB, Order.FULL, -1, null, null, null);
            case "smp_rmb" -> add(Code.RMB, Order.NONE, -1, null, null, null);
            case "smp_wmb" -> add(Code.WMB, Order.NONE, -1, null, null, null);
            case "spin_lock" -> add(Code.LOCK, Order.ACQUIRE, -1, pointer(), null, null);
            case "spin_unlock" -> add(Code.UNLOCK, Order.RELEASE, -1, pointer(), null, null);
            case "atomic_inc" -> add(Code.ADD, Order.NONE, -1, pointer(), ONE, null);
            case "atomic_dec" -> add(Code.ADD, Order.NONE, -1, pointer(), new Value.Number(-1), null);
            case "atomic_add", "atomic_sub" -> {
                Value delta = signed(what.equals("atomic_sub"), expression());
                in.expect(",");
                add(Code.ADD, Order.NONE, -1, pointer(), delta, null);
            }
            default -> {
                boolean star = List.of("WRITE_ONCE", "rcu_assign_pointer", "smp_store_mb")
                        .contains(what);
                Value at = star ? lvalue() : pointer();
                in.expect(",");
                boolean release = List.of("smp_store_release", "atomic_set_release", "rcu_assign_pointer")
                        .contains(what);
                add(Code.STORE, release ? Order.RELEASE : Order.NONE, -1, at, expression(), null);
                if (what.equals("smp_store_mb")) {
                    add(Code.MB, Order.FULL, -1, null, null, null);
                }
            }
        }
        in.expect(")");
    }

    private static Value signed(boolean minus, Value value) {
        return minus ? new Value.Unary("-", value) : value;
    }

    // ---- expressions

    private Value expression() {
        return level(0);
    }

    private Value level(int level) {
        if (level == Value.LEVELS.size()) {
            return factor();
        }
        Value left = level(level + 1);
        while (Value.LEVELS.get(level).contains(in.peek().text())) {
            String sign = in.take().text();
            boolean before = memoryAllowed;
            memoryAllowed &= !sign.equals("&&") && !sign.equals("||");
            left = new Value.Binary(sign, left, level(level + 1));
            memoryAllowed = before;
        }
        return left;
    }

    private Value factor() {
        in.deeper();
        try {
            Token token = in.peek();
            if (in.takeIf("(")) {
                if (TYPES.contains(in.peek().text())) { // a cast
                    while (!in.takeIf(")")) {
                        in.take();
                        if (in.peek().text().isEmpty()) {
                            throw in.expected("')'");
                        }
                    }
                    return factor();
                }
                Value value = expression();
                in.expect(")");
                return value;
            } else if (List.of("!", "~", "-").contains(token.text())) {
                in.take();
                return new Value.Unary(token.text(), factor());
            } else if (in.takeIf("&")) {
                Token name = in.name("a location");
                return location(name);
            } else if (token.isNumber()) {
                return new Value.Number(in.number());
            } else if (token.text().equals("*")) {
                throw in.mistake(token, "plain accesses are not in the subset: use READ_ONCE() and WRITE_ONCE()");
            }
            in.name("a value");
            if (in.is("(")) {
                return call(token);
            } else if (parameters.containsKey(token.text())) {
                return location(token);
            }
            Integer register = registers.get(token.text());
            if (register == null) {
                List<String> known = new ArrayList<>(registers.keySet().stream()
                        .filter(name -> !name.startsWith("("))
                        .toList());
                known.addAll(parameters.keySet());
                throw in.mistake(
                        token,
                        "there is no register or location '" + token.text() + "'" + Nearest.hint(token.text(), known));
            }
            return new Value.Register(register);
        } finally {
            in.higher();
        }
    }

    private Value location(Token name) {
        Integer location = parameters.get(name.text());
        if (location == null) {
            throw in.mistake(
                    name,
                    "the thread has no location '" + name.text() + "'"
                            + Nearest.hint(name.text(), parameters.keySet()));
        }
        return new Value.Number(Value.ADDRESS + location);
    }

    /** What READ_ONCE() and WRITE_ONCE() are given: {@code *x}, or a location by its name. */
    private Value lvalue() {
        boolean star = in.takeIf("*");
        boolean bracket = star && in.takeIf("(");
        Value at = star ? factor() : pointer();
        if (bracket) {
            in.expect(")");
        }
        return at;
    }

    private Value pointer() {
        return factor();
    }

    /** A call that gives a value; it is computed before the statement that it is part of. */
    private Value call(Token name) {
        String what = name.text();
        Order order = Order.FULL;
        for (String suffix : List.of("_relaxed", "_acquire", "_release")) {
            String plain = what.endsWith(suffix) ? what.substring(0, what.length() - suffix.length()) : what;
            if (!plain.equals(what) && VALUES.contains(plain) && !VALUES.contains(what)) {
                what = plain;
                order = suffix.equals("_relaxed")
                        ? Order.NONE
                        : suffix.equals("_acquire") ? Order.ACQUIRE : Order.RELEASE;
            }
        }
        if (!VALUES.contains(what)) {
            List<String> valid = new ArrayList<>(VALUES);
            valid.addAll(STATEMENTS);
            throw in.mistake(name, "'" + what + "' is not in the subset" + Nearest.hint(what, valid));
        } else if (!memoryAllowed) {
            throw in.mistake(name, "behind && and || nothing may reach memory: read it into a register first");
        }
        in.expect("(");
        int result = register("(" + temporaries++ + ")");
        Value value = new Value.Register(result);
        switch (what) {
            case "READ_ONCE", "rcu_dereference" -> add(Code.LOAD, Order.NONE, result, lvalue(), null, null);
            case "atomic_read" ->
                add(Code.LOAD, order == Order.ACQUIRE ? order : Order.NONE, result, pointer(), null, null);
            case "smp_load_acquire", "atomic_read_acquire" ->
                add(Code.LOAD, Order.ACQUIRE, result, pointer(), null, null);
            case "xchg", "atomic_xchg" -> add(Code.EXCHANGE, order, result, pointer(), second(), null);
            case "cmpxchg", "atomic_cmpxchg" -> {
                Value at = pointer();
                Value old = second();
                add(Code.COMPARE_EXCHANGE, order, result, at, second(), old);
            }
            case "atomic_add_unless" -> {
                Value at = pointer();
                Value delta = second();
                add(Code.ADD_UNLESS, order, result, at, delta, second());
            }
            case "atomic_inc_not_zero" -> add(Code.ADD_UNLESS, order, result, pointer(), ONE, new Value.Number(0));
            default -> value = fetched(what, order, result);
        }
        in.expect(")");
        return value;
    }

    private Value second() {
        in.expect(",");
        return expression();
    }

    /** The atomic additions: what they return of what was there before. */
    private Value fetched(String what, Order order, int result) {
        boolean minus = what.contains("sub") || what.contains("dec");
        Value delta = ONE;
        if (what.contains("add") || what.contains("sub")) {
            delta = expression();
            in.expect(",");
        }
        add(Code.FETCH_ADD, order, result, pointer(), signed(minus, delta), null);
        Value before = new Value.Register(result);
        Value after = new Value.Binary("+", before, signed(minus, delta));
        if (what.endsWith("_return")) {
            return after;
        }
        return what.endsWith("_and_test") ? new Value.Unary("!", after) : before;
    }
}
