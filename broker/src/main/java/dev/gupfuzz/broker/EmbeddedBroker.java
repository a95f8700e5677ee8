package dev.gupfuzz.broker;

import dev.gupfuzz.campaign.InfrastructureException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.internals.Exit;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * One Kafka node, broker and controller in one, inside this JVM and for this machine alone: it listens on loopback.
 * Anybody who can open a connection to loopback can read and write its topics; use a cluster of your own where that is
 * not acceptable.
 *
 * <p>The ports and the cluster's id belong to the data directory: they are chosen once and kept, so that workers find a
 * restarted broker again. A lock file keeps a second broker out of the directory.
 *
 * <p>Kafka's own classes log through SLF4J; keep {@code org.apache.kafka}, {@code kafka} and {@code state.change} at WARN.
 */
public final class EmbeddedBroker implements AutoCloseable {
    /** How long a stop may take before the broker is left behind; its log recovers at the next start. */
    private static final int STOP_MS = 3_500;

    private static final int EXIT_INFRASTRUCTURE = 6;

    private final DataDirectory directory;
    private final KafkaRaftServer server;
    private final int port;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CountDownLatch stopped = new CountDownLatch(1);

    private EmbeddedBroker(DataDirectory directory, KafkaRaftServer server, int port) {
        this.directory = directory;
        this.server = server;
        this.port = port;
    }

    /**
     * Starts the broker on a data directory, which is created if missing; returns once clients may connect.
     *
     * @param dataDir the broker's own directory
     * @param port port for clients on 127.0.0.1; 0 for the one of the last start, or a free one
     * @param log told in single lines what happens
     * @throws InfrastructureException if the directory is not writable, is in use or was written by a newer gupfuzz, or
     *     if the port is in use
     */
    public static EmbeddedBroker start(Path dataDir, int port, PrintStream log) throws InfrastructureException {
        DataDirectory directory = DataDirectory.open(dataDir);
        boolean started = false;
        try {
            DataDirectory.Ports ports = directory.choosePorts(port);
            endWithOurCode(log);
            addNoHooks();
            format(directory);
            KafkaRaftServer server = startServer(directory, ports);
            log.println("broker=started bootstrap=127.0.0.1:" + ports.client() + " data=" + dataDir.toAbsolutePath());
            started = true;
            return new EmbeddedBroker(directory, server, ports.client());
        } finally {
            if (!started) {
                directory.close();
            }
        }
    }

    /** Where clients connect, {@code 127.0.0.1:port}. */
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    /** Blocks until the broker has been closed. */
    public void awaitStopped() throws InterruptedException {
        stopped.await();
    }

    /** Stops the broker within 4 s; harmless if repeated. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        Thread stopper = new Thread(
                () -> {
                    server.shutdown();
                    server.awaitShutdown();
                },
                "gupfuzz-broker-stop");
        // A combined node that lost its quorum can hold on for minutes; the process must be able to end meanwhile.
        stopper.setDaemon(true);
        stopper.start();
        try {
            stopper.join(STOP_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        directory.close();
        stopped.countDown();
    }

    private static void format(DataDirectory directory) throws InfrastructureException {
        String logDirectory = directory.kafkaDirectory().toString();
        try {
            new Formatter()
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .setClusterId(directory.clusterId())
                    .setNodeId(BrokerSettings.NODE_ID)
                    .setControllerListenerName(BrokerSettings.CONTROLLER_LISTENER)
                    .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                    .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                    .setIgnoreFormatted(true)
                    .setMetadataLogDirectory(logDirectory)
                    .setDirectories(List.of(logDirectory))
                    .run();
        } catch (Exception e) { // Formatter.run declares Exception
            throw new InfrastructureException(
                    "cannot format the broker's directory " + logDirectory + ": " + e.getMessage()
                            + "; check the disk, or remove the directory to begin anew",
                    e);
        }
    }

    private static KafkaRaftServer startServer(DataDirectory directory, DataDirectory.Ports ports)
            throws InfrastructureException {
        Properties settings = BrokerSettings.of(directory.kafkaDirectory(), ports);
        KafkaRaftServer server = null;
        try {
            server = new KafkaRaftServer(new KafkaConfig(settings, false), Time.SYSTEM);
            server.startup();
            return server;
        } catch (RuntimeException e) {
            if (server != null) {
                server.shutdown();
            }
            throw new InfrastructureException(
                    "the broker does not start on " + directory.kafkaDirectory() + ": " + e.getMessage()
                            + "; the log above says why",
                    e);
        }
    }

    /**
     * {@link #close()} is what stops this broker. Kafka's own shutdown hook only takes its metrics out of JMX, and adding it
     * throws once a signal has come.
     */
    private static void addNoHooks() {
        Exit.setShutdownHookAdder((name, hook) -> {});
    }

    /** Kafka ends the process when it cannot go on, a full disk for example; then with our code for infrastructure. */
    private static void endWithOurCode(PrintStream log) {
        Exit.Procedure end = (status, message) -> {
            log.println("broker=failed status=" + status + " reason=" + message);
            log.flush();
            Runtime.getRuntime().halt(EXIT_INFRASTRUCTURE);
        };
        Exit.setExitProcedure(end);
        Exit.setHaltProcedure(end);
    }
}
