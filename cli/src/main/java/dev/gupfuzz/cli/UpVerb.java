package dev.gupfuzz.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gupfuzz.campaign.InfrastructureException;
import dev.gupfuzz.simulator.minimize.Minimized;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gupfuzz up}: the whole service in this JVM, on loopback. */
@Command(
        name = "up",
        description = {
            "Run the whole service on this machine: broker, coordinator and worker in one process, on loopback.",
            "",
            "It begins a demonstration campaign, which runs the race of fork against the fast pin on a kernel "
                    + "that has it and on one that does not. Its state is in the data directory: the next `up` "
                    + "goes on where this one stopped. The broker has no authentication: users of this machine "
                    + "can reach it."
        },
        sortOptions = false)
final class UpVerb implements Verb {
    /** How often the accounts are looked at while they settle. */
    private static final Duration EVERY = Duration.ofMillis(200);

    private static final Duration SETTLE = Duration.ofSeconds(20);

    @Option(names = "--no-demo", description = "Do not begin the demonstration campaign.")
    boolean noDemo;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            description = "Stop after this time, with a report; the exit code is the verdict over what ran.")
    @Nullable
    String budget;

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Port of REST and /metrics. Default: " + CampaignApi.DEFAULT_PORT
                    + ", or a free one if that is taken.")
    @Nullable
    String port;

    @Option(
            names = "--metrics-port",
            paramLabel = "N",
            description = "Port of the worker's /metrics. Default: " + WorkerVerb.METRICS_PORT
                    + ", or a free one if that is taken.")
    @Nullable
    String metricsPort;

    @Option(names = "--data", paramLabel = "DIR", description = "Data directory. Default: $XDG_DATA_HOME/gupfuzz.")
    @Nullable
    String data;

    @Option(names = "--reset", description = "Delete what the data directory holds first.")
    boolean reset;

    @Option(names = "--cores", paramLabel = "N", description = "Cores for the worker. Default: all of them.")
    @Nullable
    String cores;

    @Mixin
    OutputOptions output = new OutputOptions();

    @Override
    public int run(Session session) throws Exception {
        Problems problems = session.problems();
        Optional<Duration> time = Optional.ofNullable(budget)
                .flatMap(value -> problems.attempt(() -> Quantities.duration("--for", value)));
        int threads = Cores.chosen(cores, problems);
        Port http = Port.read("--port", port, CampaignApi.DEFAULT_PORT, problems);
        Port metrics = Port.read("--metrics-port", metricsPort, WorkerVerb.METRICS_PORT, problems);
        if (output.json && time.isEmpty()) {
            problems.add("--json goes with --for: without it there is no report");
        }
        problems.throwIfAny();
        session.interrupts().allow(BrokerVerb.GRACE, ExitCode.CLEAN);
        Path path = DataDirectory.chosen(data, session.terminal().environment());
        long start = System.nanoTime();
        try (DataDirectory directory = DataDirectory.open(path, reset);
                LocalService service = LocalService.start(
                        directory, http, metrics, threads, session.terminal().err(), session.interrupts())) {
            Set<String> notOurs = notOfThisRun(service.api());
            PrintStream said =
                    output.json ? session.terminal().err() : session.terminal().out();
            announce(said, service, directory);
            service.watch(session.interrupts());
            if (!noDemo) {
                begin(service.api());
                said.println("look     gupfuzz campaign show " + Demonstration.NAME
                        + (data == null ? "" : " --data " + directory.path()));
                said.flush();
            }
            if (time.isEmpty()) {
                session.interrupts().awaitRequest();
            }
            if (time.isEmpty() || session.interrupts().await(time.get())) {
                session.interrupts().throwIfGaveUp();
                return ExitCode.CLEAN;
            }
            service.stopWorking();
            List<JsonNode> campaigns = settled(service.api(), notOurs, session.interrupts());
            UpReport report = new UpReport(campaigns, (System.nanoTime() - start) / 1e9, threads);
            Optional<Minimized> minimized =
                    report.finding().map(finding -> Minimization.beforeItIsShown(finding, session, threads));
            if (output.json) {
                Json.print(session.terminal().out(), report.document(minimized));
            } else {
                report.print(session.terminal(), minimized);
            }
            return report.exitCode();
        } catch (Interrupts.StoppedException stopped) {
            return ExitCode.CLEAN;
        }
    }

    /** Tells on {@code said} where everything is: not on standard output when that is to be one JSON document. */
    private static void announce(PrintStream said, LocalService service, DataDirectory directory) {
        said.println("ready    " + service.url());
        said.println("metrics  " + service.url() + "/metrics, and the worker's at " + service.workerMetricsUrl());
        said.println("token    " + directory.token());
        said.println("data     " + directory.path() + " (--reset deletes what it holds)");
        said.println("broker   " + service.bootstrapServers());
        said.println("stop     Ctrl-C, or kill " + ProcessHandle.current().pid() + "; the next `gupfuzz up` goes on");
        said.flush();
    }

    private static void begin(CampaignApi api) throws InfrastructureException, InterruptedException {
        for (JsonNode campaign : api.list().path("campaigns")) {
            if (campaign.path("name").asText().equals(Demonstration.NAME)) {
                return; // begun by an earlier `up`, and going on
            }
        }
        api.create(Demonstration.campaign().toJson());
    }

    /** Campaigns that this run cannot move: those that ended before it, and those that another engine has begun. */
    private static Set<String> notOfThisRun(CampaignApi api) throws InfrastructureException, InterruptedException {
        Set<String> names = new HashSet<>();
        for (JsonNode campaign : api.list().path("campaigns")) {
            boolean held = campaign.path("state").asText().equals("held");
            if (held || CampaignState.of(campaign).ended()) {
                names.add(campaign.path("name").asText());
            }
        }
        return names;
    }

    /** The campaigns of this run once every result that the worker sent is counted and the accounts are checked. */
    private static List<JsonNode> settled(CampaignApi api, Set<String> without, Interrupts interrupts)
            throws InfrastructureException, InterruptedException {
        long end = System.nanoTime() + SETTLE.toNanos();
        String before = "";
        while (true) {
            List<JsonNode> campaigns = new ArrayList<>();
            for (JsonNode campaign : api.list().path("campaigns")) {
                String name = campaign.path("name").asText();
                if (!without.contains(name)) {
                    campaigns.add(api.show(name));
                }
            }
            String now = campaigns.toString();
            boolean settled = now.equals(before) && campaigns.stream().allMatch(UpReport::checked);
            if (settled || interrupts.await(EVERY) || System.nanoTime() > end) {
                return campaigns;
            }
            before = now;
        }
    }
}
