package dev.gupfuzz.cli;

import dev.gupfuzz.worker.Worker;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gupfuzz worker}: takes ranges of seeds from Kafka and runs them. */
@Command(name = "worker", description = "Take ranges of seeds from Kafka and run them.", sortOptions = false)
final class WorkerVerb implements Verb {
    static final int METRICS_PORT = 9484;

    @Mixin
    KafkaOptions kafka = new KafkaOptions();

    @Option(names = "--cores", paramLabel = "N", description = "Cores to use. Default: all of them.")
    @Nullable
    String cores;

    @Option(
            names = "--id",
            paramLabel = "NAME",
            description = "Name of this worker in results and logs. Default: host and process.")
    @Nullable
    String id;

    @Option(
            names = "--metrics-host",
            paramLabel = "ADDRESS",
            description = "Address on which /metrics listens. Default: 127.0.0.1.")
    String metricsHost = "127.0.0.1";

    @Option(
            names = "--metrics-port",
            paramLabel = "N",
            description = "Port of /metrics, 0 for a free one. Default: " + METRICS_PORT + ".")
    @Nullable
    String metricsPort;

    @Mixin
    HelpOption help = new HelpOption();

    @Override
    public int run(Session session) throws Exception {
        KafkaOptions.Kafka where = kafka.read(session);
        int threads = Cores.chosen(cores, session.problems());
        int port = Port.read("--metrics-port", metricsPort, METRICS_PORT, session.problems())
                .wanted();
        String name = id == null ? defaultId() : id;
        if (!name.matches("[A-Za-z0-9._-]{1,100}")) {
            session.problems()
                    .add("--id '" + Problems.printable(name)
                            + "' may have letters, digits, dots and hyphens, 100 at most");
        }
        session.problems().throwIfAny();
        session.interrupts().allow(BrokerVerb.GRACE, ExitCode.CLEAN);
        try (Worker worker = Worker.start(
                new Worker.Config(where.bootstrap(), threads, name, metricsHost, port, where.settings()))) {
            session.terminal().out().println("worker   " + name + " on " + threads + " cores");
            session.terminal().out().flush();
            session.interrupts().watch("worker", () -> {
                worker.awaitStopped();
                return true;
            });
            session.interrupts().awaitRequest();
        }
        session.interrupts().throwIfGaveUp();
        return ExitCode.CLEAN;
    }

    static String defaultId() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9._-]", "-");
        } catch (UnknownHostException nameless) {
            host = "localhost"; // a host may be unable to resolve its own name; the process still tells workers apart
        }
        return host + "-" + ProcessHandle.current().pid();
    }
}
