package dev.gupfuzz.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.explore.ClassSearch;
import dev.gupfuzz.simulator.explore.Exploration;
import dev.gupfuzz.simulator.explore.MachineSystem;
import dev.gupfuzz.simulator.explore.StateSearch;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.kernel.Safeguard;
import dev.gupfuzz.simulator.scenario.Goal;
import dev.gupfuzz.simulator.scenario.Parameter;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The reference pages under {@code docs/} name exactly what the program has, in its own words. */
class DocsTest {

    private static final Path DOCS = Path.of("..", "docs");

    private static String page(String name) throws IOException {
        return Files.readString(DOCS.resolve(name));
    }

    /** The first cells of the table below a heading, without their code quotes. */
    private static List<String> firstCells(String page, String heading) {
        List<String> cells = new ArrayList<>();
        boolean below = false;
        for (String line : page.lines().toList()) {
            if (line.startsWith("#")) {
                below = line.equals(heading);
            } else if (below && line.startsWith("| `")) {
                cells.add(line.substring(3, line.indexOf('`', 3)));
            }
        }
        return cells;
    }

    @Test
    void shouldListEverySafeguardInItsOwnWords() throws IOException {
        String page = page("kernels.md");
        assertThat(firstCells(page, "## Safeguards"))
                .containsExactlyElementsOf(Arrays.stream(Rule.values())
                        .map(rule -> rule.safeguard().name())
                        .toList());
        for (Rule rule : Rule.values()) {
            Safeguard safeguard = rule.safeguard();
            assertThat(page)
                    .contains("| `" + safeguard.name() + "` | " + marks(rule) + " | " + safeguard.summary() + " | "
                            + safeguard.source() + " |");
        }
    }

    /** The generations whose kernel has the safeguard, e.g. {@code d e}. */
    private static String marks(Rule rule) {
        List<String> generations = new ArrayList<>();
        for (Kernel kernel : Kernels.all()) {
            if (kernel.has(rule)) {
                generations.add(kernel.generation());
            }
        }
        return String.join(" ", generations);
    }

    @Test
    void shouldListEveryKernel() throws IOException {
        String page = page("kernels.md");
        assertThat(firstCells(page, "## The named kernels")).containsExactlyElementsOf(Kernels.names());
        for (Kernel kernel : Kernels.all()) {
            assertThat(page)
                    .contains("| `" + kernel.name() + "` | " + kernel.generation() + " | " + kernel.summary() + " |");
        }
    }

    @Test
    void shouldListEveryInvariant() throws IOException {
        String page = page("invariants.md");
        for (Invariant invariant : Invariant.values()) {
            assertThat(page).contains("## " + invariant.id() + ": " + invariant.title() + "\n");
        }
        assertThat(page.lines().filter(line -> line.startsWith("## I")).count()).isEqualTo(Invariant.values().length);
    }

    @Test
    void shouldListEveryScenarioWithItsThreadsAndParameters() throws IOException {
        String page = page("scenarios.md");
        for (Scenario scenario : Scenarios.all()) {
            String section = section(page, "## " + scenario.name());
            for (String role : scenario.threads()) {
                assertThat(section).as(scenario.name()).contains("`" + role + "`");
            }
            for (Parameter parameter : scenario.parameters()) {
                assertThat(section).as(scenario.name()).contains("`" + parameter.name() + "`");
            }
            for (Goal goal : scenario.goals(Kernels.named("v5.11"))) {
                assertThat(section).as(scenario.name()).contains("`" + goal.id() + "`");
            }
            assertThat(section)
                    .as(scenario.name())
                    .contains("window `" + scenario.window().id() + "`");
        }
    }

    /** The rows of the table of both engines that take no time. */
    @Test
    void shouldGiveTheClassesAndStatesOfScenarios() throws IOException {
        List<String> found = new ArrayList<>();
        List<String> told = new ArrayList<>();
        for (String name : List.of("fork-vs-pin-fast", "pin-fast-vs-munmap", "cow-vs-reader", "munmap-vs-access")) {
            Supplier<MachineSystem> models = () -> new MachineSystem(Kernels.named("v5.11"), Scenarios.named(name));
            ClassSearch.Result classes = ClassSearch.explore(models, 1, Bounds.NONE, true);
            Exploration states = StateSearch.explore(models, 1, Bounds.NONE, Plan.FIRST);
            found.add(String.format(
                    Locale.ROOT,
                    "| %s | %,d | %,d | %,d |",
                    name,
                    classes.classes(),
                    classes.events(),
                    states.states()));
            told.addAll(page("search.md")
                    .lines()
                    .filter(line -> line.matches("\\| " + name + " \\| [0-9,]+ \\| [0-9,]+ \\| [0-9,]+ \\|"))
                    .toList());
        }
        assertThat(told).isEqualTo(found);
    }

    @Test
    void shouldNameEveryRoutine() throws IOException {
        String page = page("fidelity.md");
        Path routines = Path.of("src", "main", "java", "dev", "gupfuzz", "simulator", "routine");
        List<String> names;
        try (Stream<Path> files = Files.list(routines)) {
            names = files.map(file -> file.getFileName().toString().replace(".java", ""))
                    .filter(name -> !name.equals("package-info"))
                    // what a thread's program is made of, what runs it, and where steps go
                    .filter(name -> !List.of("Program", "Step", "Places").contains(name))
                    .sorted()
                    .toList();
        }
        assertThat(names).isNotEmpty();
        for (String name : names) {
            assertThat(page).contains("| `" + name + "` |");
        }
    }

    @Test
    void shouldHaveEveryPageThatTheSourcesSpeakOf() throws IOException {
        List<Path> sources;
        try (Stream<Path> files = Files.walk(Path.of("..", "simulator", "src", "main", "java"))) {
            sources = files.filter(file -> file.toString().endsWith(".java")).toList();
        }
        for (Path source : sources) {
            var pages = Pattern.compile("docs/[a-z-]+\\.md").matcher(Files.readString(source));
            while (pages.find()) {
                assertThat(Path.of("..", pages.group())).as(source.toString()).exists();
            }
        }
    }

    @Test
    void shouldUseOnlyNamesThatTheProgramKnows() throws IOException {
        Pattern option = Pattern.compile("--(kernel|scenario|with|without)[ =]+([a-z][a-z0-9.:=,-]*)");
        int seen = 0;
        for (Path file : pages()) {
            var used = option.matcher(Files.readString(file).replace('`', '\n'));
            while (used.find()) {
                String name = used.group(2);
                seen++;
                switch (used.group(1)) {
                    case "kernel" ->
                        assertThat(Kernels.names()).as(file.toString()).contains(name);
                    case "scenario" -> assertThat(Scenarios.named(name).name()).isEqualTo(name);
                    default ->
                        assertThat(Rule.values())
                                .extracting(rule -> rule.safeguard().name())
                                .as(file.toString())
                                .contains(name);
                }
            }
        }
        assertThat(seen).isGreaterThan(20);
    }

    @Test
    void shouldLinkToPagesThatExist() throws IOException {
        for (Path file : pages()) {
            var links = Pattern.compile("\\]\\(([^)#:]+)").matcher(Files.readString(file));
            while (links.find()) {
                assertThat(file.resolveSibling(links.group(1)))
                        .as(file.toString())
                        .exists();
            }
        }
    }

    /** A change of the model changes what the commands print. */
    @Test
    void shouldHaveMeasuredThisModel() throws IOException {
        for (String name : List.of("scenarios.md", "review-thread.md", "kernels.md")) {
            assertThat(page(name)).as(name).containsPattern("model " + Model.version() + "\\b");
        }
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> files = Files.list(DOCS)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    private static String section(String page, String heading) {
        int from = page.indexOf(heading + "\n");
        assertThat(from).as(heading).isNotNegative();
        int to = page.indexOf("\n## ", from + heading.length());
        return page.substring(from, to < 0 ? page.length() : to);
    }
}
