package dev.gupfuzz.simulator.museum;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.museum.Answer.Kind;
import dev.gupfuzz.simulator.museum.Exhibit.Note;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Every exhibit on every kernel, and how that compares with history. */
public final class Museum {

    private Museum() {}

    /** How a cell compares with history. */
    public enum Agreement {
        /** What history says, or nothing to say. */
        AGREES,
        /** Something else, for the reason that the table gives. */
        EXPLAINED,
        /** Something else, and nobody knows why; or what the table takes for different is not. */
        DISAGREES,
        UNDECIDED
    }

    /**
     * An exhibit on a kernel.
     *
     * @param expected whether history says that it shows there
     */
    public record Cell(Exhibit exhibit, Kernel kernel, boolean expected, Answer answer) {

        /** What the table says about this cell beside history. */
        public Optional<Note> note() {
            Optional<Note> absence = exhibit.absence(kernel.base());
            return absence.isPresent() ? absence : exhibit.difference(kernel.base());
        }

        public Agreement agreement() {
            if (answer.kind() == Kind.UNDECIDED) {
                return Agreement.UNDECIDED;
            }
            Optional<Note> note = note();
            if (note.isPresent()) {
                boolean as = note.get().kind() == answer.kind();
                return !as
                        ? Agreement.DISAGREES
                        : answer.kind() == Kind.NOT_EXPRESSIBLE ? Agreement.AGREES : Agreement.EXPLAINED;
            }
            Kind history = expected ? Kind.REACHABLE : Kind.UNREACHABLE;
            return answer.kind() == history ? Agreement.AGREES : Agreement.DISAGREES;
        }
    }

    /** The cells of an exhibit, in the order of the kernels; none while it has no scenario. */
    public record Row(Exhibit exhibit, List<Cell> cells) {}

    /**
     * Settles every cell.
     *
     * @param kernels releases as they are
     * @param done told of each cell that was explored, as it is settled
     */
    public static List<Row> rows(
            List<Exhibit> exhibits, List<Kernel> kernels, int cores, Limits limits, Consumer<Answer> done) {
        List<Question> questions = new ArrayList<>();
        for (Exhibit exhibit : exhibits) {
            for (Kernel kernel : kernels) {
                question(exhibit, kernel).ifPresent(questions::add);
            }
        }
        List<Answer> answers = new Verdicts(cores, limits).answer(questions, done);
        List<Row> rows = new ArrayList<>();
        int next = 0;
        for (Exhibit exhibit : exhibits) {
            List<Cell> cells = new ArrayList<>();
            for (Kernel kernel : kernels) {
                if (exhibit.scenario().isEmpty()) {
                    continue;
                }
                Optional<Note> absence = exhibit.absence(kernel.base());
                Answer answer = absence.isPresent()
                        ? Answer.notExpressible(
                                asked(exhibit, kernel), absence.get().because())
                        : answers.get(next++);
                cells.add(new Cell(exhibit, kernel, exhibit.shouldShow(kernel.base()), answer));
            }
            rows.add(new Row(exhibit, List.copyOf(cells)));
        }
        return List.copyOf(rows);
    }

    /** Cells that have to be explored. */
    public static int explorations(List<Exhibit> exhibits, List<Kernel> kernels) {
        int count = 0;
        for (Exhibit exhibit : exhibits) {
            for (Kernel kernel : kernels) {
                count += question(exhibit, kernel).isPresent() ? 1 : 0;
            }
        }
        return count;
    }

    private static Optional<Question> question(Exhibit exhibit, Kernel kernel) {
        boolean there =
                exhibit.scenario().isPresent() && exhibit.absence(kernel.base()).isEmpty();
        return there ? Optional.of(asked(exhibit, kernel)) : Optional.empty();
    }

    private static Question asked(Exhibit exhibit, Kernel kernel) {
        return new Question(exhibit.changes().on(kernel), exhibit.scenario().orElseThrow(), exhibit.shows());
    }
}
