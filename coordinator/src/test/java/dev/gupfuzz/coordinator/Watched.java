package dev.gupfuzz.coordinator;

import dev.gupfuzz.coordinator.book.Snapshot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Faults to plant, and a note of everything that the coordinator with them publishes and issues again. Nothing is sampled:
 * the notes are taken on the coordinator's own thread before anybody sees what is noted, so they are complete, in order, and
 * never behind what the test has seen.
 */
final class Watched implements Faults {
    private final Faults planted;
    private final List<Snapshot> published = Collections.synchronizedList(new ArrayList<>());
    private final List<Reissue> reissues = Collections.synchronizedList(new ArrayList<>());

    /** A job that is about to be sent once more, and the imbalance that everybody was shown at that moment. */
    record Reissue(int index, int attempt, long shown) {}

    Watched(Faults planted) {
        this.planted = planted;
    }

    @Override
    public void published(Snapshot snapshot) {
        published.add(snapshot);
    }

    @Override
    public boolean loseJob(String campaign, int index, int attempt) {
        if (attempt > 1) {
            List<Long> shown = imbalances(campaign);
            reissues.add(new Reissue(index, attempt, shown.get(shown.size() - 1)));
        }
        return planted.loseJob(campaign, index, attempt);
    }

    @Override
    public boolean foldTwice(String campaign, int index) {
        return planted.foldTwice(campaign, index);
    }

    /** Every imbalance that the campaign has shown, in order; one that lasts is given once. */
    List<Long> imbalances(String campaign) {
        List<Long> shown = new ArrayList<>();
        for (Snapshot snapshot : published.toArray(new Snapshot[0])) {
            snapshot.campaign(campaign)
                    .map(view -> view.conservation().imbalance())
                    .filter(imbalance -> shown.isEmpty() || !imbalance.equals(shown.get(shown.size() - 1)))
                    .ifPresent(shown::add);
        }
        return shown;
    }

    /** Jobs that were sent once more, in order; one that was not written and planned again is there again. */
    List<Reissue> reissues() {
        return List.of(reissues.toArray(new Reissue[0]));
    }
}
