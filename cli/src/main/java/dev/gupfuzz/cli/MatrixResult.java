package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.museum.Answer;
import dev.gupfuzz.simulator.museum.Exhibit;
import dev.gupfuzz.simulator.museum.Museum.Agreement;
import dev.gupfuzz.simulator.museum.Museum.Cell;
import dev.gupfuzz.simulator.museum.Museum.Row;
import java.util.List;

/** What {@code matrix} found out. */
record MatrixResult(List<Kernel> kernels, List<Row> rows, int cores, double seconds, boolean interrupted) {

    List<Cell> cells(Agreement agreement) {
        return rows.stream()
                .flatMap(row -> row.cells().stream())
                .filter(cell -> cell.agreement() == agreement)
                .toList();
    }

    /** Entries that nobody can look at yet. */
    List<String> withoutScenario() {
        return rows.stream()
                .map(Row::exhibit)
                .filter(exhibit -> exhibit.scenario().isEmpty())
                .map(Exhibit::id)
                .toList();
    }

    /** As documents spell it. */
    String verdict() {
        if (!cells(Agreement.DISAGREES).isEmpty()) {
            return "disagrees";
        }
        boolean open =
                !cells(Agreement.UNDECIDED).isEmpty() || !withoutScenario().isEmpty();
        return open ? "undecided" : "agrees";
    }

    int exitCode() {
        if (interrupted) {
            return ExitCode.INTERRUPTED;
        }
        return switch (verdict()) {
            case "disagrees" -> ExitCode.VIOLATED;
            case "undecided" -> ExitCode.INCOMPLETE;
            default -> ExitCode.CLEAN;
        };
    }

    /** One letter for a cell: whether it shows the bug. */
    static String sign(Answer answer) {
        return switch (answer.kind()) {
            case REACHABLE -> "#";
            case UNREACHABLE -> ".";
            case GOAL_UNREACHED -> "o";
            case OTHERWISE -> "x";
            case UNDECIDED -> "?";
            case NOT_EXPRESSIBLE -> "-";
        };
    }

    /** One letter more: how that compares with history. */
    static String mark(Cell cell) {
        return switch (cell.agreement()) {
            case EXPLAINED -> "e";
            case DISAGREES -> "!";
            case AGREES, UNDECIDED -> " ";
        };
    }
}
