package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.museum.Answer;
import dev.gupfuzz.simulator.museum.Museum.Agreement;
import dev.gupfuzz.simulator.museum.Museum.Cell;
import dev.gupfuzz.simulator.museum.Museum.Row;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What {@code matrix} prints for people: a letter for each cell, then all that is not as history has it. */
final class MatrixText {
    private final Terminal terminal;
    private final PrintStream out;

    MatrixText(Terminal terminal) {
        this.terminal = terminal;
        this.out = terminal.out();
    }

    void print(MatrixResult result) {
        int width = Math.max(
                5,
                result.rows().stream()
                        .mapToInt(row -> row.exhibit().id().length())
                        .max()
                        .orElse(0));
        head(result.kernels(), width);
        for (Row row : result.rows()) {
            if (!row.cells().isEmpty()) {
                out.println(line(row, width));
            }
        }
        out.println();
        out.println("# shows it   . does not   o does not, but a goal is out of reach   x something else breaks");
        out.println("? undecided   - cannot be expressed there   e explained in the table   ! disagrees with history");
        for (Agreement agreement : List.of(Agreement.DISAGREES, Agreement.UNDECIDED, Agreement.EXPLAINED)) {
            result.cells(agreement).forEach(this::detail);
        }
        if (!result.withoutScenario().isEmpty()) {
            out.println();
            out.println("no scenario yet: " + String.join(", ", result.withoutScenario()));
        }
        out.println();
        out.printf(
                Locale.ROOT,
                "%s: %d cells agree, %d explained, %d disagree, %d undecided, %d %s without a scenario; %.1f s on %d %s%n",
                terminal.bold(result.verdict()),
                result.cells(Agreement.AGREES).size(),
                result.cells(Agreement.EXPLAINED).size(),
                result.cells(Agreement.DISAGREES).size(),
                result.cells(Agreement.UNDECIDED).size(),
                result.withoutScenario().size(),
                result.withoutScenario().size() == 1 ? "entry" : "entries",
                result.seconds(),
                result.cores(),
                result.cores() == 1 ? "core" : "cores");
    }

    /** The kernels' names, written downwards. */
    private void head(List<Kernel> kernels, int width) {
        int height = kernels.stream()
                .mapToInt(kernel -> kernel.name().length())
                .max()
                .orElse(0);
        for (int i = 0; i < height; i++) {
            StringBuilder line = new StringBuilder(" ".repeat(width + 1));
            for (Kernel kernel : kernels) {
                String name = " ".repeat(height - kernel.name().length()) + kernel.name();
                line.append(' ').append(name.charAt(i)).append(' ');
            }
            out.println(line.toString().stripTrailing());
        }
    }

    private String line(Row row, int width) {
        StringBuilder line = new StringBuilder(
                String.format("%-" + width + "s ", row.exhibit().id()));
        for (Cell cell : row.cells()) {
            String letters = MatrixResult.sign(cell.answer()) + MatrixResult.mark(cell);
            line.append(' ').append(cell.agreement() == Agreement.DISAGREES ? terminal.red(letters) : letters);
        }
        String title = row.exhibit().title();
        int room = Math.max(20, terminal.width() - width - 3 * row.cells().size() - 4);
        return line + "  " + (title.length() > room ? title.substring(0, room - 3) + "..." : title);
    }

    private void detail(Cell cell) {
        out.println();
        String name =
                cell.exhibit().id() + " on " + cell.answer().question().kernel().name();
        String history = cell.expected() ? "shows it" : "does not show it";
        out.println(terminal.bold(name) + ": " + cell.agreement().name().toLowerCase(Locale.ROOT)
                + ": history says it " + history + ", found "
                + cell.answer().kind().text()
                + (cell.answer().reason().isEmpty() ? "" : ", " + cell.answer().reason()));
        cell.answer().shown().ifPresent(shown -> {
            out.println("  " + shown.finding().blame().text());
            out.println("  " + schedule(cell).orElse(""));
            out.println("  " + shown.finding().token());
        });
        cell.note().ifPresent(note -> out.println("  because " + note.because() + " (" + note.source() + ")"));
    }

    /** How small the schedule is. */
    static Optional<String> schedule(Cell cell) {
        return cell.answer().shown().map(MatrixText::size);
    }

    static String size(Answer.Shown shown) {
        return shown.finding().steps() + " steps, " + shown.preemptions()
                + (shown.preemptions() == 1 ? " preemption" : " preemptions")
                + (shown.fewest() ? "" : ", perhaps not the fewest");
    }
}
