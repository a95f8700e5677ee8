package dev.gupfuzz.simulator.museum;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.kernel.Safeguard;
import dev.gupfuzz.simulator.museum.Answer.Kind;
import dev.gupfuzz.simulator.museum.Fate.Kill;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Takes each safeguard of a kernel out, alone, and puts each rule in that it does not have, another kernel's or a design that was
 * not taken, and looks what breaks.
 *
 * <p>A trial that asks for none of the changed rules in any state that it can come to, and begins in the same state, does not
 * change: it is not explored again.
 */
public final class Ablation {

    private final Kernel kernel;
    private final List<Trial> trials;
    private final Verdicts verdicts;
    private final Consumer<Answer> progress;

    /** How the kernel as it is does in each trial. */
    private final List<Answer> baseline;

    private final List<Change> changes = new ArrayList<>();

    /** What was found out. */
    public record Result(Kernel kernel, List<Trial> trials, List<Answer> baseline, List<Fate> fates) {

        /** Trials in which the kernel as it is breaks, or that a bound ended there. */
        public List<Answer> unsound() {
            return baseline.stream()
                    .filter(answer -> answer.kind() != Kind.UNREACHABLE)
                    .toList();
        }
    }

    /** A kernel that is being tried. */
    private static final class Change {
        final List<Rule> rules;
        final boolean add;
        final String name;
        final List<Trial> exercised = new ArrayList<>();
        final List<Trial> open = new ArrayList<>();

        @Nullable
        Kill kill;

        /** What a program that runs on the kernel as it is misses with the change. */
        @Nullable
        String missing;

        Change(List<Rule> rules, boolean add, String name) {
            this.rules = rules;
            this.add = add;
            this.name = name;
        }

        Kernel on(Kernel kernel) {
            Kernel changed = kernel;
            for (Rule rule : rules) {
                changed = add ? changed.with(rule.id()) : changed.without(rule.id());
            }
            return changed;
        }

        Fate fate() {
            Fate.Kind kind = kill != null
                    ? Fate.Kind.KILLED
                    : !open.isEmpty()
                            ? Fate.Kind.UNKNOWN
                            : !exercised.isEmpty()
                                    ? Fate.Kind.REDUNDANT
                                    : missing != null ? Fate.Kind.NOT_EXPRESSIBLE : Fate.Kind.NOT_EXERCISED;
            return new Fate(
                    rules,
                    add,
                    name,
                    kind,
                    kind == Fate.Kind.NOT_EXPRESSIBLE ? "a feature: " + missing : "",
                    Optional.ofNullable(kill),
                    List.copyOf(exercised),
                    kill == null ? List.copyOf(open) : List.of());
        }
    }

    private Ablation(Kernel kernel, List<Trial> trials, int cores, Limits limits, Consumer<Answer> progress) {
        this.kernel = kernel;
        this.trials = trials;
        this.progress = progress;
        verdicts = new Verdicts(cores, limits);
        List<Question> questions = new ArrayList<>();
        for (Trial trial : trials) {
            questions.add(new Question(trial.changes().on(kernel), trial.scenario(), Shows.NOTHING).asWatched());
        }
        baseline = verdicts.answer(questions, progress);
    }

    /**
     * Tries every safeguard of a kernel, and every rule that it does not have.
     *
     * @param pairs whether to take out two at a time of those that are not needed alone
     * @param progress told of each exploration that is done, by any core, one at a time
     */
    public static Result of(
            Kernel kernel, List<Trial> trials, boolean pairs, int cores, Limits limits, Consumer<Answer> progress) {
        Ablation ablation = new Ablation(kernel, trials, cores, limits, progress);
        List<Fate> fates = new ArrayList<>(ablation.alone());
        if (pairs) {
            fates.addAll(ablation.pairs(fates));
        }
        return new Result(kernel, List.copyOf(trials), ablation.baseline, List.copyOf(fates));
    }

    private List<Fate> alone() {
        List<Fate> fates = new ArrayList<>();
        changes.clear();
        for (boolean add : new boolean[] {false, true}) {
            for (Rule rule : Rule.values()) {
                if (kernel.has(rule) != add && !rule.safeguard().isConfiguration()) {
                    prepare(List.of(rule), add).ifPresent(fates::add);
                }
            }
        }
        tryAll();
        List<Fate> all = new ArrayList<>(fates);
        changes.forEach(change -> all.add(change.fate()));
        all.sort((a, b) -> a.added() != b.added()
                ? Boolean.compare(a.added(), b.added())
                : a.rules().get(0).compareTo(b.rules().get(0)));
        return all;
    }

    private List<Fate> pairs(List<Fate> alone) {
        List<Rule> rest = alone.stream()
                .filter(fate -> !fate.added() && fate.kind() == Fate.Kind.REDUNDANT)
                .map(fate -> fate.rules().get(0))
                .toList();
        List<Fate> fates = new ArrayList<>();
        changes.clear();
        for (int i = 0; i < rest.size(); i++) {
            for (int j = i + 1; j < rest.size(); j++) {
                prepare(List.of(rest.get(i), rest.get(j)), false).ifPresent(fates::add);
            }
        }
        tryAll();
        changes.forEach(change -> fates.add(change.fate()));
        return fates;
    }

    /** Plans a change; its fate when there is nothing to try. */
    private Optional<Fate> prepare(List<Rule> rules, boolean add) {
        Change change = new Change(rules, add, "");
        String name;
        try {
            name = change.on(kernel).name();
        } catch (BadInput impossible) {
            return Optional.of(notExpressible(change, impossible.getMessage()));
        }
        Change named = new Change(rules, add, name);
        for (Rule rule : rules) {
            Safeguard safeguard = rule.safeguard();
            if (safeguard.needs().isPresent()) {
                return Optional.of(
                        notExpressible(named, "needs " + safeguard.needs().get().summary()));
            }
            List<Rule> lacking = kernel.lacksFor(safeguard);
            if (add && !lacking.isEmpty()) {
                String names = lacking.stream().map(Rule::id).collect(Collectors.joining(", "));
                return Optional.of(notExpressible(named, "has nothing to act on without " + names));
            }
        }
        changes.add(named);
        return Optional.empty();
    }

    private static Fate notExpressible(Change change, String reason) {
        return new Fate(
                change.rules,
                change.add,
                change.name,
                Fate.Kind.NOT_EXPRESSIBLE,
                reason,
                Optional.empty(),
                List.of(),
                List.of());
    }

    /** Trial after trial, all changes that nothing killed yet side by side. */
    private void tryAll() {
        for (int i = 0; i < trials.size(); i++) {
            Trial trial = trials.get(i);
            Answer before = baseline.get(i);
            boolean runs = before.kind() != Kind.NOT_EXPRESSIBLE;
            List<Change> asked = new ArrayList<>();
            List<Question> questions = new ArrayList<>();
            for (Change change : changes) {
                if (change.kill != null) {
                    continue;
                }
                if (runs && !before.effort().complete()) {
                    change.open.add(trial);
                } else if (mayDiffer(change, trial, before)) {
                    asked.add(change);
                    questions.add(question(change, trial, before));
                }
            }
            List<Answer> answers = verdicts.answer(questions, progress);
            for (int j = 0; j < answers.size(); j++) {
                settle(asked.get(j), trial, before, answers.get(j));
            }
        }
    }

    /** Whether a trial can run differently with a change. */
    private static boolean mayDiffer(Change change, Trial trial, Answer before) {
        if (change.rules.stream().anyMatch(rule -> trial.changes(rule.safeguard()))) {
            return false; // as it is, or none of this trial's business
        }
        Trail trail = before.effort().trail();
        if (trail == null || change.rules.stream().anyMatch(trail::asks)) {
            return true;
        }
        return Trail.start(change.on(before.question().kernel()), trial.scenario()) != trail.start();
    }

    private static Question question(Change change, Trial trial, Answer before) {
        return new Question(
                change.on(before.question().kernel()),
                trial.scenario(),
                Shows.allBut(before.effort().broken()));
    }

    private static void settle(Change change, Trial trial, Answer before, Answer after) {
        if (after.kind() == Kind.REACHABLE) {
            change.exercised.add(trial);
            change.kill = new Kill(trial, after, List.of());
            return;
        }
        if (after.kind() == Kind.UNDECIDED) {
            change.open.add(trial);
            return;
        }
        if (after.kind() == Kind.NOT_EXPRESSIBLE) {
            if (before.kind() != Kind.NOT_EXPRESSIBLE) {
                change.missing = after.reason();
            }
            return;
        }
        if (!after.effort().isLike(before.effort())) {
            change.exercised.add(trial);
        }
        List<String> lost = new ArrayList<>(after.unreached());
        lost.removeAll(before.unreached());
        if (!lost.isEmpty()) {
            change.kill = new Kill(trial, after, lost);
        }
    }
}
