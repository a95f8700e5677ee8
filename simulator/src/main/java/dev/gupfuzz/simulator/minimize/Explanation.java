package dev.gupfuzz.simulator.minimize;

import dev.gupfuzz.simulator.trace.Finding;
import dev.gupfuzz.simulator.trace.Trace;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Why a schedule fails: the pairs of steps whose order makes the difference, and the schedule in sentences.
 *
 * @param narration at most {@link Narration#SENTENCES} sentences
 */
public record Explanation(List<CriticalPair> pairs, List<String> narration) {

    public static Explanation of(Finding finding) {
        List<CriticalPair> pairs = CriticalPairs.of(finding);
        return new Explanation(pairs, Narration.of(finding, Trace.of(finding).steps(), pairs));
    }

    /** The pair whose flip moves the fewest steps: its passing run is the nearest to the failing one. */
    public Optional<CriticalPair> nearest() {
        return pairs.stream().min(Comparator.comparingInt(CriticalPair::moved));
    }
}
