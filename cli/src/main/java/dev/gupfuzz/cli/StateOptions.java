package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Model;
import dev.gupfuzz.simulator.Nearest;
import dev.gupfuzz.simulator.explore.Checkpoints;
import dev.gupfuzz.simulator.explore.Reductions;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.scenario.Scenario;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code explore} can be told beside its bounds; of {@code --engine dpor} only where it is kept. */
final class StateOptions {
    private static final List<String> REDUCTIONS = List.of("sleep", "persistent", "local", "symmetry");
    private static final Duration CHECKPOINT_EVERY = Duration.ofMinutes(5);

    @Option(
            names = "--preemptions",
            paramLabel = "N",
            description = "Every schedule with at most N preemptions, and no others. Without reductions.")
    @Nullable
    String preemptions;

    @Option(
            names = "--reductions",
            paramLabel = "LIST",
            description = {
                "What to leave out because another order of the same steps is looked at: sleep, persistent, local, symmetry, with"
                        + " commas between them; all; none. Default: none."
            })
    @Nullable
    String reductions;

    @Option(
            names = "--checkpoint",
            paramLabel = "FILE",
            description = "Keep the exploration in FILE every five minutes, and when a bound or a signal ends it.")
    @Nullable
    Path checkpoint;

    @Option(
            names = "--resume",
            paramLabel = "FILE",
            description =
                    "Go on from the exploration in FILE: same version, kernel, scenario and plan, any bounds and cores.")
    @Nullable
    Path resume;

    boolean narrows() {
        return preemptions != null || reductions != null;
    }

    boolean keepsCheckpoints() {
        return checkpoint != null;
    }

    /** What is to be explored; {@code cells} is how many kernels with scenarios there are. */
    Optional<Plan> plan(boolean keepGoing, int cells, Problems problems) {
        if (cells > 1 && (checkpoint != null || resume != null)) {
            problems.add("--checkpoint and --resume are for one kernel with one scenario, and " + cells
                    + " were asked for: give one");
        }
        if (checkpoint != null && (checkpoint.getFileName() == null || Files.isDirectory(checkpoint))) {
            problems.add("--checkpoint '" + Problems.printable(checkpoint.toString())
                    + "' is a folder: give the name of a file in it");
        }
        Plan plan = keepGoing ? Plan.ALL : Plan.FIRST;
        Optional<Reductions> allowed =
                reductions == null ? Optional.of(Reductions.NONE) : problems.attempt(() -> reductions(reductions));
        if (preemptions == null) {
            return allowed.map(plan::with).map(Plan::withEndings);
        }
        if (allowed.isPresent() && !allowed.get().equals(Reductions.NONE)) {
            problems.add("--preemptions goes without --reductions: the schedule that stands for others may need more"
                    + " preemptions than they do");
        }
        return problems.attempt(() -> Quantities.number("--preemptions", preemptions, 0, 1000))
                .map(most -> plan.with(Reductions.NONE).upTo((int) (long) most));
    }

    private static Reductions reductions(String list) {
        SortedSet<String> names = new TreeSet<>();
        if (List.of(list.split(",", -1)).contains("none") && !list.equals("none")) {
            throw new BadInput("--reductions: 'none' goes alone: --reductions " + Problems.printable(list));
        }
        for (String name : list.split(",", -1)) {
            switch (name) {
                case "none" -> {}
                case "all" -> names.addAll(REDUCTIONS);
                default -> {
                    if (!REDUCTIONS.contains(name)) {
                        throw new BadInput("--reductions: unknown '" + Problems.printable(name) + "'"
                                + Nearest.hint(name, REDUCTIONS));
                    }
                    names.add(name);
                }
            }
        }
        return new Reductions(
                names.contains("sleep"),
                names.contains("persistent"),
                names.contains("local"),
                names.contains("symmetry"));
    }

    /** Where the exploration is kept, and from where it goes on. */
    Checkpoints checkpoints(Kernel kernel, Scenario scenario, String engine, Plan plan) {
        Map<String, String> identity = new LinkedHashMap<>();
        identity.put("version", Model.engine());
        identity.put("kernel", kernel.name());
        identity.put("scenario", scenario.identity());
        identity.put("engine", engine);
        identity.put("plan", text(plan));
        long[] last = {System.nanoTime()};
        return new Checkpoints(resume, checkpoint, identity, () -> {
            boolean due = System.nanoTime() - last[0] >= CHECKPOINT_EVERY.toNanos();
            last[0] = due ? System.nanoTime() : last[0];
            return due;
        });
    }

    private static String text(Plan plan) {
        String order = plan.byPreemptions() ? "--preemptions " + plan.preemptions() : "every schedule";
        List<String> names = plan.reductions().names();
        return order
                + (plan.firstOnly() ? "" : " --keep-going")
                + (names.isEmpty() ? "" : " --reductions " + String.join(",", names));
    }
}
