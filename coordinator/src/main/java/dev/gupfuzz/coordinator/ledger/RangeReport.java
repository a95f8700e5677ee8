package dev.gupfuzz.coordinator.ledger;

import dev.gupfuzz.campaign.Outcomes;
import dev.gupfuzz.campaign.wire.RangeResult.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * A worker's word about one delivery of a range.
 *
 * @param attempt 1 for the first issue of the range
 * @param digest equal for every execution of the same range; read only for counted outcomes
 * @param tally what the range counted; null exactly when the outcome carries no counts
 */
public record RangeReport<T>(
        int index,
        int attempt,
        Outcome outcome,
        long digest,
        @Nullable T tally) {
    public RangeReport {
        if (Outcomes.counted(outcome) != (tally != null)) {
            throw new IllegalArgumentException(
                    "counted outcomes carry a tally and no others do: outcome=" + outcome + " index=" + index);
        }
    }
}
