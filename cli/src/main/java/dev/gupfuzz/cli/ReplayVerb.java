package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.Nearest;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.minimize.RewindCurve;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.strategy.Strategy;
import dev.gupfuzz.simulator.trace.Finding;
import dev.gupfuzz.simulator.trace.Replay;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
            "With --mode a finding is followed loosely: on another kernel, or in a part of its steps.",
            "",
            "A token of a scenario that is not built in needs the scenario's file: --scenario FILE.",
            "",
            "With --kernel a finding is replayed on that kernel instead of its own. With --seed instead of a "
                    + "finding the run of that seed is drawn, whatever comes of it: exit code 1 when something "
                    + "breaks, else 0."
        },
        sortOptions = false)
final class ReplayVerb implements Verb {
    private static final int DEFAULT_CONTINUATIONS = 200;
    private static final int CONTINUATIONS_MAX = 1_000_000;

    @Parameters(
            paramLabel = "TOKEN|FILE",
            arity = "0..*",
            hideParamSyntax = true,
            description =
                    "A finding: the line gf1:... or gf2:..., a file that holds it or the long form, or - for standard input.")
    List<String> findings = new ArrayList<>();

    @Option(names = "--seed", paramLabel = "N|0xHEX", description = "Draw the run of this seed instead of a finding.")
    @Nullable
    String seed;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description =
                    "What becomes of decisions that do not fit: strict, the replay ends there; tolerant, they are left"
                            + " out and counted; continue, threads run at random from there on, drawn from the finding's seed;"
                            + " causal, only the steps that happen before the violation are taken. Default: strict.")
    @Nullable
    String mode;

    @Option(
            names = "--rewind",
            description =
                    "Show for each step how often the finding's invariant breaks when the state before the step is"
                            + " carried on at random.")
    boolean rewind;

    @Option(
            names = "--continuations",
            paramLabel = "N",
            description = "Continuations of each state for --rewind. Default: " + DEFAULT_CONTINUATIONS + ".")
    @Nullable
    String continuations;

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
        Optional<Finding> finding = FindingArgument.read(
                findings, "nothing to replay: give a token gf1:..., a file, or --seed", cells.scenarios, session);
        if (cells.pages != null || !cells.parameters.isEmpty() || strategy.given()) {
            problems.add("--pages, --param and --strategy go with --seed: a finding brings its own");
        }
        String own = finding.map(f -> f.cell().kernel().name()).orElse(CellOptions.DEFAULT_KERNEL);
        Optional<Kernel> kernel = single("--kernel", cells.kernels(own, problems), problems);
        Replay.Mode how = mode(problems);
        int runs = continuations(problems);
        if (rewind && finding.isPresent() && finding.get().loop().exists()) {
            problems.add("--rewind is for schedules that end: this one goes round for ever");
        }
        if (rewind && kernel.isPresent() && !kernel.get().name().equals(own)) {
            problems.add("--rewind goes along the finding's own run: leave out --kernel");
        }
        problems.throwIfAny();
        Replay.Outcome outcome = Replay.of(finding.orElseThrow(), kernel.orElseThrow(), how);
        List<RewindCurve.Point> curve = rewind ? RewindCurve.of(finding.get(), runs) : List.of();
        if (output.json) {
            Map<String, Object> document = ReplayDocument.of(finding.get(), kernel.get(), outcome);
            document.put("mode", how.name().toLowerCase(Locale.ROOT));
            if (rewind) {
                document.put("rewind", ReplayDocument.rewind(curve));
            }
            Json.print(session.terminal().out(), document);
        } else {
            ReplayText.print(
                    session.terminal(),
                    finding.get(),
                    FindingArgument.command(findings.get(0), finding.get()),
                    kernel.get(),
                    outcome,
                    how);
            ReplayText.rewind(session.terminal(), curve);
        }
        return outcome.kind() == Replay.Kind.REPRODUCED ? ExitCode.VIOLATED : ExitCode.DIVERGED;
    }

    private Replay.Mode mode(Problems problems) {
        List<String> names = Arrays.stream(Replay.Mode.values())
                .map(m -> m.name().toLowerCase(Locale.ROOT))
                .toList();
        int chosen = mode == null ? 0 : names.indexOf(mode);
        if (chosen < 0) {
            problems.add("--mode '" + Problems.printable(mode) + "' is none of " + String.join(", ", names)
                    + Nearest.hint(mode, names));
            return Replay.Mode.STRICT;
        }
        return Replay.Mode.values()[chosen];
    }

    private int continuations(Problems problems) {
        if (continuations == null) {
            return DEFAULT_CONTINUATIONS;
        }
        if (!rewind) {
            problems.add("--continuations goes with --rewind");
        }
        String written = continuations;
        return problems.attempt(() -> (int) Quantities.number("--continuations", written, 1, CONTINUATIONS_MAX))
                .orElse(DEFAULT_CONTINUATIONS);
    }

    private int bareSeed(Session session, String written) {
        Problems problems = session.problems();
        if (mode != null || rewind || continuations != null) {
            problems.add("--mode, --rewind and --continuations go with a finding: a bare seed has no record to leave");
        }
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
