package dev.gupfuzz.coordinator.book;

import dev.gupfuzz.campaign.RangeId;
import dev.gupfuzz.campaign.Topics;
import dev.gupfuzz.campaign.Wire;
import dev.gupfuzz.campaign.wire.LedgerSegment;
import dev.gupfuzz.coordinator.Faults;
import dev.gupfuzz.coordinator.kafka.ClusterProbe.Holder;
import dev.gupfuzz.coordinator.kafka.LedgerWriter;
import dev.gupfuzz.coordinator.kafka.LedgerWriter.FencedException;
import dev.gupfuzz.coordinator.kafka.LedgerWriter.UnwrittenException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes closed segments, jobs and orders, and tries again what a broker that was away left undone. */
final class Sender {
    private static final Logger LOG = LoggerFactory.getLogger(Sender.class);

    /** Pause after a failed write. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Books books;
    private final LedgerWriter writer;
    private final Dispatcher dispatcher;
    private final BookEvents events;

    /** Closed and not confirmed as stored. */
    private final List<LedgerSegment> unwritten = new ArrayList<>();

    private final TakeOverWatch watch = new TakeOverWatch();

    private boolean writable = true;

    private long nextWriteNanos = System.nanoTime();

    Sender(Books books, LedgerWriter writer, Faults faults, BookEvents events) {
        this.books = books;
        this.writer = writer;
        this.dispatcher = new Dispatcher(faults);
        this.events = events;
    }

    /** Writes what is due: segments that have closed, then jobs as far as the window allows. */
    void send(int members) throws FencedException {
        if (System.nanoTime() - nextWriteNanos < 0) {
            return;
        }
        try {
            if (writer.isUnsettled()) {
                watch.begun();
                try {
                    writer.settle();
                } finally {
                    watch.ended();
                }
            }
            for (CampaignBook book : books.all()) {
                book.closeFinished()
                        .forEach(closed -> unwritten.add(SegmentCodec.encode(book.name(), book.generation(), closed)));
            }
            for (LedgerSegment segment : List.copyOf(unwritten)) {
                String key = RangeId.segmentKey(segment.getCampaign(), segment.getGeneration(), segment.getSegment());
                write(
                        List.of(new ProducerRecord<>(Topics.LEDGER, key, Wire.SEGMENT.encode(segment))),
                        () -> unwritten.remove(segment));
            }
            Dispatcher.Batch batch = dispatcher.plan(books.all(), members);
            if (batch.records().isEmpty()) {
                batch.sent().run();
            } else {
                write(batch.records(), batch.sent());
            }
            if (!writable) {
                writable = true;
                LOG.info("ledger=writable");
            }
        } catch (UnwrittenException e) {
            nextWriteNanos = System.nanoTime() + RETRY_NANOS;
            if (writable) {
                writable = false;
                LOG.warn("ledger=unwritable why=\"{}\"", e.getMessage());
            }
        }
    }

    /** What {@link #holder} must be given with the answer to a question that is asked now; from any thread. */
    long asking() {
        return watch.asking();
    }

    /** Learns who held the ledger when the question with this number was asked. */
    void holder(long asked, Holder found) throws FencedException {
        if (watch.takenOver(asked, found, writer.isUnsettled())) {
            throw LedgerWriter.takenOver(null);
        }
    }

    /** Writes all records or none; see {@link LedgerWriter#write}. */
    void write(List<ProducerRecord<String, byte[]>> records, Runnable effect)
            throws UnwrittenException, FencedException {
        watch.begun();
        try {
            writer.write(records, effect);
            events.written("committed");
        } catch (UnwrittenException e) {
            events.written("failed");
            throw e;
        } finally {
            watch.ended();
        }
    }
}
