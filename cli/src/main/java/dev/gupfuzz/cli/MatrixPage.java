package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.Model;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.museum.Museum.Agreement;
import dev.gupfuzz.simulator.museum.Museum.Cell;
import dev.gupfuzz.simulator.museum.Museum.Row;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** What {@code matrix} prints with {@code --markdown}. */
final class MatrixPage {
    private final PrintStream out;

    MatrixPage(PrintStream out) {
        this.out = out;
    }

    void print(MatrixResult result) {
        out.println("# Bugs and kernels");
        out.println();
        out.printf(
                Locale.ROOT,
                "Model %s. Each cell is an exhaustive exploration. # shows the bug, . does not, o does not while a goal is out"
                        + " of reach, x something else breaks, ? undecided, - cannot be expressed there; e explained below, !"
                        + " disagrees with history.%n%n",
                Model.version());
        StringBuilder head = new StringBuilder("| entry |");
        StringBuilder rule = new StringBuilder("| --- |");
        for (Kernel kernel : result.kernels()) {
            head.append(' ').append(kernel.name()).append(" |");
            rule.append(" --- |");
        }
        out.println(head);
        out.println(rule);
        for (Row row : result.rows()) {
            StringBuilder line =
                    new StringBuilder("| ").append(row.exhibit().id()).append(" |");
            for (int i = 0; i < result.kernels().size(); i++) {
                String sign = row.cells().isEmpty()
                        ? ""
                        : MatrixResult.sign(row.cells().get(i).answer())
                                + MatrixResult.mark(row.cells().get(i)).strip();
                line.append(' ').append(sign).append(" |");
            }
            out.println(line);
        }
        for (Row row : result.rows()) {
            entry(row);
        }
    }

    private void entry(Row row) {
        out.println();
        out.println("## " + row.exhibit().id() + ": " + row.exhibit().title());
        out.println();
        if (row.cells().isEmpty()) {
            out.println("No scenario yet. History: " + row.exhibit().historyText() + ".");
            return;
        }
        String changes = row.exhibit().changes().text();
        out.println("Scenario `" + row.exhibit().scenario().orElseThrow().name() + "`"
                + (changes.isEmpty() ? "" : ", kernels " + changes) + "; shown by "
                + row.exhibit().shows().text() + "; history: " + row.exhibit().historyText() + ".");
        out.println();
        for (Cell cell : row.cells()) {
            cell(cell);
        }
    }

    private void cell(Cell cell) {
        boolean worth = cell.answer().shown().isPresent()
                || !List.of(Agreement.AGREES).contains(cell.agreement())
                || cell.note().isPresent();
        if (!worth) {
            return;
        }
        StringBuilder line = new StringBuilder("- ")
                .append(cell.kernel().name())
                .append(": ")
                .append(cell.answer().kind().text())
                .append(", ")
                .append(cell.agreement().name().toLowerCase(Locale.ROOT));
        if (!cell.answer().reason().isEmpty()) {
            line.append("; ").append(cell.answer().reason());
        }
        cell.answer()
                .shown()
                .ifPresent(shown -> line.append("; ")
                        .append(shown.finding().blame().text())
                        .append("; ")
                        .append(MatrixText.size(shown))
                        .append("; `")
                        .append(shown.finding().token())
                        .append('`'));
        cell.note()
                .ifPresent(note -> line.append("; because ")
                        .append(note.because())
                        .append(" (")
                        .append(note.source())
                        .append(')'));
        out.println(line);
    }
}
