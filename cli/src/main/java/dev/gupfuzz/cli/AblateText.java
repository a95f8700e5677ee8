package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.museum.Answer;
import dev.gupfuzz.simulator.museum.Fate;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** What {@code ablate} prints for people: a line for each safeguard. */
final class AblateText {
    private final Terminal terminal;
    private final PrintStream out;

    AblateText(Terminal terminal) {
        this.terminal = terminal;
        this.out = terminal.out();
    }

    void print(AblateResult result) {
        String kernel = result.found().kernel().name();
        table("safeguards of " + kernel + ", each taken out alone", result.removals());
        table("rules that " + kernel + " does not have, each put in alone", result.designs());
        table("pairs of safeguards that are redundant alone, taken out together", result.pairs());
        for (Answer answer : result.found().unsound()) {
            out.println(answer.question().kernel().name() + " as it is, in "
                    + answer.question().scenario().name() + ": "
                    + answer.kind().text() + (answer.reason().isEmpty() ? "" : ", " + answer.reason()));
        }
        out.printf(
                Locale.ROOT,
                "%s: %d killed, %d redundant, %d not exercised, %d unknown, %d not expressible; %.1f s on %d %s%n",
                terminal.bold(result.decided() ? "decided" : "undecided"),
                result.count(Fate.Kind.KILLED),
                result.count(Fate.Kind.REDUNDANT),
                result.count(Fate.Kind.NOT_EXERCISED),
                result.count(Fate.Kind.UNKNOWN),
                result.count(Fate.Kind.NOT_EXPRESSIBLE),
                result.seconds(),
                result.cores(),
                result.cores() == 1 ? "core" : "cores");
        out.println("--json and --markdown give a token for each schedule");
    }

    private void table(String title, List<Fate> fates) {
        if (fates.isEmpty()) {
            return;
        }
        out.println(terminal.bold(title));
        int names = fates.stream()
                .mapToInt(fate -> AblateResult.name(fate).length())
                .max()
                .orElse(0);
        int reviews = fates.stream()
                .mapToInt(fate -> AblateResult.review(fate).length())
                .max()
                .orElse(0);
        for (Fate fate : fates) {
            out.println(("  " + pad(AblateResult.name(fate), names) + "  " + pad(AblateResult.review(fate), reviews)
                            + "  " + pad(fate.kind().text(), 15) + "  " + AblateResult.why(fate))
                    .stripTrailing());
            fate.killed()
                    .flatMap(kill -> kill.answer().shown())
                    .ifPresent(shown -> out.println(" ".repeat(names + reviews + 23) + MatrixText.size(shown)));
        }
        out.println();
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
