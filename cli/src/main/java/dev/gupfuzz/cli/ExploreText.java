package dev.gupfuzz.cli;

import dev.gupfuzz.cli.ExploreResult.Explored;
import dev.gupfuzz.simulator.explore.ClassSearch;
import dev.gupfuzz.simulator.explore.Covered;
import dev.gupfuzz.simulator.explore.Exploration;
import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.minimize.Explanation;
import dev.gupfuzz.simulator.trace.Finding;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Optional;

/** What {@code explore} prints for people: the counterexample first, or what exactly was proved. */
final class ExploreText {
    private final Terminal terminal;
    private final PrintStream out;

    ExploreText(Terminal terminal) {
        this.terminal = terminal;
        this.out = terminal.out();
    }

    void print(ExploreResult result) {
        Optional<Finding> first = result.first();
        if (first.isPresent()) {
            SearchText.report(terminal, first.get());
            new ExplanationText(out).print(Explanation.of(first.get()));
            out.println();
        }
        for (Explored cell : result.cells()) {
            cell(cell, result.cores());
        }
        if (!result.notRun().isEmpty()) {
            out.println("not run: " + String.join(", ", result.notRun()));
        }
        if (result.interrupted()) {
            out.println("interrupted: the lines above say what was covered");
        }
    }

    private void cell(Explored cell, int cores) {
        String verdict =
                cell.verdict() == Verdict.CLEAN ? "proved" : cell.verdict().text();
        out.println(terminal.bold(cell.name()) + ": " + verdict);
        boolean states = cell.covered() instanceof Exploration;
        out.printf(
                Locale.ROOT,
                "  explored  %s, %.2f s on %s%s%n",
                amount(cell.covered()),
                cell.seconds(),
                count(states ? cores : 1, "core"),
                ending(cell));
        cell.first().ifPresent(finding -> certificate(cell, finding.preemptions()));
        if (!cell.findings().isEmpty() && cell.complete()) {
            cell.findings()
                    .forEach((blame, finding) -> out.println("  broken    "
                            + blame.invariant().id() + " at " + blame.where() + ", preemptions "
                            + finding.preemptions() + ": " + finding.token()));
        }
        if (cell.complete()) {
            if (cell.findings().isEmpty() && !cell.unreached().isEmpty()) {
                out.println("  violated: no schedule reaches " + String.join(", ", cell.unreached())
                        + ", so what was searched for could not happen here");
            }
            if (cell.findings().isEmpty()) {
                out.println("  proof     every schedule and data choice of this scenario, sequentially consistent;");
                out.println("            " + restsOn(cell.covered()));
            }
            for (GoalPoint goal : cell.scenario().goalPoints(cell.kernel())) {
                out.printf(
                        Locale.ROOT,
                        "  goal      %-40s %s%n",
                        goal.id(),
                        cell.reached(goal) ? "reached" : "unreachable");
            }
        } else if (cell.findings().isEmpty()) {
            out.println("  incomplete: " + advice(cell.covered()));
        }
    }

    private void certificate(Explored cell, int preemptions) {
        if (cell.byPreemptions().isEmpty()) {
            out.println("  minimal   in decisions; a bound came before it was known how few preemptions suffice");
            return;
        }
        Exploration by = cell.byPreemptions().get();
        out.printf(
                Locale.ROOT,
                "  minimal   needs %d %s%s%n            by a search of %s and last thread, %s%n",
                preemptions,
                preemptions == 1 ? "preemption" : "preemptions",
                preemptions == 0 ? "" : ": nothing breaks with " + (preemptions - 1) + ", proved",
                count(by.states(), "pair") + " of state",
                count(by.transitions(), "transition"));
    }

    private static String count(long n, String what) {
        return Quantities.grouped(n) + " " + what + (n == 1 ? "" : "s");
    }

    private static String ending(Explored cell) {
        return switch (cell.covered().ended()) {
            case COMPLETE -> "";
            case AT_FAILURE -> ", up to the first violation";
            case PREEMPTIONS -> ", all with that many preemptions";
            case STATES, MEMORY, STOPPED -> ", not all";
        };
    }

    private static String amount(Covered covered) {
        if (covered instanceof Exploration states) {
            return count(states.states(), "state") + ", " + count(states.transitions(), "transition") + ", "
                    + count(states.levels(), "level");
        }
        ClassSearch.Result classes = (ClassSearch.Result) covered;
        return Quantities.grouped(classes.classes()) + " classes of schedules, " + count(classes.events(), "step")
                + ", the longest schedule " + Quantities.grouped(classes.longest());
    }

    private static String restsOn(Covered covered) {
        return covered instanceof Exploration states
                ? String.format(
                        Locale.ROOT,
                        "a state was missed by equal 64-bit fingerprints with probability %.1e at most",
                        states.collisionProbability())
                : "one of each class of schedules that differ only in the order of steps which commute; no hashes";
    }

    private static String advice(Covered covered) {
        String done = covered instanceof ClassSearch.Result classes
                ? String.format(
                        Locale.ROOT, "; %.2g of the tree is done, as far as its branches are known", classes.share())
                : "";
        return advice(covered.ended()) + done;
    }

    private static String advice(Exploration.Ended ended) {
        return switch (ended) {
            case STATES -> "the bound of --states was reached; raise it";
            case MEMORY -> "the memory for states is used up; raise --memory-limit, and the heap with it";
            default -> "the time was over or a signal came; give --for more";
        };
    }
}
