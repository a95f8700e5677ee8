package dev.gupfuzz.simulator.museum;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.museum.Answer.Kind;
import dev.gupfuzz.simulator.trace.Finding;
import dev.gupfuzz.simulator.trace.Replay;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Which kernels show a finding: the same invariant in the same scenario, by any schedule, and by the very one that was found. */
public final class Bisection {

    private Bisection() {}

    /**
     * One kernel.
     *
     * @param replay what comes of the finding's own schedule
     */
    public record Row(Kernel kernel, Answer answer, Replay.Kind replay) {

        /** Whether any schedule shows the finding. */
        public boolean shows() {
            return answer.kind() == Kind.REACHABLE;
        }

        public boolean decided() {
            return answer.kind() != Kind.UNDECIDED;
        }
    }

    /**
     * What was found out.
     *
     * @param rows the releases, oldest first, each changed as the finding's kernel is where that is possible
     */
    public record Result(Finding finding, List<Row> rows) {

        /** Whether every kernel is settled. */
        public boolean decided() {
            return rows.stream().allMatch(Row::decided);
        }

        /** The first kernel that shows it; empty where one before it is not settled. */
        public Optional<Kernel> first() {
            return next(0, true).map(i -> rows.get(i).kernel());
        }

        /** The first kernel behind that one that does not show it any more. */
        public Optional<Kernel> fixed() {
            return next(0, true)
                    .flatMap(i -> next(i, false))
                    .map(i -> rows.get(i).kernel());
        }

        /** Kernels that show it again behind the one that does not. */
        public List<Kernel> again() {
            Optional<Integer> fixed = next(0, true).flatMap(i -> next(i, false));
            return fixed.map(i -> rows.subList(i, rows.size()).stream()
                            .filter(Row::shows)
                            .map(Row::kernel)
                            .toList())
                    .orElse(List.of());
        }

        private Optional<Integer> next(int from, boolean shows) {
            for (int i = from; i < rows.size(); i++) {
                if (!rows.get(i).decided()) {
                    return Optional.empty();
                }
                if (rows.get(i).shows() == shows) {
                    return Optional.of(i);
                }
            }
            return Optional.empty();
        }
    }

    /**
     * Looks at every kernel.
     *
     * @param done told of each kernel as it is settled
     * @throws IllegalStateException when the finding's own kernel does not show it, which is a bug of gupfuzz
     */
    public static Result of(Finding finding, int cores, Limits limits, Consumer<Answer> done) {
        Changes changes = Changes.of(finding.cell().kernel());
        Shows shows = Shows.only(finding.blame().invariant());
        List<Kernel> kernels = new ArrayList<>();
        List<Question> questions = new ArrayList<>();
        for (Kernel release : Kernels.all()) {
            Kernel kernel = changed(release, changes);
            kernels.add(kernel);
            questions.add(new Question(kernel, finding.cell().scenario(), shows));
        }
        List<Answer> answers = new Verdicts(cores, limits).answer(questions, done);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < kernels.size(); i++) {
            Row row = new Row(
                    kernels.get(i),
                    answers.get(i),
                    Replay.of(finding, kernels.get(i)).kind());
            boolean own = row.kernel().equals(finding.cell().kernel());
            if (own && row.decided() && !row.shows() && row.replay() == Replay.Kind.REPRODUCED) {
                throw new IllegalStateException("[simulator bug] a schedule breaks "
                        + finding.blame().text() + " on " + row.kernel()
                        + ", and a search of every schedule does not come to it");
            }
            rows.add(row);
        }
        return new Result(finding, List.copyOf(rows));
    }

    private static Kernel changed(Kernel release, Changes changes) {
        try {
            return changes.on(release);
        } catch (BadInput impossible) {
            return release;
        }
    }
}
