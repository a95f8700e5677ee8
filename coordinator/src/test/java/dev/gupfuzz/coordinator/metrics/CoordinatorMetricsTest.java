package dev.gupfuzz.coordinator.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.coordinator.CampaignView;
import dev.gupfuzz.coordinator.CampaignView.Cell;
import dev.gupfuzz.coordinator.CampaignView.Conservation;
import dev.gupfuzz.coordinator.CampaignView.Ranges;
import dev.gupfuzz.coordinator.book.Snapshot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The metrics as Prometheus reads them. */
class CoordinatorMetricsTest {
    private static final Pattern SAMPLE = Pattern.compile("([a-z0-9_]+)(\\{[^}]*\\})? [-+0-9.eEINaf]+");
    private static final Path PROMTOOL = Path.of("/usr/bin/promtool");

    private final CoordinatorMetrics metrics = new CoordinatorMetrics();

    @AfterEach
    void close() {
        metrics.close();
    }

    private static CampaignView view(String name, String scenario, long imbalance) {
        return new CampaignView(
                name,
                1,
                0,
                "ab".repeat(32),
                1,
                1000,
                CampaignView.State.RUNNING,
                CampaignView.Verdict.RUNNING,
                List.of(),
                new Ranges(100, 60, 0, 40, 5, 3, 30, 20, 8, 2, 1, 1, 4, 1, 2),
                new Conservation(40, 5, 3, 30, 1, 1, imbalance),
                new TreeMap<>(),
                List.of(new Cell(
                        "v5.9",
                        scenario,
                        "random",
                        100,
                        30,
                        3_000,
                        90_000,
                        9_000,
                        1_000,
                        1,
                        2,
                        new TreeMap<>(),
                        List.of(new CampaignView.Violation("I1b", "fork", 12, List.of(1L))),
                        OptionalLong.empty(),
                        CampaignView.Verdict.VIOLATED)));
    }

    private void publish(List<CampaignView> campaigns) {
        metrics.published(new Snapshot(true, true, campaigns, 4, 1, 9, 1_700_000_000_000L));
    }

    private String scrape() {
        return metrics.scrape("").body();
    }

    @Test
    void shouldExportWhatTheLedgerHolds() {
        publish(List.of(view("demo", "fork-vs-pin-fast", 0)));
        assertThat(scrape())
                .contains("gupfuzz_ranges_issued_total{campaign=\"demo\",lane=\"fuzz\"} 40.0")
                .contains("gupfuzz_ranges_completed_total{campaign=\"demo\",outcome=\"clean\"} 20.0")
                .contains("gupfuzz_ranges_completed_total{campaign=\"demo\",outcome=\"violation\"} 8.0")
                .contains("gupfuzz_ranges_completed_total{campaign=\"demo\",outcome=\"budget_exhausted\"} 2.0")
                .contains("gupfuzz_ranges_completed_total{campaign=\"demo\",outcome=\"engine_error\"} 1.0")
                .contains("gupfuzz_ranges_duplicate_total{campaign=\"demo\",verdict=\"identical\"} 4.0")
                .contains("gupfuzz_ranges_duplicate_total{campaign=\"demo\",verdict=\"divergent\"} 1.0")
                .contains("gupfuzz_ranges_dead_total{campaign=\"demo\",reason=\"engine_error\"} 1.0")
                .contains("gupfuzz_ranges_cancelled_total{campaign=\"demo\"} 1.0")
                .contains("gupfuzz_ranges_reissued_total{campaign=\"demo\"} 2.0")
                .contains("gupfuzz_ranges_outstanding{campaign=\"demo\",state=\"queued\"} 5.0")
                .contains("gupfuzz_ranges_outstanding{campaign=\"demo\",state=\"leased\"} 3.0")
                .contains("gupfuzz_ledger_imbalance_ranges{campaign=\"demo\"} 0.0")
                .contains("gupfuzz_schedules_executed_total{campaign=\"demo\",scenario=\"fork-vs-pin-fast\"} 3000.0")
                .contains("gupfuzz_schedule_steps_executed_total{campaign=\"demo\"} 90000.0")
                .contains("gupfuzz_violations_total{campaign=\"demo\",invariant=\"I1b\"} 12.0")
                .contains("gupfuzz_violations_total{campaign=\"demo\",invariant=\"I11\"} 0.0")
                .contains("gupfuzz_workers{state=\"running\"} 1.0")
                .contains("gupfuzz_workers{state=\"idle\"} 1.0")
                .contains("gupfuzz_queue_lag_records{lane=\"fuzz\"} 9.0")
                .contains("gupfuzz_coordinator_ready 1.0");

        publish(List.of(view("demo", "fork-vs-pin-fast", 2)));
        assertThat(scrape()).contains("gupfuzz_ledger_imbalance_ranges{campaign=\"demo\"} 2.0");
    }

    @Test
    void shouldRegisterClosedSetsAtZero() {
        assertThat(scrape())
                .contains("gupfuzz_transactions_total{result=\"fenced\"} 0.0")
                .contains("gupfuzz_http_rejected_total{reason=\"unauthenticated\"} 0.0")
                .contains("gupfuzz_metric_labels_folded_total{label=\"campaign\"} 0.0");
    }

    @Test
    void shouldDescribeEveryFamilyAndGiveEachOneSetOfLabels() {
        publish(List.of(view("demo", "fork-vs-pin-fast", 0)));
        metrics.served("GET", "/metrics", 200, Duration.ofMillis(3));
        metrics.refused("gupfuzz.results", "garbage");
        metrics.refused("gupfuzz.results", "implausible");
        Map<String, Set<String>> labels = new TreeMap<>();
        for (String line : scrape().lines().toList()) {
            if (line.startsWith("# HELP ")) {
                assertThat(line.split(" ", 4)).as(line).hasSize(4);
                assertThat(line.split(" ", 4)[3]).isNotBlank();
            } else if (!line.startsWith("#")) {
                Matcher sample = SAMPLE.matcher(line);
                assertThat(sample.matches()).as(line).isTrue();
                String names = sample.group(2) == null ? "" : sample.group(2).replaceAll("=\"[^\"]*\"", "");
                labels.computeIfAbsent(sample.group(1), name -> new TreeSet<>()).add(names);
            }
        }
        assertThat(labels).allSatisfy((name, sets) -> assertThat(sets).as(name).hasSize(1));
        assertThat(labels.keySet())
                .contains(
                        "gupfuzz_build_info",
                        "gupfuzz_http_request_duration_seconds_bucket",
                        "gupfuzz_ledger_last_check_timestamp_seconds",
                        "jvm_memory_used_bytes",
                        "process_cpu_usage");
    }

    @Test
    void shouldBoundLabelsAndSayHowManyItFolded() {
        List<CampaignView> campaigns = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            campaigns.add(view("campaign-" + i, "scenario-" + i % 3, 1));
        }
        publish(campaigns);
        String scrape = scrape();
        assertThat(scrape)
                .contains("gupfuzz_ledger_imbalance_ranges{campaign=\"other\"} 10.0")
                .contains("gupfuzz_metric_labels_folded_total{label=\"campaign\"} 10.0")
                .contains("gupfuzz_ledger_imbalance_ranges{campaign=\"campaign-49\"} 1.0")
                .doesNotContain("campaign-50");
        assertThat(scrape.lines().filter(line -> !line.startsWith("#")).count()).isLessThan(8_000);
    }

    @Test
    void shouldPassPromtool() throws Exception {
        boolean required = Boolean.getBoolean("gupfuzz.require.all");
        Assumptions.assumeTrue(required || Files.isExecutable(PROMTOOL), "promtool is not installed");
        publish(List.of(view("demo", "fork-vs-pin-fast", 0)));
        metrics.served("GET", "/metrics", 200, Duration.ofMillis(3));
        Process promtool = new ProcessBuilder(PROMTOOL.toString(), "check", "metrics")
                .redirectErrorStream(true)
                .start();
        try (var in = promtool.getOutputStream()) {
            in.write(scrape().getBytes(StandardCharsets.UTF_8));
        }
        String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(promtool.waitFor()).as(said).isZero();
    }
}
