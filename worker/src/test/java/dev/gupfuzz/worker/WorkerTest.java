package dev.gupfuzz.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.campaign.CampaignPlan;
import dev.gupfuzz.campaign.Fingerprints;
import dev.gupfuzz.campaign.RangeRun;
import dev.gupfuzz.campaign.Topics;
import dev.gupfuzz.campaign.Wire;
import dev.gupfuzz.campaign.wire.FindingRecord;
import dev.gupfuzz.campaign.wire.Job;
import dev.gupfuzz.campaign.wire.RangeResult;
import dev.gupfuzz.campaign.wire.RangeResult.Outcome;
import dev.gupfuzz.simulator.search.Sampler;
import dev.gupfuzz.simulator.search.Tally;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker against a real broker: what it publishes, and what cannot stop it. */
class WorkerTest {
    @TempDir
    static Path dir;

    private static Cluster cluster;

    @BeforeAll
    static void startBroker() throws Exception {
        cluster = new Cluster(dir);
    }

    @AfterAll
    static void stopBroker() {
        cluster.close();
    }

    private static void awaitMetric(Worker worker, String series, double value) throws Exception {
        Await.until(series + " is " + value, () -> Scrape.metric(worker, series) == value);
    }

    @Test
    void shouldPublishWhatTheSamplerCounts() throws Exception {
        CampaignPlan plan = Cluster.plan("counts", "v5.9", 20_000);
        assertThat(plan.ranges()).isGreaterThan(3);
        for (long index = 0; index < plan.ranges(); index++) {
            cluster.put(plan.job(1, index, 1));
        }
        try (Worker worker = cluster.worker("w-counts")) {
            Await.until(
                    "every range has a result", () -> cluster.results("counts").size() >= plan.ranges());
            assertThat(worker.id()).isEqualTo("w-counts");
        }
        List<FindingRecord> findings = cluster.findings("counts");
        Tally all = Tally.empty(plan.cells().get(0).cell());
        for (RangeResult result : cluster.results("counts")) {
            CampaignPlan.PlannedRange range = plan.range(result.getIndex());
            Tally expected =
                    Sampler.sample(range.cell(), range.firstSeed(), range.count(), 2, false, () -> false, done -> {});
            assertThat(result.getTally().toByteArray()).isEqualTo(expected.toBytes());
            assertThat(result.getDigest())
                    .isEqualTo(new RangeRun(
                                    range.cell(),
                                    range.firstSeed(),
                                    range.count(),
                                    range.planned().stepBudget())
                            .run(1, () -> false, done -> {})
                            .orElseThrow()
                            .digest());
            assertThat(result.getOutcome())
                    .isEqualTo(expected.violations().isEmpty() ? Outcome.CLEAN : Outcome.VIOLATION);
            List<FindingRecord> ofRange = findings.stream()
                    .filter(finding -> finding.getIndex() == result.getIndex())
                    .toList();
            assertThat(result.getFindings()).isEqualTo(ofRange.size());
            assertThat(result.getFindingsHash()).isEqualTo(Fingerprints.ofAll(ofRange));
            all = all.merge(Tally.fromBytes(range.cell(), result.getTally().toByteArray()));
        }
        assertThat(all.schedules()).isEqualTo(20_000);
        assertThat(all.violations()).isNotEmpty();
        assertThat(findings)
                .isNotEmpty()
                .allSatisfy(finding -> assertThat(finding.getFile()).isNotEmpty());
    }

    @Test
    void shouldRejectBytesThatAreNoJobAndGoOn() throws Exception {
        Job job = Cluster.plan("poison", "v5.11", 100).job(1, 0, 1);
        cluster.put(Topics.JOBS, "x", "no job at all".getBytes(StandardCharsets.UTF_8));
        cluster.put(Topics.JOBS, "x", new byte[0]);
        cluster.put(Topics.JOBS, "x", job.toBuilder().setVersion(2).build().toByteArray());
        cluster.put(Topics.JOBS, "x", new byte[Wire.RECORD_BYTES_MAX + 1]);
        cluster.put(job);
        try (Worker worker = cluster.worker("w-poison")) {
            Await.until(
                    "the job behind the poison is done",
                    () -> cluster.results("poison").size() == 1);
            // The other member may still be at the last of them.
            for (String reason : List.of("unknown_version", "too_large", "empty", "garbage")) {
                awaitMetric(
                        worker, "gupfuzz_decode_failures_total{reason=\"" + reason + "\",topic=\"gupfuzz.jobs\"}", 1);
            }
        }
    }

    @Test
    void shouldReportAJobItCannotRunAsAnEngineError() throws Exception {
        Job job = Cluster.plan("unknown", "v5.11", 100).job(1, 0, 1);
        cluster.put(job.toBuilder().setKernel("v0.99").build());
        try (Worker worker = cluster.worker("w-unknown")) {
            Await.until("there is a result", () -> cluster.results("unknown").size() == 1);
            RangeResult result = cluster.results("unknown").get(0);
            assertThat(result.getOutcome()).isEqualTo(Outcome.ENGINE_ERROR);
            assertThat(result.getError()).contains("v0.99");
            assertThat(Scrape.metric(worker, "gupfuzz_simulator_failures_total{kind=\"exception\"}"))
                    .isEqualTo(1);
        }
    }

    @Test
    void shouldStopTheRunningRangeOfACancelledCampaign() throws Exception {
        cluster.put(Cluster.endless("cancelled"));
        try (Worker worker = cluster.worker("w-cancel")) {
            cluster.awaitStarted("cancelled");
            cluster.cancel("cancelled");
            Await.until(
                    "the range has ended", () -> cluster.results("cancelled").size() == 1);
            assertThat(cluster.results("cancelled").get(0).getOutcome()).isEqualTo(Outcome.CANCELLED);

            cluster.put(Cluster.endless("cancelled").toBuilder().setIndex(1).build());
            Await.until(
                    "a job that comes later ends too",
                    () -> cluster.results("cancelled").size() == 2);
            // A result is in Kafka a moment before the worker knows and counts it.
            awaitMetric(worker, "gupfuzz_worker_results_total{outcome=\"cancelled\"}", 2);
        }
    }

    @Test
    void shouldNotBeginAJobThatWasCancelledBeforeItStarted() throws Exception {
        cluster.cancel("stale");
        cluster.put(Cluster.endless("stale"));
        try (Worker worker = cluster.worker("w-stale")) {
            Await.until("the job has ended", () -> cluster.results("stale").size() == 1);
            assertThat(cluster.results("stale").get(0).getOutcome()).isEqualTo(Outcome.CANCELLED);
            assertThat(Scrape.metric(worker, "gupfuzz_worker_schedules_executed_total"))
                    .isZero();
        }
    }

    @Test
    void shouldGiveTheRunningRangeBackWhenItIsClosed() throws Exception {
        cluster.put(Cluster.endless("closed"));
        Worker worker = cluster.worker("w-closed");
        cluster.awaitStarted("closed");
        Await.until("it computes", () -> Scrape.metric(worker, "gupfuzz_worker_schedules_executed_total") > 0);

        long begin = System.nanoTime();
        worker.close();

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
        assertThat(cluster.results("closed")).isEmpty();
        assertThat(cluster.returned("closed")).isNotEmpty();
        try (Worker next = cluster.worker("w-next")) {
            Await.until(
                    "the next worker has the job",
                    Duration.ofSeconds(15), // well within the lock, so it was released
                    () -> Scrape.metric(next, "gupfuzz_worker_redeliveries_total") == 1);
            cluster.cancel("closed");
            Await.until("the job has ended", () -> cluster.results("closed").size() == 1);
        }
    }

    @Test
    void shouldGiveEqualDigestsForDuplicateDeliveries() throws Exception {
        Job job = Cluster.plan("twice", "v5.9", 1000).job(1, 0, 1);
        cluster.put(job);
        cluster.put(job.toBuilder().setAttempt(2).build());
        try (Worker worker = cluster.worker("w-twice")) {
            Await.until("both have a result", () -> cluster.results("twice").size() == 2);
            RangeResult first = cluster.results("twice").get(0);
            RangeResult second = cluster.results("twice").get(1);
            assertThat(second.getDigest()).isEqualTo(first.getDigest());
            assertThat(second.getTally()).isEqualTo(first.getTally());
            assertThat(second.getFindingsHash()).isEqualTo(first.getFindingsHash());
            assertThat(worker.metricsPort()).isPositive();
        }
    }

    @Test
    void shouldGoOnAfterTheBrokerWasAway() throws Exception {
        CampaignPlan plan = Cluster.plan("away", "v5.11", 20_000);
        try (Worker worker = cluster.worker("w-away")) {
            cluster.put(plan.job(1, 0, 1));
            Await.until("the first range is done", () -> cluster.results("away").size() == 1);

            cluster.stopBroker();
            Await.until("the loss is noticed", () -> Scrape.metric(worker, "gupfuzz_worker_kafka_connected") == 0);
            assertThat(Scrape.status(worker, "/readyz")).isEqualTo(503);
            cluster.startBroker();

            cluster.put(plan.job(1, 1, 1));
            Await.until(
                    "the second range is done",
                    () -> cluster.results("away").stream().anyMatch(result -> result.getIndex() == 1));
            assertThat(Scrape.status(worker, "/readyz")).isEqualTo(200);
            assertThat(Scrape.metric(worker, "gupfuzz_worker_kafka_connected")).isEqualTo(1);
        }
    }
}
