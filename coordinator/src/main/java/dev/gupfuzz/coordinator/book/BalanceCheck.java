package dev.gupfuzz.coordinator.book;

import dev.gupfuzz.coordinator.conservation.Balance;
import dev.gupfuzz.coordinator.conservation.Balance.Folds;
import dev.gupfuzz.coordinator.conservation.JobsFold;
import dev.gupfuzz.coordinator.ledger.RangeCounts;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Checks the accounts on one consistent cut, over and over:
 *
 * <ol>
 *   <li>remember what has been sent;
 *   <li>read the share group's start offset, then the end of the results: a job below the start offset was acknowledged
 *       or dropped before, and a worker publishes its result before it acknowledges, so the result is below that end;
 *   <li>fold the results to that end and remember which ranges have ended;
 *   <li>read the end of the jobs and fold to it: the job of every range that has ended or was sent is below that end;
 *   <li>compare.
 * </ol>
 *
 * Whatever is neither deliverable nor ended then is gone. Belongs to the bookkeeper's thread.
 */
final class BalanceCheck {
    private enum Phase {
        IDLE,
        ASKING_CUT,
        FOLDING_RESULTS,
        ASKING_JOBS_END,
        FOLDING_JOBS
    }

    /** What is remembered of a campaign between the steps. */
    private static final class Cut {
        final BitSet sent;
        BitSet ended = new BitSet();
        BitSet failed = new BitSet();
        RangeCounts counts = new RangeCounts(0, 0, 0, 0, 0, 0, 0, 0, 0);

        Cut(BitSet sent) {
            this.sent = sent;
        }
    }

    private final JobsFold jobs;
    private final Map<CampaignBook, Cut> cuts = new LinkedHashMap<>();
    private Phase phase = Phase.IDLE;
    private long startOffset;
    private long until;

    BalanceCheck(JobsFold jobs) {
        this.jobs = jobs;
    }

    boolean isIdle() {
        return phase == Phase.IDLE;
    }

    /** Step 1; the caller then asks the cluster for the offsets of step 2. */
    void begin(Collection<CampaignBook> books) {
        cuts.clear();
        for (CampaignBook book : books) {
            if (book.beginCheck()) {
                cuts.put(book, new Cut(book.order().issuedRanges()));
            }
        }
        phase = Phase.ASKING_CUT;
    }

    /** Step 2; an answer to a check that was abandoned meanwhile is ignored. */
    void offsets(long shareStartOffset, long resultsEnd) {
        if (phase == Phase.ASKING_CUT) {
            startOffset = shareStartOffset;
            until = resultsEnd;
            phase = Phase.FOLDING_RESULTS;
        }
    }

    /** Step 3: whether the results are folded far enough; the caller then asks for the end of the jobs. */
    boolean resultsFolded(long resultsPosition) {
        if (phase != Phase.FOLDING_RESULTS || resultsPosition < until) {
            return false;
        }
        cuts.forEach((book, cut) -> {
            cut.ended = book.ledger().terminalRanges();
            cut.counts = book.ledger().counts();
            cut.failed = book.failedRanges();
        });
        phase = Phase.ASKING_JOBS_END;
        return true;
    }

    /** Step 4; likewise. */
    void jobsEnd(long end) {
        if (phase == Phase.ASKING_JOBS_END) {
            until = end;
            phase = Phase.FOLDING_JOBS;
        }
    }

    /** Step 5: whether the jobs are folded far enough; the books know their balance then. */
    boolean jobsFolded(long jobsPosition) {
        if (phase != Phase.FOLDING_JOBS || jobsPosition < until) {
            return false;
        }
        jobs.startAt(startOffset);
        cuts.forEach((book, cut) -> {
            Folds folds = new Folds(
                    cut.sent,
                    jobs.issued(book.key()),
                    jobs.deliverable(book.key()),
                    cut.failed,
                    book.startedRanges(),
                    cut.ended);
            book.checked(Balance.of(folds, cut.counts));
        });
        cuts.clear();
        phase = Phase.IDLE;
        return true;
    }

    /** The cluster did not answer: the next check begins anew, for the same campaigns. */
    void abandon() {
        cuts.keySet().forEach(CampaignBook::recheck);
        cuts.clear();
        phase = Phase.IDLE;
    }
}
