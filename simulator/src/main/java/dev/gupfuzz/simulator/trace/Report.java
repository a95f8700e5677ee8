package dev.gupfuzz.simulator.trace;

import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.strategy.Strategy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A finding as text for a mail: what broke, the interleaving in columns, what it does to data, how to see it again. */
public final class Report {

    private static final String NOBODY_NAMED_IT = " --scenario FILE";

    private Report() {}

    /** The report; no line is wider than 72 characters but the token's. */
    public static String text(Finding finding) {
        return text(finding, foundBy(finding));
    }

    /** What drew a finding's schedule. */
    public static String foundBy(Finding finding) {
        return finding.cell.strategy().equals(Strategy.EXPLORED)
                ? "exploration or minimisation"
                : finding.cell.strategy().name() + ", seed " + Finding.hex(finding.seed);
    }

    /** The report of a finding that came about in another way than it says itself. */
    public static String text(Finding finding, String foundBy) {
        return text(finding, foundBy, command(finding));
    }

    /** The report of a finding that another command replays. */
    public static String text(Finding finding, String foundBy, String replayCommand) {
        Trace trace = Trace.of(finding);
        Optional<Trace> consequence = Consequence.of(finding);
        StringBuilder out = new StringBuilder();
        para(out, finding.invariant.id() + " broken: ", finding.invariant.title());
        para(out, "where     ", finding.where);
        expectation(out, trace);
        para(out, "kernel    ", finding.cell.kernel().name());
        para(out, "scenario  ", finding.cell.scenario().identity());
        para(out, "found by  ", foundBy);
        para(
                out,
                "schedule  ",
                count(finding.steps, "step") + ", " + count(finding.threads.length, "decision") + ", "
                        + count(finding.preemptions(), "preemption") + ", state " + Finding.hex(finding.stateHash));
        out.append('\n');
        List<TraceStep> steps = trace.steps();
        List<String> roles = roles(steps);
        Columns.head(out, roles);
        for (TraceStep step : steps) {
            if (finding.loop.exists() && step.index() == finding.loop.from() + 1) {
                para(out, "  > ", "from here it goes round for ever");
            }
            Columns.step(out, roles, step);
        }
        marker(out, finding.invariant.id() + " breaks here: " + finding.invariant.title());
        if (finding.loop.exists()) {
            para(
                    out,
                    "    ",
                    "the state is that before step " + (finding.loop.from() + 1)
                            + " again, and every thread that could run since did");
        }
        if (consequence.isPresent()) {
            Trace after = consequence.get();
            List<TraceStep> rest =
                    after.steps().subList(finding.steps, after.steps().size());
            if (rest.isEmpty()) {
                para(out, "", "I13 breaks in the same step");
            } else {
                out.append("\nWhat follows, by the shortest continuation that was tried:\n\n");
                List<String> further = roles(rest);
                Columns.head(out, further);
                for (TraceStep step : rest) {
                    Columns.step(out, further, step);
                }
                marker(
                        out,
                        "I13 breaks here: " + after.violation().orElseThrow().where());
            }
        } else if (!finding.loop.exists()
                && finding.invariant != Invariant.I13
                && finding.invariant != Invariant.EXPECTED) {
            out.append("\nno data consequence found within the scenario\n");
        }
        out.append("\nreplay with\n  ").append(replayCommand).append('\n');
        if (replayCommand.endsWith(NOBODY_NAMED_IT)) {
            para(out, "  ", "FILE is to hold the scenario's text, which is in the finding's lines 'program'");
        }
        return out.toString();
    }

    /** What was wanted of the read that broke the scenario's word, and which one it is. */
    private static void expectation(StringBuilder out, Trace trace) {
        trace.expectation().ifPresent(expected -> {
            para(out, "wanted    ", String.join(" or ", expected.wanted()));
            expected.statement().ifPresent(statement -> para(out, "statement ", statement));
        });
    }

    /** The command that replays a finding by its token; FILE stands for a scenario's file that nobody named. */
    public static String command(Finding finding) {
        String scenario = finding.cell
                .scenario()
                .text()
                .filter(text -> !text.builtIn())
                .map(text ->
                        text.path().map(path -> " --scenario " + quoted(path)).orElse(NOBODY_NAMED_IT))
                .orElse("");
        return "./gupfuzz replay " + finding.token() + scenario;
    }

    /** A file's name as a shell reads it as one word, without control characters, which could repaint a terminal. */
    public static String quoted(String path) {
        String name = path.startsWith("-") ? "./" + path : path;
        if (name.matches("[A-Za-z0-9_./:=,@%+-]+")) {
            return name;
        }
        if (name.codePoints().noneMatch(Character::isISOControl)) {
            return "'" + name.replace("'", "'\\''") + "'";
        }
        StringBuilder word = new StringBuilder("$'");
        name.codePoints().forEach(c -> {
            if (Character.isISOControl(c)) {
                word.append(String.format("\\u%04x", c));
            } else {
                word.append(c == '\'' || c == '\\' ? "\\" : "").appendCodePoint(c);
            }
        });
        return word.append('\'').toString();
    }

    /** A replayed run in columns. */
    public static String text(Trace trace) {
        StringBuilder out = new StringBuilder();
        List<String> roles = roles(trace.steps());
        Columns.head(out, roles);
        for (TraceStep step : trace.steps()) {
            Columns.step(out, roles, step);
        }
        trace.violation()
                .ifPresent(v -> marker(
                        out,
                        v.invariant().id() + " breaks here: " + v.invariant().title()));
        return out.toString();
    }

    private static String count(int n, String what) {
        return n + " " + what + (n == 1 ? "" : "s");
    }

    private static void marker(StringBuilder out, String text) {
        para(out, "  ^ ", text);
    }

    private static void para(StringBuilder out, String head, String text) {
        List<String> lines = new ArrayList<>(Columns.wrap(text, Columns.WIDTH - head.length()));
        for (int i = 0; i < lines.size(); i++) {
            out.append(i == 0 ? head : " ".repeat(head.length()))
                    .append(lines.get(i))
                    .append('\n');
        }
    }

    /** Roles of the threads that took a step, in the order of the first. */
    private static List<String> roles(List<TraceStep> steps) {
        List<String> roles = new ArrayList<>();
        for (TraceStep step : steps) {
            if (!roles.contains(step.thread())) {
                roles.add(step.thread());
            }
        }
        return roles;
    }
}
