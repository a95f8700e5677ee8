package dev.gupfuzz.coordinator.ledger;

import dev.gupfuzz.campaign.wire.RangeResult.Outcome;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Up to 1,024 consecutive ranges that have all ended, in the form that is stored once and never changed.
 *
 * @param segment index of the first range divided by 1,024
 * @param states one for each range
 * @param digests one for each range; 0 for those that are not done
 * @param tallies merged counts by cell, for the cells that have a done range here
 * @param outcomes how many ranges ended with each outcome
 */
public record ClosedSegment<T>(
        int segment,
        List<RangeState> states,
        List<Long> digests,
        SortedMap<Integer, T> tallies,
        Map<Outcome, Integer> outcomes) {
    public ClosedSegment {
        if (states.size() != digests.size()) {
            throw new IllegalArgumentException("one digest for each state: segment=" + segment + " states="
                    + states.size() + " digests=" + digests.size());
        }
    }
}
