package dev.gupfuzz.coordinator.book;

import dev.gupfuzz.campaign.wire.FindingRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Fold of one campaign's findings: the lowest seeds of each way to break an invariant in each cell, which is also what a
 * tally keeps. The same finding from two executions of a range is one.
 */
final class FindingsFold {
    /** Witnesses of each (cell, invariant, place). */
    static final int WITNESSES_MAX = 3;

    /** (cell, invariant, place) with witnesses in one campaign: far more than a model has ways to break. */
    static final int BUCKETS_MAX = 512;

    private record Bucket(int cell, String invariant, String where) implements Comparable<Bucket> {
        @Override
        public int compareTo(Bucket other) {
            int byCell = Integer.compare(cell, other.cell);
            int byInvariant = byCell != 0 ? byCell : invariant.compareTo(other.invariant);
            return byInvariant != 0 ? byInvariant : where.compareTo(other.where);
        }
    }

    private final TreeMap<Bucket, TreeMap<Long, FindingRecord>> buckets = new TreeMap<>();

    /** Adds a record; returns whether the kept witnesses changed. */
    boolean add(int cell, FindingRecord finding) {
        Bucket bucket = new Bucket(cell, finding.getInvariant(), finding.getWhere());
        TreeMap<Long, FindingRecord> seeds = buckets.get(bucket);
        if (seeds == null) {
            if (buckets.size() >= BUCKETS_MAX) {
                return false;
            }
            seeds = new TreeMap<>(Long::compareUnsigned);
            buckets.put(bucket, seeds);
        }
        if (seeds.putIfAbsent(finding.getSeed(), finding) != null) {
            return false;
        }
        return seeds.size() <= WITNESSES_MAX
                || !seeds.pollLastEntry().getValue().equals(finding);
    }

    /** The witnesses by cell, invariant, place and seed. */
    List<Map.Entry<Integer, FindingRecord>> witnesses() {
        List<Map.Entry<Integer, FindingRecord>> all = new ArrayList<>();
        buckets.forEach((bucket, seeds) ->
                seeds.values().forEach(finding -> all.add(Map.entry(bucket.cell(), finding))));
        return all;
    }
}
