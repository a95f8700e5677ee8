package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Goal;
import dev.gupfuzz.simulator.scenario.Parameter;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.ScenarioText;
import dev.gupfuzz.simulator.scenario.Scenarios;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gupfuzz scenarios}: the scenarios there are, and what each consists of. */
@Command(
        name = "scenarios",
        description = "The scenarios that can be run: list them, show one with its program, or check a file.",
        subcommands = {ScenariosVerb.ListThem.class, ScenariosVerb.Show.class, ScenariosVerb.Check.class})
final class ScenariosVerb {
    @Mixin
    HelpOption help = new HelpOption();

    /** {@code scenarios list}. */
    @Command(name = "list", description = "One line for each scenario.")
    static final class ListThem implements Verb {
        @Mixin
        OutputOptions output = new OutputOptions();

        @Override
        public int run(Session session) {
            session.problems().throwIfAny();
            List<Scenario> scenarios =
                    Scenarios.names().stream().map(Scenarios::named).toList();
            if (output.json) {
                Json.print(session.terminal().out(), document(scenarios, Kernels.named(CellOptions.DEFAULT_KERNEL)));
                return ExitCode.CLEAN;
            }
            int width =
                    scenarios.stream().mapToInt(s -> s.name().length()).max().orElse(0);
            for (Scenario scenario : scenarios) {
                session.terminal().out().printf("%-" + width + "s  %s%n", scenario.name(), scenario.summary());
            }
            return ExitCode.CLEAN;
        }
    }

    /** {@code scenarios show NAME}. */
    @Command(name = "show", description = "Threads, parameters, goals and program of a scenario.")
    static final class Show implements Verb {
        @Parameters(
                paramLabel = "NAME|FILE[:P=V,...]",
                arity = "0..*",
                hideParamSyntax = true,
                description = "Name of a scenario, or a file with one; several may be given.")
        List<String> names = new ArrayList<>();

        @Option(
                names = "--kernel",
                paramLabel = "NAME|FILE",
                description = "The kernel whose goals are shown. Default: " + CellOptions.DEFAULT_KERNEL + ".")
        String kernel = CellOptions.DEFAULT_KERNEL;

        @Mixin
        OutputOptions output = new OutputOptions();

        @Override
        public int run(Session session) {
            Problems problems = session.problems();
            if (names.isEmpty()) {
                problems.add(
                        "NAME is missing: gupfuzz scenarios show NAME, one of " + String.join(", ", Scenarios.names()));
            }
            List<Scenario> scenarios = new ArrayList<>();
            for (String name : names) {
                ScenarioArgument argument = ScenarioArgument.of(name);
                problems.attempt(() -> Scenarios.with(argument.text(), argument.parameters()))
                        .ifPresent(scenarios::add);
            }
            Kernel chosen = KernelArgument.read(kernel, problems)
                    .map(KernelArgument::kernel)
                    .orElseGet(() -> Kernels.named(CellOptions.DEFAULT_KERNEL));
            problems.throwIfAny();
            if (output.json) {
                Json.print(session.terminal().out(), document(scenarios, chosen));
            } else {
                scenarios.forEach(scenario -> text(session.terminal(), scenario, chosen));
            }
            return ExitCode.CLEAN;
        }
    }

    /** {@code scenarios check FILE...}. */
    @Command(
            name = "check",
            description = {
                "Read scenarios' files, and tell everything that is wrong with them.",
                "",
                "A file is put together with its default parameters, with each parameter at either end, and with all of"
                        + " them at their greatest values. Exit code 0 when all files are scenarios, else 2."
            })
    static final class Check implements Verb {
        @Parameters(paramLabel = "FILE", arity = "0..*", hideParamSyntax = true, description = "Files to read.")
        List<String> files = new ArrayList<>();

        @Mixin
        OutputOptions output = new OutputOptions();

        @Override
        public int run(Session session) {
            Problems problems = session.problems();
            if (files.isEmpty()) {
                problems.add("FILE is missing: gupfuzz scenarios check FILE...");
            }
            problems.throwIfAny();
            List<Object> documents = new ArrayList<>();
            boolean good = true;
            for (String file : files) {
                Problems own = new Problems();
                Optional<ScenarioText> text = own.attempt(new ScenarioArgument(file, "")::contents);
                text.ifPresent(t -> t.problems().forEach(own::add));
                good &= own.sentences().isEmpty();
                Map<String, Object> document = new LinkedHashMap<>();
                document.put("file", file);
                document.put("ok", own.sentences().isEmpty());
                text.filter(t -> own.sentences().isEmpty()).ifPresent(t -> {
                    document.put("name", t.name());
                    document.put("text", t.hash());
                });
                document.put("problems", own.sentences());
                documents.add(document);
                if (!output.json) {
                    own.sentences().forEach(session.terminal().out()::println);
                    text.filter(t -> own.sentences().isEmpty())
                            .ifPresent(t -> session.terminal()
                                    .out()
                                    .println(Problems.printable(file) + ": scenario " + t.name() + ", text "
                                            + t.hash()));
                }
            }
            if (output.json) {
                Map<String, Object> document = Json.document();
                document.put("exitCode", good ? ExitCode.CLEAN : ExitCode.USAGE);
                document.put("files", documents);
                Json.print(session.terminal().out(), document);
            }
            return good ? ExitCode.CLEAN : ExitCode.USAGE;
        }
    }

    private static void text(Terminal terminal, Scenario scenario, Kernel kernel) {
        PrintStream out = terminal.out();
        out.println(terminal.bold(scenario.name()) + ": " + scenario.summary());
        scenario.threads().forEach(thread -> out.println("  thread    " + thread));
        for (Parameter parameter : scenario.parameters()) {
            out.println("  parameter " + parameter.name() + "=" + parameter.value() + " (" + parameter.min() + " to "
                    + parameter.max() + ", default " + parameter.defaultValue() + "): " + parameter.summary());
        }
        List<Goal> goals = scenario.goals(kernel);
        int width = goals.stream().mapToInt(goal -> goal.id().length()).max().orElse(0);
        out.println("  goals on " + kernel.name());
        for (Goal goal : goals) {
            out.printf("    %-" + width + "s  %s%n", goal.id(), goal.summary());
        }
        scenario.text().ifPresent(text -> {
            out.println();
            out.print(text.text());
        });
    }

    private static Map<String, Object> document(List<Scenario> scenarios, Kernel kernel) {
        Map<String, Object> document = Json.document();
        document.put("goalsOn", kernel.name());
        document.put(
                "scenarios",
                scenarios.stream().map(scenario -> document(scenario, kernel)).toList());
        return document;
    }

    private static Map<String, Object> document(Scenario scenario, Kernel kernel) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", scenario.name());
        document.put("summary", scenario.summary());
        document.put("threads", scenario.threads());
        document.put(
                "parameters",
                scenario.parameters().stream().map(ScenariosVerb::document).toList());
        document.put(
                "goals",
                scenario.goals(kernel).stream()
                        .collect(Collectors.toMap(Goal::id, Goal::summary, (a, b) -> a, LinkedHashMap::new)));
        scenario.text().ifPresent(text -> document.put("program", text.text()));
        return document;
    }

    private static Map<String, Object> document(Parameter parameter) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", parameter.name());
        document.put("value", parameter.value());
        document.put("default", parameter.defaultValue());
        document.put("min", parameter.min());
        document.put("max", parameter.max());
        document.put("summary", parameter.summary());
        return document;
    }
}
