package dev.gupfuzz.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gupfuzz.campaign.InfrastructureException;
import dev.gupfuzz.simulator.BadInput;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The metrics as Prometheus would read them, and the settings that are refused. */
class WorkerMetricsTest {
    private static final Pattern SAMPLE = Pattern.compile("([a-z_0-9]+)(\\{[^}]*\\})? [-+0-9.eEINaf]+");

    @Test
    void shouldDescribeEveryFamilyAndGiveEachOneSetOfLabels() {
        try (WorkerMetrics metrics = new WorkerMetrics(2, () -> true)) {
            new ShareConsumerMetrics().bindTo(metrics.registry());
            String scrape = metrics.registry().scrape("text/plain; version=0.0.4; charset=utf-8");
            Map<String, Set<String>> labels = new TreeMap<>();
            for (String line : scrape.lines().toList()) {
                if (line.startsWith("# HELP ")) {
                    assertThat(line.split(" ", 4)).as(line).hasSize(4);
                    assertThat(line.split(" ", 4)[3]).isNotBlank();
                } else if (!line.startsWith("#")) {
                    Matcher sample = SAMPLE.matcher(line);
                    assertThat(sample.matches()).as(line).isTrue();
                    labels.computeIfAbsent(sample.group(1), name -> new TreeSet<>())
                            .add(labelNames(sample.group(2)));
                }
            }
            assertThat(labels)
                    .allSatisfy((name, sets) -> assertThat(sets).as(name).hasSize(1));
            assertThat(labels.keySet())
                    .contains(
                            "gupfuzz_worker_slots",
                            "gupfuzz_worker_slot_busy_seconds_total",
                            "gupfuzz_range_duration_seconds_bucket",
                            "gupfuzz_publish_failures_total",
                            "gupfuzz_leases_lost_total",
                            "gupfuzz_build_info",
                            "gupfuzz_share_consumer_connections",
                            "jvm_memory_used_bytes");
            assertThat(scrape)
                    .contains("gupfuzz_worker_results_total{outcome=\"budget_exhausted\"} 0.0")
                    .contains("gupfuzz_leases_lost_total{cause=\"expired\"} 0.0")
                    .contains("gupfuzz_range_duration_seconds_count{lane=\"minimize\"} 0")
                    .contains("gupfuzz_worker_slots 2.0");
        }
    }

    @Test
    void shouldTakeAFreePortIfTheOneAskedForIsInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                WorkerMetrics metrics = new WorkerMetrics(1, () -> true);
                MetricsServer server =
                        new MetricsServer("127.0.0.1", taken.getLocalPort(), metrics.registry(), () -> true)) {
            assertThat(server.port()).isPositive().isNotEqualTo(taken.getLocalPort());
        }
    }

    @Test
    void shouldNameEveryProblemOfItsConfiguration() {
        assertThatThrownBy(() -> new Worker.Config("127.0.0.1:1", 0, "no spaces", 70_000, Map.of()))
                .isInstanceOf(BadInput.class)
                .satisfies(
                        problem -> assertThat(((BadInput) problem).problems()).hasSize(3));
    }

    @Test
    void shouldSayWhatToDoWhenKafkaIsNotReachable() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        assertThatThrownBy(() -> Worker.start(new Worker.Config("127.0.0.1:" + port, 1, "w", 0, Map.of())))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContaining("Kafka is not reachable at 127.0.0.1:" + port)
                .hasMessageContaining("gupfuzz broker");
    }

    private static String labelNames(String labels) {
        return labels == null ? "" : labels.replaceAll("=\"[^\"]*\"", "");
    }
}
