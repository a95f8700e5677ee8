package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.Model;
import dev.gupfuzz.simulator.museum.Answer;
import dev.gupfuzz.simulator.museum.Fate;
import dev.gupfuzz.simulator.museum.Trial;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** What {@code ablate} prints with {@code --markdown}. */
final class AblatePage {
    private final PrintStream out;

    AblatePage(PrintStream out) {
        this.out = out;
    }

    void print(AblateResult result) {
        out.println("# What the safeguards of " + result.found().kernel().name() + " are for");
        out.println();
        out.println("Model " + Model.version()
                + ". Each line is a kernel that differs by one safeguard, explored in every trial"
                + " until something breaks.");
        table("Safeguards, each taken out alone", result.removals());
        table("Rules that it does not have, each put in alone", result.designs());
        table("Pairs of safeguards that are redundant alone, taken out together", result.pairs());
        out.println();
        out.println("## Trials");
        out.println();
        out.println("| trial | scenario | kernel as it is | states |");
        out.println("| --- | --- | --- | --- |");
        for (int i = 0; i < result.found().trials().size(); i++) {
            Trial trial = result.found().trials().get(i);
            Answer answer = result.found().baseline().get(i);
            out.printf(
                    Locale.ROOT,
                    "| %s | `%s` | %s | %,d |%n",
                    trial.id(),
                    trial.text(),
                    answer.kind().text(),
                    answer.effort().states());
        }
        schedules(result);
    }

    private void table(String title, List<Fate> fates) {
        if (fates.isEmpty()) {
            return;
        }
        out.println();
        out.println("## " + title);
        out.println();
        out.println("| name | list | verdict | by |");
        out.println("| --- | --- | --- | --- |");
        for (Fate fate : fates) {
            out.println("| " + AblateResult.name(fate) + " | " + AblateResult.review(fate) + " | "
                    + fate.kind().text() + " | " + AblateResult.why(fate).replace("|", "\\|") + " |");
        }
    }

    private void schedules(AblateResult result) {
        out.println();
        out.println("## Schedules");
        out.println();
        for (Fate fate : result.found().fates()) {
            fate.killed()
                    .flatMap(kill -> kill.answer().shown())
                    .ifPresent(shown -> out.println("- " + fate.kernel() + ": " + MatrixText.size(shown) + "; `"
                            + shown.finding().token() + "`"));
        }
    }
}
