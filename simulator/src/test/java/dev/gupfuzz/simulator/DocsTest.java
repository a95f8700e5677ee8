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
import dev.gupfuzz.simulator.kernel.Promise;
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
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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

    /** What fails here prints the table that the page must have. */
    @Test
    void shouldListEverySafeguardInItsOwnWords() throws IOException {
        StringBuilder rows = new StringBuilder();
        for (Rule rule : Rule.values()) {
            Safeguard safeguard = rule.safeguard();
            StringBuilder does = new StringBuilder(safeguard.summary());
            safeguard.needs().ifPresent(need -> does.append(". Needs ").append(need.summary()));
            does.append(names(". Builds on ", safeguard.buildsOn()));
            does.append(names(". In place of ", safeguard.insteadOf()));
            rows.append("| `" + safeguard.name() + "` | " + kernelsOf(rule) + " | "
                    + String.join(" ", safeguard.review()) + " | " + does + " | " + safeguard.source() + " |\n");
        }
        assertThat(table(page("kernels.md"), "## Safeguards")).isEqualTo(rows.toString());
    }

    @Test
    void shouldNameTheSwitchOfEveryEntryOfTheReview() throws IOException {
        Map<String, List<String>> switches = new TreeMap<>(Comparator.comparing(DocsTest::sortable));
        for (Rule rule : Rule.values()) {
            boolean alternative = Kernels.all().stream().noneMatch(kernel -> kernel.has(rule));
            String word = "`" + (alternative ? "--with " : "--without ") + rule.id() + "`"
                    + rule.safeguard()
                            .needs()
                            .map(need -> " (needs " + need.summary() + ")")
                            .orElse("");
            for (String entry : rule.safeguard().review()) {
                switches.computeIfAbsent(entry, e -> new ArrayList<>()).add(word);
            }
        }
        StringBuilder rows = new StringBuilder();
        switches.forEach((entry, words) -> rows.append("| " + entry + " | " + String.join(", ", words) + " |\n"));
        assertThat(table(page("kernels.md"), "## Entries of the review")).isEqualTo(rows.toString());
    }

    @Test
    void shouldListEveryPromise() throws IOException {
        StringBuilder rows = new StringBuilder();
        for (Promise promise : Promise.values()) {
            Kernel first = Kernels.all().stream()
                    .filter(kernel -> kernel.promises(promise))
                    .findFirst()
                    .orElseThrow();
            rows.append("| `" + promise.id() + "` | " + first.name() + " | " + promise.summary() + " |\n");
        }
        assertThat(table(page("kernels.md"), "## Promises")).isEqualTo(rows.toString());
    }

    /** {@code M2} before {@code M10}. */
    private static String sortable(String entry) {
        return (entry.replaceAll("[^0-9]", "").length() == 1 ? "M0" : "M") + entry.substring(1);
    }

    private static String names(String before, List<Rule> rules) {
        return rules.isEmpty()
                ? ""
                : before + rules.stream().map(rule -> "`" + rule.id() + "`").collect(Collectors.joining(", "));
    }

    /** The rows of the table below a heading, without its head. */
    private static String table(String page, String heading) {
        StringBuilder rows = new StringBuilder();
        section(page, heading)
                .lines()
                .filter(line -> line.startsWith("|"))
                .skip(2)
                .forEach(line -> rows.append(line).append('\n'));
        return rows.toString();
    }

    /** The kernels that have it: {@code all}, {@code none}, {@code from v5.11}, {@code to v5.9} or {@code v5.7 to v5.14}. */
    private static String kernelsOf(Rule rule) {
        List<String> names = Kernels.all().stream()
                .filter(k -> k.has(rule))
                .map(Kernel::name)
                .toList();
        List<String> all = Kernels.names();
        if (names.isEmpty() || names.size() == all.size()) {
            return names.isEmpty() ? "none" : "all";
        }
        String first = names.get(0);
        String last = names.get(names.size() - 1);
        if (last.equals(all.get(all.size() - 1))) {
            return "from " + first;
        } else if (first.equals(all.get(0))) {
            return "to " + last;
        }
        return first.equals(last) ? first : first + " to " + last;
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
        assertThat(page.lines().filter(line -> line.matches("## \\S+: .*")).count())
                .isEqualTo(Invariant.values().length);
    }

    @Test
    void shouldListEveryScenarioWithItsThreadsAndParameters() throws IOException {
        String page = page("scenarios.md");
        for (Scenario scenario : Scenarios.races()) {
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
        for (String name : List.of("scenarios.md", "review.md", "museum.md", "kernels.md")) {
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
