package dev.gupfuzz.cli;

import dev.gupfuzz.broker.EmbeddedBroker;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gupfuzz broker}: the embedded Kafka broker in a process of its own. */
@Command(
        name = "broker",
        description = "Run the embedded Kafka broker alone, on loopback, without authentication.",
        sortOptions = false)
final class BrokerVerb implements Verb {
    /** Time a service has to stop after a signal; users are promised five seconds, some of which a busy machine takes. */
    static final Duration GRACE = Duration.ofMillis(4_500);

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where it keeps its log. Default: $XDG_DATA_HOME/gupfuzz-broker.")
    @Nullable
    String data;

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Its port; 0 for the one used before in this directory, or a free one. Default: 0.")
    @Nullable
    String port;

    @Mixin
    HelpOption help = new HelpOption();

    @Override
    public int run(Session session) throws Exception {
        int chosenPort = Port.read("--port", port, 0, session.problems()).wanted();
        session.problems().throwIfAny();
        session.interrupts().allow(GRACE, ExitCode.CLEAN);
        Terminal terminal = session.terminal();
        Path path = data == null
                ? DataDirectory.chosen(null, terminal.environment()).resolveSibling("gupfuzz-broker")
                : Path.of(data).toAbsolutePath().normalize();
        try (EmbeddedBroker broker = EmbeddedBroker.start(path, chosenPort, terminal.err())) {
            terminal.out().println("broker   " + broker.bootstrapServers());
            terminal.out().println("data     " + path);
            terminal.out()
                    .println("stop     Ctrl-C, or kill "
                            + ProcessHandle.current().pid());
            terminal.out().flush();
            session.interrupts().watch("broker", () -> {
                broker.awaitStopped();
                return true;
            });
            session.interrupts().awaitRequest();
        }
        session.interrupts().throwIfGaveUp();
        return ExitCode.CLEAN;
    }
}
