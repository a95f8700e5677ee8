package dev.gupfuzz.cli;

import dev.gupfuzz.coordinator.Coordinator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gupfuzz coordinator}: accepts campaigns, issues their ranges, keeps the accounts. */
@Command(
        name = "coordinator",
        description = "Accept campaigns, issue their ranges through Kafka, keep the accounts, serve REST and metrics.",
        sortOptions = false)
final class CoordinatorVerb implements Verb {
    @Mixin
    KafkaOptions kafka = new KafkaOptions();

    @Option(names = "--host", paramLabel = "ADDRESS", description = "Address to listen on. Default: 127.0.0.1.")
    String host = "127.0.0.1";

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Port of REST and /metrics, 0 for a free one. Default: " + CampaignApi.DEFAULT_PORT + ".")
    @Nullable
    String port;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Directory of the token. Default: $XDG_DATA_HOME/gupfuzz.")
    @Nullable
    String data;

    @Option(
            names = "--name",
            paramLabel = "HOST",
            description = "A host name that requests may be addressed to, beside those of loopback; repeatable. "
                    + "Default: any when --host is not loopback.")
    List<String> names = new ArrayList<>();

    @Mixin
    HelpOption help = new HelpOption();

    @Override
    public int run(Session session) throws Exception {
        KafkaOptions.Kafka where = kafka.read(session);
        int wanted = Port.read("--port", port, CampaignApi.DEFAULT_PORT, session.problems())
                .wanted();
        session.problems().throwIfAny();
        session.interrupts().allow(BrokerVerb.GRACE, ExitCode.CLEAN);
        Terminal terminal = session.terminal();
        try (DataDirectory directory = DataDirectory.open(DataDirectory.chosen(data, terminal.environment()), false);
                Coordinator coordinator = Coordinator.start(new Coordinator.Config(
                        where.bootstrap(), where.settings(), host, wanted, false, directory.path(), names))) {
            // An address that means "all of them" is none to connect to.
            String reachable = host.equals("0.0.0.0") || host.equals("::") ? "127.0.0.1" : host;
            String url = "http://" + reachable + ":" + coordinator.httpPort();
            directory.noteUrl(url);
            terminal.out().println("ready    " + url);
            terminal.out().println("token    " + coordinator.tokenFile());
            terminal.out()
                    .println("stop     Ctrl-C, or kill "
                            + ProcessHandle.current().pid());
            terminal.out().flush();
            session.interrupts().watch("coordinator", () -> {
                coordinator.awaitStopped();
                return true;
            });
            session.interrupts().awaitRequest();
        }
        session.interrupts().throwIfGaveUp();
        return ExitCode.CLEAN;
    }
}
