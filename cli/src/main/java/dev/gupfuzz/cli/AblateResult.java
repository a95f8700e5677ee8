package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.museum.Ablation;
import dev.gupfuzz.simulator.museum.Fate;
import dev.gupfuzz.simulator.museum.Trial;
import java.util.List;
import java.util.stream.Collectors;

/** What {@code ablate} found out. */
record AblateResult(Ablation.Result found, int cores, double seconds, boolean interrupted) {

    /** Whether every safeguard and design has a verdict; pairs are not asked for one. */
    boolean decided() {
        return found.fates().stream()
                .filter(fate -> fate.rules().size() == 1)
                .allMatch(fate -> fate.kind().decided());
    }

    int exitCode() {
        if (interrupted) {
            return ExitCode.INTERRUPTED;
        }
        return decided() ? ExitCode.CLEAN : ExitCode.INCOMPLETE;
    }

    /** What was taken out alone. */
    List<Fate> removals() {
        return found.fates().stream()
                .filter(fate -> !fate.added() && fate.rules().size() == 1)
                .toList();
    }

    /** What was put in. */
    List<Fate> designs() {
        return found.fates().stream().filter(Fate::added).toList();
    }

    /** What was taken out by twos. */
    List<Fate> pairs() {
        return found.fates().stream().filter(fate -> fate.rules().size() > 1).toList();
    }

    long count(Fate.Kind kind) {
        return found.fates().stream().filter(fate -> fate.kind() == kind).count();
    }

    static String name(Fate fate) {
        return fate.rules().stream().map(Rule::id).collect(Collectors.joining(" + "));
    }

    /** Entries of the list of wrong alternatives. */
    static String review(Fate fate) {
        return fate.rules().stream()
                .flatMap(rule -> rule.safeguard().review().stream())
                .collect(Collectors.joining(" "));
    }

    static String trials(List<Trial> trials) {
        return trials.stream().map(Trial::id).collect(Collectors.joining(", "));
    }

    /** What makes it so, in a few words. */
    static String why(Fate fate) {
        return switch (fate.kind()) {
            case KILLED ->
                fate.killed().orElseThrow().text() + " ("
                        + fate.killed().orElseThrow().trial().id() + ")";
            case REDUNDANT -> "runs differently in " + trials(fate.exercised());
            case NOT_EXERCISED -> "nothing runs differently " + (fate.added() ? "with" : "without") + " it";
            case UNKNOWN -> "a bound ended " + trials(fate.open());
            case NOT_EXPRESSIBLE -> fate.reason();
        };
    }
}
