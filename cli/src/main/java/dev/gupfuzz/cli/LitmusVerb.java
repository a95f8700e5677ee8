package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.litmus.Litmus;
import dev.gupfuzz.simulator.litmus.Observation;
import dev.gupfuzz.simulator.memory.MemoryModel;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** {@code gupfuzz litmus}: the memory models on litmus tests. */
@Command(
        name = "litmus",
        description = {
            "Runs litmus tests in the C syntax of the kernel's memory model, and prints them as herd7 does.",
            "",
            "Every execution is looked at. Exit code 1 when a test's 'forall' or '~exists' does not hold, or its"
                    + " 'Result: Never' or 'Result: Always' is contradicted; 'Result: Sometimes' is what the kernel's model"
                    + " allows, and a machine may do less."
        },
        sortOptions = false)
final class LitmusVerb implements Verb {
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final String SUFFIX = ".litmus";

    @Parameters(
            paramLabel = "FILE",
            arity = "0..*",
            hideParamSyntax = true,
            description = "Litmus tests, or directories with files that end with " + SUFFIX + ".")
    List<String> files = new ArrayList<>();

    @Option(
            names = "--memory",
            paramLabel = "MODEL",
            description = "sc, tso (x86) or weak (arm64, the kernel's model); weak unless given.")
    String memory = MemoryModel.WEAK.id();

    @Mixin
    OutputOptions output = new OutputOptions();

    /** A test and what came of it. */
    private record Row(Litmus test, Litmus.Result result, double seconds) {

        /** Whether the test says that it must be otherwise. */
        boolean isContradicted() {
            Observation said = test.expected().orElse(Observation.SOMETIMES);
            return (test.isRequired() && !result.answer())
                    || (said != Observation.SOMETIMES && said != result.observation());
        }
    }

    @Override
    public int run(Session session) {
        Optional<MemoryModel> model = session.problems().attempt(() -> MemoryModel.named(memory));
        List<Litmus> tests = new ArrayList<>();
        if (files.isEmpty()) {
            session.problems().add("no litmus test: give files or directories, such as docs/litmus");
        }
        for (String file : files) {
            for (Path path : paths(file, session.problems())) {
                session.problems().attempt(() -> read(path)).ifPresent(tests::add);
            }
        }
        session.problems().throwIfAny();
        session.interrupts().allow(GRACE, ExitCode.INTERRUPTED);
        List<Row> rows = new ArrayList<>();
        try (Progress progress = Progress.of(session.terminal(), "litmus", tests.size(), "tests")) {
            for (Litmus test : tests) {
                if (session.interrupts().requested()) {
                    break;
                }
                long start = System.nanoTime();
                Litmus.Result result = test.run(model.orElseThrow());
                rows.add(new Row(test, result, (System.nanoTime() - start) / 1e9));
                progress.add(1);
            }
        }
        boolean interrupted = rows.size() < tests.size();
        boolean contradicted = rows.stream().anyMatch(Row::isContradicted);
        int exitCode = interrupted ? ExitCode.INTERRUPTED : contradicted ? ExitCode.VIOLATED : ExitCode.CLEAN;
        if (output.json) {
            Json.print(session.terminal().out(), document(rows, model.orElseThrow(), exitCode, interrupted));
        } else {
            text(session.terminal().out(), rows);
        }
        return exitCode;
    }

    private static List<Path> paths(String file, Problems problems) {
        Path path = Path.of(file);
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> inside = Files.newDirectoryStream(path, "*" + SUFFIX)) {
            inside.forEach(found::add);
        } catch (IOException e) {
            problems.add(file + ": " + Problems.reason(e));
        }
        found.sort(null);
        if (found.isEmpty()) {
            problems.add(file + ": no file there ends with " + SUFFIX);
        }
        return found;
    }

    private static Litmus read(Path path) {
        try {
            return Litmus.read(path.toString(), Files.readAllBytes(path));
        } catch (IOException e) {
            throw new BadInput(path + ": " + Problems.reason(e));
        }
    }

    private static void text(PrintStream out, List<Row> rows) {
        int[] observed = new int[Observation.values().length];
        long contradicted = rows.stream().filter(Row::isContradicted).count();
        for (Row row : rows) {
            Litmus.Result result = row.result();
            String name = row.test().name();
            observed[result.observation().ordinal()]++;
            out.println("Test " + name + " " + row.test().kind());
            out.println("States " + result.states().size());
            result.states().forEach(out::println);
            out.println(result.answer() ? "Ok" : "No");
            out.println("Witnesses");
            out.println("Positive: " + result.positive() + " Negative: " + result.negative());
            if (result.stuck()) {
                out.println("Stuck: some execution waits for a lock for ever");
            }
            out.println("Condition " + row.test().condition());
            out.println("Observation " + name + " " + result.observation().text() + " " + result.positive() + " "
                    + result.negative());
            row.test()
                    .expected()
                    .filter(said -> said != result.observation())
                    .ifPresent(said -> out.println(
                            row.isContradicted()
                                    ? "Contradicted: the test says " + said.text()
                                    : "Allowed by the test's 'Result: " + said.text() + "', and not shown"));
            out.printf(Locale.ROOT, "Time %s %.2f%n%n", name, row.seconds());
        }
        out.println(rows.size() + (rows.size() == 1 ? " test: " : " tests: ") + observed[Observation.NEVER.ordinal()]
                + " Never, "
                + observed[Observation.SOMETIMES.ordinal()] + " Sometimes, "
                + observed[Observation.ALWAYS.ordinal()] + " Always; " + contradicted + " contradicted");
    }

    private static Map<String, Object> document(List<Row> rows, MemoryModel model, int exitCode, boolean interrupted) {
        String verdict = interrupted
                ? Verdict.INCOMPLETE.text()
                : exitCode == ExitCode.CLEAN ? Verdict.CLEAN.text() : Verdict.VIOLATED.text();
        Map<String, Object> document = MatrixDocument.head("litmus", verdict, exitCode, interrupted);
        document.put("memory", model.id());
        List<Object> tests = new ArrayList<>();
        for (Row row : rows) {
            Map<String, Object> test = new LinkedHashMap<>();
            test.put("name", row.test().name());
            test.put("condition", row.test().condition());
            test.put("observation", row.result().observation().text());
            row.test().expected().ifPresent(said -> test.put("expected", said.text()));
            test.put("contradicted", row.isContradicted());
            test.put("positive", row.result().positive());
            test.put("negative", row.result().negative());
            test.put("stuck", row.result().stuck());
            test.put("finalStates", row.result().states());
            test.put("states", row.result().explored());
            test.put("seconds", row.seconds());
            tests.add(test);
        }
        document.put("tests", tests);
        return document;
    }
}
