package dev.gupfuzz.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gupfuzz.campaign.CampaignPlan;
import dev.gupfuzz.campaign.CampaignSpec;
import dev.gupfuzz.campaign.CanonicalExport;
import dev.gupfuzz.campaign.InfrastructureException;
import dev.gupfuzz.campaign.LocalCampaign;
import dev.gupfuzz.campaign.Topics;
import dev.gupfuzz.campaign.wire.Job;
import dev.gupfuzz.campaign.wire.RangeResult;
import dev.gupfuzz.coordinator.CampaignView.Verdict;
import dev.gupfuzz.worker.Worker;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A coordinator on a real broker, with real workers or one moved by hand. */
@Tag("slow")
class CoordinatorTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path dir;

    private Cluster cluster;
    private Coordinator coordinator;

    @BeforeEach
    void start() throws Exception {
        cluster = new Cluster(dir);
        coordinator = cluster.coordinator();
    }

    @AfterEach
    void stop() {
        coordinator.close();
        cluster.close();
    }

    private CampaignView view(String campaign) {
        return coordinator.campaign(campaign).orElseThrow();
    }

    private static String local(CampaignSpec spec) {
        CampaignPlan plan = CampaignPlan.of(spec);
        return CanonicalExport.text(
                plan, LocalCampaign.run(plan, 1, () -> false, schedules -> {}).accounts());
    }

    private HttpResponse<String> get(String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + coordinator.httpPort() + path))
                                .header(
                                        "Authorization",
                                        "Bearer "
                                                + Files.readString(coordinator.tokenFile())
                                                        .strip())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private double metric(String sample) throws Exception {
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(sample + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(sample.length() + 1)))
                .findFirst()
                .orElse(Double.NaN);
    }

    @Test
    void shouldGiveWithWorkersExactlyWhatOneProcessGives() throws Exception {
        CampaignSpec spec = Cluster.spec("whole", 40);
        try (Worker first = Worker.start(new Worker.Config(cluster.bootstrap(), 1, "first", 0, Map.of()));
                Worker second = Worker.start(new Worker.Config(cluster.bootstrap(), 1, "second", 0, Map.of()))) {
            assertThat(first).isNotSameAs(second);
            coordinator.create(spec);
            assertThat(coordinator.awaitFinished("whole", LONG)).isTrue();
            Await.until("both workers are known", () -> coordinator.workers() == 2);
        }
        assertThat(coordinator.export("whole")).isEqualTo(local(spec));
        CampaignView view = view("whole");
        assertThat(view.verdict()).isEqualTo(Verdict.VIOLATED);
        assertThat(view.ranges().done()).isEqualTo(view.ranges().planned());
        assertThat(view.conservation().imbalance()).isZero();
        assertThat(view.cells().get(0).verdict()).isEqualTo(Verdict.VIOLATED);
        assertThat(view.cells().get(1).violations()).isEmpty();
        assertThat(view.schedules()).isEqualTo(2 * spec.seeds());
        Await.until("findings", () -> !coordinator.findings("whole").isEmpty());
        assertThat(coordinator.findings("whole")).allSatisfy(finding -> {
            assertThat(finding.kernel()).isEqualTo("v5.9");
            assertThat(finding.file()).isNotBlank();
        });
        assertThat(get("/api/v1/campaigns/whole/findings").body()).contains("\"token\":\"gf1:");
        assertThat(metric("gupfuzz_ledger_imbalance_ranges{campaign=\"whole\"}"))
                .isZero();
        assertThat(metric("gupfuzz_schedules_executed_total{campaign=\"whole\",scenario=\"fork-vs-pin-fast\"}"))
                .isEqualTo(2.0 * spec.seeds());
    }

    @Test
    void shouldGoOnAfterARestartInTheMiddle() throws Exception {
        CampaignSpec spec = Cluster.spec("middle", 5);
        coordinator.create(spec);
        for (int i = 0; i < 4; i++) {
            RangeResult result = Cluster.result(cluster.takeJob());
            cluster.publish(result);
            cluster.publish(result);
            cluster.acknowledge();
        }
        Await.until(
                "four are done",
                () -> view("middle").ranges().done() == 4
                        && view("middle").ranges().identical() == 4);
        CampaignView before = view("middle");
        coordinator.close();
        coordinator = cluster.coordinator();

        assertThat(view("middle").ranges().done()).isEqualTo(4);
        assertThat(view("middle").ranges().identical()).isEqualTo(4);
        assertThat(view("middle").ranges().issued())
                .isGreaterThanOrEqualTo(before.ranges().issued());
        assertThat(view("middle").cells()).isEqualTo(before.cells());
        assertThat(metric("gupfuzz_ranges_completed_total{campaign=\"middle\",outcome=\"clean\"}"))
                .isEqualTo((double) before.ranges().clean());
        cluster.work(coordinator, "middle", Cluster::result);
        assertThat(coordinator.awaitFinished("middle", LONG)).isTrue();
        assertThat(coordinator.export("middle")).isEqualTo(local(spec));
        assertThat(view("middle").ranges().reissued()).isZero();
    }

    @Test
    void shouldCancelWithinAWindow() throws Exception {
        CampaignSpec spec = Cluster.spec("endless", 100_000);
        try (Worker worker = Worker.start(new Worker.Config(cluster.bootstrap(), 1, "worker", 0, Map.of()))) {
            assertThat(worker.metricsPort()).isPositive();
            coordinator.create(spec);
            Await.until("it runs", () -> view("endless").ranges().done() > 20);
            // Ranges are short: the worker may end all that are out before the coordinator looks again. This one stays
            // out.
            Job held = cluster.takeJob();
            CampaignView view = coordinator.cancel("endless");
            assertThat(view.state()).isEqualTo(CampaignView.State.CANCELLING);
            cluster.publish(Cluster.ended(held, RangeResult.Outcome.CANCELLED));
            cluster.acknowledge();
            assertThat(coordinator.awaitFinished("endless", LONG)).isTrue();
            assertThat(view("endless").ranges().issued())
                    .isEqualTo(view.ranges().issued());
        }
        CampaignView view = view("endless");
        assertThat(view.state()).isEqualTo(CampaignView.State.CANCELLED);
        assertThat(view.ranges().done() + view.ranges().cancelled())
                .isEqualTo(view.ranges().issued());
        assertThat(view.ranges().withdrawn())
                .isEqualTo(view.ranges().planned() - view.ranges().issued());
        assertThat(view.conservation().imbalance()).isZero();
        assertThatThrownBy(() -> coordinator.create(spec)).isInstanceOf(CampaignRefusedException.class);
    }

    @Test
    void shouldSeedItsCountersFromClosedSegments() throws Exception {
        CampaignSpec spec = Cluster.spec("closed", 2);
        coordinator.create(spec);
        cluster.work(coordinator, "closed", Cluster::result);
        assertThat(coordinator.awaitFinished("closed", LONG)).isTrue();
        CampaignView before = view("closed");
        Await.until("the closed segment is stored", () -> cluster.count(Topics.LEDGER) == 1);
        coordinator.close();
        coordinator = cluster.coordinator();
        Await.until(
                "the accounts are checked", () -> view("closed").conservation().equals(before.conservation()));
        assertThat(view("closed")).isEqualTo(before);
        assertThat(coordinator.export("closed")).isEqualTo(local(spec));
        assertThat(metric("gupfuzz_ranges_completed_total{campaign=\"closed\",outcome=\"clean\"}"))
                .isEqualTo((double) before.ranges().clean());
    }

    @Test
    void shouldRaiseTheAlarmOnADivergentResultAndKeepTheFirst() throws Exception {
        coordinator.create(Cluster.spec("liar", 2));
        Job job = cluster.takeJob();
        RangeResult honest = Cluster.result(job);
        cluster.publish(honest);
        cluster.publish(honest.toBuilder().setDigest(honest.getDigest() ^ 1).build());
        cluster.publish(honest.toBuilder().setEngine("cd".repeat(32)).build());
        cluster.put(Topics.RESULTS, "x", "no message".getBytes(StandardCharsets.UTF_8));
        cluster.acknowledge();
        Await.until("the alarm", () -> view("liar").ranges().divergent() == 1);
        assertThat(metric("gupfuzz_ranges_duplicate_total{campaign=\"liar\",verdict=\"divergent\"}"))
                .isEqualTo(1);
        Await.until(
                "the stranger is counted",
                () -> metric("gupfuzz_decode_failures_total{reason=\"foreign_engine\",topic=\"gupfuzz.results\"}")
                        == 1);
        Await.until(
                "the garbage is counted",
                () -> metric("gupfuzz_decode_failures_total{reason=\"garbage\",topic=\"gupfuzz.results\"}") == 1);
        assertThat(view("liar").ranges().done()).isEqualTo(1);
    }

    @Test
    void shouldBeFencedByASecondCoordinator() throws Exception {
        coordinator.create(Cluster.spec("shared", 20));
        cluster.publish(Cluster.result(cluster.takeJob()));
        cluster.acknowledge();
        Await.until("it works", () -> view("shared").ranges().done() == 1);
        Coordinator first = coordinator;
        coordinator = cluster.coordinator();
        // The first notices with its next write, which the next result makes due.
        cluster.publish(Cluster.result(cluster.takeJob()));
        cluster.acknowledge();
        assertThatThrownBy(first::awaitStopped)
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContaining("another coordinator has taken over");
        cluster.work(coordinator, "shared", Cluster::result);
        assertThat(coordinator.awaitFinished("shared", LONG)).isTrue();
        assertThat(view("shared").ranges().divergent()).isZero();
        first.close();
    }

    @Test
    void shouldNoticeASecondCoordinatorEvenWhenIdle() throws Exception {
        coordinator.create(Cluster.spec("done", 1));
        cluster.work(coordinator, "done", Cluster::result);
        assertThat(coordinator.awaitFinished("done", LONG)).isTrue();
        Coordinator first = coordinator;
        coordinator = cluster.coordinator();
        assertThatThrownBy(first::awaitStopped)
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContaining("another coordinator has taken over");
        coordinator.create(Cluster.spec("next", 1));
        cluster.work(coordinator, "next", Cluster::result);
        assertThat(coordinator.awaitFinished("next", LONG)).isTrue();
    }

    @Test
    void shouldSayThatItIsNotReadyWhileKafkaIsAwayAndGoOnAfterwards() throws Exception {
        CampaignSpec spec = Cluster.spec("outage", 5);
        coordinator.create(spec);
        cluster.publish(Cluster.result(cluster.takeJob()));
        cluster.acknowledge();
        Await.until("ready", () -> get("/readyz").statusCode() == 200);
        cluster.leave();
        cluster.stopBroker();
        Await.until("not ready", () -> get("/readyz").statusCode() == 503);
        assertThat(get("/livez").statusCode()).isEqualTo(200);
        cluster.startBroker();
        Await.until("ready again", () -> get("/readyz").statusCode() == 200);
        cluster.work(coordinator, "outage", Cluster::result);
        assertThat(coordinator.awaitFinished("outage", LONG)).isTrue();
        assertThat(coordinator.export("outage")).isEqualTo(local(spec));
    }

    @Test
    void shouldStopWithinFiveSecondsEvenWithoutKafka() throws Exception {
        coordinator.create(Cluster.spec("stop", 20));
        cluster.takeJob();
        cluster.leave();
        cluster.stopBroker();
        Await.until("not ready", () -> get("/readyz").statusCode() == 503);
        long began = System.nanoTime();
        coordinator.close();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
        coordinator.awaitStopped();
    }

    @Test
    void shouldRefuseASecondCampaignOfTheSameName() throws Exception {
        coordinator.create(Cluster.spec("name", 1));
        assertThatThrownBy(() -> coordinator.create(Cluster.spec("name", 2)))
                .isInstanceOf(CampaignRefusedException.class)
                .hasMessageContaining("'name'");
        assertThatThrownBy(() -> coordinator.cancel("nam"))
                .isInstanceOf(CampaignRefusedException.class)
                .hasMessageContaining("name");
    }

    @Test
    void shouldNameTheAddressOfAKafkaThatDoesNotAnswer() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        assertThatThrownBy(() ->
                        Coordinator.start(Coordinator.Config.local("127.0.0.1:" + port, 0, dir.resolve("elsewhere"))))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContaining("127.0.0.1:" + port)
                .hasMessageContaining("gupfuzz broker");
    }
}
