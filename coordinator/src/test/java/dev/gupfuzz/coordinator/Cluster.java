package dev.gupfuzz.coordinator;

import com.google.protobuf.ByteString;
import dev.gupfuzz.broker.EmbeddedBroker;
import dev.gupfuzz.campaign.CampaignPlan;
import dev.gupfuzz.campaign.CampaignSpec;
import dev.gupfuzz.campaign.KafkaSettings;
import dev.gupfuzz.campaign.RangeId;
import dev.gupfuzz.campaign.RangeRun;
import dev.gupfuzz.campaign.Topics;
import dev.gupfuzz.campaign.Wire;
import dev.gupfuzz.campaign.wire.Job;
import dev.gupfuzz.campaign.wire.RangeResult;
import dev.gupfuzz.coordinator.kafka.TopicReader;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.strategy.Strategy;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A real broker, coordinators on it, and a worker that the test moves by hand. */
final class Cluster implements AutoCloseable {
    static final PrintStream SILENT = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);

    private final Path dir;
    private final String bootstrap;
    private final KafkaSettings settings;
    private EmbeddedBroker broker;
    private final KafkaProducer<String, byte[]> producer;
    private KafkaShareConsumer<byte[], byte[]> member;

    Cluster(Path dir) throws Exception {
        this.dir = dir;
        broker = EmbeddedBroker.start(dir.resolve("broker"), 0, SILENT);
        bootstrap = broker.bootstrapServers();
        settings = new KafkaSettings(bootstrap, Map.of());
        producer = new KafkaProducer<>(settings.producer("test"));
    }

    String bootstrap() {
        return bootstrap;
    }

    KafkaSettings settings() {
        return settings;
    }

    Coordinator coordinator() throws Exception {
        return coordinator(Faults.NONE);
    }

    Coordinator coordinator(Faults faults) throws Exception {
        return Coordinator.start(Coordinator.Config.local(bootstrap, 0, dir.resolve("coordinator")), faults);
    }

    void stopBroker() {
        broker.close();
    }

    void startBroker() throws Exception {
        broker = EmbeddedBroker.start(dir.resolve("broker"), 0, SILENT);
    }

    /** A campaign of two kernels with at least so many ranges each; the race is there to be found in the first. */
    static CampaignSpec spec(String name, int ranges) {
        CampaignSpec one = new CampaignSpec(
                CampaignSpec.VERSION,
                name,
                List.of("v5.9", "v5.11"),
                List.of("fork-vs-pin-fast"),
                List.of("random"),
                1,
                1,
                1 << 14);
        long seedsPerRange = CampaignPlan.of(one).cells().stream()
                .mapToLong(CampaignPlan.PlannedCell::seedsPerRange)
                .max()
                .orElseThrow();
        return new CampaignSpec(
                one.version(),
                one.name(),
                one.kernels(),
                one.scenarios(),
                one.strategies(),
                one.firstSeed(),
                seedsPerRange * ranges,
                one.stepsPerRange());
    }

    /** Waits for the next job; it stays held until {@link #acknowledge}. */
    Job takeJob() throws Exception {
        return takeJob(() -> false).orElseThrow();
    }

    /** The next job, or nothing once {@code ended} holds. */
    Optional<Job> takeJob(Await.Condition ended) throws Exception {
        if (member == null) {
            member = new KafkaShareConsumer<>(settings.shareConsumer("test"));
            member.subscribe(List.of(Topics.JOBS));
        }
        Job[] job = new Job[1];
        Await.until("a job", () -> {
            for (ConsumerRecord<byte[], byte[]> polled : member.poll(Duration.ofMillis(100))) {
                job[0] = Job.parseFrom(polled.value());
                member.acknowledge(polled, AcknowledgeType.ACCEPT);
            }
            return job[0] != null || ended.holds();
        });
        return Optional.ofNullable(job[0]);
    }

    /** Makes the broker forget the job that was taken last. */
    void acknowledge() {
        member.commitSync(Duration.ofSeconds(10));
    }

    /** Answers jobs until the campaign has ended; gives all of them. */
    List<Job> work(Coordinator coordinator, String campaign, Function<Job, RangeResult> answer) throws Exception {
        List<Job> jobs = new ArrayList<>();
        Await.Condition ended =
                () -> coordinator.campaign(campaign).orElseThrow().finished();
        for (Optional<Job> job = takeJob(ended); job.isPresent(); job = takeJob(ended)) {
            publish(answer.apply(job.get()));
            acknowledge();
            jobs.add(job.get());
        }
        return jobs;
    }

    /** What a correct worker finds. */
    static RangeResult result(Job job) {
        Cell cell = new Cell(
                Kernels.named(job.getKernel()), Scenarios.named(job.getScenario()), Strategy.named(job.getStrategy()));
        RangeRun.Yield yield = new RangeRun(
                        cell, job.getSeeds().getFirst(), job.getSeeds().getCount(), job.getStepBudget())
                .run(1, () -> false, schedules -> {})
                .orElseThrow();
        RangeResult.Builder result = ended(job, yield.outcome()).toBuilder()
                .setDigest(yield.digest())
                .setError(yield.error());
        if (yield.tally() != null) {
            result.setTally(ByteString.copyFrom(yield.tally().toBytes()));
        }
        return result.build();
    }

    /** A result without counts. */
    static RangeResult ended(Job job, RangeResult.Outcome outcome) {
        return RangeResult.newBuilder()
                .setVersion(Wire.VERSION)
                .setCampaign(job.getCampaign())
                .setGeneration(job.getGeneration())
                .setIndex(job.getIndex())
                .setAttempt(job.getAttempt())
                .setWorker("by-hand")
                .setEngine(job.getEngine())
                .setOutcome(outcome)
                .build();
    }

    void publish(RangeResult result) throws Exception {
        put(Topics.RESULTS, RangeId.of(result).key(), Wire.RESULT.encode(result));
    }

    /** Committed records in the topic now. */
    int count(String topic) throws Exception {
        int[] records = new int[1];
        TopicReader.read(settings, topic, Duration.ofSeconds(20), found -> records[0]++);
        return records[0];
    }

    void put(String topic, String key, byte[] value) throws Exception {
        producer.send(new ProducerRecord<>(topic, key, value)).get(20, TimeUnit.SECONDS);
    }

    /** Leaves the share group, so that what it held goes to others. */
    void leave() {
        if (member != null) {
            member.close(Duration.ofSeconds(5));
            member = null;
        }
    }

    @Override
    public void close() {
        leave();
        producer.close(Duration.ofSeconds(1));
        broker.close();
    }
}
