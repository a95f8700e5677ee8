package dev.gupfuzz.dashboards;

import static dev.gupfuzz.dashboards.Expectation.all;
import static dev.gupfuzz.dashboards.Expectation.atMost;
import static dev.gupfuzz.dashboards.Expectation.exactly;
import static dev.gupfuzz.dashboards.Expectation.labelled;
import static dev.gupfuzz.dashboards.Expectation.labelledPositive;
import static dev.gupfuzz.dashboards.Expectation.nonNegative;
import static dev.gupfuzz.dashboards.Expectation.positive;
import static dev.gupfuzz.dashboards.Expectation.somePositive;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gupfuzz.broker.EmbeddedBroker;
import dev.gupfuzz.campaign.CampaignSpec;
import dev.gupfuzz.coordinator.CampaignView;
import dev.gupfuzz.coordinator.Coordinator;
import dev.gupfuzz.worker.Worker;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every query of the dashboard, on a real Prometheus that scraped a real broker, coordinator and worker running a real
 * campaign: none is empty, and each shows what the coordinator's ledger says.
 */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DashboardQueriesTest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Covers the whole campaign, so that a rate is above 0 for whatever happened in it. */
    private static final String RATE_INTERVAL = "5m";

    /** A few seconds of work on two cores, in some hundred ranges. */
    private static final long SEEDS = 1_000_000;

    private static final long STEPS_PER_RANGE = 1L << 20;

    /** Ours, exported for people who ask Prometheus directly; not on the dashboard. */
    private static final Set<String> RAW = Set.of(
            "gupfuzz_build_info",
            "gupfuzz_coordinator_ready",
            "gupfuzz_http_rejected_total",
            "gupfuzz_http_request_duration_seconds_max",
            "gupfuzz_ledger_last_check_timestamp_seconds",
            "gupfuzz_metric_labels_folded_total",
            "gupfuzz_publish_duration_seconds",
            "gupfuzz_publish_duration_seconds_max",
            "gupfuzz_range_duration_seconds_max",
            "gupfuzz_ranges_cancelled_total",
            "gupfuzz_share_consumer_acknowledgement_errors_total",
            "gupfuzz_share_consumer_acknowledgements_total",
            "gupfuzz_share_consumer_connections",
            "gupfuzz_share_consumer_records_consumed_total",
            "gupfuzz_transactions_total",
            "gupfuzz_worker_findings_total",
            "gupfuzz_worker_jobs_refused_total",
            "gupfuzz_worker_jobs_returned_total",
            "gupfuzz_worker_kafka_connected",
            "gupfuzz_worker_redeliveries_total",
            "gupfuzz_worker_results_total",
            "gupfuzz_worker_schedules_executed_total",
            "gupfuzz_worker_steps_executed_total");

    @TempDir
    static Path folder;

    private final List<AutoCloseable> running = new ArrayList<>();
    private Prometheus prometheus;
    private URI coordinatorMetrics;
    private URI workerMetrics;
    private CampaignView view;

    @BeforeAll
    void runACampaign() throws Exception {
        if (!Prometheus.installed()) {
            if (Boolean.getBoolean("gupfuzz.require.all")) {
                fail("prometheus is not on the PATH");
            }
            assumeTrue(false, "prometheus is not on the PATH");
        }
        EmbeddedBroker broker = opened(EmbeddedBroker.start(folder.resolve("kafka"), 0, System.err));
        Coordinator coordinator = opened(Coordinator.start(new Coordinator.Config(
                broker.bootstrapServers(), Map.of(), "127.0.0.1", 0, true, folder.resolve("coordinator"), List.of())));
        Worker worker =
                opened(Worker.start(new Worker.Config(broker.bootstrapServers(), 2, "dashboards", 0, Map.of())));
        coordinatorMetrics = URI.create("http://127.0.0.1:" + coordinator.httpPort() + "/metrics");
        workerMetrics = URI.create("http://127.0.0.1:" + worker.metricsPort() + "/metrics");
        prometheus = opened(Prometheus.start(folder, configuration(coordinatorMetrics, workerMetrics)));
        Await.until(
                () -> "both targets are scraped",
                PATIENCE,
                () -> prometheus.query("up == 1").size() == 2);
        CampaignSpec campaign = new CampaignSpec(
                CampaignSpec.VERSION,
                "dashboards",
                List.of("v5.9", "v5.11"),
                List.of("fork-vs-pin-fast"),
                List.of("random"),
                1,
                SEEDS,
                STEPS_PER_RANGE);
        coordinator.create(campaign);
        assertThat(coordinator.awaitFinished(campaign.name(), PATIENCE))
                .as("the campaign is complete")
                .isTrue();
        view = coordinator.campaign(campaign.name()).orElseThrow();
        awaitValue("sum(gupfuzz_schedules_executed_total)", view.schedules());
        // The broker stores how far the queue is settled along with the next acknowledgement: the last job may remain.
        awaitValue("sum(gupfuzz_queue_lag_records) <= bool 1", 1);
    }

    /** Waits until Prometheus has scraped what the coordinator knows already. */
    private void awaitValue(String expression, double value) {
        List<Prometheus.Sample> last = new ArrayList<>();
        Await.until(() -> expression + " is " + value + ", last " + last, PATIENCE, () -> {
            last.clear();
            last.addAll(prometheus.query(expression));
            return exactly(value).holds().test(last);
        });
    }

    private <T extends AutoCloseable> T opened(T resource) {
        running.add(0, resource);
        return resource;
    }

    @AfterAll
    void stop() throws Exception {
        for (AutoCloseable resource : running) {
            resource.close();
        }
    }

    @Test
    void shouldShowWhatTheLedgerSays() throws Exception {
        Map<String, Expectation> expectations = expectations();
        List<String> wrong = new ArrayList<>();
        for (JsonNode panel : Dashboard.read().panels()) {
            String title = panel.path("title").asText();
            Expectation expectation = expectations.remove(title);
            if (expectation == null) {
                wrong.add(title + ": no expectation in this test");
                continue;
            }
            List<Prometheus.Sample> union = new ArrayList<>();
            for (String expression : Dashboard.expressions(panel, RATE_INTERVAL)) {
                List<Prometheus.Sample> samples = prometheus.query(expression);
                if (samples.isEmpty()) {
                    wrong.add(title + ": empty: " + expression);
                }
                union.addAll(samples);
            }
            if (!expectation.holds().test(union)) {
                wrong.add(title + ": expected " + expectation.text() + ", got " + union);
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(expectations.keySet()).as("expectations without a panel").isEmpty();
    }

    /** What each panel must show; those about the account come from the coordinator's own view. */
    private Map<String, Expectation> expectations() {
        long violations = violations();
        assertThat(violations).as("the campaign must find the race").isPositive();
        Map<String, Expectation> expected = new HashMap<>();
        expected.put("Ledger imbalance", exactly(0));
        expected.put("Ranges issued", exactly(view.ranges().planned()));
        expected.put("Ranges completed", exactly(view.ranges().planned()));
        expected.put("Outstanding", exactly(0));
        expected.put(
                "Duplicate results",
                exactly(view.ranges().identical() + view.ranges().divergent()));
        expected.put("Divergent duplicates", exactly(0));
        expected.put("Dead ranges", exactly(0));
        expected.put("Live workers", exactly(1));
        expected.put("Schedules", exactly(view.schedules()));
        expected.put("Steps", exactly(view.steps()));
        expected.put("Violations", exactly(violations));
        expected.put("Violations by invariant", labelledPositive("invariant", "I1b"));
        expected.put("Violations so far", labelled("invariant", "I1b", violations("I1b")));
        expected.put("Schedules per second", positive(1));
        expected.put("Steps per second", positive(1));
        expected.put("Ranges per second", positive(3)); // issued, clean, violation
        expected.put("Outstanding ranges", all(0));
        expected.put("Queue lag", atMost(1));
        expected.put("Slots", positive(2));
        expected.put("Range duration", positive(3));
        expected.put("Faults", nonNegative());
        expected.put("Publish failures", all(0));
        expected.put("Heap", positive(2));
        expected.put("CPU", positive(2));
        expected.put("HTTP requests", somePositive());
        expected.put("HTTP duration", somePositive());
        return expected;
    }

    private long violations() {
        return view.cells().stream()
                .flatMap(cell -> cell.violations().stream())
                .mapToLong(CampaignView.Violation::schedules)
                .sum();
    }

    private long violations(String invariant) {
        return view.cells().stream()
                .flatMap(cell -> cell.violations().stream())
                .filter(violation -> violation.invariant().equals(invariant))
                .mapToLong(CampaignView.Violation::schedules)
                .sum();
    }

    @Test
    void shouldOfferTheCampaignInTheVariable() throws Exception {
        List<String> expressions = Dashboard.read().variables().stream()
                .flatMap(variable -> Dashboard.expressions(variable).stream())
                .toList();
        assertThat(expressions).hasSize(1);
        assertThat(prometheus.query(expressions.get(0)))
                .extracting(sample -> sample.labels().get("campaign"))
                .containsExactly(view.name());
    }

    @Test
    void shouldNameOnlyMetricsThatExist() throws Exception {
        assertThat(families()).containsAll(withoutSuffixes(Dashboard.read().metrics()));
    }

    @Test
    void shouldShowEveryMetricOfOursOrListItAsRaw() throws Exception {
        SortedSet<String> ours = new TreeSet<>(families());
        ours.removeIf(name -> !name.startsWith("gupfuzz_"));
        ours.removeAll(withoutSuffixes(Dashboard.read().metrics()));
        assertThat(ours).containsExactlyInAnyOrderElementsOf(RAW);
    }

    @Test
    void shouldServeMetricsThatPromtoolAccepts() throws Exception {
        for (URI metrics : List.of(coordinatorMetrics, workerMetrics)) {
            Path scrape = Files.writeString(Files.createTempFile(folder, "scrape", ".txt"), scrape(metrics));
            Path output = Files.createTempFile(folder, "promtool", ".txt");
            Process promtool = new ProcessBuilder("promtool", "check", "metrics")
                    .redirectInput(scrape.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            promtool.waitFor();
            // Micrometer's own meters of the process have names that promtool dislikes; ours must not.
            assertThat(Files.readAllLines(output)).as(metrics.toString()).noneMatch(line -> line.contains("gupfuzz_"));
            assertThat(Files.readString(output)).doesNotContain("error while linting");
        }
    }

    /** The names of the metric families that both processes serve. */
    private SortedSet<String> families() throws Exception {
        SortedSet<String> names = new TreeSet<>();
        Matcher type =
                Pattern.compile("(?m)^# TYPE (\\S+) ").matcher(scrape(coordinatorMetrics) + scrape(workerMetrics));
        while (type.find()) {
            names.add(type.group(1));
        }
        return names;
    }

    private static SortedSet<String> withoutSuffixes(Set<String> metrics) {
        SortedSet<String> families = new TreeSet<>();
        metrics.forEach(metric -> families.add(metric.replaceFirst("_(bucket|count|sum)$", "")));
        return families;
    }

    private static String scrape(URI metrics) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /** The shipped configuration, with the addresses of this test and a shorter interval in place of its own. */
    private static String configuration(URI coordinator, URI worker) throws IOException {
        String shipped = Files.readString(Dashboard.MODULE.resolve("prometheus/prometheus.yml"));
        String adapted = replaced(shipped, "scrape_interval: 5s", "scrape_interval: 500ms");
        adapted = replaced(adapted, "scrape_timeout: 4s", "scrape_timeout: 500ms");
        adapted = replaced(adapted, "\"coordinator:8484\"", "\"" + coordinator.getAuthority() + "\"");
        return replaced(
                adapted,
                "(?s)dns_sd_configs:.*?refresh_interval: 10s",
                "static_configs:\n      - targets: [\"" + worker.getAuthority() + "\"]");
    }

    private static String replaced(String text, String pattern, String replacement) {
        String result = text.replaceFirst(pattern, Matcher.quoteReplacement(replacement));
        assertThat(result).as("prometheus.yml with " + pattern).isNotEqualTo(text);
        return result;
    }
}
