package dev.gupfuzz.coordinator.book;

import dev.gupfuzz.coordinator.CampaignView;
import java.util.List;
import java.util.Optional;

/**
 * What the rest of the process sees of the books; immutable.
 *
 * @param replayed whether everything that was in the topics at the start has been folded
 * @param reachable whether the cluster answered within the last few seconds
 * @param campaigns in the order of their creation
 * @param members of the workers' share group
 * @param workersRunning workers that have begun a range which has not ended
 * @param queueLag job records that the share group has not left behind
 * @param checkedMs when the accounts were last checked, in milliseconds since 1970; 0: not yet
 */
public record Snapshot(
        boolean replayed,
        boolean reachable,
        List<CampaignView> campaigns,
        int members,
        int workersRunning,
        int queueLag,
        long checkedMs) {
    /** Share members of one worker process. */
    private static final int MEMBERS_PER_WORKER = 2;

    public static final Snapshot STARTING = new Snapshot(false, false, List.of(), 0, 0, 0, 0);

    /** Worker processes known to the share group. */
    public int workers() {
        return (members + MEMBERS_PER_WORKER - 1) / MEMBERS_PER_WORKER;
    }

    public Optional<CampaignView> campaign(String name) {
        return campaigns.stream()
                .filter(campaign -> campaign.name().equals(name))
                .findFirst();
    }
}
