package dev.gupfuzz.simulator.kernel;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Nearest;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A kernel that a user wrote down: a base and what is changed in it. Each line is a comment ({@code #}) or one of
 *
 * <pre>
 * kernel NAME
 * summary WORDS
 * base KERNEL
 * without RULE
 * with RULE
 * </pre>
 *
 * {@code kernel} and {@code base} must be there once, {@code summary} may. The kernel's own name is still the canonical one, so
 * that what was found on it can be replayed without the file.
 *
 * @param name what the file calls it
 * @param summary what it is for; empty when the file does not say
 * @param kernel the kernel
 */
public record KernelFile(String name, String summary, Kernel kernel) {

    /** Bytes of a file at most. */
    public static final int BYTES_MAX = 1 << 16;

    private static final int PROBLEMS_MAX = 50;
    private static final int WORD_MAX = 64;
    private static final List<String> KEYWORDS = List.of("kernel", "summary", "base", "without", "with");

    /**
     * Reads such a text.
     *
     * @param file its name, for the problems
     * @throws BadInput telling every problem with file, line and column
     */
    public static KernelFile parse(String file, String text) {
        return new Parser(file).parse(text);
    }

    /** A line: what it says, and where its second word is. */
    private record Line(int number, String keyword, String rest, int column) {}

    private static final class Parser {
        private final String file;
        private final List<String> problems = new ArrayList<>();
        private final Map<String, Line> once = new TreeMap<>();
        private final List<Line> changes = new ArrayList<>();

        Parser(String file) {
            this.file = file;
        }

        KernelFile parse(String text) {
            String[] lines = text.split("\n", -1);
            for (int i = 0; i < lines.length && problems.size() < PROBLEMS_MAX; i++) {
                line(i + 1, lines[i]);
            }
            boolean misread = !problems.isEmpty();
            Line name = required("kernel", "NAME", misread);
            Line base = required("base", "KERNEL", misread);
            if (name != null) {
                checkName(name);
            }
            Kernel kernel = change(base == null ? null : base(base), base != null);
            if (!problems.isEmpty()) {
                throw new BadInput(problems);
            }
            Line summary = once.get("summary");
            if (name == null || kernel == null) {
                throw new IllegalStateException("[simulator bug] a kernel file without name or base");
            }
            return new KernelFile(name.rest, summary == null ? "" : summary.rest, kernel);
        }

        private void line(int number, String written) {
            String line = written.endsWith("\r") ? written.substring(0, written.length() - 1) : written;
            line = line.replaceFirst("(^|[ \t])#.*", "");
            for (int i = 0; i < line.length(); i++) {
                if (line.charAt(i) != '\t' && Character.isISOControl(line.charAt(i))) {
                    problem(
                            number,
                            i + 1,
                            String.format("the character U+%04X has no place here", (int) line.charAt(i)));
                    return;
                }
            }
            int from = skip(line, 0, true);
            if (from == line.length()) {
                return;
            }
            int to = skip(line, from, false);
            int rest = skip(line, to, true);
            String keyword = line.substring(from, to);
            Line read = new Line(number, keyword, line.substring(rest).strip(), rest + 1);
            if (!KEYWORDS.contains(keyword)) {
                problem(number, from + 1, "unknown word '" + cut(keyword) + "'" + hint(keyword, KEYWORDS));
            } else if (read.rest.isEmpty()) {
                problem(number, rest + 1, "'" + keyword + "' needs a word behind it");
            } else if (!keyword.equals("summary") && skip(read.rest, 0, false) < read.rest.length()) {
                int next = skip(read.rest, skip(read.rest, 0, false), true);
                problem(number, rest + 1 + next, "one word behind '" + keyword + "', not '" + cut(read.rest) + "'");
            } else if (keyword.equals("without") || keyword.equals("with")) {
                changes.add(read);
            } else {
                Line first = once.putIfAbsent(keyword, read);
                if (first != null) {
                    problem(number, from + 1, "'" + keyword + "' was given in line " + first.number);
                }
            }
        }

        private static int skip(String line, int from, boolean blanks) {
            int at = from;
            while (at < line.length() && (line.charAt(at) == ' ' || line.charAt(at) == '\t') == blanks) {
                at++;
            }
            return at;
        }

        /** Where a line could not be read, it may be the one that seems to be missing. */
        private Line required(String keyword, String what, boolean misread) {
            Line line = once.get(keyword);
            if (line == null && !misread) {
                problem(1, 1, "there is no line '" + keyword + " " + what + "'");
            }
            return line;
        }

        private void checkName(Line name) {
            if (!name.rest.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
                problem(
                        name.number,
                        name.column,
                        "'" + cut(name.rest) + "' is no name: letters, digits, '.', '_' and '-', 64 at most");
            } else if (Kernels.names().contains(name.rest)) {
                problem(name.number, name.column, "'" + name.rest + "' is the name of a kernel that there is already");
            }
        }

        private Kernel base(Line base) {
            for (Kernel kernel : Kernels.all()) {
                if (kernel.base().equals(base.rest)) {
                    return kernel;
                }
            }
            problem(
                    base.number,
                    base.column,
                    "unknown kernel '" + cut(base.rest) + "'" + hint(base.rest, Kernels.names()));
            return null;
        }

        /** Without a base the names of the rules are still looked at. */
        private Kernel change(Kernel base, boolean given) {
            Kernel kernel = base;
            Map<Rule, Line> changed = new EnumMap<>(Rule.class);
            for (Line line : changes) {
                Rule rule = Rule.named(line.rest);
                if (problems.size() >= PROBLEMS_MAX) {
                    return kernel;
                }
                if (rule == null) {
                    problem(
                            line.number,
                            line.column,
                            "unknown safeguard '" + cut(line.rest) + "'" + hint(line.rest, Rule.allNames()));
                    continue;
                }
                Line first = changed.putIfAbsent(rule, line);
                if (first != null) {
                    problem(line.number, line.column, "'" + line.rest + "' was given in line " + first.number);
                } else if (kernel != null) {
                    kernel = changed(kernel, line);
                }
            }
            return given ? kernel : null;
        }

        private Kernel changed(Kernel kernel, Line line) {
            try {
                return line.keyword.equals("with") ? kernel.with(line.rest) : kernel.without(line.rest);
            } catch (BadInput bad) {
                bad.problems().forEach(problem -> problem(line.number, line.column, problem));
                return kernel;
            }
        }

        private void problem(int line, int column, String sentence) {
            problems.add(
                    problems.size() == PROBLEMS_MAX - 1
                            ? file + ": more problems are not shown"
                            : file + ":" + line + ":" + column + ": " + sentence);
        }

        /** A long word is nobody's slip. */
        private static String hint(String word, List<String> valid) {
            return word.length() > WORD_MAX ? "" : Nearest.hint(word, valid);
        }

        private static String cut(String word) {
            return word.length() > WORD_MAX ? word.substring(0, WORD_MAX) + "..." : word;
        }
    }
}
