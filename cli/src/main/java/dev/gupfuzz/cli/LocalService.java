package dev.gupfuzz.cli;

import dev.gupfuzz.broker.EmbeddedBroker;
import dev.gupfuzz.campaign.InfrastructureException;
import dev.gupfuzz.cli.Interrupts.StoppedException;
import dev.gupfuzz.coordinator.Coordinator;
import dev.gupfuzz.worker.Worker;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** Broker, coordinator and worker in this JVM, started in that order and stopped in the other. */
final class LocalService implements AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1";

    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private final EmbeddedBroker broker;
    private final Coordinator coordinator;
    private final Worker worker;
    private final CampaignApi api;
    private volatile boolean stopping;

    private LocalService(
            DataDirectory directory, Port http, Port metrics, int cores, PrintStream log, Interrupts interrupts)
            throws InfrastructureException, IOException, InterruptedException, StoppedException {
        try {
            interrupts.throwIfRequested();
            broker = EmbeddedBroker.start(directory.path().resolve("broker"), 0, log);
            running.push(broker);
            interrupts.throwIfRequested();
            coordinator = Coordinator.start(new Coordinator.Config(
                    broker.bootstrapServers(),
                    Map.of(),
                    LOOPBACK,
                    http.wanted(),
                    !http.chosen(),
                    directory.path(),
                    List.of()));
            running.push(coordinator);
            interrupts.throwIfRequested();
            worker = Worker.start(
                    new Worker.Config(broker.bootstrapServers(), cores, "up", LOOPBACK, metrics.free(), Map.of()));
            running.push(worker);
            directory.noteUrl(url());
            api = new CampaignApi(
                    URI.create(url()), Files.readString(coordinator.tokenFile()).strip());
        } catch (InfrastructureException
                | IOException
                | InterruptedException
                | StoppedException
                | RuntimeException failed) {
            close();
            throw failed;
        }
    }

    /**
     * Starts all three; returns once the coordinator is ready.
     *
     * @throws StoppedException if a stop was asked for meanwhile; what had been started is stopped
     */
    static LocalService start(
            DataDirectory directory, Port http, Port metrics, int cores, PrintStream log, Interrupts interrupts)
            throws InfrastructureException, IOException, InterruptedException, StoppedException {
        return new LocalService(directory, http, metrics, cores, log, interrupts);
    }

    CampaignApi api() {
        return api;
    }

    String url() {
        return "http://" + LOOPBACK + ":" + coordinator.httpPort();
    }

    String workerMetricsUrl() {
        return "http://" + LOOPBACK + ":" + worker.metricsPort() + "/metrics";
    }

    String bootstrapServers() {
        return broker.bootstrapServers();
    }

    /** Asks for the stop when the worker or the broker ends by itself. */
    void watch(Interrupts interrupts) {
        interrupts.watch("worker", () -> {
            worker.awaitStopped();
            return !stopping;
        });
        interrupts.watch("coordinator", () -> {
            coordinator.awaitStopped();
            return !stopping;
        });
        interrupts.watch("broker", () -> {
            broker.awaitStopped();
            return !stopping;
        });
    }

    /** Stops the worker: what it finished is published, what it had begun goes back to the queue. */
    void stopWorking() {
        stopping = true;
        worker.close();
        running.remove(worker);
    }

    @Override
    public void close() {
        stopping = true;
        while (!running.isEmpty()) {
            AutoCloseable next = running.pop();
            try {
                next.close();
            } catch (Exception failed) {
                throw new IllegalStateException("[gupfuzz bug] a part of the service does not stop", failed);
            }
        }
    }
}
