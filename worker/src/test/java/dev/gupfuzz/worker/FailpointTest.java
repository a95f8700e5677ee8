package dev.gupfuzz.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gupfuzz.campaign.CampaignPlan;
import dev.gupfuzz.campaign.wire.RangeResult;
import dev.gupfuzz.simulator.BadInput;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A worker that dies at each point of a job's life: which effects are there, and what its successor adds. */
class FailpointTest {
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

    @ParameterizedTest
    @CsvSource({
        // resultsAtDeath, resultsInTheEnd of the job that the dying worker held
        "received, 0, 1",
        "half, 0, 1",
        "published, 1, 2", // published before it was acknowledged, so delivered and published again
        "acked, 1, 1"
    })
    void shouldLoseNothingAndRepeatIdentically(String failpoint, int atDeath, int inTheEnd) throws Exception {
        CampaignPlan plan = Cluster.plan("dies-" + failpoint, "v5.9", 500);
        assertThat(plan.ranges()).isEqualTo(1);
        cluster.put(plan.job(1, 0, 1));
        Process dying = WorkerProcess.start(cluster.bootstrap(), "w-dying", failpoint);
        assertThat(dying.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(dying.exitValue()).isEqualTo(137);
        assertThat(cluster.results(plan.spec().name())).hasSize(atDeath);

        cluster.put(
                plan.job(1, 0, 1).toBuilder().setCampaign("behind-" + failpoint).build());
        try (Worker successor = cluster.worker("w-successor")) {
            Await.until(
                    "the successor did everything that was left",
                    () -> cluster.results("behind-" + failpoint).size() == 1
                            && cluster.results(plan.spec().name()).size() == inTheEnd);
            assertThat(successor.id()).isEqualTo("w-successor");
        }
        List<RangeResult> results = cluster.results(plan.spec().name());
        assertThat(results).hasSize(inTheEnd);
        assertThat(LongStream.of(results.stream()
                                .mapToLong(RangeResult::getDigest)
                                .toArray())
                        .distinct())
                .hasSize(1);
    }

    @Test
    void shouldRefuseAnUnknownFailpoint() {
        assertThatThrownBy(() -> Failpoint.named("publish"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("GUPFUZZ_FAILPOINT=publish");
        assertThat(Failpoint.named("")).isNull();
        assertThat(Failpoint.named(null)).isNull();
        assertThat(Failpoint.named("published")).isEqualTo(Failpoint.PUBLISHED);
    }
}
