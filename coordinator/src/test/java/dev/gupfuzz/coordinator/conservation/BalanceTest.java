package dev.gupfuzz.coordinator.conservation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.coordinator.conservation.Balance.Folds;
import dev.gupfuzz.coordinator.ledger.RangeCounts;
import java.util.BitSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Ten ranges: 0 to 3 done, 4 dead, 5 cancelled, 6 being run, 7 failed and about to be issued again, 8 and 9 queued. */
class BalanceTest {
    private static final RangeCounts COUNTS = new RangeCounts(2, 1, 1, 1, 1, 0, 0, 0, 4);

    private final BitSet sent = range(0, 10);
    private final BitSet jobs = range(0, 10);
    private final BitSet deliverable = range(5, 10);
    private final BitSet failed = range(7, 8);
    private final BitSet started = range(0, 7);
    private final BitSet ended = range(0, 6);

    private Balance balance(RangeCounts counts) {
        return Balance.of(new Folds(sent, jobs, deliverable, failed, started, ended), counts);
    }

    private static BitSet range(int from, int to) {
        BitSet set = new BitSet();
        set.set(from, to);
        return set;
    }

    @Test
    void shouldBeZeroWhileEveryRangeIsAccountedFor() {
        deliverable.clear(7);
        Balance balance = balance(COUNTS);
        assertThat(balance.imbalance()).isZero();
        assertThat(balance.issued()).isEqualTo(10);
        assertThat(balance.queued()).isEqualTo(3);
        assertThat(balance.leased()).isEqualTo(1);
        assertThat(balance.done() + balance.dead() + balance.cancelled()).isEqualTo(6);
    }

    @Test
    void shouldShowAJobThatWasNeverWritten() {
        jobs.clear(9);
        deliverable.clear(9);
        assertThat(balance(COUNTS).imbalance()).isEqualTo(1);
        assertThat(balance(COUNTS).gone()).isEqualTo(range(9, 10));
    }

    @Test
    void shouldShowAJobThatWasAcknowledgedWithoutAResult() {
        deliverable.clear(8);
        assertThat(balance(COUNTS).gone()).isEqualTo(range(8, 9));
    }

    @Test
    void shouldShowARangeCountedTwice() {
        RangeCounts twice = new RangeCounts(3, 1, 1, 1, 1, 0, 0, 0, 4);
        assertThat(balance(twice).imbalance()).isEqualTo(1);
    }

    @Test
    void shouldShowAResultThatNobodyAskedFor() {
        ended.set(12);
        RangeCounts more = new RangeCounts(3, 1, 1, 1, 1, 0, 0, 0, 4);
        assertThat(balance(more).unissued()).isEqualTo(range(12, 13));
        assertThat(balance(more).imbalance()).isEqualTo(1);
    }

    @Test
    void shouldNotLetALossHideADoubleCount() {
        deliverable.clear(8);
        RangeCounts twice = new RangeCounts(3, 1, 1, 1, 1, 0, 0, 0, 4);
        assertThat(balance(twice).imbalance()).isEqualTo(2);
    }

    @Test
    void shouldForgetJobsBelowTheStartOffsetOnly() {
        JobsFold fold = new JobsFold();
        IntStream.range(0, 5).forEach(i -> fold.add(10 + i, "a/1", i, 1));
        fold.add(15, "b/1", 0, 1);
        fold.add(16, "a/1", 1, 2);
        fold.startAt(13);
        assertThat(fold.deliverable("a/1")).isEqualTo(set(1, 3, 4));
        assertThat(fold.deliverable("b/1")).isEqualTo(set(0));
        assertThat(fold.issued("a/1")).isEqualTo(range(0, 5));
        assertThat(fold.attempt("a/1", 1)).isEqualTo(2);
        assertThat(fold.attempt("a/1", 0)).isEqualTo(1);
        assertThat(fold.attempt("a/1", 7)).isZero();
        fold.add(12, "a/1", 6, 1);
        assertThat(fold.deliverable("a/1")).isEqualTo(set(1, 3, 4));
    }

    private static BitSet set(int... indexes) {
        BitSet set = new BitSet();
        for (int index : indexes) {
            set.set(index);
        }
        return set;
    }
}
