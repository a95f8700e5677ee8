package dev.gupfuzz.coordinator.book;

import dev.gupfuzz.campaign.RangeId;
import dev.gupfuzz.campaign.Topics;
import dev.gupfuzz.campaign.Wire;
import dev.gupfuzz.campaign.wire.Job;
import dev.gupfuzz.coordinator.Faults;
import dev.gupfuzz.coordinator.dispatch.IssueOrder;
import dev.gupfuzz.coordinator.dispatch.IssueWindow;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Plans which jobs to send next: first those to be issued again, then new ones as far as the window allows, each from the
 * campaign that has the fewest ranges out, so that campaigns share the workers evenly.
 */
final class Dispatcher {
    /** Jobs of one transaction: what a broker takes in one breath. */
    static final int BATCH_MAX = 500;

    private final Faults faults;

    /** One campaign while a batch is being planned. */
    private static final class Share {
        final CampaignBook book;
        final IssueOrder order;
        int out;

        Share(CampaignBook book) {
            this.book = book;
            this.order = book.order().copy();
            this.out = book.outstanding();
        }
    }

    /** A job to send. */
    private record Planned(CampaignBook book, int index, int attempt) {
        void sent() {
            if (attempt > 1) {
                book.sentAgain(index, attempt);
            } else {
                book.sent(index, attempt);
            }
        }
    }

    /** Jobs to send, and what follows once they are known to be sent. */
    record Batch(List<ProducerRecord<String, byte[]>> records, Runnable sent) {}

    Dispatcher(Faults faults) {
        this.faults = faults;
    }

    /** The jobs to send now, possibly none. */
    Batch plan(Collection<CampaignBook> books, int members) {
        List<Planned> batch = new ArrayList<>();
        List<Share> shares = new ArrayList<>();
        long outstanding = 0;
        for (CampaignBook book : books) {
            if (!book.isOurs()) {
                continue;
            }
            outstanding += book.outstanding();
            BitSet again = book.toReissue();
            for (int i = again.nextSetBit(0); i >= 0 && batch.size() < BATCH_MAX; i = again.nextSetBit(i + 1)) {
                batch.add(new Planned(book, i, book.attempt(i) + 1));
            }
            if (!book.isCancelled() && !book.isFinished()) {
                shares.add(new Share(book));
            }
        }
        int room = Math.min(BATCH_MAX - batch.size(), IssueWindow.room(members, outstanding));
        while (room > 0 && !shares.isEmpty()) {
            Share next = shares.get(0);
            for (Share share : shares) {
                if (share.out < next.out) {
                    next = share;
                }
            }
            int index = next.order.take();
            if (index < 0) {
                shares.remove(next);
            } else {
                batch.add(new Planned(next.book, index, 1));
                next.out++;
                room--;
            }
        }
        return new Batch(records(batch), () -> batch.forEach(Planned::sent));
    }

    private List<ProducerRecord<String, byte[]>> records(List<Planned> batch) {
        List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
        for (Planned planned : batch) {
            if (!faults.loseJob(planned.book().name(), planned.index(), planned.attempt())) {
                Job job = planned.book().job(planned.index(), planned.attempt());
                records.add(new ProducerRecord<>(Topics.JOBS, RangeId.of(job).key(), Wire.JOB.encode(job)));
            }
        }
        return records;
    }
}
