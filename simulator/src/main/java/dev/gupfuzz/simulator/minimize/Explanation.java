package dev.gupfuzz.simulator.minimize;

import dev.gupfuzz.simulator.trace.Finding;
import dev.gupfuzz.simulator.trace.Trace;
import dev.gupfuzz.simulator.trace.TraceStep;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Why a schedule fails: the pairs of steps whose order makes the difference, and the schedule in sentences.
 *
 * @param signature what findings of one cause have in common: invariant, place and pairs, without seeds, pages and numbers
 * @param narration at most {@link Narration#SENTENCES} sentences
 */
public record Explanation(String signature, List<CriticalPair> pairs, List<String> narration) {

    public static Explanation of(Finding finding) {
        List<CriticalPair> pairs = CriticalPairs.of(finding);
        Failure failure = Failure.of(finding);
        String reason = pairs.stream()
                .map(pair -> step(pair.firstStep()) + " < " + step(pair.secondStep()))
                .sorted()
                .collect(Collectors.joining(", "));
        return new Explanation(
                failure.invariant().id() + " at " + failure.where() + (reason.isEmpty() ? "" : ": " + reason),
                pairs,
                Narration.of(finding, Trace.of(finding).steps(), pairs));
    }

    /** The pair whose flip moves the fewest steps: its passing run is the nearest to the failing one. */
    public Optional<CriticalPair> nearest() {
        return pairs.stream().min(Comparator.comparingInt(CriticalPair::moved));
    }

    private static String step(TraceStep step) {
        return step.thread().replaceFirst("[0-9]+$", "") + " " + step.routine() + "." + step.label();
    }
}
