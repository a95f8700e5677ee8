package dev.gupfuzz.coordinator.book;

import dev.gupfuzz.campaign.Topics;
import dev.gupfuzz.coordinator.kafka.ClusterProbe;
import dev.gupfuzz.coordinator.kafka.ClusterProbe.Holder;
import dev.gupfuzz.coordinator.kafka.ClusterProbe.UnreachableException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the cluster on a thread of its own, one question after the other, so that the owner of the books never waits. */
final class ClusterAsker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterAsker.class);

    private final ClusterProbe probe;
    private final Answers answers;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread asking = new Thread(task, "gupfuzz-probe");
        asking.setDaemon(true);
        return asking;
    });

    /** Told what the cluster says, on the asking thread. */
    interface Answers {
        void members(int members);

        /** What {@link #asking} said before the question, and who held the ledger's transactional id then. */
        void holder(long asked, Holder holder);

        /** A number that tells whether anything was written between this question and its answer; on the asking thread. */
        long asking();

        /** Both offsets, read in this order. */
        void cut(long shareStartOffset, long resultsEnd);

        void jobsEnd(long jobsEnd);

        /** The cluster did not answer the question. */
        void unreachable();

        void failed(RuntimeException e);
    }

    private interface Question {
        void ask() throws UnreachableException, InterruptedException;
    }

    ClusterAsker(ClusterProbe probe, Answers answers) {
        this.probe = probe;
        this.answers = answers;
    }

    /** Asks for the members and the holder of the ledger from now on, with a pause of so many milliseconds between the questions. */
    void start(long pauseMs) {
        // It catches what it throws and ends with its thread.
        var unused = thread.scheduleWithFixedDelay(
                () -> ask(() -> {
                    long asked = answers.asking();
                    probe.holder().ifPresent(holder -> answers.holder(asked, holder));
                    answers.members(probe.members());
                }),
                0,
                pauseMs,
                TimeUnit.MILLISECONDS);
    }

    /** The order of the two offsets matters: see {@link BalanceCheck}. */
    void askCut() {
        later(() -> {
            long shareStartOffset = probe.shareStartOffset();
            answers.cut(shareStartOffset, probe.endOffset(Topics.RESULTS));
        });
    }

    void askJobsEnd() {
        later(() -> answers.jobsEnd(probe.endOffset(Topics.JOBS)));
    }

    private void later(Question question) {
        try {
            thread.execute(() -> ask(question));
        } catch (RejectedExecutionException e) {
            // Closed: nobody waits for the answer any more.
            LOG.debug("question after the close", e);
        }
    }

    private void ask(Question question) {
        try {
            question.ask();
        } catch (UnreachableException e) {
            LOG.debug("no answer", e);
            answers.unreachable();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            answers.failed(e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
