package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.minimize.Minimized;
import dev.gupfuzz.simulator.trace.Finding;
import dev.gupfuzz.simulator.trace.Replay;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gupfuzz minimize}: the smallest equivalent of a finding, with its certificate and its reason. */
@Command(
        name = "minimize",
        description = {
            "Make a finding small: its schedule, and its scenario where a smaller one fails in the same way.",
            "",
            "The same failure is the same invariant, broken at the same place by the same role. A search by preemptions"
                    + " proves that fewer do not suffice, or says that it did not get so far.",
            "",
            "Exit code 1 when the finding shows its violation, which the result then shows too; 4 when it does not."
        },
        sortOptions = false)
final class MinimizeVerb implements Verb {
    static final String DEFAULT_BUDGET = "8s";

    @Parameters(
            paramLabel = "TOKEN|FILE",
            arity = "0..*",
            hideParamSyntax = true,
            description =
                    "A finding: the line gf1:... or gf2:..., a file that holds it or the long form, or - for standard input.")
    List<String> findings = new ArrayList<>();

    @Option(
            names = "--scenario",
            paramLabel = "FILE",
            description = "The file that declares the scenario of a token, where that is not built in.")
    List<String> scenarios = new ArrayList<>();

    @Option(
            names = "--for",
            paramLabel = "TIME",
            description = "Time after which the smallest found by then is shown: 500ms, 10s, 2m, 1h. Default: "
                    + DEFAULT_BUDGET + ".")
    String budget = DEFAULT_BUDGET;

    @Option(
            names = "--states",
            paramLabel = "N",
            description = "States that a search for the proof may keep. Default: " + Minimization.DEFAULT_STATES + ".")
    @Nullable
    String states;

    @Option(names = "--cores", paramLabel = "N", description = "Cores to use. Default: all of them.")
    @Nullable
    String cores;

    @Mixin
    OutputOptions output = new OutputOptions();

    @Override
    public int run(Session session) {
        Problems problems = session.problems();
        Optional<Finding> given = FindingArgument.read(
                findings, "nothing to minimize: give a token gf1:... or a file", scenarios, session);
        Optional<Duration> limit = problems.attempt(() -> Quantities.duration("--for", budget));
        Optional<Long> most = states == null
                ? Optional.of(Minimization.DEFAULT_STATES)
                : problems.attempt(() -> Quantities.count("--states", states));
        int threads = Cores.chosen(cores, problems);
        problems.throwIfAny();
        Finding finding = given.orElseThrow();
        String command = FindingArgument.command(findings.get(0), finding);
        session.interrupts().allow(Duration.ofSeconds(10), ExitCode.INTERRUPTED);
        Replay.Outcome outcome = Replay.of(finding, finding.cell().kernel());
        if (outcome.kind() != Replay.Kind.REPRODUCED) {
            if (output.json) {
                Json.print(
                        session.terminal().out(),
                        ReplayDocument.of(finding, finding.cell().kernel(), outcome));
            } else {
                ReplayText.print(
                        session.terminal(), finding, command, finding.cell().kernel(), outcome, Replay.Mode.STRICT);
            }
            return ExitCode.DIVERGED;
        }
        Minimized minimized = Minimization.of(finding, session, threads, most.orElseThrow(), limit.orElseThrow());
        if (output.json) {
            Json.print(session.terminal().out(), MinimizeDocument.of(minimized));
        } else {
            new MinimizeText(session.terminal()).print(minimized, command);
        }
        return session.interrupts().requested() ? ExitCode.INTERRUPTED : ExitCode.VIOLATED;
    }
}
