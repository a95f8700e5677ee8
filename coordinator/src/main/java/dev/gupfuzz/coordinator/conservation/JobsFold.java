package dev.gupfuzz.coordinator.conservation;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Fold of the jobs topic: which ranges have a job record, the latest attempt of each, and which records the share group
 * has not yet left behind. Independent of what the dispatcher believes to have sent. Belongs to one thread.
 */
public final class JobsFold {
    private static final class OfCampaign {
        final BitSet issued = new BitSet();
        /** Latest attempt of ranges that were issued more than once. */
        final Map<Integer, Integer> attempts = new HashMap<>();
    }

    private record JobRef(long offset, String campaign, int index) {}

    private final Map<String, OfCampaign> campaigns = new HashMap<>();

    /** Records at or above the start offset in the order of offsets. */
    private final ArrayDeque<JobRef> deliverable = new ArrayDeque<>();

    private long startOffset;

    /** Folds one job record; offsets ascend. The campaign is named by its key. */
    public void add(long offset, String campaign, int index, int attempt) {
        OfCampaign fold = campaigns.computeIfAbsent(campaign, c -> new OfCampaign());
        fold.issued.set(index);
        if (attempt > 1) {
            fold.attempts.merge(index, attempt, Math::max);
        }
        if (offset >= startOffset) {
            deliverable.addLast(new JobRef(offset, campaign, index));
        }
    }

    /** Forgets the records below the share group's start offset: each of them was acknowledged or dropped. */
    public void startAt(long offset) {
        startOffset = Math.max(startOffset, offset);
        while (!deliverable.isEmpty() && deliverable.peekFirst().offset() < startOffset) {
            deliverable.removeFirst();
        }
    }

    /** Ranges of the campaign that have a job record; the caller must not change it. */
    public BitSet issued(String campaign) {
        OfCampaign fold = campaigns.get(campaign);
        return fold == null ? new BitSet() : fold.issued;
    }

    /** Records that the share group may still deliver, of all campaigns. */
    public int deliverable() {
        return deliverable.size();
    }

    /** Ranges of the campaign with a record that the share group may still deliver. */
    public BitSet deliverable(String campaign) {
        BitSet ranges = new BitSet();
        for (JobRef job : deliverable) {
            if (job.campaign().equals(campaign)) {
                ranges.set(job.index());
            }
        }
        return ranges;
    }

    /** Latest attempt with a job record; 0 when the range has none. */
    public int attempt(String campaign, int index) {
        OfCampaign fold = campaigns.get(campaign);
        if (fold == null || !fold.issued.get(index)) {
            return 0;
        }
        return fold.attempts.getOrDefault(index, 1);
    }
}
