package dev.gupfuzz.simulator.trace;

import java.util.ArrayList;
import java.util.List;

/** Draws steps as a commit message does: a column a thread, time running down, at most 72 characters wide. */
final class Columns {

    static final int WIDTH = 72;
    private static final int NUMBER = 4;
    private static final String BAR = " | ";

    private Columns() {}

    /** The heading with the threads' roles and a rule below it. */
    static void head(StringBuilder out, List<String> roles) {
        int width = width(roles.size());
        StringBuilder rule = new StringBuilder(" ".repeat(NUMBER));
        out.append(" ".repeat(NUMBER));
        for (int i = 0; i < roles.size(); i++) {
            out.append(i == 0 ? "" : BAR).append(fit(roles.get(i), width, i == roles.size() - 1));
            rule.append(i == 0 ? "" : "-+-").append("-".repeat(width));
        }
        out.append('\n').append(rule).append('\n');
    }

    /** One step in its thread's column, wrapped where it is too long. */
    static void step(StringBuilder out, List<String> roles, TraceStep step) {
        int width = width(roles.size());
        int column = roles.indexOf(step.thread());
        List<String> lines = wrap(step.text(), width);
        for (int i = 0; i < lines.size(); i++) {
            StringBuilder line = new StringBuilder(
                    i == 0 ? String.format("%" + (NUMBER - 1) + "d ", step.index()) : " ".repeat(NUMBER));
            for (int c = 0; c < roles.size(); c++) {
                line.append(c == 0 ? "" : BAR).append(fit(c == column ? lines.get(i) : "", width, false));
            }
            out.append(line.toString().stripTrailing()).append('\n');
        }
    }

    private static int width(int columns) {
        return (WIDTH - NUMBER - BAR.length() * (columns - 1)) / columns;
    }

    private static String fit(String text, int width, boolean last) {
        String cut = text.length() > width ? text.substring(0, width) : text;
        return last ? cut : cut + " ".repeat(width - cut.length());
    }

    /** Wraps at spaces, then behind the characters at which C code may be broken, then anywhere. */
    static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        String rest = text;
        int room = width;
        while (rest.length() > room) {
            int cut = rest.lastIndexOf(' ', room);
            for (int i = room; cut <= room / 3 && i > room / 3; i--) {
                if ("(,>_/".indexOf(rest.charAt(i - 1)) >= 0) {
                    cut = i;
                }
            }
            cut = cut <= 0 ? room : cut;
            lines.add((lines.isEmpty() ? "" : "  ") + rest.substring(0, cut).stripTrailing());
            rest = rest.substring(cut).stripLeading();
            room = width - 2;
        }
        lines.add((lines.isEmpty() ? "" : "  ") + rest);
        return lines;
    }
}
