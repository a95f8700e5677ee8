package dev.gupfuzz.coordinator.book;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gupfuzz.campaign.CampaignPlan;
import dev.gupfuzz.campaign.CampaignSpec;
import dev.gupfuzz.campaign.wire.Job;
import dev.gupfuzz.campaign.wire.RangeResult;
import dev.gupfuzz.campaign.wire.RangeResult.Outcome;
import dev.gupfuzz.coordinator.Faults;
import dev.gupfuzz.coordinator.conservation.JobsFold;
import dev.gupfuzz.coordinator.dispatch.IssueWindow;
import dev.gupfuzz.simulator.search.Sampler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** Dispatch and the check of the accounts, without Kafka: the test says what the cluster would. */
class BookTest {
    private final JobsFold jobs = new JobsFold();
    private final BalanceCheck check = new BalanceCheck(jobs);
    private final Dispatcher dispatcher = new Dispatcher(Faults.NONE);
    private long jobsEnd;

    private static CampaignBook book(String name, int ranges) {
        CampaignPlan plan = CampaignPlan.of(new CampaignSpec(
                CampaignSpec.VERSION,
                name,
                List.of("v5.9"),
                List.of("fork-vs-pin-fast"),
                List.of("random"),
                1,
                ranges,
                1));
        assertThat(plan.ranges()).isEqualTo(ranges);
        return new CampaignBook(plan.toRecord(1, 0), plan, Faults.NONE);
    }

    /** Sends what is due and lets the records come back from the topic. */
    private List<Job> dispatch(int members, CampaignBook... books) throws Exception {
        Dispatcher.Batch batch = dispatcher.plan(List.of(books), members);
        batch.sent().run();
        List<Job> sent = new ArrayList<>();
        for (ProducerRecord<String, byte[]> written : batch.records()) {
            Job job = Job.parseFrom(written.value());
            sent.add(job);
            for (CampaignBook book : books) {
                if (book.name().equals(job.getCampaign())) {
                    jobs.add(jobsEnd++, book.key(), (int) job.getIndex(), job.getAttempt());
                    book.found((int) job.getIndex(), job.getAttempt());
                }
            }
        }
        return sent;
    }

    private static void end(CampaignBook book, int index, int attempt, Outcome outcome) {
        RangeResult result = RangeResult.newBuilder()
                .setVersion(1)
                .setCampaign(book.name())
                .setGeneration(1)
                .setIndex(index)
                .setAttempt(attempt)
                .setWorker("test")
                .setEngine(book.accepted().getEngine())
                .setOutcome(outcome)
                .build();
        assertThat(book.fold(result)).isEqualTo(CampaignBook.Refusal.NONE);
    }

    private void runCheck(long startOffset, CampaignBook... books) {
        check.begin(List.of(books));
        check.offsets(startOffset, 0);
        assertThat(check.resultsFolded(0)).isTrue();
        check.jobsEnd(jobsEnd);
        assertThat(check.jobsFolded(jobsEnd)).isTrue();
    }

    @Test
    void shouldFillTheWindowEvenlyAndNoFurther() throws Exception {
        CampaignBook first = book("first", 100);
        CampaignBook second = book("second", 100);
        assertThat(dispatch(10, first)).hasSize(10 * IssueWindow.RANGES_PER_MEMBER);
        assertThat(dispatch(10, first, second)).isEmpty();
        assertThat(dispatch(20, first, second))
                .hasSize(10 * IssueWindow.RANGES_PER_MEMBER)
                .allMatch(job -> job.getCampaign().equals("second"));
        List<Job> shared = dispatch(24, first, second);
        assertThat(shared).hasSize(4 * IssueWindow.RANGES_PER_MEMBER);
        assertThat(shared.stream().filter(job -> job.getCampaign().equals("first")))
                .hasSize(2 * IssueWindow.RANGES_PER_MEMBER);
    }

    @Test
    void shouldIssueEveryRangeOnceInOrder() throws Exception {
        CampaignBook book = book("whole", 20);
        List<Job> sent = new ArrayList<>(dispatch(2, book));
        while (!book.isFinished()) {
            for (Job job : List.copyOf(sent)) {
                end(book, (int) job.getIndex(), job.getAttempt(), Outcome.CANCELLED);
            }
            sent.addAll(dispatch(2, book));
        }
        assertThat(sent.stream().map(Job::getIndex))
                .containsExactlyElementsOf(LongStream.range(0, 20).boxed().toList());
    }

    @Test
    void shouldPlanTheSameAgainWhenABatchWasNotWritten() {
        CampaignBook book = book("again", 20);
        List<ProducerRecord<String, byte[]>> first =
                dispatcher.plan(List.of(book), 2).records();
        assertThat(dispatcher.plan(List.of(book), 2).records())
                .extracting(ProducerRecord::key)
                .containsExactlyElementsOf(
                        first.stream().map(ProducerRecord::key).toList());
        assertThat(book.order().issued()).isZero();
    }

    @Test
    void shouldIssueAFailedRangeAgainOnceForEachFailure() throws Exception {
        CampaignBook book = book("failing", 20);
        dispatch(2, book);
        end(book, 3, 1, Outcome.ENGINE_ERROR);
        end(book, 3, 1, Outcome.ENGINE_ERROR);
        assertThat(dispatch(2, book)).singleElement().satisfies(job -> {
            assertThat(job.getIndex()).isEqualTo(3);
            assertThat(job.getAttempt()).isEqualTo(2);
        });
        assertThat(dispatch(2, book)).isEmpty();
        runCheck(0, book);
        assertThat(book.balance().imbalance()).isZero();
    }

    @Test
    void shouldFindAJobBelowTheStartOffsetGoneAndIssueItOnce() throws Exception {
        CampaignBook book = book("gone", 20);
        dispatch(2, book);
        end(book, 0, 1, Outcome.CANCELLED);
        runCheck(2, book);
        assertThat(book.balance().gone().stream()).containsExactly(1);
        assertThat(dispatch(3, book)).anySatisfy(job -> {
            assertThat(job.getIndex()).isEqualTo(1);
            assertThat(job.getAttempt()).isEqualTo(2);
        });
        assertThat(dispatch(3, book)).isEmpty();
        runCheck(2, book);
        assertThat(book.balance().imbalance()).isZero();
        assertThat(book.reissued()).isEqualTo(1);
    }

    @Test
    void shouldNotIssueAgainWhatWasIssuedAgainDuringTheCheck() throws Exception {
        CampaignBook book = book("during", 20);
        dispatch(2, book);
        runCheck(1, book);
        assertThat(book.balance().gone().stream()).containsExactly(0);
        check.begin(List.of(book));
        check.offsets(1, 0);
        check.resultsFolded(0);
        check.jobsEnd(jobsEnd);
        long endBefore = jobsEnd;
        // Sent, but its record has not come back when the check compares.
        Dispatcher.Batch again = dispatcher.plan(List.of(book), 2);
        assertThat(again.records()).hasSize(1);
        again.sent().run();
        assertThat(check.jobsFolded(endBefore)).isTrue();
        assertThat(dispatcher.plan(List.of(book), 2).records()).isEmpty();
    }

    @Test
    void shouldIgnoreAnswersToACheckThatWasAbandoned() throws Exception {
        CampaignBook book = book("late", 20);
        dispatch(2, book);
        check.begin(List.of(book));
        check.offsets(0, 0);
        check.resultsFolded(0);
        check.abandon();
        check.jobsEnd(0);
        assertThat(check.isIdle()).isTrue();
        check.begin(List.of(book));
        check.jobsEnd(0);
        assertThat(check.jobsFolded(jobsEnd)).isFalse();
        check.offsets(0, 5);
        assertThat(check.resultsFolded(4)).isFalse();
        assertThat(check.resultsFolded(5)).isTrue();
    }

    @Test
    void shouldRefuseResultsThatCannotBeTrue() throws Exception {
        CampaignBook book = book("strict", 20);
        dispatch(2, book);
        RangeResult result = RangeResult.newBuilder()
                .setVersion(1)
                .setCampaign("strict")
                .setGeneration(1)
                .setIndex(0)
                .setAttempt(1)
                .setWorker("test")
                .setEngine(book.accepted().getEngine())
                .setOutcome(Outcome.CLEAN)
                .setTally(ByteString.copyFrom(book.layout().empty(0).toBytes()))
                .build();
        assertThat(book.fold(result)).isEqualTo(CampaignBook.Refusal.IMPLAUSIBLE);
        assertThat(book.fold(result.toBuilder().setIndex(20).build())).isEqualTo(CampaignBook.Refusal.UNKNOWN_RANGE);
        assertThat(book.fold(result.toBuilder().setEngine("0".repeat(64)).build()))
                .isEqualTo(CampaignBook.Refusal.FOREIGN_ENGINE);
        assertThat(book.fold(result.toBuilder()
                        .setTally(ByteString.copyFromUtf8("damaged"))
                        .build()))
                .isEqualTo(CampaignBook.Refusal.DAMAGED_TALLY);
        assertThat(book.ledger().counts().terminal()).isZero();
    }

    @Test
    void shouldSurviveDamagedTalliesOfEveryKind() throws Exception {
        CampaignBook book = book("damaged", 20);
        dispatch(2, book);
        byte[] sound = Sampler.sample(book.plan().cells().get(0).cell(), 1, 2_000, 1, false, () -> false, done -> {})
                .toBytes();
        Random random = new Random(20261122);
        int refused = 0;
        for (int i = 0; i < 3_000; i++) {
            byte[] damaged = Arrays.copyOf(sound, 1 + random.nextInt(sound.length + 4));
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            CampaignBook.Refusal refusal = book.fold(RangeResult.newBuilder()
                    .setVersion(1)
                    .setCampaign("damaged")
                    .setGeneration(1)
                    .setIndex(1)
                    .setAttempt(1)
                    .setWorker("test")
                    .setEngine(book.accepted().getEngine())
                    .setOutcome(Outcome.VIOLATION)
                    .setTally(ByteString.copyFrom(damaged))
                    .build());
            refused += refusal == CampaignBook.Refusal.NONE ? 0 : 1;
        }
        // Each range has one seed here, and the sound tally counts 2,000 schedules: none of these can be true.
        assertThat(refused).isEqualTo(3_000);
        assertThat(Views.of(book).ranges().done()).isZero();
    }
}
