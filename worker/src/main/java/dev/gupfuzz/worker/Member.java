package dev.gupfuzz.worker;

import dev.gupfuzz.campaign.Decoded;
import dev.gupfuzz.campaign.RangeId;
import dev.gupfuzz.campaign.RangeRun;
import dev.gupfuzz.campaign.Topics;
import dev.gupfuzz.campaign.Wire;
import dev.gupfuzz.campaign.wire.FindingRecord;
import dev.gupfuzz.campaign.wire.Job;
import dev.gupfuzz.campaign.wire.RangeResult.Outcome;
import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Model;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.search.Tally;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of the share group, on its own thread: receives a job, runs it on all cores, sends what came of it, and
 * acknowledges, in this order. A worker has two members and one {@code cores} lock: while one computes, the other
 * publishes and fetches.
 *
 * <p>Whatever goes wrong after the result was sent costs a second execution and never a second count, because a result is
 * a function of its range. A lease is never renewed; a range that would outlive it is given up and its job released,
 * since a result that depended on the clock would not be such a function.
 *
 * <p>A job of another engine or model, or of a kind this build does not know, is released for another worker to take, with
 * growing pauses. If no worker can take it, Kafka drops it after {@link Topics#DELIVERIES_MAX} deliveries, and its
 * coordinator, which then misses it, issues it again: the campaign waits, visibly, for a worker of its engine.
 */
final class Member implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Member.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration COMMIT = Duration.ofSeconds(5);
    private static final Duration COMMIT_STOPPING = Duration.ofSeconds(1);
    private static final Duration CLOSE = Duration.ofSeconds(1);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final long REFUSAL_PAUSE_MS = 100;
    private static final long REFUSAL_PAUSE_MS_MAX = 5_000;

    private final String name;
    private final Properties settings;
    private final Shared shared;
    private long refusalPauseMs = REFUSAL_PAUSE_MS;
    private String lastRefused = "";

    /**
     * What the members of a worker share.
     *
     * @param cores held by the member that computes; fair, so that the members take turns
     * @param coreCount how many threads a range is split over
     * @param stopping counted down when the worker stops
     * @param failpoint where to kill the process; null for nowhere
     */
    record Shared(
            ReentrantLock cores,
            int coreCount,
            Cells cells,
            Publisher publisher,
            Orders orders,
            WorkerMetrics metrics,
            ShareConsumerMetrics consumers,
            CountDownLatch stopping,
            @Nullable Failpoint failpoint) {
        boolean isStopping() {
            return stopping.getCount() == 0;
        }
    }

    Member(String name, Properties settings, Shared shared) {
        this.name = name;
        this.settings = settings;
        this.shared = shared;
    }

    @Override
    public void run() {
        while (!shared.isStopping()) {
            KafkaShareConsumer<byte[], byte[]> consumer = new KafkaShareConsumer<>(settings);
            shared.consumers().add(consumer);
            try {
                consumer.subscribe(List.of(Topics.JOBS));
                serve(consumer);
            } catch (KafkaException | IllegalStateException e) {
                // A fresh member starts with nothing acquired; what this one held is delivered again.
                LOG.warn("member={} state=restarting error=\"{}\"", name, e.getMessage());
            } finally {
                shared.consumers().remove(consumer);
                close(consumer);
            }
            Pause.unless(shared.stopping(), RETRY);
        }
    }

    private void serve(KafkaShareConsumer<byte[], byte[]> consumer) {
        while (!shared.isStopping()) {
            for (ConsumerRecord<byte[], byte[]> polled : consumer.poll(POLL)) {
                if (shared.isStopping()) {
                    return; // closing the consumer releases what it has not acknowledged
                }
                long received = System.nanoTime();
                int lockMs = consumer.acquisitionLockTimeoutMs().orElse(Topics.LOCK_MS);
                Decoded<Job> decoded = Wire.JOB.decode(polled.value());
                if (decoded instanceof Decoded.Message<Job> message) {
                    Job job = message.value();
                    if (polled.deliveryCount().orElse((short) 1) > 1) {
                        shared.metrics().redelivered();
                    }
                    Failpoint.RECEIVED.pass(shared.failpoint());
                    settle(consumer, polled, handle(job, received, lockMs));
                    shared.metrics().rangeSettled(job.getLane(), System.nanoTime() - received);
                    Failpoint.ACKED.pass(shared.failpoint());
                } else if (decoded instanceof Decoded.Refused<Job> refused) {
                    shared.metrics().decodeFailed(Topics.JOBS, refused.reason());
                    LOG.warn("topic={} offset={} {}", polled.topic(), polled.offset(), refused.sentence());
                    settle(consumer, polled, AcknowledgeType.REJECT);
                }
            }
        }
    }

    /** Does everything for a job but its acknowledgement, which it returns. */
    private AcknowledgeType handle(Job job, long received, int lockMs) {
        WorkerMetrics.Refusal refusal = refusal(job);
        if (refusal != null) {
            return refuse(job, refusal);
        }
        refusalPauseMs = REFUSAL_PAUSE_MS;
        shared.publisher().started(job);
        // The last fifth of the lease is for sending what came of the job.
        long deadline = received + TimeUnit.MILLISECONDS.toNanos(lockMs) / 5 * 4;
        BooleanSupplier leaseEnds = () -> System.nanoTime() - deadline >= 0;
        BooleanSupplier stop = () -> shared.isStopping() || shared.orders().cancelled(job) || leaseEnds.getAsBoolean();
        Optional<RangeRun.Yield> yield;
        Cell cell = null;
        try {
            cell = shared.cells().of(job);
            yield = compute(job, cell, stop);
        } catch (BadInput e) {
            yield = Optional.of(
                    RangeRun.Yield.engineError("the job cannot be run: " + String.join("; ", e.problems())));
        }
        if (yield.isEmpty()) {
            return giveUp(job);
        }
        return publish(job, cell, yield.get(), received);
    }

    private Optional<RangeRun.Yield> compute(Job job, Cell cell, BooleanSupplier stop) {
        if (!takeCores(stop)) {
            return Optional.empty();
        }
        long begin = System.nanoTime();
        try {
            long count = job.getSeeds().getCount();
            AtomicLong done = new AtomicLong();
            return new RangeRun(cell, job.getSeeds().getFirst(), count, job.getStepBudget())
                    .run(shared.coreCount(), stop, executed -> {
                        shared.metrics().schedulesExecuted(executed);
                        if (done.addAndGet(executed) >= count / 2) {
                            Failpoint.HALF.pass(shared.failpoint());
                        }
                    });
        } finally {
            shared.metrics().computed(System.nanoTime() - begin);
            shared.cores().unlock();
        }
    }

    private boolean takeCores(BooleanSupplier stop) {
        try {
            while (!stop.getAsBoolean()) {
                if (shared.cores().tryLock(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                    return true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private AcknowledgeType publish(Job job, @Nullable Cell cell, RangeRun.Yield computed, long received) {
        RangeRun.Yield yield = computed;
        List<FindingRecord> findings = List.of();
        Tally tally = yield.tally();
        if (cell != null && tally != null) {
            try {
                findings = Witnesses.of(cell, tally, () -> shared.publisher().finding(job));
            } catch (RuntimeException e) {
                // A witness that cannot be executed again is gupfuzz's own fault, as is a simulator that throws.
                yield = RangeRun.Yield.engineError("a witness cannot be executed again: " + e);
            }
            shared.metrics().stepsExecuted(tally.steps());
        }
        if (yield.outcome() == Outcome.ENGINE_ERROR) {
            shared.metrics().failed(WorkerMetrics.Failure.EXCEPTION);
            LOG.error("range={} outcome=engine_error error=\"{}\"", RangeId.of(job), yield.error());
        } else if (yield.outcome() == Outcome.BUDGET_EXHAUSTED) {
            shared.metrics().failed(WorkerMetrics.Failure.STEP_BUDGET);
        }
        Duration duration = Duration.ofNanos(System.nanoTime() - received);
        if (!shared.publisher().finished(job, yield, findings, duration)) {
            return AcknowledgeType.RELEASE;
        }
        Failpoint.PUBLISHED.pass(shared.failpoint());
        return AcknowledgeType.ACCEPT;
    }

    private AcknowledgeType giveUp(Job job) {
        if (shared.orders().cancelled(job)) {
            return shared.publisher().cancelled(job) ? AcknowledgeType.ACCEPT : AcknowledgeType.RELEASE;
        }
        if (shared.isStopping()) {
            shared.metrics().returned(WorkerMetrics.Return.SHUTDOWN);
            shared.publisher().returned(job, "the worker stops");
        } else {
            shared.metrics().returned(WorkerMetrics.Return.LEASE);
            shared.publisher().returned(job, "the range takes longer than a job may be held; lower stepsPerRange");
            LOG.warn("range={} state=returned reason=lease", RangeId.of(job));
        }
        return AcknowledgeType.RELEASE;
    }

    private static WorkerMetrics.@Nullable Refusal refusal(Job job) {
        if (!job.getEngine().equals(Model.engine())) {
            return WorkerMetrics.Refusal.ENGINE;
        }
        if (!job.getModel().equals(Model.version())) {
            return WorkerMetrics.Refusal.MODEL;
        }
        return job.getKind() == Job.Kind.SEEDS ? null : WorkerMetrics.Refusal.KIND;
    }

    private AcknowledgeType refuse(Job job, WorkerMetrics.Refusal refusal) {
        shared.metrics().refused(refusal);
        String refused = refusal + " " + job.getEngine() + " " + job.getModel() + " " + job.getKind();
        if (!refused.equals(lastRefused)) {
            lastRefused = refused;
            LOG.warn(
                    "range={} state=refused reason={} engine={} model={} kind={} ours={} advice=\"run workers of the"
                            + " campaign's version of gupfuzz\"",
                    RangeId.of(job),
                    refusal,
                    job.getEngine(),
                    job.getModel(),
                    job.getKind(),
                    Model.engine());
        }
        shared.publisher().returned(job, "this worker's build cannot run the job: " + refusal);
        // Without a pause this member would take the job again before anybody else can.
        Pause.unless(shared.stopping(), Duration.ofMillis(refusalPauseMs));
        refusalPauseMs = Math.min(2 * refusalPauseMs, REFUSAL_PAUSE_MS_MAX);
        return AcknowledgeType.RELEASE;
    }

    private void settle(
            KafkaShareConsumer<byte[], byte[]> consumer, ConsumerRecord<byte[], byte[]> polled, AcknowledgeType type) {
        try {
            consumer.acknowledge(polled, type);
            consumer.commitSync(shared.isStopping() ? COMMIT_STOPPING : COMMIT)
                    .forEach((partition, failure) -> failure.ifPresent(cause -> leaseLost(polled, cause)));
        } catch (KafkaException | IllegalStateException e) {
            leaseLost(polled, e);
        }
    }

    /** The job is delivered again, here or elsewhere; its second result will equal the first. */
    private void leaseLost(ConsumerRecord<byte[], byte[]> polled, RuntimeException cause) {
        boolean expired = cause instanceof InvalidRecordStateException;
        shared.metrics().leaseLost(expired ? WorkerMetrics.LeaseLoss.EXPIRED : WorkerMetrics.LeaseLoss.BROKER);
        LOG.info("member={} offset={} lease=lost error=\"{}\"", name, polled.offset(), cause.getMessage());
    }

    private void close(KafkaShareConsumer<byte[], byte[]> consumer) {
        try {
            consumer.close(CLOSE);
        } catch (KafkaException e) {
            LOG.info("member={} state=closed error=\"{}\"", name, e.getMessage());
        }
    }
}
