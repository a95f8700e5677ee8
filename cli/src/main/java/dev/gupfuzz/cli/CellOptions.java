package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.Nearest;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.ScenarioText;
import dev.gupfuzz.simulator.scenario.Scenarios;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say what is simulated: kernels, and scenarios with their parameters. */
final class CellOptions {
    static final String DEFAULT_KERNEL = "v5.9";
    static final String DEFAULT_SCENARIO = "fork-vs-pin-fast";

    private static final String PAGES = "pages";
    private static final String IPI = "ipi";
    private static final String HYPERCALL = "hypercall";
    private static final String IPI_TLB_FLUSH = "ipi-tlb-flush";

    @Option(
            names = "--kernel",
            paramLabel = "NAME|FILE",
            description = "A kernel of `gupfuzz kernels list`, or a file that describes one (with a slash, or ending"
                    + " in .kernel); repeatable. Default: " + DEFAULT_KERNEL
                    + ", which has the race of fork against the fast pin.")
    List<String> kernels = new ArrayList<>();

    @Option(
            names = "--scenario",
            paramLabel = "NAME|FILE[:P=V,...]",
            description = "A scenario of `gupfuzz scenarios list`, or a file with one (its name has a / or ends with"
                    + " .gup), with its parameters; repeatable. Default: " + DEFAULT_SCENARIO + ".")
    List<String> scenarios = new ArrayList<>();

    @Option(names = "--pages", paramLabel = "N", description = "The parameter `pages` of every scenario.")
    @Nullable
    String pages;

    @Option(names = "--param", paramLabel = "NAME=VALUE", description = "A parameter of every scenario; repeatable.")
    List<String> parameters = new ArrayList<>();

    @Option(
            names = "--without",
            paramLabel = "SAFEGUARD",
            description = "Take this safeguard out of every kernel; repeatable.")
    List<String> without = new ArrayList<>();

    @Option(
            names = "--with",
            paramLabel = "SAFEGUARD",
            description = "Put this alternative into every kernel; repeatable.")
    List<String> with = new ArrayList<>();

    @Option(
            names = "--flush",
            paramLabel = "ipi|hypercall",
            description =
                    "How a TLB flush reaches the other CPUs: ipi waits until each takes the interrupt, which one with"
                            + " interrupts off does not; hypercall waits for nobody's interrupts (Xen PV; arm64's broadcast is"
                            + " the same). hypercall is --without " + IPI_TLB_FLUSH
                            + ". Default: as the kernel does it.")
    @Nullable
    String flush;

    @Mixin
    PreemptOption preempt = new PreemptOption();

    /** What the options mean. The lists are as the user ordered them, without repetitions. */
    record Choice(List<Kernel> kernels, List<Scenario> scenarios) {}

    /** Reads them all; what was wrong is left out of the lists, and {@code problems} tells it. */
    Choice choose(Problems problems) {
        List<Kernel> chosenKernels = kernels(DEFAULT_KERNEL, problems);
        Map<String, Integer> shared = sharedParameters(problems);
        Map<String, Scenario> chosenScenarios = new LinkedHashMap<>(); // by name, which the accounts go by
        for (String name : orDefault(scenarios, DEFAULT_SCENARIO)) {
            scenario(name, shared, problems).ifPresent(scenario -> {
                Scenario other = chosenScenarios.put(scenario.name(), scenario);
                if (other != null && !other.equals(scenario)) {
                    problems.add("two different scenarios are called '" + scenario.name() + "': rename one");
                }
            });
        }
        for (Kernel kernel : chosenKernels) {
            for (Scenario scenario : chosenScenarios.values()) {
                scenario.lacks(kernel)
                        .ifPresent(call -> problems.add("the scenario '" + scenario.name() + "' cannot run on kernel "
                                + kernel.name() + ": there is no " + call));
            }
        }
        return new Choice(chosenKernels, List.copyOf(chosenScenarios.values()));
    }

    /** The kernels, {@code otherwise} when none is given, each with the safeguards taken out and put in. */
    List<Kernel> kernels(String otherwise, Problems problems) {
        Map<String, Kernel> chosen = new LinkedHashMap<>();
        boolean hypercall = flushesByHypercall(problems);
        for (String name : orDefault(kernels, otherwise)) {
            kernel(name, hypercall, problems).ifPresent(kernel -> chosen.put(kernel.name(), kernel));
        }
        return List.copyOf(chosen.values());
    }

    private Optional<Kernel> kernel(String name, boolean hypercall, Problems problems) {
        Optional<Kernel> named = KernelArgument.read(name, problems).map(KernelArgument::kernel);
        // With an unknown kernel the safeguards are still looked up, in the newest one: their mistakes show as well.
        Kernel kernel = named.orElseGet(
                () -> Kernels.named(Kernels.names().get(Kernels.names().size() - 1)));
        for (String safeguard : without) {
            Kernel before = kernel;
            kernel = problems.attempt(() -> before.without(safeguard)).orElse(before);
        }
        for (String safeguard : with) {
            Kernel before = kernel;
            kernel = problems.attempt(() -> before.with(safeguard)).orElse(before);
        }
        if (hypercall && kernel.has(Rule.IPI_TLB_FLUSH)) {
            kernel = kernel.without(IPI_TLB_FLUSH);
        } else if (IPI.equals(flush) && !kernel.has(Rule.IPI_TLB_FLUSH)) {
            problems.add("--flush " + IPI + " contradicts the kernel " + kernel.name() + ", which has no "
                    + IPI_TLB_FLUSH + ": leave one out");
        }
        kernel = preempt.on(kernel, problems);
        return named.isPresent() ? Optional.of(kernel) : Optional.empty();
    }

    /** Whether TLB flushes are to wait for nobody's interrupts. */
    private boolean flushesByHypercall(Problems problems) {
        List<String> ways = List.of(IPI, HYPERCALL);
        if (flush != null && !ways.contains(flush)) {
            problems.add("--flush '" + Problems.printable(flush) + "' is none of " + String.join(", ", ways)
                    + Nearest.hint(flush, ways));
        }
        return HYPERCALL.equals(flush);
    }

    private static Optional<Scenario> scenario(String written, Map<String, Integer> shared, Problems problems) {
        ScenarioArgument argument = ScenarioArgument.of(written);
        Optional<ScenarioText> text = problems.attempt(argument::text);
        if (shared.isEmpty()) {
            return text.flatMap(t -> problems.attempt(() -> Scenarios.with(t, argument.parameters())));
        }
        Map<String, Integer> parameters = new LinkedHashMap<>(shared);
        if (!argument.parameters().isEmpty()) {
            for (String assignment : argument.parameters().substring(1).split(",", -1)) {
                parameter("--scenario", assignment, parameters, problems);
            }
        }
        return text.flatMap(t -> problems.attempt(() -> t.scenario(parameters)));
    }

    private Map<String, Integer> sharedParameters(Problems problems) {
        Map<String, Integer> shared = new LinkedHashMap<>();
        if (pages != null) {
            String value = pages;
            problems.attempt(() -> (int) Quantities.number("--pages", value, 0, Integer.MAX_VALUE))
                    .ifPresent(number -> shared.put(PAGES, number));
        }
        for (String assignment : parameters) {
            parameter("--param", assignment, shared, problems);
        }
        return shared;
    }

    private static void parameter(String option, String assignment, Map<String, Integer> into, Problems problems) {
        int equals = assignment.indexOf('=');
        if (equals < 1) {
            problems.add(option + " '" + Problems.printable(assignment) + "' is not of the form NAME=VALUE");
            return;
        }
        String name = assignment.substring(0, equals);
        String value = assignment.substring(equals + 1);
        problems.attempt(() -> (int) Quantities.number(option + " " + name, value, 0, Integer.MAX_VALUE))
                .ifPresent(number -> {
                    if (into.put(name, number) != null) {
                        problems.add("the parameter '" + Problems.printable(name) + "' is given twice");
                    }
                });
    }

    private static List<String> orDefault(List<String> given, String otherwise) {
        return given.isEmpty() ? List.of(otherwise) : given;
    }
}
