package dev.gupfuzz.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.campaign.wire.Job;
import dev.gupfuzz.campaign.wire.RangeResult.Outcome;
import dev.gupfuzz.coordinator.Watched.Reissue;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each planted fault moves the conservation metric from 0, and re-issuing what was lost brings it back. */
@Tag("slow")
class ConservationTest {
    @TempDir
    Path dir;

    private Cluster cluster;
    private Coordinator coordinator;
    private Watched watched = new Watched(Faults.NONE);

    @BeforeEach
    void start() throws Exception {
        cluster = new Cluster(dir);
    }

    @AfterEach
    void stop() {
        if (coordinator != null) {
            coordinator.close();
        }
        cluster.close();
    }

    private CampaignView view(String campaign) {
        return coordinator.campaign(campaign).orElseThrow();
    }

    private long imbalance(String campaign) {
        return view(campaign).conservation().imbalance();
    }

    private void coordinate(Faults faults) throws Exception {
        watched = new Watched(faults);
        coordinator = cluster.coordinator(watched);
    }

    private void finish(String campaign) throws Exception {
        cluster.work(coordinator, campaign, Cluster::result);
        Await.until("balanced accounts", () -> {
            CampaignView now = view(campaign);
            return now.conservation().done() == now.ranges().planned()
                    && now.conservation().imbalance() == 0;
        });
        assertThat(view(campaign).ranges().done())
                .isEqualTo(view(campaign).ranges().planned());
        assertThat(view(campaign).ranges().divergent()).isZero();
    }

    @Test
    void shouldStayBalancedWithoutAFault() throws Exception {
        coordinate(Faults.NONE);
        coordinator.create(Cluster.spec("sound", 3));
        finish("sound");
        assertThat(watched.imbalances("sound")).containsExactly(0L);
        assertThat(watched.reissues()).isEmpty();
        assertThat(view("sound").ranges().reissued()).isZero();
    }

    @Test
    void shouldNoticeAJobThatWasNeverWritten() throws Exception {
        coordinate(new Faults() {
            @Override
            public boolean loseJob(String campaign, int index, int attempt) {
                return index == 1 && attempt == 1;
            }
        });
        coordinator.create(Cluster.spec("lost-job", 3));
        Await.until(
                "the lost job is issued again", () -> view("lost-job").ranges().reissued() == 1);
        finish("lost-job");
        assertThat(watched.imbalances("lost-job")).containsExactly(0L, 1L, 0L);
        assertThat(watched.reissues()).containsOnly(new Reissue(1, 2, 1));
    }

    @Test
    void shouldNoticeAJobThatWasAcknowledgedWithoutAResult() throws Exception {
        coordinate(Faults.NONE);
        coordinator.create(Cluster.spec("lost-result", 3));
        Job job = cluster.takeJob();
        cluster.acknowledge();
        assertThat(cluster.work(coordinator, "lost-result", Cluster::result)).anySatisfy(next -> {
            assertThat(next.getIndex()).isEqualTo(job.getIndex());
            assertThat(next.getAttempt()).isEqualTo(2);
            assertThat(next.getSeeds()).isEqualTo(job.getSeeds());
        });
        finish("lost-result");
        assertThat(watched.imbalances("lost-result")).containsExactly(0L, 1L, 0L);
        assertThat(watched.reissues()).containsOnly(new Reissue((int) job.getIndex(), 2, 1));
    }

    @Test
    void shouldShowARangeThatWasFoldedTwiceUntilItsTopicsAreFoldedAnew() throws Exception {
        coordinate(new Faults() {
            @Override
            public boolean foldTwice(String campaign, int index) {
                return index == 2;
            }
        });
        coordinator.create(Cluster.spec("twice", 3));
        cluster.work(coordinator, "twice", Cluster::result);
        Await.until("the double fold shows", () -> imbalance("twice") == 1);
        assertThat(watched.imbalances("twice")).containsExactly(0L, 1L);

        coordinator.close();
        coordinate(Faults.NONE);
        finish("twice");
        assertThat(watched.imbalances("twice")).containsExactly(0L);
    }

    @Test
    void shouldShowAResultThatNobodyAskedFor() throws Exception {
        coordinate(Faults.NONE);
        coordinator.create(Cluster.spec("unasked", 30));
        Job job = cluster.takeJob();
        cluster.publish(Cluster.ended(job.toBuilder().setIndex(59).build(), Outcome.CANCELLED));
        Await.until("the unasked result shows", () -> imbalance("unasked") == 1);
        assertThat(watched.imbalances("unasked")).containsExactly(0L, 1L);
    }

    @Test
    void shouldGiveUpARangeAfterThreeEngineErrorsAndStayBalanced() throws Exception {
        coordinate(Faults.NONE);
        coordinator.create(Cluster.spec("poison", 2));
        cluster.work(
                coordinator,
                "poison",
                job -> job.getIndex() == 1
                        ? Cluster.ended(job, Outcome.ENGINE_ERROR).toBuilder()
                                .setError("no\nsuch label")
                                .build()
                        : Cluster.result(job));
        Await.until(
                "the accounts are checked", () -> view("poison").conservation().dead() == 1);
        CampaignView view = view("poison");
        assertThat(view.ranges().dead()).isEqualTo(1);
        assertThat(view.ranges().reissued()).isEqualTo(2);
        assertThat(view.ranges().done()).isEqualTo(view.ranges().planned() - 1);
        assertThat(view.quarantine()).containsEntry(1, "no such label");
        assertThat(view.reasons()).anyMatch(reason -> reason.contains("dead=1"));
        assertThat(watched.imbalances("poison")).containsExactly(0L);
        assertThat(watched.reissues()).containsOnly(new Reissue(1, 2, 0), new Reissue(1, 3, 0));
    }

    @Test
    void shouldCountWhatACancelledCampaignNeverIssuedAsWithdrawn() throws Exception {
        coordinate(Faults.NONE);
        coordinator.create(Cluster.spec("stopped", 50));
        cluster.publish(Cluster.result(cluster.takeJob()));
        cluster.acknowledge();
        Await.until("the first result is in", () -> view("stopped").ranges().done() == 1);
        coordinator.cancel("stopped");
        cluster.work(coordinator, "stopped", job -> Cluster.ended(job, Outcome.CANCELLED));
        Await.until(
                "the accounts are checked",
                () -> view("stopped").conservation().cancelled()
                        == view("stopped").ranges().cancelled());
        CampaignView view = view("stopped");
        assertThat(view.state()).isEqualTo(CampaignView.State.CANCELLED);
        assertThat(view.verdict()).isNotIn(CampaignView.Verdict.RUNNING, CampaignView.Verdict.CLEAN);
        assertThat(view.ranges().issued()).isLessThan(view.ranges().planned());
        assertThat(view.ranges().done()).isEqualTo(1);
        assertThat(view.ranges().cancelled()).isEqualTo(view.ranges().issued() - 1);
        assertThat(view.ranges().withdrawn())
                .isEqualTo(view.ranges().planned() - view.ranges().issued());
        assertThat(watched.imbalances("stopped")).containsExactly(0L);

        coordinator.close();
        coordinate(Faults.NONE);
        Await.until(
                "the accounts are checked again",
                () -> view("stopped").conservation().equals(view.conservation()));
        assertThat(view("stopped").ranges()).isEqualTo(view.ranges());
        assertThat(watched.imbalances("stopped")).containsExactly(0L);
    }
}
