package dev.gupfuzz.coordinator.book;

import dev.gupfuzz.campaign.Decoded;
import dev.gupfuzz.campaign.RangeId;
import dev.gupfuzz.campaign.Topics;
import dev.gupfuzz.campaign.Wire;
import dev.gupfuzz.campaign.wire.FindingRecord;
import dev.gupfuzz.campaign.wire.Job;
import dev.gupfuzz.campaign.wire.RangeResult;
import dev.gupfuzz.campaign.wire.Started;
import dev.gupfuzz.coordinator.conservation.JobsFold;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folds what comes from the topics into the books. Every record is a stranger's input: one that cannot be folded is
 * counted by reason, the first of its kind is logged, and nothing else happens. Belongs to the bookkeeper's thread.
 */
final class RecordFold {
    private static final Logger LOG = LoggerFactory.getLogger(RecordFold.class);

    private final Books books;
    private final JobsFold jobs;
    private final BookEvents events;
    private final Map<String, Long> positions = new HashMap<>();
    private final Set<String> logged = new HashSet<>();

    RecordFold(Books books, JobsFold jobs, BookEvents events) {
        this.books = books;
        this.jobs = jobs;
        this.events = events;
    }

    /** Offset up to which the topic has been folded. */
    long position(String topic) {
        return positions.getOrDefault(topic, 0L);
    }

    void moved(Map<String, Long> to) {
        positions.putAll(to);
    }

    void fold(ConsumerRecord<String, byte[]> found) {
        switch (found.topic()) {
            case Topics.RESULTS -> result(found);
            case Topics.JOBS -> job(found);
            case Topics.STARTED -> started(found);
            case Topics.FINDINGS -> finding(found);
            default -> throw new IllegalStateException("[coordinator bug] no fold for topic " + found.topic());
        }
    }

    private void result(ConsumerRecord<String, byte[]> found) {
        RangeResult result = decode(found, Wire.RESULT);
        if (result == null) {
            return;
        }
        CampaignBook book = book(found, result.getCampaign(), result.getGeneration());
        if (book == null) {
            return;
        }
        if (result.getOutcome() == RangeResult.Outcome.ENGINE_ERROR) {
            LOG.warn(
                    "range={} outcome=engine_error attempt={} worker=\"{}\" error=\"{}\"",
                    RangeId.of(result),
                    result.getAttempt(),
                    result.getWorker(),
                    CampaignBook.printable(result.getError()));
        }
        long divergent = book.ledger().counts().divergent();
        CampaignBook.Refusal refusal = book.fold(result);
        if (refusal != CampaignBook.Refusal.NONE) {
            refuse(found, refusal.label(), "it does not belong into the accounts of " + RangeId.of(result));
        }
        if (book.ledger().counts().divergent() > divergent) {
            LOG.error(
                    "alarm=divergent range={} attempt={} worker=\"{}\" digest={} expected={}",
                    RangeId.of(result),
                    result.getAttempt(),
                    result.getWorker(),
                    Views.hex(result.getDigest()),
                    Views.hex(book.ledger().digest((int) result.getIndex())));
        }
    }

    private void job(ConsumerRecord<String, byte[]> found) {
        Job job = decode(found, Wire.JOB);
        if (job == null) {
            return;
        }
        CampaignBook book = book(found, job.getCampaign(), job.getGeneration());
        if (book == null) {
            return;
        }
        if (job.getIndex() >= book.layout().ranges()) {
            refuse(found, CampaignBook.Refusal.UNKNOWN_RANGE.label(), "its range is not in the plan");
            return;
        }
        int index = (int) job.getIndex();
        jobs.add(found.offset(), book.key(), index, job.getAttempt());
        book.found(index, job.getAttempt());
    }

    private void started(ConsumerRecord<String, byte[]> found) {
        Started started = decode(found, Wire.STARTED);
        if (started == null) {
            return;
        }
        CampaignBook book = book(found, started.getCampaign(), started.getGeneration());
        if (book != null && started.getIndex() < book.layout().ranges()) {
            book.started((int) started.getIndex(), started.getWorker());
        }
    }

    private void finding(ConsumerRecord<String, byte[]> found) {
        FindingRecord finding = decode(found, Wire.FINDING);
        if (finding == null) {
            return;
        }
        CampaignBook book = book(found, finding.getCampaign(), finding.getGeneration());
        if (book != null) {
            book.fold(finding);
        }
    }

    private @Nullable CampaignBook book(ConsumerRecord<String, byte[]> found, String campaign, int generation) {
        CampaignBook book = books.byKey(campaign, generation);
        if (book == null) {
            refuse(found, "unknown_campaign", "there is no campaign " + RangeId.campaignKey(campaign, generation));
        }
        return book;
    }

    private <M extends com.google.protobuf.Message> @Nullable M decode(
            ConsumerRecord<String, byte[]> found, Wire<M> wire) {
        Decoded<M> decoded = wire.decode(found.value());
        if (decoded instanceof Decoded.Message<M> message) {
            return message.value();
        }
        if (decoded instanceof Decoded.Refused<M> refused) {
            refuse(found, refused.reason().label(), refused.sentence());
        }
        return null;
    }

    private void refuse(ConsumerRecord<String, byte[]> found, String reason, String sentence) {
        events.refused(found.topic(), reason);
        // The counter tells how many; a flood of bad records must not become a flood of lines.
        if (logged.add(found.topic() + " " + reason)) {
            LOG.warn(
                    "record=refused topic={} offset={} reason={} why=\"{}\"",
                    found.topic(),
                    found.offset(),
                    reason,
                    sentence);
        }
    }
}
