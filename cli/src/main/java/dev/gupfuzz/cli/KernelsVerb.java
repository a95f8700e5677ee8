package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code gupfuzz kernels}: the kernels there are, what each consists of, and in what two differ. */
@Command(
        name = "kernels",
        description = "The kernels that can be simulated: list them, show the safeguards of one, or compare two.",
        subcommands = {KernelsVerb.ListThem.class, KernelsVerb.Show.class, KernelsVerb.Diff.class})
final class KernelsVerb {
    private static final String KERNEL = "A name of the list, a name with changes as 'v5.11 without pte-recheck', or a"
            + " file that describes a kernel (with a slash, or ending in .kernel)";

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
            if (output.json) {
                Map<String, Object> document = Json.document();
                document.put(
                        "kernels",
                        Kernels.all().stream()
                                .map(kernel -> KernelDocument.of(kernel, kernel.name(), kernel.summary()))
                                .toList());
                Json.print(session.terminal().out(), document);
                return ExitCode.CLEAN;
            }
            for (Kernel kernel : Kernels.all()) {
                session.terminal()
                        .out()
                        .printf("%-8s  %-3s  %s%n", kernel.name(), kernel.generation(), kernel.summary());
            }
            return ExitCode.CLEAN;
        }
    }

    /** {@code kernels show KERNEL...}. */
    @Command(
            name = "show",
            description = "What a kernel promises, the safeguards that it has, and what can be put in their place.")
    static final class Show implements Verb {
        @Parameters(
                paramLabel = "KERNEL",
                arity = "0..*",
                hideParamSyntax = true,
                description = KERNEL + "; several may be given.")
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
            List<KernelArgument> kernels = read(names, session);
            if (output.json) {
                Map<String, Object> document = Json.document();
                document.put(
                        "kernels",
                        kernels.stream()
                                .map(k -> KernelDocument.of(k.kernel(), k.title(), k.summary()))
                                .toList());
                Json.print(session.terminal().out(), document);
            } else {
                kernels.forEach(kernel -> KernelText.show(session.terminal(), kernel));
            }
            return ExitCode.CLEAN;
        }
    }

    /** {@code kernels diff A B}. */
    @Command(
            name = "diff",
            description =
                    "What one kernel has and another has not, as the patch between them: the safeguards that B adds"
                            + " and drops, and the promises.")
    static final class Diff implements Verb {
        @Parameters(paramLabel = "KERNEL", arity = "0..*", hideParamSyntax = true, description = KERNEL + ". Two.")
        List<String> names = new ArrayList<>();

        @Mixin
        OutputOptions output = new OutputOptions();

        @Override
        public int run(Session session) {
            if (names.size() != 2) {
                session.problems()
                        .add("two kernels are compared, not " + names.size() + ": gupfuzz kernels diff A B, as in"
                                + " gupfuzz kernels diff v5.9 v5.11");
            }
            List<KernelArgument> kernels = read(names, session);
            KernelArgument from = kernels.get(0);
            KernelArgument to = kernels.get(1);
            if (output.json) {
                Json.print(session.terminal().out(), KernelDocument.diff(from.kernel(), to.kernel()));
            } else {
                KernelText.diff(session.terminal(), from, to);
            }
            return ExitCode.CLEAN;
        }
    }

    private static List<KernelArgument> read(List<String> names, Session session) {
        List<KernelArgument> kernels = new ArrayList<>();
        for (String name : names) {
            KernelArgument.read(name, session.problems()).ifPresent(kernels::add);
        }
        session.problems().throwIfAny();
        return kernels;
    }
}
