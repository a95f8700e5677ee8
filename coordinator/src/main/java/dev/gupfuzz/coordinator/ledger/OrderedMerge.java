package dev.gupfuzz.coordinator.ledger;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/**
 * Merges values that arrive in any order as if they had arrived by position. Neighbours are merged as soon as both are
 * there, always the lower position first, so an associative operation gives one total whatever the order of arrival, and
 * what is kept is one value per gap, not one per position.
 */
final class OrderedMerge<T> {
    private final BinaryOperator<T> merge;

    /** Runs of adjacent positions by their first. invariant: no two runs touch. */
    private final TreeMap<Integer, Run<T>> runs = new TreeMap<>();

    private record Run<T>(int end, T value) {}

    OrderedMerge(BinaryOperator<T> merge) {
        this.merge = merge;
    }

    /**
     * Adds the value of one position.
     *
     * @throws IllegalStateException if the position already has one
     */
    void put(int position, T value) {
        int start = position;
        int end = position + 1;
        T merged = value;
        Map.Entry<Integer, Run<T>> before = runs.floorEntry(position);
        if (before != null && before.getValue().end() > position) {
            throw new IllegalStateException("[coordinator bug] position merged twice: position=" + position);
        }
        if (before != null && before.getValue().end() == position) {
            start = before.getKey();
            merged = merge.apply(before.getValue().value(), merged);
        }
        Run<T> after = runs.remove(end);
        if (after != null) {
            merged = merge.apply(merged, after.value());
            end = after.end();
        }
        runs.put(start, new Run<>(end, merged));
    }

    /** Adds every run to {@code target}, keyed by the first position of the run. */
    void copyTo(Map<Integer, T> target) {
        runs.forEach((start, run) -> target.put(start, run.value()));
    }

    /** All values merged by position, or {@code empty} when there is none. */
    T total(T empty) {
        T total = null;
        for (Run<T> run : runs.values()) {
            total = total == null ? run.value() : merge.apply(total, run.value());
        }
        return total == null ? empty : total;
    }
}
