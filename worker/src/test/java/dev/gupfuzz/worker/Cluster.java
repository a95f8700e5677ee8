package dev.gupfuzz.worker;

import com.google.protobuf.Message;
import dev.gupfuzz.broker.EmbeddedBroker;
import dev.gupfuzz.campaign.CampaignPlan;
import dev.gupfuzz.campaign.CampaignSpec;
import dev.gupfuzz.campaign.Decoded;
import dev.gupfuzz.campaign.KafkaSettings;
import dev.gupfuzz.campaign.RangeId;
import dev.gupfuzz.campaign.Topics;
import dev.gupfuzz.campaign.Wire;
import dev.gupfuzz.campaign.wire.Control;
import dev.gupfuzz.campaign.wire.FindingRecord;
import dev.gupfuzz.campaign.wire.Job;
import dev.gupfuzz.campaign.wire.RangeResult;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** A real broker with our topics, and the test's own hand on them. */
final class Cluster implements AutoCloseable {
    private static final PrintStream SILENT =
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);

    private final Path dir;
    private EmbeddedBroker broker;
    private final KafkaSettings settings;
    private final KafkaProducer<String, byte[]> producer;

    Cluster(Path dir) throws Exception {
        this.dir = dir;
        broker = EmbeddedBroker.start(dir, 0, SILENT);
        settings = new KafkaSettings(broker.bootstrapServers(), Map.of());
        try (Admin admin = Admin.create(settings.admin("test"))) {
            Topics.create(admin, (short) 1);
        }
        producer = new KafkaProducer<>(settings.producer("test"));
    }

    String bootstrap() {
        return settings.bootstrapServers();
    }

    KafkaSettings settings() {
        return settings;
    }

    Worker worker(String id) throws Exception {
        return Worker.start(new Worker.Config(bootstrap(), 1, id, 0, Map.of()));
    }

    void stopBroker() {
        broker.close();
    }

    void startBroker() throws Exception {
        broker = EmbeddedBroker.start(dir, 0, SILENT);
    }

    /** A small campaign in which the race is there to be found. */
    static CampaignPlan plan(String name, String kernel, long seeds) {
        return CampaignPlan.of(new CampaignSpec(
                CampaignSpec.VERSION,
                name,
                List.of(kernel),
                List.of("fork-vs-pin-fast"),
                List.of("random"),
                1,
                seeds,
                1 << 16));
    }

    /** A job of so many seeds that it ends only when it is stopped. */
    static Job endless(String name) {
        Job job = plan(name, "v5.11", 1).job(1, 0, 1);
        return job.toBuilder()
                .setStepBudget(0)
                .setSeeds(job.getSeeds().toBuilder().setCount(1L << 50))
                .build();
    }

    void put(Job job) throws Exception {
        put(Topics.JOBS, RangeId.of(job).key(), Wire.JOB.encode(job));
    }

    void put(String topic, String key, byte[] value) throws Exception {
        producer.send(new ProducerRecord<>(topic, key, value)).get(20, TimeUnit.SECONDS);
    }

    void cancel(String campaign) throws Exception {
        Control cancel = Control.newBuilder()
                .setVersion(Wire.VERSION)
                .setCampaign(campaign)
                .setGeneration(1)
                .setAction(Control.Action.CANCEL)
                .build();
        put(Topics.CONTROL, RangeId.campaignKey(campaign, 1), Wire.CONTROL.encode(cancel));
    }

    /** The campaign's results in Kafka now, in order, without those of jobs that were given back. */
    List<RangeResult> results(String campaign) {
        return ofCampaign(campaign)
                .filter(result -> result.getOutcome() != RangeResult.Outcome.RETURNED)
                .toList();
    }

    /** The notes that the campaign's jobs were given back. */
    List<RangeResult> returned(String campaign) {
        return ofCampaign(campaign)
                .filter(result -> result.getOutcome() == RangeResult.Outcome.RETURNED)
                .toList();
    }

    /** The campaign's findings in Kafka now, in order. */
    List<FindingRecord> findings(String campaign) {
        return read(Topics.FINDINGS, Wire.FINDING).stream()
                .filter(finding -> finding.getCampaign().equals(campaign))
                .toList();
    }

    void awaitStarted(String campaign) throws Exception {
        Await.until(
                campaign + " has started",
                () -> read(Topics.STARTED, Wire.STARTED).stream()
                        .anyMatch(started -> started.getCampaign().equals(campaign)));
    }

    /** Every record of the topic up to its present end. */
    <M extends Message> List<M> read(String topic, Wire<M> wire) {
        List<M> messages = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(settings.consumer("test"))) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<String, byte[]> polled : consumer.poll(Duration.ofMillis(100))) {
                    if (wire.decode(polled.value()) instanceof Decoded.Message<M> message) {
                        messages.add(message.value());
                    }
                }
            }
        }
        return messages;
    }

    private Stream<RangeResult> ofCampaign(String campaign) {
        return read(Topics.RESULTS, Wire.RESULT).stream()
                .filter(result -> result.getCampaign().equals(campaign));
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(1));
        broker.close();
    }
}
