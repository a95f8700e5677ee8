package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.minimize.CriticalPair;
import dev.gupfuzz.simulator.minimize.Explanation;
import dev.gupfuzz.simulator.trace.TraceStep;
import java.io.PrintStream;

/** Why a schedule fails, in lines of a mail's width. */
final class ExplanationText {
    private static final int WIDTH = 72;

    private final PrintStream out;

    ExplanationText(PrintStream out) {
        this.out = out;
    }

    void print(Explanation explanation) {
        out.println();
        if (!explanation.pairs().isEmpty()) {
            out.println("critical pairs: with one of them the other way round nothing breaks");
            for (CriticalPair pair : explanation.pairs()) {
                out.println();
                step("", pair.firstStep());
                step("before ", pair.secondStep());
                wrapped(out, "      over ", pair.object());
            }
            out.println();
        }
        explanation.nearest().ifPresent(pair -> {
            wrapped(
                    out,
                    "",
                    "nearest passing schedule: step " + pair.secondStep().index() + " before step "
                            + pair.firstStep().index() + ", to the end in "
                            + pair.passing().steps() + " steps:");
            wrapped(out, "  ", pair.passing().turns());
            out.println();
        });
        explanation.narration().forEach(sentence -> wrapped(out, "", sentence));
    }

    private void step(String relation, TraceStep step) {
        wrapped(out, String.format("%4d  %s%s: ", step.index(), relation, step.thread()), step.text());
    }

    /** A head and a text behind it, broken at spaces. */
    static void wrapped(PrintStream out, String head, String text) {
        StringBuilder line = new StringBuilder(head);
        boolean empty = true;
        for (String word : text.split(" ")) {
            if (!empty && line.length() + 1 + word.length() > WIDTH) {
                out.println(line);
                line = new StringBuilder(" ".repeat(head.length()));
                empty = true;
            }
            line.append(empty ? "" : " ").append(word);
            empty = false;
        }
        out.println(line);
    }
}
