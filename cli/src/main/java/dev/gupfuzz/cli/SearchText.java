package dev.gupfuzz.cli;

import dev.gupfuzz.cli.SearchResult.CellResult;
import dev.gupfuzz.cli.SearchResult.Ended;
import dev.gupfuzz.simulator.minimize.Minimized;
import dev.gupfuzz.simulator.search.RiskLine;
import dev.gupfuzz.simulator.search.StrategyYield;
import dev.gupfuzz.simulator.strategy.Strategy;
import dev.gupfuzz.simulator.trace.Finding;
import dev.gupfuzz.simulator.trace.Report;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a search prints for people. After a violation the report comes first; after none, how much was tried and what
 * that means.
 */
final class SearchText {
    private static final int WIDTH = 80;

    private final Terminal terminal;
    private final PrintStream out;

    SearchText(Terminal terminal) {
        this.terminal = terminal;
        this.out = terminal.out();
    }

    /**
     * Prints a search.
     *
     * @param minimized the finding that is shown, made small; empty when it is to be shown as it was found
     * @param withUnseen whether the pairs of steps that nobody saw are listed
     */
    void print(SearchResult result, Optional<Minimized> minimized, boolean withUnseen) {
        Optional<Finding> first = result.first();
        if (minimized.isPresent()) {
            new MinimizeText(terminal).print(minimized.get());
            out.println();
        } else if (first.isPresent()) {
            report(terminal, first.get());
            out.println();
        }
        for (CellResult cell : result.cells()) {
            cell(cell, result.cores());
            if (withUnseen) {
                cell.coverage().ifPresent(coverage -> CoverageText.printUnseen(coverage, out));
            }
        }
        if (!result.notRun().isEmpty()) {
            out.println("not run: " + String.join(", ", result.notRun()));
        }
        if (result.interrupted()) {
            out.println("interrupted: the lines above say what was covered");
        }
    }

    /** What broke, the schedule in columns, and the command that replays it. */
    static void report(Terminal terminal, Finding finding) {
        report(terminal, Report.text(finding));
    }

    /** A report, with its first line in colour where there is any. */
    static void report(Terminal terminal, String report) {
        String text = report.stripTrailing();
        int endOfFirst = text.indexOf('\n');
        if (endOfFirst < 0) {
            endOfFirst = text.length();
        }
        terminal.out().println(terminal.red(text.substring(0, endOfFirst)) + text.substring(endOfFirst));
    }

    private void cell(CellResult cell, int cores) {
        out.println(terminal.bold(cell.name()) + " with " + strategy(cell.cell().strategy()) + ": "
                + cell.verdict().text());
        out.printf(
                Locale.ROOT,
                "  tried     %s %s from seed %s, %s steps%s%s%n",
                Quantities.grouped(cell.tally().schedules()),
                cell.tally().schedules() == 1 ? "schedule" : "schedules",
                Quantities.hex(cell.firstSeed()),
                Quantities.grouped(cell.tally().steps()),
                cell.seconds().isPresent() ? time(cell.seconds().getAsDouble(), cores) : "",
                ending(cell));
        if (cell.tally().yields().size() > 1 && cell.ended() != Ended.AT_VIOLATION) {
            cell.tally().yields().forEach(this::member);
        }
        if (cell.ended() != Ended.AT_VIOLATION && !cell.tally().violations().isEmpty()) {
            violations(cell);
        }
        cell.tally()
                .selfCheckFailure()
                .ifPresent(seed -> out.println("  gupfuzz bug: two executions of seed " + Quantities.hex(seed)
                        + " differed; please report this line with the version"));
        if (cell.ended() == Ended.AT_VIOLATION) {
            return; // goals and risk are questions about a search without a violation
        }
        cell.tally()
                .goals()
                .forEach((goal, reached) ->
                        out.printf(Locale.ROOT, "  goal      %-40s %15s%n", goal, Quantities.grouped(reached)));
        cell.coverage().ifPresent(coverage -> CoverageText.print(coverage, out));
        if (cell.tally().violations().isEmpty() && cell.tally().schedules() > 0) {
            wrapped(RiskLine.of(cell.tally()));
        }
        if (cell.tally().cut() > 0) {
            out.println(
                    "  incomplete: " + cell.tally().cut() + " schedules were cut at the step limit and settle nothing");
        }
        if (!cell.unreached().isEmpty()) {
            out.println("  incomplete: no schedule reached " + String.join(", ", cell.unreached()));
        }
        if (cell.unfinished()) {
            out.println("  incomplete: "
                    + (cell.askedSeeds() > 0
                            ? Quantities.grouped(
                                            cell.askedSeeds() - cell.tally().schedules()) + " of the "
                                    + Quantities.grouped(cell.askedSeeds()) + " seeds asked for were not run"
                            : "no schedule was finished in the time given"));
        }
    }

    /** What its members learnt would fill lines; {@code --json} has it. */
    private static String strategy(Strategy strategy) {
        return strategy.members().size() > 1 ? strategy.form() : strategy.name();
    }

    private void member(StrategyYield member) {
        out.printf(
                Locale.ROOT,
                "  member    %-8s %,15d schedules %,17d steps %,13d broke%s%n",
                member.strategy().form(),
                member.schedules(),
                member.steps(),
                member.violating(),
                member.violating() == 0
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                member.perMillionSteps() < 10 ? ", %.2g a million steps" : ", %,.0f a million steps",
                                member.perMillionSteps()));
    }

    private static String time(double seconds, int cores) {
        return String.format(Locale.ROOT, ", %.2f s on %d %s", seconds, cores, cores == 1 ? "core" : "cores");
    }

    /** One sentence over several lines, the second and later ones set in. */
    private void wrapped(String sentence) {
        StringBuilder line = new StringBuilder(" ");
        for (String word : sentence.split(" ")) {
            if (line.length() + 1 + word.length() > WIDTH) {
                out.println(line);
                line = new StringBuilder("   ");
            }
            line.append(' ').append(word);
        }
        out.println(line);
    }

    private static String ending(CellResult cell) {
        return switch (cell.ended()) {
            case FINISHED -> "";
            case AT_VIOLATION -> ", up to the first violation";
            case TIME -> ", until the time was over";
            case INTERRUPTED -> ", until interrupted";
        };
    }

    private void violations(CellResult cell) {
        int width = cell.tally().violations().keySet().stream()
                .mapToInt(blame -> blame.where().length())
                .max()
                .orElse(0);
        out.printf("  %-9s %-" + Math.max(5, width) + "s %15s  %s%n", "invariant", "where", "count", "lowest seeds");
        cell.tally()
                .violations()
                .forEach((blame, count) -> out.printf(
                        "  %-9s %-" + Math.max(5, width) + "s %15s  %s%n",
                        blame.invariant().id(),
                        blame.where(),
                        Quantities.grouped(count.count()),
                        Arrays.stream(count.lowestSeeds())
                                .mapToObj(Quantities::hex)
                                .collect(Collectors.joining(" "))));
    }
}
