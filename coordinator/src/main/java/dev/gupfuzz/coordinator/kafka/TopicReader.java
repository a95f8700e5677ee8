package dev.gupfuzz.coordinator.kafka;

import dev.gupfuzz.campaign.InfrastructureException;
import dev.gupfuzz.campaign.KafkaSettings;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Reads a topic of one partition from its first record to the end it has when the reading begins. */
public final class TopicReader {
    private static final Duration POLL = Duration.ofMillis(200);

    private TopicReader() {}

    /**
     * Hands every committed record to {@code sink}, in order.
     *
     * @param stalled how long the broker may give nothing before that is an error
     * @throws InfrastructureException if the broker does not answer
     */
    public static void read(
            KafkaSettings settings, String topic, Duration stalled, Consumer<ConsumerRecord<String, byte[]>> sink)
            throws InfrastructureException {
        TopicPartition partition = new TopicPartition(topic, 0);
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(settings.consumer("gupfuzz-coordinator-read-" + topic))) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            // For a reader of committed records this is the last stable offset: open transactions are not waited for.
            long end = consumer.endOffsets(List.of(partition), stalled).get(partition);
            long progressed = System.nanoTime();
            long position = consumer.position(partition, stalled);
            while (position < end) {
                for (ConsumerRecord<String, byte[]> found : consumer.poll(POLL)) {
                    sink.accept(found);
                }
                long now = consumer.position(partition, stalled);
                if (now != position) {
                    progressed = System.nanoTime();
                } else if (System.nanoTime() - progressed > stalled.toNanos()) {
                    throw new InfrastructureException("cannot read topic " + topic + " to its end: stuck at offset "
                            + position + " of " + end + "; check the broker's log");
                }
                position = now;
            }
        } catch (KafkaException e) {
            throw new InfrastructureException(
                    "cannot read topic " + topic + " from Kafka at " + settings.bootstrapServers() + ": "
                            + e.getMessage() + "; check that the broker runs and that its topics are intact",
                    e);
        }
    }
}
