package dev.gupfuzz.worker;

import com.google.protobuf.ByteString;
import dev.gupfuzz.campaign.Fingerprints;
import dev.gupfuzz.campaign.KafkaSettings;
import dev.gupfuzz.campaign.RangeId;
import dev.gupfuzz.campaign.RangeRun;
import dev.gupfuzz.campaign.Topics;
import dev.gupfuzz.campaign.Wire;
import dev.gupfuzz.campaign.wire.FindingRecord;
import dev.gupfuzz.campaign.wire.Job;
import dev.gupfuzz.campaign.wire.RangeResult;
import dev.gupfuzz.campaign.wire.RangeResult.Outcome;
import dev.gupfuzz.campaign.wire.Started;
import dev.gupfuzz.simulator.Model;
import dev.gupfuzz.simulator.search.Tally;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what a worker has to say. Findings and results are awaited, in this order, and sent again until Kafka has them or
 * the worker stops; a result that is there twice is counted once. Notes are sent and forgotten.
 */
final class Publisher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);
    private static final Duration RETRY = Duration.ofMillis(500);
    private static final long GRACE_MS = 500;

    private final KafkaProducer<String, byte[]> producer;
    private final String worker;
    private final WorkerMetrics metrics;
    private final CountDownLatch stopping;
    private final AtomicBoolean failing = new AtomicBoolean();

    Publisher(KafkaSettings settings, String worker, WorkerMetrics metrics, CountDownLatch stopping) {
        Properties producerSettings = settings.producer(worker + "-results");
        producerSettings.put("max.block.ms", "2000");
        this.producer = new KafkaProducer<>(producerSettings);
        this.worker = worker;
        this.metrics = metrics;
        this.stopping = stopping;
    }

    /** Notes that a job has begun. */
    void started(Job job) {
        Started started = Started.newBuilder()
                .setVersion(Wire.VERSION)
                .setCampaign(job.getCampaign())
                .setGeneration(job.getGeneration())
                .setIndex(job.getIndex())
                .setAttempt(job.getAttempt())
                .setWorker(worker)
                .build();
        note(Topics.STARTED, job, Wire.STARTED.encode(started));
    }

    /** Notes that a job goes back to the queue, and why. */
    void returned(Job job, String why) {
        RangeResult returned =
                result(job).setOutcome(Outcome.RETURNED).setError(why).build();
        note(Topics.RESULTS, job, Wire.RESULT.encode(returned));
        metrics.resultSent(Outcome.RETURNED);
    }

    /** Sends the end of a job whose campaign was cancelled; false if the worker stopped first. */
    boolean cancelled(Job job) {
        return deliver(job, List.of(), result(job).setOutcome(Outcome.CANCELLED).build());
    }

    /** Sends the witnesses and then the result of a range; false if the worker stopped first. */
    boolean finished(Job job, RangeRun.Yield yield, List<FindingRecord> findings, Duration duration) {
        RangeResult.Builder result = result(job)
                .setOutcome(yield.outcome())
                .setDigest(yield.digest())
                .setError(yield.error())
                .setDurationMs(duration.toMillis());
        Tally tally = yield.tally();
        if (tally != null) {
            result.setTally(ByteString.copyFrom(tally.toBytes()))
                    .setFindings(findings.size())
                    .setFindingsHash(Fingerprints.ofAll(findings));
        }
        return deliver(job, findings, result.build());
    }

    /** A finding record of this worker for the job, to be completed. */
    FindingRecord.Builder finding(Job job) {
        return FindingRecord.newBuilder()
                .setVersion(Wire.VERSION)
                .setCampaign(job.getCampaign())
                .setGeneration(job.getGeneration())
                .setIndex(job.getIndex())
                .setAttempt(job.getAttempt())
                .setWorker(worker);
    }

    @Override
    public void close() {
        producer.close(Duration.ofMillis(500));
    }

    private RangeResult.Builder result(Job job) {
        return RangeResult.newBuilder()
                .setVersion(Wire.VERSION)
                .setCampaign(job.getCampaign())
                .setGeneration(job.getGeneration())
                .setIndex(job.getIndex())
                .setAttempt(job.getAttempt())
                .setWorker(worker)
                .setEngine(Model.engine());
    }

    private boolean deliver(Job job, List<FindingRecord> findings, RangeResult result) {
        List<byte[]> encoded = findings.stream().map(Wire.FINDING::encode).toList();
        byte[] value = Wire.RESULT.encode(result);
        do {
            if (sendAll(Topics.FINDINGS, job, encoded) && sendAll(Topics.RESULTS, job, List.of(value))) {
                metrics.findingsSent(findings.size());
                metrics.resultSent(result.getOutcome());
                return true;
            }
        } while (!Pause.unless(stopping, RETRY));
        return false;
    }

    /** Sends the records and waits until Kafka has all of them. */
    private boolean sendAll(String topic, Job job, List<byte[]> values) {
        long begin = System.nanoTime();
        String key = RangeId.of(job).key();
        try {
            List<Future<RecordMetadata>> sends = new ArrayList<>();
            for (byte[] value : values) {
                sends.add(producer.send(new ProducerRecord<>(topic, key, value)));
            }
            for (Future<RecordMetadata> send : sends) {
                await(send);
            }
        } catch (ExecutionException e) {
            return failed(topic, String.valueOf(e.getCause().getMessage()));
        } catch (TimeoutException e) {
            return failed(topic, "the worker stops while Kafka does not answer");
        } catch (KafkaException e) {
            return failed(topic, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return failed(topic, "interrupted");
        }
        if (!values.isEmpty()) {
            metrics.published(topic, System.nanoTime() - begin);
        }
        if (failing.compareAndSet(true, false)) {
            LOG.info("publishing=resumed worker={} topic={}", worker, topic);
        }
        return true;
    }

    /** Waits for Kafka as long as the worker runs, and a moment longer for what is about to arrive. */
    private void await(Future<RecordMetadata> send) throws ExecutionException, InterruptedException, TimeoutException {
        while (true) {
            try {
                send.get(GRACE_MS, TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                if (stopping.getCount() == 0) {
                    throw e;
                }
            }
        }
    }

    private boolean failed(String topic, String error) {
        metrics.publishFailed(topic);
        if (failing.compareAndSet(false, true)) {
            LOG.warn("publishing=failing worker={} topic={} error=\"{}\"", worker, topic, error);
        }
        return false;
    }

    /** Best effort: a note that is lost costs a display some accuracy for a while. */
    private void note(String topic, Job job, byte[] value) {
        try {
            Future<RecordMetadata> unused =
                    producer.send(new ProducerRecord<>(topic, RangeId.of(job).key(), value), (metadata, failure) -> {
                        if (failure != null) {
                            metrics.publishFailed(topic);
                        }
                    });
        } catch (KafkaException e) {
            metrics.publishFailed(topic);
        }
    }
}
