package dev.gupfuzz.coordinator;

import dev.gupfuzz.campaign.CampaignPlan;
import dev.gupfuzz.campaign.CampaignSpec;
import dev.gupfuzz.campaign.InfrastructureException;
import dev.gupfuzz.campaign.KafkaSettings;
import dev.gupfuzz.coordinator.CampaignRefusedException.Kind;
import dev.gupfuzz.coordinator.book.Bookkeeper;
import dev.gupfuzz.coordinator.book.Snapshot;
import dev.gupfuzz.coordinator.http.AccessTokens;
import dev.gupfuzz.coordinator.http.Campaigns;
import dev.gupfuzz.coordinator.http.HttpFrontend;
import dev.gupfuzz.coordinator.kafka.ClusterProbe;
import dev.gupfuzz.coordinator.kafka.LedgerWriter;
import dev.gupfuzz.coordinator.metrics.CoordinatorMetrics;
import dev.gupfuzz.simulator.BadInput;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running coordinator: campaigns, ledger, dispatch, HTTP and metrics. One may run per Kafka cluster; when a second one
 * starts, the first one stops with a message that says so ({@link #awaitStopped}).
 *
 * <p>It keeps nothing but the access token outside Kafka, so it may be stopped or killed at any moment and started
 * elsewhere: it goes on from the topics.
 */
public final class Coordinator implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Coordinator.class);

    private static final Duration KAFKA_LIMIT = Duration.ofSeconds(10);
    private static final Duration WRITER_LIMIT = Duration.ofSeconds(30);
    /** How long to wait for a change before looking whether the coordinator has stopped. */
    private static final Duration LOOK = Duration.ofMillis(250);

    private static final long ANSWER_SECONDS = 10;

    private final CoordinatorMetrics metrics = new CoordinatorMetrics();
    private final CompletableFuture<InfrastructureException> stopped = new CompletableFuture<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    /** What is open, in the order of opening. */
    private final List<AutoCloseable> open = new ArrayList<>();

    private final Path dataDir;
    private volatile Bookkeeper bookkeeper;
    private HttpFrontend http;

    /**
     * How to run a coordinator.
     *
     * @param bootstrap Kafka's {@code host:port}, several separated by commas
     * @param kafka further client settings, out of those that {@link KafkaSettings} allows
     * @param host address to serve HTTP on
     * @param httpPort 0: any free port
     * @param anyPort take a free port if {@code httpPort} is in use, instead of failing
     * @param dataDir holds the access token, {@code token}; created if missing
     * @param hosts host names that HTTP requests may use beside those of loopback; empty with a {@code host} that is not
     *     loopback: any
     */
    public record Config(
            String bootstrap,
            Map<String, String> kafka,
            String host,
            int httpPort,
            boolean anyPort,
            Path dataDir,
            List<String> hosts) {
        /** @throws BadInput with every problem at once */
        public Config {
            List<String> problems = new ArrayList<>();
            if (bootstrap.isBlank()) {
                problems.add("the address of Kafka is missing: give it as host:port");
            }
            if (host.isBlank()) {
                problems.add("the address to serve HTTP on is missing: for this machine alone give 127.0.0.1");
            }
            if (httpPort < 0 || httpPort > 65_535) {
                problems.add("the HTTP port must be from 0 to 65535: port=" + httpPort);
            }
            if (!problems.isEmpty()) {
                throw new BadInput(problems);
            }
            kafka = Map.copyOf(kafka);
            hosts = List.copyOf(hosts);
        }

        /** A coordinator for this machine alone, on {@code httpPort} or, if that is taken, on a free port. */
        public static Config local(String bootstrap, int httpPort, Path dataDir) {
            return new Config(bootstrap, Map.of(), "127.0.0.1", httpPort, true, dataDir, List.of());
        }
    }

    private Coordinator(Path dataDir) {
        this.dataDir = dataDir;
    }

    /**
     * Starts a coordinator and returns when it is ready: topics created, older coordinators fenced, ledger replayed, HTTP
     * served. While the ledger is being replayed, HTTP answers already, and {@code /readyz} says no.
     *
     * @throws InfrastructureException if Kafka, the port or the data directory does not do; the message says what to do
     */
    public static Coordinator start(Config config) throws InfrastructureException, InterruptedException {
        return start(config, Faults.NONE);
    }

    /** Starts a coordinator with planted faults, and with somebody who is shown everything that it publishes. */
    static Coordinator start(Config config, Faults faults) throws InfrastructureException, InterruptedException {
        Coordinator coordinator = new Coordinator(config.dataDir());
        boolean started = false;
        try {
            coordinator.open(config, faults);
            started = true;
            return coordinator;
        } finally {
            if (!started) {
                coordinator.close();
            }
        }
    }

    private void open(Config config, Faults faults) throws InfrastructureException, InterruptedException {
        KafkaSettings settings = new KafkaSettings(config.bootstrap(), config.kafka());
        open.add(metrics);
        ClusterProbe probe = new ClusterProbe(settings);
        open.add(probe);
        probe.awaitReachable(KAFKA_LIMIT);
        LedgerWriter writer = new LedgerWriter(settings);
        open.add(writer);
        bookkeeper = new Bookkeeper(settings, probe, writer, faults, metrics);
        open.add(bookkeeper);
        // The port and the token before the fencing: a start that fails must not stop the coordinator that runs.
        AccessTokens tokens = AccessTokens.open(config.dataDir());
        http = HttpFrontend.start(
                tokens,
                new Requests(),
                metrics,
                new HttpFrontend.Address(config.host(), config.httpPort(), config.anyPort(), config.hosts()));
        open.add(http);
        for (String problem : probe.prepareTopics()) {
            LOG.warn("topics=drifted why=\"{}\"", problem);
        }
        writer.open(WRITER_LIMIT);
        bookkeeper.start();
        var unused = bookkeeper.failure().thenAccept(this::failed);
        while (!bookkeeper.await(Snapshot::replayed, LOOK)) {
            if (bookkeeper.failure().isDone()) {
                throw new InfrastructureException(bookkeeper.failure().join().getMessage());
            }
        }
        LOG.info("coordinator=ready http={}:{} kafka={}", config.host(), http.port(), config.bootstrap());
    }

    private void failed(InfrastructureException why) {
        stopped.complete(why);
        // Not on the bookkeeper's own thread, which the close waits for.
        Thread closer = new Thread(this::close, "gupfuzz-coordinator-stop");
        closer.setDaemon(true);
        closer.start();
    }

    /** The port that HTTP is served on. */
    public int httpPort() {
        return http.port();
    }

    /** Where the owner's access token lies. */
    public Path tokenFile() {
        return AccessTokens.tokenFile(dataDir);
    }

    /** All campaigns in the order of their creation. */
    public List<CampaignView> campaigns() {
        return bookkeeper.snapshot().campaigns();
    }

    public Optional<CampaignView> campaign(String name) {
        return bookkeeper.snapshot().campaign(name);
    }

    /** Worker processes known to Kafka. */
    public int workers() {
        return bookkeeper.snapshot().workers();
    }

    /**
     * Accepts a campaign; its ranges are issued from then on.
     *
     * @throws BadInput if it has too many ranges
     * @throws CampaignRefusedException if there is one of that name, or Kafka does not confirm
     */
    public CampaignView create(CampaignSpec spec) throws CampaignRefusedException, InterruptedException {
        return answer(create(bookkeeper, spec));
    }

    private static CompletableFuture<CampaignView> create(Bookkeeper bookkeeper, CampaignSpec spec)
            throws CampaignRefusedException {
        if (bookkeeper.snapshot().campaign(spec.name()).isPresent()) {
            throw new CampaignRefusedException(
                    Kind.CONFLICT, "there already is a campaign '" + spec.name() + "': choose another name");
        }
        return bookkeeper.create(CampaignPlan.of(spec), System.currentTimeMillis());
    }

    /**
     * Cancels a campaign: no further range is issued, and those that are out come back soon.
     *
     * @throws CampaignRefusedException if there is no such campaign, it has ended, or Kafka does not confirm
     */
    public CampaignView cancel(String name) throws CampaignRefusedException, InterruptedException {
        return answer(bookkeeper.cancel(name));
    }

    /** The campaign's results so far as canonical text. */
    public String export(String name) throws CampaignRefusedException, InterruptedException {
        return answer(bookkeeper.export(name));
    }

    /** The campaign's witnesses: the lowest seeds of each way in which it broke an invariant. */
    public List<FindingView> findings(String name) throws CampaignRefusedException, InterruptedException {
        return answer(bookkeeper.findings(name));
    }

    /**
     * Waits until the campaign has ended and its accounts have been checked; returns whether it did within the limit and
     * before this coordinator stopped.
     */
    public boolean awaitFinished(String name, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!stopped.isDone()) {
            Duration left = Duration.ofNanos(deadline - System.nanoTime());
            Duration look = left.compareTo(LOOK) < 0 ? left : LOOK;
            if (look.isNegative()) {
                return false;
            }
            if (isFinished(name, look)) {
                return true;
            }
        }
        return isFinished(name, Duration.ZERO);
    }

    private boolean isFinished(String name, Duration limit) throws InterruptedException {
        return bookkeeper.await(
                snapshot -> snapshot.campaign(name)
                        .filter(CampaignView::finished)
                        .filter(campaign -> campaign.conservation().done()
                                == campaign.ranges().done())
                        .isPresent(),
                limit);
    }

    /**
     * Waits until the coordinator is closed.
     *
     * @throws InfrastructureException if it stopped by itself, because another coordinator took over or Kafka refuses it
     */
    public void awaitStopped() throws InfrastructureException, InterruptedException {
        try {
            InfrastructureException why = stopped.get();
            if (why != CLOSED) {
                throw new InfrastructureException(why.getMessage(), why);
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("[coordinator bug] this future never fails", e);
        }
    }

    private static final InfrastructureException CLOSED = new InfrastructureException("closed");

    private static <T> T answer(CompletableFuture<T> future) throws CampaignRefusedException, InterruptedException {
        try {
            return future.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CampaignRefusedException refused) {
                throw refused;
            }
            if (e.getCause() instanceof BadInput bad) {
                throw bad;
            }
            throw new IllegalStateException("[coordinator bug] a request failed: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new CampaignRefusedException(
                    Kind.UNAVAILABLE, "no answer within " + ANSWER_SECONDS + " s: Kafka may be away");
        }
    }

    /** Stops within 5 s; harmless if repeated. What was under way goes on at the next start. */
    @Override
    public void close() {
        stopped.complete(CLOSED);
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        for (int i = open.size() - 1; i >= 0; i--) {
            try {
                open.get(i).close();
            } catch (Exception e) {
                LOG.warn(
                        "coordinator=close part={} why=\"{}\"",
                        open.get(i).getClass().getSimpleName(),
                        e.toString());
            }
        }
    }

    /** The API's view of this coordinator. */
    private final class Requests implements Campaigns {
        @Override
        public List<CampaignView> list() {
            return campaigns();
        }

        @Override
        public CompletableFuture<CampaignView> create(String specJson) throws CampaignRefusedException {
            return Coordinator.create(bookkeeper, CampaignSpec.parse(specJson));
        }

        @Override
        public CompletableFuture<CampaignView> cancel(String name) {
            return bookkeeper.cancel(name);
        }

        @Override
        public CompletableFuture<String> export(String name) {
            return bookkeeper.export(name);
        }

        @Override
        public CompletableFuture<List<FindingView>> findings(String name) {
            return bookkeeper.findings(name);
        }

        @Override
        public boolean replayed() {
            return bookkeeper.snapshot().replayed();
        }

        @Override
        public boolean reachable() {
            return bookkeeper.snapshot().reachable();
        }
    }
}
