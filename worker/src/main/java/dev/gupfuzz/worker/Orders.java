package dev.gupfuzz.worker;

import dev.gupfuzz.campaign.Decoded;
import dev.gupfuzz.campaign.KafkaSettings;
import dev.gupfuzz.campaign.RangeId;
import dev.gupfuzz.campaign.Topics;
import dev.gupfuzz.campaign.Wire;
import dev.gupfuzz.campaign.wire.Control;
import dev.gupfuzz.campaign.wire.Job;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which campaigns were cancelled, as the control topic says. A paused campaign needs nothing here: its coordinator stops
 * issuing, and the few jobs already issued are run.
 */
final class Orders implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Orders.class);
    private static final Duration POLL = Duration.ofMillis(200);
    /** There is nothing to commit, and the broker answers nothing while the last fetch waits. */
    private static final Duration CLOSE = Duration.ofMillis(50);

    private static final TopicPartition CONTROL = new TopicPartition(Topics.CONTROL, 0);

    private final KafkaSettings settings;
    private final String clientId;
    private final WorkerMetrics metrics;
    private final CountDownLatch stopping;
    private final CountDownLatch caughtUp = new CountDownLatch(1);
    private final Set<String> cancelled = ConcurrentHashMap.newKeySet();

    Orders(KafkaSettings settings, String clientId, WorkerMetrics metrics, CountDownLatch stopping) {
        this.settings = settings;
        this.clientId = clientId;
        this.metrics = metrics;
        this.stopping = stopping;
    }

    /** Whether the campaign that the job belongs to was cancelled. */
    boolean cancelled(Job job) {
        return cancelled.contains(RangeId.campaignKey(job.getCampaign(), job.getGeneration()));
    }

    /** Counted down once every order given before the start has been read. */
    CountDownLatch caughtUp() {
        return caughtUp;
    }

    @Override
    public void run() {
        while (stopping.getCount() > 0) {
            try {
                KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(settings.follower(clientId));
                try {
                    follow(consumer);
                } finally {
                    consumer.close(CloseOptions.timeout(CLOSE));
                }
            } catch (KafkaException e) {
                // The next round reads the topic from its beginning again: orders are few and the fold is idempotent.
                LOG.warn("control=lost worker={} error=\"{}\"", clientId, e.getMessage());
                Pause.unless(stopping, Duration.ofSeconds(1));
            }
        }
    }

    private void follow(KafkaConsumer<String, byte[]> consumer) {
        consumer.assign(List.of(CONTROL));
        consumer.seekToBeginning(List.of(CONTROL));
        long end = consumer.endOffsets(List.of(CONTROL)).get(CONTROL);
        while (stopping.getCount() > 0) {
            if (caughtUp.getCount() > 0 && consumer.position(CONTROL) >= end) {
                caughtUp.countDown();
            }
            for (ConsumerRecord<String, byte[]> polled : consumer.poll(POLL)) {
                fold(polled.value());
            }
        }
    }

    private void fold(byte[] value) {
        Decoded<Control> decoded = Wire.CONTROL.decode(value);
        if (decoded instanceof Decoded.Message<Control> message) {
            Control control = message.value();
            String campaign = RangeId.campaignKey(control.getCampaign(), control.getGeneration());
            boolean cancel = control.getAction() == Control.Action.CANCEL;
            if (cancel ? cancelled.add(campaign) : cancelled.remove(campaign)) {
                LOG.info("campaign={} action={}", campaign, control.getAction());
            }
        } else if (decoded instanceof Decoded.Refused<Control> refused) {
            metrics.decodeFailed(Topics.CONTROL, refused.reason());
            LOG.warn("topic={} {}", Topics.CONTROL, refused.sentence());
        }
    }
}
