package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.museum.Bisection;
import dev.gupfuzz.simulator.trace.Finding;
import dev.gupfuzz.simulator.trace.Replay;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gupfuzz bisect}: between which kernels a finding came and went. */
@Command(
        name = "bisect",
        description = {
            "Which kernel is the first to show a finding, and which the first not to show it any more.",
            "",
            "Every kernel is explored for the finding's invariant in its scenario, changed as the finding's own kernel is; and"
                    + " the finding's own schedule is replayed there. Exit code 0 when every kernel is decided, 3 when a bound"
                    + " came first."
        },
        sortOptions = false)
final class BisectVerb implements Verb {
    private static final Duration GRACE = Duration.ofSeconds(10);

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

    @Mixin
    LimitOptions limits = new LimitOptions();

    @Mixin
    OutputOptions output = new OutputOptions();

    @Override
    public int run(Session session) {
        Optional<Finding> given =
                FindingArgument.read(findings, "nothing to bisect: give a token gf1:... or a file", scenarios, session);
        LimitOptions.Chosen chosen = limits.choose(session);
        session.problems().throwIfAny();
        session.interrupts().allow(GRACE, ExitCode.INTERRUPTED);
        long start = System.nanoTime();
        Bisection.Result result;
        try (Progress progress =
                Progress.of(session.terminal(), "bisect", Kernels.all().size(), "kernels")) {
            result = Bisection.of(given.orElseThrow(), chosen.cores(), chosen.limits(), answer -> progress.add(1));
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        boolean interrupted = session.interrupts().requested();
        int exitCode = interrupted ? ExitCode.INTERRUPTED : result.decided() ? ExitCode.CLEAN : ExitCode.INCOMPLETE;
        if (output.json) {
            Json.print(session.terminal().out(), document(result, exitCode, interrupted, seconds, chosen.cores()));
        } else {
            text(session.terminal(), result);
        }
        return exitCode;
    }

    private static void text(Terminal terminal, Bisection.Result result) {
        PrintStream out = terminal.out();
        Finding finding = result.finding();
        out.println(terminal.bold(finding.blame().invariant().id()) + " in "
                + finding.cell().scenario().name() + ", found on "
                + finding.cell().kernel().name());
        int width = result.rows().stream()
                .mapToInt(row -> row.kernel().name().length())
                .max()
                .orElse(0);
        for (Bisection.Row row : result.rows()) {
            String found = row.answer()
                    .shown()
                    .map(MatrixText::size)
                    .orElseGet(() -> row.answer().reason());
            out.printf(
                    Locale.ROOT,
                    "  %-" + width + "s  %-15s  this schedule: %-12s  %s%n",
                    row.kernel().name(),
                    row.answer().kind().text(),
                    replay(row.replay()),
                    found);
        }
        out.println("first kernel that shows it:     "
                + result.first().map(Kernel::name).orElse(result.decided() ? "none" : "not decided"));
        out.println("first that does not any more:   "
                + result.fixed().map(Kernel::name).orElse(result.decided() ? "none" : "not decided"));
        if (!result.again().isEmpty()) {
            out.println("and it shows again on:          "
                    + String.join(
                            ", ", result.again().stream().map(Kernel::name).toList()));
        }
    }

    private static String replay(Replay.Kind kind) {
        return switch (kind) {
            case REPRODUCED -> "reproduced";
            case DIVERGED -> "diverged";
            case DIFFERENT -> "different";
            case NO_VIOLATION -> "noViolation";
        };
    }

    private static Map<String, Object> document(
            Bisection.Result result, int exitCode, boolean interrupted, double seconds, int cores) {
        Map<String, Object> document =
                MatrixDocument.head("bisect", result.decided() ? "decided" : "undecided", exitCode, interrupted);
        document.put("seconds", seconds);
        document.put("cores", cores);
        Finding finding = result.finding();
        document.put("invariant", finding.blame().invariant().id());
        document.put("kernel", finding.cell().kernel().name());
        document.put("scenario", finding.cell().scenario().name());
        result.first().ifPresent(kernel -> document.put("first", kernel.name()));
        result.fixed().ifPresent(kernel -> document.put("fixed", kernel.name()));
        document.put("again", result.again().stream().map(Kernel::name).toList());
        List<Object> rows = new ArrayList<>();
        for (Bisection.Row row : result.rows()) {
            Map<String, Object> into = new LinkedHashMap<>(MatrixDocument.answer(row.answer()));
            into.put("replay", replay(row.replay()));
            rows.add(into);
        }
        document.put("kernels", rows);
        return document;
    }
}
