package dev.gupfuzz.coordinator.book;

import dev.gupfuzz.coordinator.CampaignView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes snapshots of the books and lets any thread read the latest one or wait for one. */
final class Publisher {
    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

    private final Object changed = new Object();
    private final Map<String, CampaignView> views = new HashMap<>();
    private final Consumer<Snapshot> first;
    private volatile Snapshot latest = Snapshot.STARTING;

    /** @param first is given every snapshot before anybody else can see it */
    Publisher(Consumer<Snapshot> first) {
        this.first = first;
    }

    Snapshot latest() {
        return latest;
    }

    /** Waits until a snapshot satisfies the condition; returns whether one did within {@code limit}. */
    boolean await(Predicate<Snapshot> condition, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        synchronized (changed) {
            while (!condition.test(latest)) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                changed.wait(left / 1_000_000 + 1);
            }
            return true;
        }
    }

    /**
     * Publishes what has changed, if anything has. Called by the bookkeeper's thread alone.
     *
     * @param replayed and the other values are those of {@link Snapshot}
     */
    void publish(Books books, boolean replayed, boolean reachable, int members, int queueLag, long checkedMs) {
        boolean anything = false;
        List<CampaignView> campaigns = new ArrayList<>();
        Set<String> running = new HashSet<>();
        for (CampaignBook book : books.all()) {
            CampaignView before = views.get(book.key());
            CampaignView view = before;
            if (book.takeChanged() || view == null) {
                view = Views.of(book);
                views.put(book.key(), view);
                log(before, view);
                anything = true;
            }
            campaigns.add(view);
            running.addAll(book.startedBy().values());
        }
        Snapshot before = latest;
        if (!anything
                && before.replayed() == replayed
                && before.reachable() == reachable
                && before.members() == members
                && before.queueLag() == queueLag
                && before.checkedMs() == checkedMs) {
            return;
        }
        Snapshot now =
                new Snapshot(replayed, reachable, List.copyOf(campaigns), members, running.size(), queueLag, checkedMs);
        first.accept(now);
        synchronized (changed) {
            latest = now;
            changed.notifyAll();
        }
    }

    private static void log(CampaignView before, CampaignView now) {
        if (before == null || before.state() != now.state()) {
            LOG.info(
                    "campaign={} state={} verdict={} done={} planned={}",
                    now.name(),
                    now.state().label(),
                    now.verdict().label(),
                    now.ranges().done(),
                    now.ranges().planned());
        }
        long imbalance = now.conservation().imbalance();
        if (before != null && before.conservation().imbalance() != imbalance) {
            if (imbalance == 0) {
                LOG.info("campaign={} imbalance=0", now.name());
            } else {
                LOG.error("alarm=imbalance campaign={} ranges={}", now.name(), imbalance);
            }
        }
    }
}
