package dev.gupfuzz.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.campaign.wire.Job;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs that only another build can run; they stay in the queue, so this test has a broker of its own. */
class ForeignJobTest {
    @TempDir
    Path dir;

    @Test
    void shouldGiveJobsOfAnotherEngineBackAndGoOn() throws Exception {
        try (Cluster cluster = new Cluster(dir)) {
            Job job = Cluster.plan("engine", "v5.11", 100).job(1, 0, 1);
            cluster.put(job.toBuilder().setIndex(7).setEngine("0".repeat(64)).build());
            cluster.put(job);
            try (Worker worker = cluster.worker("w-engine")) {
                Await.until(
                        "the job of our engine is done",
                        () -> cluster.results("engine").size() == 1);
                Await.until(
                        "the other one was given back",
                        () -> !cluster.returned("engine").isEmpty());
                assertThat(cluster.results("engine").get(0).getIndex()).isZero();
                assertThat(cluster.returned("engine").get(0).getIndex()).isEqualTo(7);
                assertThat(cluster.returned("engine").get(0).getError()).contains("ENGINE");
                assertThat(Scrape.metric(worker, "gupfuzz_worker_jobs_refused_total{reason=\"engine\"}"))
                        .isGreaterThanOrEqualTo(1);
            }
        }
    }
}
