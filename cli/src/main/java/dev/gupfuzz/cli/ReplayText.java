package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.minimize.Explanation;
import dev.gupfuzz.simulator.minimize.RewindCurve;
import dev.gupfuzz.simulator.trace.Finding;
import dev.gupfuzz.simulator.trace.Replay;
import dev.gupfuzz.simulator.trace.Report;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** What {@code replay} prints for people. */
final class ReplayText {
    private static final int BAR = 10;

    private ReplayText() {}

    /**
     * Prints a replay.
     *
     * @param command what replays the finding once more
     */
    static void print(
            Terminal terminal,
            Finding finding,
            String command,
            Kernel kernel,
            Replay.Outcome outcome,
            Replay.Mode mode) {
        PrintStream out = terminal.out();
        if (mode != Replay.Mode.STRICT && outcome.trace().violation().isPresent()) {
            out.print(Report.text(outcome.trace()));
            out.println();
            out.println(kernel.name() + ", " + mode.name().toLowerCase(Locale.ROOT) + ": " + outcome.explanation());
            return;
        }
        if (outcome.kind() == Replay.Kind.REPRODUCED) {
            SearchText.report(terminal, Report.text(finding, Report.foundBy(finding), command));
            if (kernel.equals(finding.cell().kernel())) {
                new ExplanationText(out).print(Explanation.of(finding));
            }
            out.println();
            out.println(outcome.explanation());
            return;
        }
        out.println(terminal.red("not reproduced on " + kernel.name()) + ": " + outcome.explanation());
        out.println("recorded  " + finding.blame().text() + " on "
                + finding.cell().kernel().name() + ", state hash " + Quantities.hex(finding.stateHash()));
        out.println("now       " + outcome.trace().steps().size() + " steps, state hash "
                + Quantities.hex(outcome.stateHash()));
    }

    /** A line for each step: the share of failing continuations from the state before it, its interval, a bar, the step. */
    static void rewind(Terminal terminal, List<RewindCurve.Point> curve) {
        PrintStream out = terminal.out();
        if (!curve.isEmpty()) {
            out.println();
            ExplanationText.wrapped(
                    out,
                    "",
                    "rewind: " + curve.get(0).runs() + " random continuations of the state before each step; the share"
                            + " that breaks the invariant, with its 95 % interval (Clopper and Pearson)");
            out.println();
        }
        for (RewindCurve.Point point : curve) {
            double share = (double) point.fails() / point.runs();
            String bar = "#".repeat((int) Math.round(share * BAR));
            ExplanationText.wrapped(
                    out,
                    String.format(
                            Locale.ROOT,
                            "%4d %4.0f %% [%3.0f, %3.0f]  %-" + BAR + "s  ",
                            point.step().index(),
                            100 * share,
                            100 * point.share().low(),
                            100 * point.share().high(),
                            bar),
                    point.step().thread() + ": " + point.step().text());
        }
    }

    static void print(Terminal terminal, SeedRun run) {
        PrintStream out = terminal.out();
        if (run.finding().isPresent()) {
            SearchText.report(terminal, run.finding().get());
            new ExplanationText(out).print(Explanation.of(run.finding().get()));
            return;
        }
        out.println("seed " + Quantities.hex(run.seed()) + " on "
                + run.cell().kernel().name() + " x " + run.cell().scenario().name() + " with "
                + run.cell().strategy().name() + ": no violation");
        out.println();
        out.print(Report.text(run.trace()));
        out.println();
        out.println("state hash " + Quantities.hex(run.trace().stateHash()));
    }
}
