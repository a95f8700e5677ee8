package dev.gupfuzz.simulator.litmus;

import dev.gupfuzz.simulator.litmus.Statement.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** A program without loops whose accesses have fixed locations: what both the machine and the axioms can be asked about. */
record StraightLine(List<List<Statement>> threads) {

    private static final String NAMES = "xyzabc";

    @SafeVarargs
    static StraightLine of(List<Statement>... threads) {
        return new StraightLine(List.of(threads));
    }

    int locations() {
        return 1 + all().stream().mapToInt(Statement::location).max().orElse(-1);
    }

    private List<Statement> all() {
        return threads.stream().flatMap(List::stream).toList();
    }

    /** By its number over all threads. */
    Statement statement(int number) {
        return all().get(number);
    }

    /** Whether the location is a lock, which final states leave out. */
    boolean isLock(int location) {
        return all().stream().anyMatch(s -> s.location() == location && s.kind() == Kind.LOCK);
    }

    static String name(int location) {
        return NAMES.substring(location, location + 1);
    }

    int registers(int thread) {
        return 1
                + threads.get(thread).stream()
                        .mapToInt(Statement::register)
                        .max()
                        .orElse(-1);
    }

    /** Statements of all threads. */
    int size() {
        return all().size();
    }

    /** The program with another statement at the place of one; none, without it. */
    StraightLine with(int number, Optional<Statement> other) {
        List<List<Statement>> changed = new ArrayList<>();
        int at = 0;
        for (List<Statement> thread : threads) {
            List<Statement> kept = new ArrayList<>();
            for (Statement s : thread) {
                (at++ == number ? other : Optional.of(s)).ifPresent(kept::add);
            }
            changed.add(kept);
        }
        return new StraightLine(changed);
    }

    /** What a final state is told by, in this order: all registers, all locations that are no locks. */
    List<String> observed() {
        List<String> observed = new ArrayList<>();
        for (int t = 0; t < threads.size(); t++) {
            for (int r = 0; r < registers(t); r++) {
                observed.add(t + ":r" + r);
            }
        }
        for (int x = 0; x < locations(); x++) {
            if (!isLock(x)) {
                observed.add(name(x));
            }
        }
        return observed;
    }

    /** As a litmus test. */
    String text() {
        StringBuilder text = new StringBuilder("C program\n\n{}\n");
        for (int t = 0; t < threads.size(); t++) {
            text.append("\nP").append(t).append("(");
            for (int x = 0; x < locations(); x++) {
                String type = isLock(x) ? "spinlock_t *" : "int *";
                text.append(x == 0 ? "" : ", ").append(type).append(name(x));
            }
            text.append(")\n{\n");
            for (int r = 0; r < registers(t); r++) {
                text.append("\tint r").append(r).append(";\n");
            }
            for (int i = 0; i < threads.get(t).size(); i++) {
                statement(text, threads.get(t).get(i), i);
            }
            text.append("}\n");
        }
        text.append("\nlocations [");
        observed().forEach(o -> text.append(o).append("; "));
        return text.append("]\nexists (")
                .append(observed().get(0))
                .append("=0)\n")
                .toString();
    }

    private static void statement(StringBuilder text, Statement s, int i) {
        String at = s.location() < 0 ? "" : name(s.location());
        if (s.address() >= 0) {
            text.append("\tint *p" + i + " = " + at + " + (r" + s.address() + " & 0);\n");
            at = "p" + i;
        }
        text.append("\t");
        if (s.onlyIf() >= 0) {
            text.append("if (r").append(s.onlyIf()).append(")\n\t\t");
        }
        text.append(s.text(at)).append("\n");
    }

    Litmus litmus() {
        return Litmus.read("program.litmus", text().getBytes(StandardCharsets.UTF_8));
    }

    /** The states of a run, in an order of their own. */
    static TreeSet<String> states(Litmus.Result result) {
        return new TreeSet<>(result.states());
    }
}
