package dev.gupfuzz.simulator.litmus;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Nearest;
import dev.gupfuzz.simulator.litmus.LitmusTest.LitmusThread;
import dev.gupfuzz.simulator.litmus.LitmusTest.Observed;
import dev.gupfuzz.simulator.litmus.LitmusTest.Quantifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a litmus test: its head, its first values, its threads and the question at its end. */
final class LitmusParser {

    private static final int THREADS_MAX = 6;
    private static final int LOCATIONS_MAX = 16;

    private static final Pattern TITLE = Pattern.compile("\\s*C\\s+(\\S+)[^\\n]*\\n?");
    private static final Pattern RESULT = Pattern.compile("Result:\\s*(Never|Sometimes|Always)");

    private final Tokens in;
    private final String name;
    private final Optional<Observation> result;

    private final Map<String, Integer> locations = new LinkedHashMap<>();
    private final List<Integer> initial = new ArrayList<>();
    /** First values of registers, by thread. */
    private final Map<Integer, Map<String, Integer>> registers = new TreeMap<>();

    private final List<LitmusThread> threads = new ArrayList<>();
    private final List<Observed> observed = new ArrayList<>();

    private LitmusParser(String file, String text) {
        Matcher title = TITLE.matcher(text);
        if (!title.lookingAt()) {
            throw new BadInput(file + ":1:1: a litmus test begins with a line 'C NAME'");
        }
        name = title.group(1);
        Matcher told = RESULT.matcher(text);
        result = told.find() ? Observation.of(told.group(1)) : Optional.empty();
        int lines = (int) title.group().chars().filter(c -> c == '\n').count();
        in = new Tokens(file, Token.of(file, text, title.end(), 1 + lines));
    }

    static LitmusTest read(String file, String text) {
        return new LitmusParser(file, text).test();
    }

    private LitmusTest test() {
        in.expect("{");
        while (!in.takeIf("}")) {
            first();
        }
        while (in.peek().text().matches("P[0-9]+")) {
            thread();
        }
        if (threads.isEmpty()) {
            throw in.expected("a thread: P0(...) { ... }");
        }
        Condition filter = new Condition.True();
        while (in.is("locations") || in.is("filter")) {
            if (in.take().text().equals("filter")) {
                filter = disjunction();
                continue;
            }
            in.expect("[");
            while (!in.takeIf("]")) {
                observed(false);
                in.takeIf(";");
            }
        }
        Quantifier quantifier = quantifier();
        int from = in.position();
        Condition condition = disjunction();
        String text = in.since(from);
        if (!in.peek().text().isEmpty()) {
            throw in.expected("the end of the file");
        }
        return new LitmusTest(
                name,
                List.copyOf(locations.keySet()),
                List.copyOf(initial),
                List.copyOf(threads),
                List.copyOf(observed),
                quantifier,
                text,
                condition,
                filter,
                result);
    }

    private Quantifier quantifier() {
        boolean not = in.takeIf("~");
        if (in.takeIf("exists")) {
            return not ? Quantifier.NOT_EXISTS : Quantifier.EXISTS;
        } else if (!not && in.takeIf("forall")) {
            return Quantifier.FORALL;
        }
        throw in.expected("'exists', '~exists' or 'forall'");
    }

    /** A first value: {@code x = 1;}, {@code int *p = &x;}, {@code 0:r1 = 2;}. */
    private void first() {
        if (in.takeIf(";")) {
            return;
        }
        if (in.peek().isNumber()) {
            int thread = in.number();
            in.expect(":");
            String register = in.name("a register").text();
            in.expect("=");
            registers.computeIfAbsent(thread, t -> new LinkedHashMap<>()).put(register, firstValue());
        } else {
            while (in.peek(1).isName() || in.peek(1).text().equals("*")) {
                in.take(); // a type
            }
            while (in.takeIf("*")) {
                // what a location holds is told by its value
            }
            int location = location(in.name("a location"));
            if (in.takeIf("=")) {
                initial.set(location, firstValue());
            }
        }
        if (!in.is("}")) {
            in.expect(";");
        }
    }

    private int firstValue() {
        boolean address = in.takeIf("&");
        if (address || in.peek().isName()) {
            return Value.ADDRESS + location(in.name("a location"));
        }
        return in.number();
    }

    private int location(Token token) {
        Integer known = locations.get(token.text());
        if (known == null) {
            if (locations.size() == LOCATIONS_MAX) {
                throw in.mistake(token, "a test may have " + LOCATIONS_MAX + " locations at most");
            }
            known = locations.size();
            locations.put(token.text(), known);
            initial.add(0);
        }
        return known;
    }

    private void thread() {
        Token head = in.take();
        if (!head.text().equals("P" + threads.size())) {
            throw in.mistake(head, "expected thread P" + threads.size() + ", found '" + head.text() + "'");
        } else if (threads.size() == THREADS_MAX) {
            throw in.mistake(head, "a test may have " + THREADS_MAX + " threads at most");
        }
        in.expect("(");
        Map<String, Integer> parameters = new LinkedHashMap<>();
        while (!in.takeIf(")")) {
            while (!in.is(",") && !in.is(")")) {
                Token word = in.take();
                if (word.text().isEmpty()) {
                    throw in.expected("')'");
                }
                if (in.is(",") || in.is(")")) {
                    parameters.put(word.text(), location(word));
                }
            }
            in.takeIf(",");
        }
        Map<String, Integer> first = registers.getOrDefault(threads.size(), new LinkedHashMap<>());
        threads.add(new ThreadParser(in, parameters).read(first));
    }

    // ---- the question

    private Condition disjunction() {
        Condition left = conjunction();
        while (in.takeIf("\\/")) {
            left = new Condition.Or(left, conjunction());
        }
        return left;
    }

    private Condition conjunction() {
        Condition left = atom();
        while (in.takeIf("/\\")) {
            left = new Condition.And(left, atom());
        }
        return left;
    }

    private Condition atom() {
        in.deeper();
        try {
            if (in.takeIf("~")) {
                return new Condition.Not(atom());
            } else if (in.takeIf("(")) {
                Condition inner = disjunction();
                in.expect(")");
                return inner;
            } else if (in.takeIf("true")) {
                return new Condition.True();
            }
            int index = observed(true);
            in.expect("=");
            return new Condition.Is(index, firstValue());
        } finally {
            in.higher();
        }
    }

    /** A register or a location that final states are told by. */
    private int observed(boolean mustBeUsed) {
        Token token = in.peek();
        Observed found;
        if (token.isNumber()) {
            int thread = in.number();
            in.expect(":");
            Token register = in.name("a register");
            if (thread >= threads.size()) {
                throw in.mistake(token, "there is no thread " + thread);
            }
            List<String> known = threads.get(thread).registers();
            int index = known.indexOf(register.text());
            if (index < 0) {
                List<String> valid =
                        known.stream().filter(r -> !r.startsWith("(")).toList();
                throw in.mistake(
                        register,
                        "P" + thread + " has no register '" + register.text() + "'"
                                + Nearest.hint(register.text(), valid));
            }
            found = new Observed(thread, index, thread + ":" + register.text());
        } else {
            boolean bracket = mustBeUsed && in.takeIf("[");
            Token location = in.name("a register or a location");
            if (bracket) {
                in.expect("]");
            }
            Integer index = locations.get(location.text());
            if (index == null) {
                throw in.mistake(
                        location,
                        "there is no location '" + location.text() + "'"
                                + Nearest.hint(location.text(), locations.keySet()));
            }
            found = new Observed(-1, index, location.text());
        }
        int known = observed.indexOf(found);
        if (known < 0) {
            observed.add(found);
            known = observed.size() - 1;
        }
        return known;
    }
}
