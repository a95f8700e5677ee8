package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.minimize.Explanation;
import dev.gupfuzz.simulator.minimize.Minimized;
import dev.gupfuzz.simulator.minimize.Minimized.Size;
import dev.gupfuzz.simulator.trace.Finding;
import dev.gupfuzz.simulator.trace.Report;
import java.io.PrintStream;
import java.util.Locale;

/** What is printed for people about a finding that was made small. */
final class MinimizeText {
    private final Terminal terminal;
    private final PrintStream out;

    MinimizeText(Terminal terminal) {
        this.terminal = terminal;
        this.out = terminal.out();
    }

    /** As {@link #print(Minimized, String)}, for a finding that was made here. */
    void print(Minimized minimized) {
        print(minimized, Report.command(minimized.original()));
    }

    /**
     * The report of the smallest, why it fails, what proves that it is the smallest, and the finding that it comes from.
     *
     * @param command what replays the finding that it comes from
     */
    void print(Minimized minimized, String command) {
        Finding original = minimized.original();
        SearchText.report(terminal, Report.text(minimized.finding(), Report.foundBy(original) + ", then minimised"));
        new ExplanationText(out).print(Explanation.of(minimized.finding()));
        out.println();
        ExplanationText.wrapped(out, "minimal   ", minimized.certificate().text());
        out.println();
        out.println("           steps  decisions  switches  preemptions  threads  pages");
        row("before", minimized.before());
        row("after", minimized.after());
        out.println();
        ExplanationText.wrapped(
                out,
                "",
                "minimised from " + Report.foundBy(original) + " of "
                        + original.cell().scenario().name());
        out.println("  " + command);
    }

    private void row(String when, Size size) {
        out.printf(
                Locale.ROOT,
                "  %-7s %6d %10d %9d %12d %8d %6d%n",
                when,
                size.steps(),
                size.decisions(),
                size.switches(),
                size.preemptions(),
                size.threads(),
                size.pages());
    }
}
