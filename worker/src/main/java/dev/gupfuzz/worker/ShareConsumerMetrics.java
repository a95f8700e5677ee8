package dev.gupfuzz.worker;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;

/**
 * A few metrics of the share group's members, summed over the members of this process. Micrometer's own binder does not
 * know this kind of consumer.
 */
final class ShareConsumerMetrics {
    private final List<KafkaShareConsumer<byte[], byte[]>> consumers = new CopyOnWriteArrayList<>();

    void bindTo(MeterRegistry registry) {
        FunctionCounter.builder(
                        "gupfuzz.share.consumer.records.consumed", this, self -> self.sum("records-consumed-total"))
                .description("Jobs that the members of this process received")
                .register(registry);
        FunctionCounter.builder(
                        "gupfuzz.share.consumer.acknowledgements",
                        this,
                        self -> self.sum("acknowledgements-send-total"))
                .description("Acknowledgements that the members of this process sent")
                .register(registry);
        FunctionCounter.builder(
                        "gupfuzz.share.consumer.acknowledgement.errors",
                        this,
                        self -> self.sum("acknowledgements-error-total"))
                .description("Acknowledgements of the members of this process that Kafka refused")
                .register(registry);
        Gauge.builder("gupfuzz.share.consumer.connections", this, self -> self.sum("connection-count"))
                .description("Open connections of the members of this process to Kafka")
                .register(registry);
    }

    void add(KafkaShareConsumer<byte[], byte[]> consumer) {
        consumers.add(consumer);
    }

    void remove(KafkaShareConsumer<byte[], byte[]> consumer) {
        consumers.remove(consumer);
    }

    /** Whether any member has a connection; only the map of metrics is read, which is safe from every thread. */
    boolean connected() {
        return sum("connection-count") > 0;
    }

    private double sum(String name) {
        return consumers.stream()
                .flatMap(consumer -> consumer.metrics().values().stream())
                .filter(metric -> metric.metricName().name().equals(name))
                .map(metric -> metric.metricValue())
                .filter(Double.class::isInstance)
                .mapToDouble(Double.class::cast)
                .filter(Double::isFinite)
                .sum();
    }
}
