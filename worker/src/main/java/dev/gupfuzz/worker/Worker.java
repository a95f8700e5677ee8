package dev.gupfuzz.worker;

import dev.gupfuzz.campaign.InfrastructureException;
import dev.gupfuzz.campaign.KafkaSettings;
import dev.gupfuzz.campaign.Topics;
import dev.gupfuzz.simulator.BadInput;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureMetadata;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker process: two members of the share group that take turns on the cores, a follower of the control topic, one
 * producer, and the metrics. It starts whether or not the topics exist yet, and outlives every restart of Kafka.
 */
public final class Worker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
    private static final int MEMBERS = 2;
    private static final int REACHABLE_SECONDS = 8;
    private static final Duration WATCH = Duration.ofMillis(250);
    private static final long STOP_MS = 3_500;

    private final Config config;
    private final KafkaSettings settings;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final AtomicBoolean closed = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();
    private final ShareConsumerMetrics consumers = new ShareConsumerMetrics();
    private final WorkerMetrics metrics;
    private final MetricsServer server;
    private final Publisher publisher;
    private final Orders orders;
    private final Member.Shared shared;

    /**
     * How a worker runs.
     *
     * @param bootstrap Kafka's address, comma-separated {@code host:port}
     * @param cores how many cores to compute on, at least 1
     * @param id name of this worker: letters, digits, dots, underscores and hyphens, at most 100
     * @param metricsHost address to serve metrics on
     * @param metricsPort port to serve metrics on; a free one if it is in use, or for 0
     * @param kafka client settings of the user, see {@link KafkaSettings}
     */
    public record Config(
            String bootstrap, int cores, String id, String metricsHost, int metricsPort, Map<String, String> kafka) {
        /** @throws BadInput with every problem at once */
        public Config {
            List<String> problems = new ArrayList<>();
            if (cores < 1) {
                problems.add("cores must be at least 1: cores=" + cores);
            }
            if (!id.matches("[A-Za-z0-9._-]{1,100}")) {
                problems.add("the worker's id must be 1 to 100 letters, digits, dots, underscores and hyphens");
            }
            if (metricsPort < 0 || metricsPort > 65_535) {
                problems.add("the metrics port must be from 0 to 65535: port=" + metricsPort);
            }
            if (!problems.isEmpty()) {
                throw new BadInput(problems);
            }
            kafka = Map.copyOf(kafka);
        }

        /** A worker that serves its metrics on loopback alone. */
        public Config(String bootstrap, int cores, String id, int metricsPort, Map<String, String> kafka) {
            this(bootstrap, cores, id, "127.0.0.1", metricsPort, kafka);
        }
    }

    private Worker(Config config, KafkaSettings settings, @Nullable Failpoint failpoint)
            throws InfrastructureException {
        this.config = config;
        this.settings = settings;
        this.metrics = new WorkerMetrics(config.cores(), consumers::connected);
        consumers.bindTo(metrics.registry());
        this.server =
                new MetricsServer(config.metricsHost(), config.metricsPort(), metrics.registry(), consumers::connected);
        this.publisher = new Publisher(settings, config.id(), metrics, stopping);
        this.orders = new Orders(settings, config.id() + "-control", metrics, stopping);
        this.shared = new Member.Shared(
                new ReentrantLock(true),
                config.cores(),
                new Cells(),
                publisher,
                orders,
                metrics,
                consumers,
                stopping,
                failpoint);
    }

    /**
     * Starts a worker; it takes jobs as soon as the topics exist.
     *
     * @throws InfrastructureException if Kafka is not reachable within 8 s, is older than 4.2, or its settings are not
     *     allowed
     * @throws BadInput if the environment names an unknown failpoint
     */
    public static Worker start(Config config) throws InfrastructureException {
        Failpoint failpoint = Failpoint.named(System.getenv(Failpoint.VARIABLE));
        KafkaSettings settings = new KafkaSettings(config.bootstrap(), config.kafka());
        checkKafka(settings, config.id());
        Worker worker = new Worker(config, settings, failpoint);
        worker.run("gupfuzz-worker-supervisor", worker::supervise);
        LOG.info(
                "worker={} state=started bootstrap={} cores={} metrics={}",
                config.id(),
                config.bootstrap(),
                config.cores(),
                worker.metricsPort());
        return worker;
    }

    /** The name of this worker. */
    public String id() {
        return config.id();
    }

    /** The port that metrics are served on. */
    public int metricsPort() {
        return server.port();
    }

    /** Blocks until the worker has stopped, whether by {@link #close()} or because it cannot go on. */
    public void awaitStopped() throws InterruptedException {
        stopped.await();
    }

    /** Gives the running ranges back and stops within 5 s; harmless if repeated. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        stopping.countDown();
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STOP_MS);
        try {
            for (Thread thread : started()) {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        publisher.close();
        server.close();
        metrics.close();
        LOG.info("worker={} state=stopped", config.id());
        stopped.countDown();
    }

    private static void checkKafka(KafkaSettings settings, String id) throws InfrastructureException {
        Admin admin = null;
        try {
            admin = Admin.create(settings.admin(id + "-check"));
            FeatureMetadata features =
                    admin.describeFeatures().featureMetadata().get(REACHABLE_SECONDS, TimeUnit.SECONDS);
            FinalizedVersionRange share = features.finalizedFeatures().get("share.version");
            if (share == null || share.maxVersionLevel() < 1) {
                throw new InfrastructureException("Kafka at " + settings.bootstrapServers()
                        + " has no share groups; use Kafka 4.2 or later and enable the feature share.version");
            }
        } catch (TimeoutException | ExecutionException | KafkaException e) {
            throw new InfrastructureException(
                    "Kafka is not reachable at " + settings.bootstrapServers() + " within " + REACHABLE_SECONDS
                            + " s: check the address and that it runs (gupfuzz broker starts one)",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InfrastructureException("interrupted while connecting to " + settings.bootstrapServers(), e);
        } finally {
            if (admin != null) {
                admin.close(Duration.ZERO); // otherwise it waits for the very answer that did not come
            }
        }
    }

    /** Brings the worker up step by step, then reports when Kafka goes and comes. */
    private void supervise() {
        if (!awaitTopics()) {
            return;
        }
        run("gupfuzz-worker-control", orders);
        if (!awaitOrders()) {
            return;
        }
        for (int member = 1; member <= MEMBERS; member++) {
            String name = config.id() + "-" + member;
            run("gupfuzz-worker-member-" + member, new Member(name, settings.shareConsumer(name), shared));
        }
        boolean connected = false;
        while (!Pause.unless(stopping, WATCH)) {
            if (consumers.connected() != connected) {
                connected = !connected;
                LOG.info("worker={} kafka={}", config.id(), connected ? "connected" : "lost");
            }
        }
    }

    private boolean awaitTopics() {
        boolean waiting = false;
        try (Admin admin = Admin.create(settings.admin(config.id() + "-topics"))) {
            do {
                try {
                    if (Topics.exist(admin)) {
                        return true;
                    }
                } catch (InfrastructureException e) {
                    LOG.debug("worker={} error=\"{}\"", config.id(), e.getMessage());
                }
                if (!waiting) {
                    waiting = true;
                    LOG.info("worker={} state=waiting for=\"the topics, which a coordinator creates\"", config.id());
                }
            } while (!Pause.unless(stopping, WATCH));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    /** A job of a campaign that was cancelled while no worker ran must not be begun. */
    private boolean awaitOrders() {
        try {
            while (stopping.getCount() > 0) {
                if (orders.caughtUp().await(WATCH.toMillis(), TimeUnit.MILLISECONDS)) {
                    return true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private void run(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((dying, failure) -> {
            // A worker that limps on with half its threads would look alive and do nothing.
            LOG.error("worker={} thread={} state=failed", config.id(), dying.getName(), failure);
            stopping.countDown();
            stopped.countDown();
        });
        synchronized (threads) {
            threads.add(thread);
        }
        thread.start();
    }

    private List<Thread> started() {
        synchronized (threads) {
            return List.copyOf(threads);
        }
    }
}
