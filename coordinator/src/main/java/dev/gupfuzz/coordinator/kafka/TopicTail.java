package dev.gupfuzz.coordinator.kafka;

import dev.gupfuzz.campaign.KafkaSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Follows topics of one partition each, from their first records on, for as long as it is open. One platform thread polls
 * and hands over; an unreachable broker only means that nothing comes until it is back.
 */
public final class TopicTail implements AutoCloseable {
    /** The poll ends early for a record, a transaction's marker and the close. */
    private static final Duration POLL = Duration.ofSeconds(1);

    private static final Duration POSITION = Duration.ofMillis(50);
    private static final Duration CLOSE = Duration.ofSeconds(1);
    /** There is nothing to commit, and the broker answers nothing while the last fetch waits. */
    private static final Duration CONSUMER_CLOSE = Duration.ofMillis(50);

    private final KafkaConsumer<String, byte[]> consumer;
    private final List<TopicPartition> partitions = new ArrayList<>();
    private final Consumer<Batch> sink;
    private final Consumer<RuntimeException> failed;
    private final Map<String, Long> positions = new HashMap<>();
    private final Thread thread;
    private volatile boolean closing;

    /**
     * What one poll gave.
     *
     * @param positions offset after the last record read, per topic, where it moved; also past records that a reader of
     *     committed records never sees
     */
    public record Batch(List<ConsumerRecord<String, byte[]>> records, Map<String, Long> positions) {}

    /**
     * @param sink called on the polling thread; may block it, which is the back-pressure
     * @param failed told once if the broker refuses for good (missing rights, for instance); the tail has ended then
     */
    public TopicTail(
            KafkaSettings settings,
            String name,
            List<String> topics,
            Consumer<Batch> sink,
            Consumer<RuntimeException> failed) {
        this.consumer = new KafkaConsumer<>(settings.follower("gupfuzz-coordinator-" + name));
        topics.forEach(topic -> partitions.add(new TopicPartition(topic, 0)));
        this.sink = sink;
        this.failed = failed;
        this.thread = new Thread(this::run, "gupfuzz-tail-" + name);
        this.thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    private void run() {
        try {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (!closing) {
                List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
                consumer.poll(POLL).forEach(records::add);
                Map<String, Long> moved = movedPositions();
                if (!records.isEmpty() || !moved.isEmpty()) {
                    sink.accept(new Batch(records, moved));
                }
            }
        } catch (WakeupException e) {
            // close() asked for it; any other wake-up is a bug.
            if (!closing) {
                failed.accept(e);
            }
        } catch (KafkaException e) {
            failed.accept(e);
        } finally {
            consumer.close(CloseOptions.timeout(CONSUMER_CLOSE));
        }
    }

    private Map<String, Long> movedPositions() {
        Map<String, Long> moved = new HashMap<>();
        for (TopicPartition partition : partitions) {
            try {
                long position = consumer.position(partition, POSITION);
                Long before = positions.put(partition.topic(), position);
                if (before == null || before != position) {
                    moved.put(partition.topic(), position);
                }
            } catch (TimeoutException e) {
                // Not resolved while the broker is away: nothing was read, so nothing moved.
                positions.putIfAbsent(partition.topic(), -1L);
            }
        }
        return moved;
    }

    /** Ends the thread; waits for it at most {@code limit}. */
    public void close(Duration limit) throws InterruptedException {
        closing = true;
        consumer.wakeup();
        thread.join(Math.max(1, limit.toMillis()));
    }

    @Override
    public void close() {
        try {
            close(CLOSE.multipliedBy(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
