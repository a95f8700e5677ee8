package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.minimize.Explanation;
import dev.gupfuzz.simulator.trace.Finding;
import dev.gupfuzz.simulator.trace.Replay;
import dev.gupfuzz.simulator.trace.Report;
import java.io.PrintStream;

/** What {@code replay} prints for people. */
final class ReplayText {
    private ReplayText() {}

    static void print(Terminal terminal, Finding finding, Kernel kernel, Replay.Outcome outcome) {
        PrintStream out = terminal.out();
        if (outcome.kind() == Replay.Kind.REPRODUCED) {
            SearchText.report(terminal, finding);
            new ExplanationText(out).print(Explanation.of(finding));
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
