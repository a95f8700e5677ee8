package dev.gupfuzz.worker;

import dev.gupfuzz.campaign.Decoded;
import dev.gupfuzz.campaign.Outcomes;
import dev.gupfuzz.campaign.Topics;
import dev.gupfuzz.campaign.wire.Job;
import dev.gupfuzz.campaign.wire.RangeResult.Outcome;
import dev.gupfuzz.simulator.Model;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/** Everything a worker counts. Closed sets of label values are registered at 0, so that a rate exists from the start. */
final class WorkerMetrics implements AutoCloseable {
    private static final Duration[] RANGE_OBJECTIVES = {
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofSeconds(60)
    };
    private static final Duration[] PUBLISH_OBJECTIVES = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(2),
        Duration.ofSeconds(10)
    };

    /** Why a job of a well-formed record is not run here. */
    enum Refusal {
        ENGINE,
        MODEL,
        KIND
    }

    /** Why a job was given back before its range ended. */
    enum Return {
        SHUTDOWN,
        LEASE
    }

    /** Why an acknowledgement came to nothing. */
    enum LeaseLoss {
        EXPIRED,
        BROKER
    }

    /** How gupfuzz itself failed. */
    enum Failure {
        EXCEPTION,
        STEP_BUDGET
    }

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics garbageCollection = new JvmGcMetrics();
    private final Map<Outcome, Counter> results = new EnumMap<>(Outcome.class);
    private final Map<Refusal, Counter> refusals = new EnumMap<>(Refusal.class);
    private final Map<Return, Counter> returns = new EnumMap<>(Return.class);
    private final Map<LeaseLoss, Counter> leaseLosses = new EnumMap<>(LeaseLoss.class);
    private final Map<Failure, Counter> failures = new EnumMap<>(Failure.class);
    private final Map<Job.Lane, Timer> rangeDurations = new EnumMap<>(Job.Lane.class);
    private final Map<String, Timer> publishDurations = new TreeMap<>();
    private final Map<String, Counter> publishFailures = new TreeMap<>();
    private final Map<String, Map<Decoded.Reason, Counter>> decodeFailures = new TreeMap<>();
    private final Counter redeliveries;
    private final Counter steps;
    private final Counter findings;
    private final AtomicLong schedules = new AtomicLong();
    private final AtomicLong busyNanos = new AtomicLong();
    private final int cores;

    WorkerMetrics(int cores, BooleanSupplier kafkaConnected) {
        this.cores = cores;
        for (Outcome outcome : Outcome.values()) {
            if (outcome != Outcome.OUTCOME_UNSPECIFIED && outcome != Outcome.UNRECOGNIZED) {
                results.put(
                        outcome,
                        counter("gupfuzz.worker.results", "Results sent to Kafka, duplicates included")
                                .tag("outcome", Outcomes.label(outcome))
                                .register(registry));
            }
        }
        for (Refusal refusal : Refusal.values()) {
            refusals.put(
                    refusal,
                    counter("gupfuzz.worker.jobs.refused", "Jobs given back because this build cannot run them")
                            .tag("reason", label(refusal))
                            .register(registry));
        }
        for (Return reason : Return.values()) {
            returns.put(
                    reason,
                    counter("gupfuzz.worker.jobs.returned", "Jobs given back before their range ended")
                            .tag("reason", label(reason))
                            .register(registry));
        }
        for (LeaseLoss cause : LeaseLoss.values()) {
            leaseLosses.put(
                    cause,
                    counter("gupfuzz.leases.lost", "Acknowledgements that came to nothing; the job is run again")
                            .tag("cause", label(cause))
                            .register(registry));
        }
        for (Failure kind : Failure.values()) {
            failures.put(
                    kind,
                    counter("gupfuzz.simulator.failures", "Ranges that gupfuzz itself could not finish")
                            .tag("kind", label(kind))
                            .register(registry));
        }
        for (Job.Lane lane : Job.Lane.values()) {
            if (lane != Job.Lane.LANE_UNSPECIFIED && lane != Job.Lane.UNRECOGNIZED) {
                rangeDurations.put(
                        lane,
                        timer("gupfuzz.range.duration", "Time from receiving a job to its acknowledgement")
                                .tag("lane", laneLabel(lane))
                                .serviceLevelObjectives(RANGE_OBJECTIVES)
                                .register(registry));
            }
        }
        for (String topic : List.of(Topics.FINDINGS, Topics.RESULTS, Topics.STARTED)) {
            publishDurations.put(
                    topic,
                    timer("gupfuzz.publish.duration", "Time from sending a record to its acknowledgement by Kafka")
                            .tag("topic", topic)
                            .serviceLevelObjectives(PUBLISH_OBJECTIVES)
                            .register(registry));
            publishFailures.put(
                    topic,
                    counter(
                                    "gupfuzz.publish.failures",
                                    "Records that Kafka did not acknowledge; results are sent again")
                            .tag("topic", topic)
                            .register(registry));
        }
        for (String topic : List.of(Topics.JOBS, Topics.CONTROL)) {
            Map<Decoded.Reason, Counter> byReason = new EnumMap<>(Decoded.Reason.class);
            for (Decoded.Reason reason : Decoded.Reason.values()) {
                byReason.put(
                        reason,
                        counter("gupfuzz.decode.failures", "Records whose bytes were refused")
                                .tag("topic", topic)
                                .tag("reason", reason.label())
                                .register(registry));
            }
            decodeFailures.put(topic, byReason);
        }
        redeliveries = counter("gupfuzz.worker.redeliveries", "Jobs that Kafka had delivered to somebody before")
                .register(registry);
        steps = counter("gupfuzz.worker.steps.executed", "Steps of all finished ranges, repeated ranges included")
                .register(registry);
        findings = counter("gupfuzz.worker.findings", "Witnesses sent to Kafka, duplicates included")
                .register(registry);
        FunctionCounter.builder("gupfuzz.worker.schedules.executed", schedules, AtomicLong::doubleValue)
                .description("Schedules executed, those of unfinished and repeated ranges included")
                .register(registry);
        Gauge.builder("gupfuzz.worker.slots", () -> cores)
                .description("Cores that this worker computes on")
                .register(registry);
        FunctionCounter.builder("gupfuzz.worker.slot.busy", busyNanos, nanos -> nanos.get() / 1e9)
                .description("Time that cores of this worker spent on ranges")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("gupfuzz.worker.kafka.connected", () -> kafkaConnected.getAsBoolean() ? 1 : 0)
                .description("1 while this worker has a connection to Kafka")
                .register(registry);
        Gauge.builder("gupfuzz.build.info", () -> 1)
                .description("Always 1; what runs here is in the labels")
                .tag("version", buildVersion())
                .tag("revision", Model.engine().substring(0, 12))
                .tag("model", Model.version())
                .register(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        garbageCollection.bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
    }

    PrometheusMeterRegistry registry() {
        return registry;
    }

    void resultSent(Outcome outcome) {
        results.get(outcome).increment();
    }

    void refused(Refusal refusal) {
        refusals.get(refusal).increment();
    }

    void returned(Return reason) {
        returns.get(reason).increment();
    }

    void leaseLost(LeaseLoss cause) {
        leaseLosses.get(cause).increment();
    }

    void failed(Failure kind) {
        failures.get(kind).increment();
    }

    void redelivered() {
        redeliveries.increment();
    }

    void schedulesExecuted(long count) {
        schedules.addAndGet(count);
    }

    void stepsExecuted(long count) {
        steps.increment(count);
    }

    void findingsSent(int count) {
        findings.increment(count);
    }

    /** Counts time during which one range had all cores. */
    void computed(long nanos) {
        busyNanos.addAndGet(nanos * cores);
    }

    void rangeSettled(Job.Lane lane, long nanos) {
        rangeDurations.get(lane).record(nanos, TimeUnit.NANOSECONDS);
    }

    void published(String topic, long nanos) {
        publishDurations.get(topic).record(nanos, TimeUnit.NANOSECONDS);
    }

    void publishFailed(String topic) {
        publishFailures.get(topic).increment();
    }

    void decodeFailed(String topic, Decoded.Reason reason) {
        decodeFailures.get(topic).get(reason).increment();
    }

    @Override
    public void close() {
        garbageCollection.close();
        registry.close();
    }

    private static Counter.Builder counter(String name, String description) {
        return Counter.builder(name).description(description);
    }

    private static Timer.Builder timer(String name, String description) {
        return Timer.builder(name).description(description);
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String laneLabel(Job.Lane lane) {
        return label(lane).replace("_lane", "");
    }

    private static String buildVersion() {
        String version = WorkerMetrics.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
