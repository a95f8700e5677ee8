package dev.gupfuzz.coordinator.book;

import dev.gupfuzz.campaign.CampaignPlan;
import dev.gupfuzz.campaign.CanonicalExport;
import dev.gupfuzz.campaign.InfrastructureException;
import dev.gupfuzz.campaign.KafkaSettings;
import dev.gupfuzz.campaign.Topics;
import dev.gupfuzz.campaign.Wire;
import dev.gupfuzz.campaign.wire.CampaignRecord;
import dev.gupfuzz.campaign.wire.Control;
import dev.gupfuzz.coordinator.CampaignRefusedException;
import dev.gupfuzz.coordinator.CampaignRefusedException.Kind;
import dev.gupfuzz.coordinator.CampaignView;
import dev.gupfuzz.coordinator.Faults;
import dev.gupfuzz.coordinator.FindingView;
import dev.gupfuzz.coordinator.conservation.JobsFold;
import dev.gupfuzz.coordinator.kafka.ClusterProbe;
import dev.gupfuzz.coordinator.kafka.ClusterProbe.Holder;
import dev.gupfuzz.coordinator.kafka.ClusterProbe.UnreachableException;
import dev.gupfuzz.coordinator.kafka.LedgerWriter;
import dev.gupfuzz.coordinator.kafka.LedgerWriter.FencedException;
import dev.gupfuzz.coordinator.kafka.LedgerWriter.UnwrittenException;
import dev.gupfuzz.coordinator.kafka.TopicTail;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns the books. It folds what the tails bring, answers requests, sends jobs and closed segments,
 * has the accounts checked once a second and publishes snapshots for everybody else.
 */
public final class Bookkeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Bookkeeper.class);

    /** How often jobs are sent and snapshots made: short against a range of a second or two. */
    private static final long TICK_MS = 50;

    /** How often the cluster is asked and the accounts are checked. */
    private static final long PULSE_MS = 1_000;

    /** A cluster that has not answered for so long counts as unreachable. */
    private static final long UNREACHABLE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Polls that may wait to be folded: what bounds the memory when folding is slower than reading. */
    private static final int BATCHES_WAITING = 8;

    private final KafkaSettings settings;
    private final ClusterProbe probe;
    private final Faults faults;
    private final BookEvents events;
    private final Books books = new Books();
    private final JobsFold jobs = new JobsFold();
    private final RecordFold fold;
    private final Sender sender;
    private final BalanceCheck check = new BalanceCheck(jobs);
    private final Publisher publisher;
    private final Semaphore handover = new Semaphore(BATCHES_WAITING);
    private final ScheduledExecutorService owner = Executors.newSingleThreadScheduledExecutor(Bookkeeper::ownerThread);
    private final ClusterAsker asker;
    private final List<TopicTail> tails = new ArrayList<>();

    /** Completes when this coordinator cannot go on; never otherwise. */
    private final CompletableFuture<InfrastructureException> failure = new CompletableFuture<>();

    private volatile boolean closing;
    private long resultsEndAtStart;
    private long jobsEndAtStart;
    private boolean replayed;
    private boolean reachable = true;
    private long answeredNanos = System.nanoTime();
    private int members;
    private long checkedMs;

    public Bookkeeper(
            KafkaSettings settings, ClusterProbe probe, LedgerWriter writer, Faults faults, BookEvents events) {
        this.settings = settings;
        this.probe = probe;
        this.faults = faults;
        this.events = events;
        this.asker = new ClusterAsker(probe, new Handing());
        this.fold = new RecordFold(books, jobs, events);
        this.sender = new Sender(books, writer, faults, events);
        this.publisher = new Publisher(snapshot -> {
            faults.published(snapshot);
            events.published(snapshot);
        });
    }

    private static Thread ownerThread(Runnable task) {
        Thread thread = new Thread(task, "gupfuzz-ledger");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Reads what is stored and begins to follow the topics. The writer must be open, so that nobody else adds to what is
     * read here.
     */
    public void start() throws InfrastructureException, InterruptedException {
        books.recover(settings, faults);
        try {
            jobs.startAt(probe.shareStartOffset());
            resultsEndAtStart = probe.endOffset(Topics.RESULTS);
            jobsEndAtStart = probe.endOffset(Topics.JOBS);
            members = probe.members();
        } catch (UnreachableException e) {
            throw new InfrastructureException(e.getMessage() + "; check that the broker runs", e);
        }
        answeredNanos = System.nanoTime();
        tails.add(new TopicTail(settings, "results", List.of(Topics.RESULTS, Topics.FINDINGS), this::take, this::fail));
        tails.add(new TopicTail(settings, "jobs", List.of(Topics.JOBS, Topics.STARTED), this::take, this::fail));
        tails.forEach(TopicTail::start);
        // It catches what it throws and ends with its thread.
        var unused = owner.scheduleWithFixedDelay(this::tick, 0, TICK_MS, TimeUnit.MILLISECONDS);
        asker.start(PULSE_MS);
    }

    public Snapshot snapshot() {
        return publisher.latest();
    }

    /** Waits until a snapshot satisfies the condition; returns whether one did within {@code limit}. */
    public boolean await(Predicate<Snapshot> condition, Duration limit) throws InterruptedException {
        return publisher.await(condition, limit);
    }

    /** Completes, with the reason, when this coordinator cannot go on. */
    public CompletableFuture<InfrastructureException> failure() {
        return failure;
    }

    // ---- requests, from any thread ------------------------------------------------------------------------------

    /** Accepts a campaign; the future fails with {@link CampaignRefusedException}. */
    public CompletableFuture<CampaignView> create(CampaignPlan plan, long createdMs) {
        return ask(() -> {
            String name = plan.spec().name();
            if (books.byName(name) != null) {
                throw new CampaignRefusedException(
                        Kind.CONFLICT, "there already is a campaign '" + name + "': choose another name");
            }
            CampaignRecord accepted = plan.toRecord(1, createdMs);
            CampaignBook book = new CampaignBook(accepted, plan, faults);
            write(
                    List.of(
                            new ProducerRecord<>(Topics.CAMPAIGNS, book.key(), Wire.CAMPAIGN.encode(accepted)),
                            order(book, Control.Action.RUN, "created")),
                    () -> books.add(book));
            publish();
            return Views.of(book);
        });
    }

    /** Cancels a campaign that has not ended; repeating it is harmless. */
    public CompletableFuture<CampaignView> cancel(String name) {
        return ask(() -> {
            CampaignBook book = book(name);
            if (!book.isCancelled() && book.isFinished()) {
                throw new CampaignRefusedException(
                        Kind.CONFLICT, "campaign '" + name + "' has ended: there is nothing to cancel");
            }
            if (!book.isCancelled()) {
                write(List.of(order(book, Control.Action.CANCEL, "requested")), book::cancel);
                publish();
            }
            return Views.of(book);
        });
    }

    /** The campaign's results so far as canonical text. */
    public CompletableFuture<String> export(String name) {
        return ask(() -> {
            CampaignBook book = book(name);
            return CanonicalExport.text(book.plan(), Accounts.of(book));
        });
    }

    /** The campaign's witnesses by cell, invariant, place and seed. */
    public CompletableFuture<List<FindingView>> findings(String name) {
        return ask(() -> Accounts.findings(book(name)));
    }

    private CampaignBook book(String name) throws CampaignRefusedException {
        CampaignBook book = books.byName(name);
        if (book == null) {
            List<String> names = books.all().stream().map(CampaignBook::name).toList();
            throw new CampaignRefusedException(
                    Kind.NOT_FOUND,
                    "there is no campaign '" + name + "'" + dev.gupfuzz.simulator.Nearest.hint(name, names));
        }
        return book;
    }

    private static ProducerRecord<String, byte[]> order(CampaignBook book, Control.Action action, String reason) {
        Control order = Control.newBuilder()
                .setVersion(Wire.VERSION)
                .setCampaign(book.name())
                .setGeneration(book.generation())
                .setAction(action)
                .setReason(reason)
                .build();
        return new ProducerRecord<>(Topics.CONTROL, book.key(), Wire.CONTROL.encode(order));
    }

    private void write(List<ProducerRecord<String, byte[]>> records, Runnable effect) throws CampaignRefusedException {
        try {
            sender.write(records, effect);
        } catch (UnwrittenException e) {
            throw new CampaignRefusedException(
                    Kind.UNAVAILABLE,
                    "Kafka has not confirmed it (" + e.getMessage()
                            + "): look whether it took effect before trying again");
        } catch (FencedException e) {
            fenced(e);
            throw new CampaignRefusedException(Kind.UNAVAILABLE, e.getMessage());
        }
    }

    private <T> CompletableFuture<T> ask(Callable<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            owner.execute(() -> {
                try {
                    if (!replayed || failure.isDone()) {
                        throw new CampaignRefusedException(
                                Kind.UNAVAILABLE,
                                failure.isDone()
                                        ? "this coordinator has stopped"
                                        : "the ledger is being read: try again");
                    }
                    answer.complete(question.call());
                } catch (Exception e) {
                    answer.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(
                    new CampaignRefusedException(Kind.UNAVAILABLE, "this coordinator is stopping"));
        }
        return answer;
    }

    // ---- the tails' threads --------------------------------------------------------------------------------------

    private void take(TopicTail.Batch batch) {
        try {
            while (!handover.tryAcquire(100, TimeUnit.MILLISECONDS)) {
                if (closing) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            owner.execute(() -> {
                try {
                    batch.records().forEach(fold::fold);
                    fold.moved(batch.positions());
                } catch (RuntimeException e) {
                    fail(e);
                } finally {
                    handover.release();
                }
            });
        } catch (RejectedExecutionException e) {
            // Closing: what is not folded now is read again at the next start.
            handover.release();
        }
    }

    private void fail(RuntimeException e) {
        LOG.error("coordinator=failed", e);
        failure.complete(new InfrastructureException("the coordinator cannot go on: " + e.getMessage(), e));
    }

    private void fenced(FencedException e) {
        events.written("fenced");
        if (failure.complete(new InfrastructureException(e.getMessage(), e))) {
            LOG.error("coordinator=fenced why=\"{}\"", e.getMessage());
        }
    }

    // ---- the owner's thread --------------------------------------------------------------------------------------

    private void tick() {
        if (failure.isDone()) {
            return;
        }
        try {
            if (!replayed
                    && fold.position(Topics.RESULTS) >= resultsEndAtStart
                    && fold.position(Topics.JOBS) >= jobsEndAtStart) {
                replayed = true;
                LOG.info("ledger=replayed campaigns={}", books.all().size());
            }
            if (replayed) {
                sender.send(members);
                if (check.resultsFolded(fold.position(Topics.RESULTS))) {
                    asker.askJobsEnd();
                }
                if (check.jobsFolded(fold.position(Topics.JOBS))) {
                    checkedMs = System.currentTimeMillis();
                }
            }
            noteReachable();
            // What the check has just found missing is issued again in the next tick: never before it has been shown.
            publish();
        } catch (FencedException e) {
            fenced(e);
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private void publish() {
        publisher.publish(books, replayed, reachable, members, jobs.deliverable(), checkedMs);
    }

    private void noteReachable() {
        boolean now = System.nanoTime() - answeredNanos < UNREACHABLE_NANOS;
        if (now != reachable) {
            reachable = now;
            if (now) {
                LOG.info("kafka=reachable");
            } else {
                LOG.warn("kafka=unreachable address={}", settings.bootstrapServers());
            }
        }
    }

    // ---- the asker's thread --------------------------------------------------------------------------------------

    /** Hands the cluster's answers to the owner. */
    private final class Handing implements ClusterAsker.Answers {
        @Override
        public void members(int found) {
            hand(() -> {
                answeredNanos = System.nanoTime();
                members = found;
                if (replayed && check.isIdle()) {
                    check.begin(books.all());
                    asker.askCut();
                }
            });
        }

        @Override
        public void holder(long asked, Holder holder) {
            hand(() -> {
                try {
                    sender.holder(asked, holder);
                } catch (FencedException e) {
                    fenced(e);
                }
            });
        }

        @Override
        public long asking() {
            return sender.asking();
        }

        @Override
        public void cut(long shareStartOffset, long resultsEnd) {
            hand(() -> check.offsets(shareStartOffset, resultsEnd));
        }

        @Override
        public void jobsEnd(long end) {
            hand(() -> check.jobsEnd(end));
        }

        @Override
        public void unreachable() {
            // Reported once it lasts: see noteReachable.
            hand(check::abandon);
        }

        @Override
        public void failed(RuntimeException e) {
            fail(e);
        }

        private void hand(Runnable answer) {
            try {
                owner.execute(answer);
            } catch (RejectedExecutionException e) {
                if (!closing) {
                    throw e;
                }
            }
        }
    }

    /**
     * Stops issuing, then everything else, within about 4 s. What was folded but is in no closed segment yet is folded
     * again at the next start.
     */
    @Override
    public void close() {
        closing = true;
        asker.close();
        owner.shutdown();
        try {
            // A write that waits for the broker takes 3 s at most.
            if (!owner.awaitTermination(3_200, TimeUnit.MILLISECONDS)) {
                owner.shutdownNow();
            }
        } catch (InterruptedException e) {
            owner.shutdownNow();
            Thread.currentThread().interrupt();
        }
        tails.forEach(TopicTail::close);
    }
}
