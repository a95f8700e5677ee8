package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.Nearest;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.museum.Ablation;
import dev.gupfuzz.simulator.museum.AblationSuite;
import dev.gupfuzz.simulator.museum.Trial;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gupfuzz ablate}: what each safeguard of a kernel is for. */
@Command(
        name = "ablate",
        description = {
            "What each safeguard of a kernel is for: takes it out alone and explores every scenario of a suite.",
            "",
            "Rules of other kernels and designs that were not taken are put in, alone. killed: an invariant breaks or a goal gets out of reach. redundant:"
                    + " nothing breaks in any schedule, and some run differently. not-exercised: none runs differently."
                    + " unknown: a bound came first. not-expressible: its effect needs a rule"
                    + " that is not there, or a model that there is not yet. Exit code"
                    + " 0: every safeguard is killed, redundant or not expressible; 3: one is not exercised or unknown."
        },
        sortOptions = false)
final class AblateVerb implements Verb {
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final String DEFAULT_KERNEL = "v5.11";
    private static final String QUICK = "quick";

    @Option(
            names = "--kernel",
            paramLabel = "NAME",
            description = "A kernel of `gupfuzz kernels list`, or a kernel file. Default: " + DEFAULT_KERNEL + ".")
    String kernel = DEFAULT_KERNEL;

    @Mixin
    PreemptOption preempt = new PreemptOption();

    @Option(
            names = "--scenario",
            paramLabel = "NAME|FILE[:P=V,...]",
            description = "A scenario in the place of the suite; repeatable.")
    List<String> scenarios = new ArrayList<>();

    @Option(names = "--subset", paramLabel = "NAME", description = "quick: the trials that the suite marks so.")
    @Nullable
    String subset;

    @Option(
            names = "--table",
            paramLabel = "FILE",
            description = "A suite of your own in the place of the built-in one.")
    @Nullable
    String table;

    @Option(names = "--pairs", description = "Take out two at a time as well, of those that are redundant alone.")
    boolean pairs;

    @Mixin
    LimitOptions limits = new LimitOptions();

    @Mixin
    PageOptions page = new PageOptions();

    @Override
    public int run(Session session) {
        Problems problems = session.problems();
        page.check(problems);
        Optional<Kernel> base = KernelArgument.read(kernel, problems)
                .map(KernelArgument::kernel)
                .map(named -> preempt.on(named, problems));
        List<Trial> trials = trials(problems);
        LimitOptions.Chosen chosen = limits.choose(session);
        problems.throwIfAny();
        session.interrupts().allow(GRACE, ExitCode.INTERRUPTED);
        long start = System.nanoTime();
        Ablation.Result found;
        try (Progress progress = Progress.of(session.terminal(), "ablate " + kernel, 0, "explorations")) {
            found = Ablation.of(
                    base.orElseThrow(), trials, pairs, chosen.cores(), chosen.limits(), answer -> progress.add(1));
        }
        AblateResult result = new AblateResult(
                found,
                chosen.cores(),
                (System.nanoTime() - start) / 1e9,
                session.interrupts().requested());
        if (page.output.json) {
            Json.print(session.terminal().out(), AblateDocument.of(result));
        } else if (page.markdown) {
            new AblatePage(session.terminal().out()).print(result);
        } else {
            new AblateText(session.terminal()).print(result);
        }
        return result.exitCode();
    }

    private List<Trial> trials(Problems problems) {
        if (subset != null && !subset.equals(QUICK)) {
            problems.add("unknown subset '" + Problems.printable(subset) + "'" + Nearest.hint(subset, List.of(QUICK)));
        }
        if (!scenarios.isEmpty() && table != null) {
            problems.add("--scenario and --table both say what safeguards are tried with: give one");
        }
        if (!scenarios.isEmpty()) {
            CellOptions cells = new CellOptions();
            cells.scenarios = scenarios;
            return cells.choose(problems).scenarios().stream().map(Trial::of).toList();
        }
        List<Trial> suite = table == null
                ? AblationSuite.builtIn()
                : TableArgument.read(table, AblationSuite::parse, problems).orElse(List.of());
        return suite.stream().filter(trial -> subset == null || trial.quick()).toList();
    }
}
