package dev.gupfuzz.cli;

import dev.gupfuzz.campaign.InfrastructureException;
import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Nearest;
import dev.gupfuzz.simulator.explore.Checkpoints;
import dev.gupfuzz.simulator.explore.ClassSearch;
import dev.gupfuzz.simulator.explore.Covered;
import dev.gupfuzz.simulator.explore.Exploration;
import dev.gupfuzz.simulator.explore.MachineSystem;
import dev.gupfuzz.simulator.explore.StateSearch;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.scenario.Scenario;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gupfuzz explore}: every schedule of a scenario. */
@Command(
        name = "explore",
        description = {
            "Every schedule of a scenario, with every data choice: a proof or a counterexample.",
            "",
            "Every kernel with every scenario, in order. Exit code 0 is a proof that the model breaks no invariant there and"
                    + " reaches all goals; 1 a counterexample with the fewest preemptions, or a goal that no schedule reaches;"
                    + " 3 when a bound came first."
        },
        sortOptions = false)
final class ExploreVerb implements Verb {
    private static final Duration GRACE = Duration.ofSeconds(10);
    /** A checkpoint may be as large as the memory. */
    private static final Duration GRACE_TO_WRITE = Duration.ofMinutes(10);
    /** Of the heap, what states may take; the rest is for everything else. */
    private static final double HEAP_SHARE = 0.8;

    @Mixin
    CellOptions cells = new CellOptions();

    private enum Engine {
        STATES,
        DPOR;

        /** As it is written on the command line. */
        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(
            names = "--engine",
            paramLabel = "NAME",
            description = {
                "states: every state once, by fingerprint. dpor: one schedule of each class, by what steps"
                        + " conflict, without hashes. Default: states."
            })
    @Nullable
    String engine;

    @Option(
            names = "--states",
            paramLabel = "N",
            description =
                    "Stop, incomplete, once N states are kept (looked at level by level); of dpor, once N steps are"
                            + " taken.")
    @Nullable
    String states;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            description =
                    "Stop, incomplete, after this time for all kernels and scenarios together: 500ms, 10s, 2m, 1h.")
    @Nullable
    String budget;

    @Option(
            names = "--memory-limit",
            paramLabel = "MIB",
            description =
                    "Memory for states in MiB. Default: four fifths of the heap, which is a quarter of the machine's"
                            + " memory unless GUPFUZZ_JAVA_OPTS says otherwise.")
    @Nullable
    String memory;

    @Option(names = "--cores", paramLabel = "N", description = "Cores to use. Default: all of them.")
    @Nullable
    String cores;

    @Option(
            names = "--keep-going",
            description = "Go on after a violation, and show a schedule for each place that breaks.")
    boolean keepGoing;

    @Mixin
    StateOptions explicit = new StateOptions();

    @Mixin
    OutputOptions output = new OutputOptions();

    @Override
    public int run(Session session) throws InfrastructureException {
        Problems problems = session.problems();
        CellOptions.Choice choice = cells.choose(problems);
        Optional<Long> most = Optional.ofNullable(states)
                .flatMap(value -> problems.attempt(() -> Quantities.count("--states", value)));
        Optional<Duration> time = Optional.ofNullable(budget)
                .flatMap(value -> problems.attempt(() -> Quantities.duration("--for", value)));
        Optional<Long> mebibytes = Optional.ofNullable(memory)
                .flatMap(value -> problems.attempt(() -> Quantities.number("--memory-limit", value, 1, 1 << 22)));
        Optional<Engine> chosen = Optional.ofNullable(engine).flatMap(name -> problems.attempt(() -> engine(name)));
        int threads = Cores.chosen(cores, problems);
        if (chosen.equals(Optional.of(Engine.DPOR)) && explicit.narrows()) {
            problems.add(
                    "--preemptions and --reductions are for --engine states: the schedule that dpor runs for its class"
                            + " may need more preemptions than others, and it is a reduction itself");
        }
        if (chosen.equals(Optional.of(Engine.DPOR)) && memory != null) {
            problems.add(
                    "--memory-limit is for --engine states: dpor keeps no states, and ends when the heap is used up;"
                            + " give it one with GUPFUZZ_JAVA_OPTS=-Xmx...");
        }
        Optional<Plan> plan = explicit.plan(
                keepGoing, choice.kernels().size() * choice.scenarios().size(), problems);
        problems.throwIfAny();

        session.interrupts().allow(explicit.keepsCheckpoints() ? GRACE_TO_WRITE : GRACE, ExitCode.INTERRUPTED);
        long start = System.nanoTime();
        BooleanSupplier outOfTime = () -> time.isPresent()
                && System.nanoTime() - start >= time.orElseThrow().toNanos();
        long bytes = mebibytes.map(n -> n << 20).orElseGet(() ->
                (long) (HEAP_SHARE * Runtime.getRuntime().maxMemory()));
        StateSearch.Bounds bounds = new StateSearch.Bounds(
                most.orElse(Long.MAX_VALUE), bytes, () -> session.interrupts().requested() || outOfTime.getAsBoolean());
        List<ExploreResult.Explored> done = new ArrayList<>();
        List<String> notRun = new ArrayList<>();
        List<String> notWritten = new ArrayList<>();
        for (Kernel kernel : choice.kernels()) {
            for (Scenario scenario : choice.scenarios()) {
                if (bounds.stop().getAsBoolean()) {
                    notRun.add(kernel.name() + " x " + scenario.name());
                    continue;
                }
                Checkpoints checkpoints = explicit.checkpoints(
                        kernel, scenario, chosen.orElse(Engine.STATES).text(), plan.orElseThrow());
                ExploreResult.Explored explored = explore(
                        kernel,
                        scenario,
                        chosen.orElse(Engine.STATES),
                        threads,
                        bounds,
                        plan.orElseThrow(),
                        checkpoints);
                done.add(explored);
                if (explored.verdict() == Verdict.INCOMPLETE) {
                    checkpoints.problem().ifPresent(notWritten::add);
                }
            }
        }
        ExploreResult result = new ExploreResult(
                List.copyOf(done),
                List.copyOf(notRun),
                List.copyOf(notWritten),
                threads,
                session.interrupts().requested());
        if (output.json) {
            Json.print(session.terminal().out(), ExploreDocument.of(result));
        } else {
            new ExploreText(session.terminal()).print(result);
        }
        notWritten.forEach(problem -> session.terminal().err().println("gupfuzz: " + problem));
        return result.exitCode();
    }

    private static Engine engine(String name) {
        List<String> names = Arrays.stream(Engine.values()).map(Engine::text).toList();
        if (!names.contains(name)) {
            throw new BadInput("unknown engine '" + name + "'" + Nearest.hint(name, names));
        }
        return Engine.values()[names.indexOf(name)];
    }

    /** A violation is looked for again by preemptions, for the schedule that needs the fewest. */
    private ExploreResult.Explored explore(
            Kernel kernel,
            Scenario scenario,
            Engine by,
            int threads,
            StateSearch.Bounds bounds,
            Plan plan,
            Checkpoints checkpoints)
            throws InfrastructureException {
        long began = System.nanoTime();
        Supplier<MachineSystem> models = () -> new MachineSystem(kernel, scenario);
        Covered covered;
        try {
            covered = by == Engine.DPOR
                    ? ClassSearch.explore(models, threads, bounds, !keepGoing, checkpoints)
                    : StateSearch.explore(models, threads, bounds, plan, checkpoints);
        } catch (UncheckedIOException e) {
            throw new InfrastructureException(e.getMessage(), e);
        }
        Optional<Exploration> byPreemptions = Optional.empty();
        if (!covered.broken().isEmpty()) {
            byPreemptions = Optional.of(
                            covered instanceof Exploration found && plan.byPreemptions()
                                    ? found
                                    : StateSearch.explore(models, threads, bounds, new Plan(!keepGoing, false, true)))
                    .filter(found -> switch (found.ended()) {
                        case AT_FAILURE, COMPLETE, PREEMPTIONS -> true;
                        case STATES, MEMORY, LENGTH, STOPPED -> false;
                    });
        }
        return ExploreResult.Explored.of(kernel, scenario, covered, byPreemptions, (System.nanoTime() - began) / 1e9);
    }
}
