package dev.gupfuzz.cli;

import dev.gupfuzz.cli.ExploreResult.Explored;
import dev.gupfuzz.simulator.explore.ClassSearch;
import dev.gupfuzz.simulator.explore.Covered;
import dev.gupfuzz.simulator.explore.Endings;
import dev.gupfuzz.simulator.explore.Exploration;
import dev.gupfuzz.simulator.explore.Outlook;
import dev.gupfuzz.simulator.minimize.Explanation;
import dev.gupfuzz.simulator.scenario.Goal;
import dev.gupfuzz.simulator.trace.Finding;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Optional;

/** What {@code explore} prints for people: the counterexample first, or what exactly was proved. */
final class ExploreText {
    private static final double MIB = 1 << 20;

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
        String verdict = cell.verdict() != Verdict.CLEAN
                ? cell.verdict().text()
                : cell.upToPreemptions() ? "no violation with " + preemptionBound(cell) : "proved";
        out.println(terminal.bold(cell.name()) + ": " + verdict);
        out.printf(
                Locale.ROOT,
                "  explored  %s, %.2f s on %s%s%n",
                amount(cell.covered()),
                cell.seconds(),
                count(cores, "core"),
                ending(cell));
        if (cell.covered() instanceof Exploration found
                && !found.plan().reductions().names().isEmpty()) {
            out.println("  reduced   by "
                    + String.join(", ", found.plan().reductions().names()));
        }
        cell.first().ifPresent(finding -> certificate(cell, finding.preemptions()));
        if (!cell.findings().isEmpty() && cell.covered().ended() != Exploration.Ended.AT_FAILURE) {
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
                endings(cell);
            }
            goals(cell, "unreachable");
        } else if (cell.upToPreemptions() && cell.findings().isEmpty()) {
            out.println("  proof     every schedule with " + preemptionBound(cell)
                    + " and every data choice of this scenario, sequentially");
            out.println("            consistent; others were not looked at;");
            out.println("            " + restsOn(cell.covered()));
            endings(cell);
            goals(cell, "not reached");
            if (!cell.unreached().isEmpty()) {
                out.println("  incomplete: with so few preemptions no schedule reaches "
                        + String.join(", ", cell.unreached()) + "; raise --preemptions");
            }
        } else if (cell.findings().isEmpty()) {
            out.println("  incomplete: " + advice(cell.covered()));
            if (cell.covered() instanceof Exploration found) {
                extent(found);
            }
        }
    }

    private void goals(Explored cell, String otherwise) {
        for (Goal goal : cell.scenario().goals(cell.kernel())) {
            out.printf(Locale.ROOT, "  goal      %-40s %s%n", goal.id(), cell.reached(goal) ? "reached" : otherwise);
        }
    }

    private void endings(Explored cell) {
        switch (cell.endings().kind()) {
            case ALL -> out.println("  endings   every schedule comes to an end: no livelock");
            case ALL_FAIR ->
                out.println(
                        "  endings   a schedule goes on for ever only while a thread that can go on is kept waiting");
            case UNKNOWN ->
                out.println("  incomplete: a bound came before it was known whether every schedule ends; raise it");
            case NOT_LOOKED_FOR, LIVELOCK -> {}
        }
        if (cell.covered() instanceof Exploration found && !found.plan().endings()) {
            out.println("  endings   not looked at with "
                    + (found.plan().byPreemptions() ? "a bound of preemptions" : "these reductions")
                    + ": a livelock would not be found");
        } else if (cell.complete() && cell.endings().kind() == Endings.Kind.NOT_LOOKED_FOR) {
            out.println("  endings   not looked at: the scenario does not check I11");
        }
    }

    private static String preemptionBound(Explored cell) {
        int most = ((Exploration) cell.covered()).plan().preemptions();
        return "at most " + count(most, "preemption");
    }

    /** What a bound left, and what was taken up to there. */
    private void extent(Exploration found) {
        Exploration.Extent extent = found.extent();
        double guess = found.plan().byPreemptions() ? -1 : Outlook.rest(extent.widths());
        out.printf(
                Locale.ROOT,
                "  rest      %s %s found and not expanded%s%n",
                count(extent.waiting(), "state"),
                extent.waiting() == 1 ? "was" : "were",
                guess < extent.waiting()
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                "; the sizes of %d levels suggest %.0e to come, a guess that can be far off",
                                extent.widths().size(),
                                guess));
        out.printf(
                Locale.ROOT,
                "  memory    %.1f MiB for visited states, %.1f MiB at most for those that waited%n",
                extent.tableBytes() / MIB,
                extent.frontierBytes() / MIB);
    }

    private void certificate(Explored cell, int preemptions) {
        if (cell.endings().kind() == Endings.Kind.LIVELOCK) {
            out.println("  minimal   no way into a loop has fewer steps; preemptions were not minimised");
            return;
        }
        if (cell.byPreemptions().isEmpty()) {
            out.println("  minimal   not known: a bound came before it was known how few preemptions suffice");
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
            case STATES, MEMORY, LENGTH, STOPPED -> ", not all";
        };
    }

    private static String amount(Covered covered) {
        if (covered instanceof Exploration states) {
            // by preemptions a state counts once for each thread that can have come to it
            return count(states.states(), states.plan().byPreemptions() ? "pair" : "state")
                    + (states.plan().byPreemptions() ? " of state and last thread" : "") + ", "
                    + count(states.transitions(), "transition") + ", "
                    + count(states.levels(), "level");
        }
        ClassSearch.Result classes = (ClassSearch.Result) covered;
        return Quantities.grouped(classes.classes()) + " classes of schedules, " + count(classes.events(), "step")
                + ", the longest schedule " + Quantities.grouped(classes.longest())
                + (classes.blocked() == 0 ? "" : ", " + count(classes.blocked(), "schedule") + " in vain");
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
        String done = covered instanceof ClassSearch.Result classes && classes.share() > 0
                ? String.format(
                        Locale.ROOT, "; %.2g of the tree is done, as far as its branches are known", classes.share())
                : "";
        return advice(covered.ended(), covered instanceof ClassSearch.Result) + done;
    }

    private static String advice(Exploration.Ended ended, boolean dpor) {
        return switch (ended) {
            case STATES -> "the bound of --states was reached; raise it";
            case MEMORY ->
                dpor
                        ? "the heap is used up by what is left to do; raise it with GUPFUZZ_JAVA_OPTS=-Xmx..., or try"
                                + " --engine states"
                        : "the memory for states is used up; raise --memory-limit, and the heap with"
                                + " GUPFUZZ_JAVA_OPTS=-Xmx...";
            case LENGTH ->
                "a schedule has more than 8,192 steps and may have no end; --engine states tells whether it goes round for"
                        + " ever";
            default -> "the time was over or a signal came; give --for more";
        };
    }
}
