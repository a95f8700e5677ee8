package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.kernel.Safeguard;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code gupfuzz kernels}: the kernels there are, and what each consists of. */
@Command(
        name = "kernels",
        description = "The kernels that can be simulated: list them, or show the safeguards of one.",
        subcommands = {KernelsVerb.ListThem.class, KernelsVerb.Show.class})
final class KernelsVerb {
    @Mixin
    HelpOption help = new HelpOption();

    /** {@code kernels list}. */
    @Command(name = "list", description = "One line for each kernel.")
    static final class ListThem implements Verb {
        @Mixin
        OutputOptions output = new OutputOptions();

        @Override
        public int run(Session session) {
            session.problems().throwIfAny();
            List<Kernel> kernels = Kernels.names().stream().map(Kernels::named).toList();
            if (output.json) {
                Map<String, Object> document = Json.document();
                document.put(
                        "kernels", kernels.stream().map(KernelsVerb::document).toList());
                Json.print(session.terminal().out(), document);
                return ExitCode.CLEAN;
            }
            for (Kernel kernel : kernels) {
                session.terminal().out().printf("%-10s %s%n", kernel.name(), kernel.summary());
            }
            return ExitCode.CLEAN;
        }
    }

    /** {@code kernels show NAME}. */
    @Command(name = "show", description = "The safeguards of a kernel, and what can be put in their place.")
    static final class Show implements Verb {
        @Parameters(
                paramLabel = "NAME",
                arity = "0..*",
                hideParamSyntax = true,
                description = "Name of a kernel; several may be given.")
        List<String> names = new ArrayList<>();

        @Mixin
        OutputOptions output = new OutputOptions();

        @Override
        public int run(Session session) {
            if (names.isEmpty()) {
                session.problems()
                        .add("NAME is missing: gupfuzz kernels show NAME, one of "
                                + String.join(", ", Kernels.names()));
            }
            List<Kernel> kernels = new ArrayList<>();
            for (String name : names) {
                Optional<Kernel> kernel = session.problems().attempt(() -> Kernels.named(name));
                kernel.ifPresent(kernels::add);
            }
            session.problems().throwIfAny();
            if (output.json) {
                Map<String, Object> document = Json.document();
                document.put(
                        "kernels", kernels.stream().map(KernelsVerb::document).toList());
                Json.print(session.terminal().out(), document);
            } else {
                kernels.forEach(kernel -> text(session.terminal(), kernel));
            }
            return ExitCode.CLEAN;
        }
    }

    private static void text(Terminal terminal, Kernel kernel) {
        PrintStream out = terminal.out();
        out.println(terminal.bold(kernel.name()) + ": " + kernel.summary());
        out.println("  generation " + kernel.generation());
        safeguards(out, "safeguards, each can be removed with --without", kernel.safeguards());
        safeguards(out, "alternatives, each can be added with --with", kernel.alternatives());
    }

    private static void safeguards(PrintStream out, String title, List<Safeguard> safeguards) {
        if (safeguards.isEmpty()) {
            return;
        }
        out.println("  " + title);
        int width = safeguards.stream().mapToInt(s -> s.name().length()).max().orElse(0);
        for (Safeguard safeguard : safeguards) {
            out.printf("    %-" + width + "s  %s%n", safeguard.name(), safeguard.summary());
            out.printf("    %-" + width + "s  (%s)%n", "", safeguard.source());
        }
    }

    private static Map<String, Object> document(Kernel kernel) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", kernel.name());
        document.put("base", kernel.base());
        document.put("generation", kernel.generation());
        document.put("summary", kernel.summary());
        document.put(
                "safeguards",
                kernel.safeguards().stream().map(KernelsVerb::document).toList());
        document.put(
                "alternatives",
                kernel.alternatives().stream().map(KernelsVerb::document).toList());
        return document;
    }

    private static Map<String, Object> document(Safeguard safeguard) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", safeguard.name());
        document.put("summary", safeguard.summary());
        document.put("source", safeguard.source());
        return document;
    }
}
