package dev.gupfuzz.coordinator.metrics;

import dev.gupfuzz.campaign.Topics;
import dev.gupfuzz.coordinator.book.BookEvents;
import dev.gupfuzz.coordinator.book.Snapshot;
import dev.gupfuzz.coordinator.http.HttpEvents;
import dev.gupfuzz.simulator.Model;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Everything the coordinator exports, every meter described, closed sets of label values registered at 0. */
public final class CoordinatorMetrics implements BookEvents, HttpEvents, AutoCloseable {
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private static final Duration[] REQUEST_OBJECTIVES = {
        Duration.ofMillis(5),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofMillis(2500),
        Duration.ofSeconds(10)
    };

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics garbageCollection = new JvmGcMetrics();
    private final CampaignMeters campaigns;
    private volatile Snapshot latest = Snapshot.STARTING;

    public CoordinatorMetrics() {
        // Their names break Prometheus' rules, and process_cpu_usage says the same.
        registry.config().meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"));
        registry.config().meterFilter(MeterFilter.denyNameStartsWith("system.cpu.count"));
        campaigns = new CampaignMeters(registry);
        for (String result : List.of("committed", "failed", "fenced")) {
            transactions(result);
        }
        for (String topic : List.of(Topics.RESULTS, Topics.JOBS, Topics.STARTED, Topics.FINDINGS)) {
            decodeFailures(topic, "garbage");
        }
        for (String reason : List.of("unauthenticated", "forbidden", "body_too_large", "host")) {
            rejections(reason);
        }
        workers("running", snapshot -> Math.min(snapshot.workers(), snapshot.workersRunning()));
        workers("idle", snapshot -> Math.max(0, snapshot.workers() - snapshot.workersRunning()));
        Gauge.builder("gupfuzz.queue.lag", this, metrics -> metrics.latest.queueLag())
                .description("Job records that the workers' share group has not left behind")
                .baseUnit("records")
                .tag("lane", "fuzz")
                .register(registry);
        Gauge.builder(
                        "gupfuzz.coordinator.ready",
                        this,
                        metrics -> metrics.latest.replayed() && metrics.latest.reachable() ? 1 : 0)
                .description("1 while the ledger is replayed and Kafka answers")
                .register(registry);
        Gauge.builder("gupfuzz.ledger.last.check.timestamp", this, metrics -> metrics.latest.checkedMs() / 1e3)
                .description("When the accounts were last checked; 0 before the first check")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("gupfuzz.build.info", () -> 1)
                .description("Always 1; what runs here is in the labels")
                .tag("version", version())
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

    private static String version() {
        return Optional.ofNullable(CoordinatorMetrics.class.getPackage().getImplementationVersion())
                .orElse("development");
    }

    private void workers(String state, java.util.function.ToDoubleFunction<Snapshot> read) {
        Gauge.builder("gupfuzz.workers", this, metrics -> read.applyAsDouble(metrics.latest))
                .description("Worker processes in the share group; running: they have begun a range")
                .tag("state", state)
                .register(registry);
    }

    private Counter transactions(String result) {
        return Counter.builder("gupfuzz.transactions")
                .description("Writes to jobs, orders and ledger by how they ended")
                .tag("result", result)
                .register(registry);
    }

    private Counter decodeFailures(String topic, String reason) {
        return Counter.builder("gupfuzz.decode.failures")
                .description("Records that were refused")
                .tag("topic", topic)
                .tag("reason", reason)
                .register(registry);
    }

    private Counter rejections(String reason) {
        return Counter.builder("gupfuzz.http.rejected")
                .description("Requests turned away by a guard")
                .tag("reason", reason)
                .register(registry);
    }

    @Override
    public void refused(String topic, String reason) {
        decodeFailures(topic, reason).increment();
    }

    @Override
    public void written(String result) {
        transactions(result).increment();
    }

    @Override
    public void published(Snapshot snapshot) {
        campaigns.update(snapshot.campaigns());
        latest = snapshot;
    }

    @Override
    public void served(String method, String route, int status, Duration took) {
        Timer.builder("gupfuzz.http.request.duration")
                .description("Time from a request's headers to the end of its response")
                .serviceLevelObjectives(REQUEST_OBJECTIVES)
                .tag("method", method)
                .tag("route", route)
                .tag("status_class", status / 100 + "xx")
                .register(registry)
                .record(took);
    }

    @Override
    public void rejected(String reason) {
        rejections(reason).increment();
    }

    @Override
    public Scrape scrape(String accept) {
        String type = accept.contains("application/openmetrics-text") ? OPEN_METRICS : TEXT;
        return new Scrape(type, registry.scrape(type));
    }

    @Override
    public void close() {
        garbageCollection.close();
        registry.close();
    }
}
