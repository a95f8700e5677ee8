package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.strategy.Strategy;
import dev.gupfuzz.simulator.trace.Finding;
import dev.gupfuzz.simulator.trace.Replay;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gupfuzz replay}: runs one finding, or one bare seed, again and draws it. */
@Command(
        name = "replay",
        description = {
            "Run one finding again and draw it.",
            "",
            "Exit code 1 when the recorded violation happens again, bit for bit; 4 when the run diverges, fails "
                    + "differently or ends without it.",
            "",
            "With --kernel a finding is replayed on that kernel instead of its own. With --seed instead of a "
                    + "finding the run of that seed is drawn, whatever comes of it: exit code 1 when something "
                    + "breaks, else 0."
        },
        sortOptions = false)
final class ReplayVerb implements Verb {
    @Parameters(
            paramLabel = "TOKEN|FILE",
            arity = "0..*",
            hideParamSyntax = true,
            description =
                    "A finding: the line gf1:..., a file that holds it or the long form, or - for standard input.")
    List<String> findings = new ArrayList<>();

    @Option(names = "--seed", paramLabel = "N|0xHEX", description = "Draw the run of this seed instead of a finding.")
    @Nullable
    String seed;

    @Mixin
    CellOptions cells = new CellOptions();

    @Mixin
    StrategyOption strategy = new StrategyOption();

    @Mixin
    OutputOptions output = new OutputOptions();

    @Override
    public int run(Session session) {
        return seed == null ? finding(session) : bareSeed(session, seed);
    }

    private int finding(Session session) {
        Problems problems = session.problems();
        Optional<Finding> finding =
                FindingArgument.read(findings, "nothing to replay: give a token gf1:..., a file, or --seed", session);
        if (!cells.scenarios.isEmpty() || cells.pages != null || !cells.parameters.isEmpty() || strategy.given()) {
            problems.add("--scenario, --pages, --param and --strategy go with --seed: a finding brings its own");
        }
        String own = finding.map(f -> f.cell().kernel().name()).orElse(CellOptions.DEFAULT_KERNEL);
        Optional<Kernel> kernel = single("--kernel", cells.kernels(own, problems), problems);
        problems.throwIfAny();
        Replay.Outcome outcome = Replay.of(finding.orElseThrow(), kernel.orElseThrow());
        if (output.json) {
            Json.print(session.terminal().out(), ReplayDocument.of(finding.get(), kernel.get(), outcome));
        } else {
            ReplayText.print(session.terminal(), finding.get(), kernel.get(), outcome);
        }
        return outcome.kind() == Replay.Kind.REPRODUCED ? ExitCode.VIOLATED : ExitCode.DIVERGED;
    }

    private int bareSeed(Session session, String written) {
        Problems problems = session.problems();
        Optional<Long> number = problems.attempt(() -> Quantities.seed("--seed", written));
        if (!findings.isEmpty()) {
            problems.add("a finding brings its own seed: give either '" + Problems.printable(findings.get(0))
                    + "' or --seed");
        }
        CellOptions.Choice choice = cells.choose(problems);
        Optional<Strategy> chosen = strategy.choose(problems);
        Optional<Kernel> kernel = single("--kernel", choice.kernels(), problems);
        Optional<Scenario> scenario = single("--scenario", choice.scenarios(), problems);
        problems.throwIfAny();
        Cell cell = new Cell(
                kernel.orElseThrow(),
                scenario.orElseThrow(),
                chosen.orElseThrow().freeze(kernel.get(), scenario.get()));
        SeedRun run = SeedRun.of(cell, number.orElseThrow());
        if (output.json) {
            Json.print(session.terminal().out(), ReplayDocument.of(run));
        } else {
            ReplayText.print(session.terminal(), run);
        }
        return run.finding().isPresent() ? ExitCode.VIOLATED : ExitCode.CLEAN;
    }

    private static <T> Optional<T> single(String option, List<T> given, Problems problems) {
        if (given.size() > 1) {
            problems.add("a replay takes one " + option + ", not " + given.size());
        }
        return given.stream().findFirst();
    }
}
