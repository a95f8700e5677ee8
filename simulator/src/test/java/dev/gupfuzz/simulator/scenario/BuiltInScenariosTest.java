package dev.gupfuzz.simulator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The built-in files come to exactly the worlds that were once written in Java. */
class BuiltInScenariosTest {

    private static final List<String> NAMES = List.of(
            "fork-vs-pin-fast",
            "fork-vs-pin-fast-writer",
            "pin-fork-child-exits-write",
            "two-forks-vs-pin-fast",
            "pin-fast-vs-munmap",
            "fork-vs-write",
            "cow-vs-reader",
            "munmap-vs-access");

    static Stream<String> names() {
        return NAMES.stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void shouldBeWhatJavaWouldPutTogether(String name) {
        int compared = 0;
        for (Map<String, Integer> values : combinations(Scenarios.named(name).parameters())) {
            World expected = HandBuiltWorlds.of(name, values);
            World found = Scenarios.named(name, values).world();
            assertThat(told(found)).as(name + values).isEqualTo(told(expected));
            compared++;
        }
        assertThat(compared).isGreaterThanOrEqualTo(5);
    }

    /** Every value of a small range; the ends and the middle of a large one. */
    private static List<Map<String, Integer>> combinations(List<Parameter> parameters) {
        List<Map<String, Integer>> all = new ArrayList<>(List.of(new TreeMap<>()));
        for (Parameter p : parameters) {
            List<Map<String, Integer>> longer = new ArrayList<>();
            for (int value = p.min(); value <= p.max(); value++) {
                if (value > p.min() + 4 && value != p.max() && value != (p.min() + p.max()) / 2) {
                    continue;
                }
                for (Map<String, Integer> before : all) {
                    Map<String, Integer> with = new TreeMap<>(before);
                    with.put(p.name(), value);
                    longer.add(with);
                }
            }
            all = longer;
        }
        return all;
    }

    /** Everything that a world consists of. */
    private static Map<String, Object> told(World w) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("pages", w.pages);
        told.put("processes", w.processes + " " + w.children + " " + w.pinnedBefore);
        told.put("regions", w.regions);
        told.put("files", w.files + " " + w.filePages);
        told.put("pins", w.pins);
        told.put("events", w.events);
        told.put("swap", w.swapSlots + " " + w.synchronousSwap);
        told.put("lru", w.lruBatch);
        told.put("promises", w.promisesGets);
        told.put("checked", w.checked);
        told.put("goals", w.goals + " " + w.ownGoals);
        told.put("window", w.window + " " + w.ownWindow);
        for (ThreadSpec t : w.threads) {
            told.put(t.role(), t.mm() + " " + t.child() + " " + t.agent() + " " + Arrays.deepToString(t.program()));
        }
        for (int page = 0; page < w.pages; page++) {
            told.put("stores to " + page, w.initialToken(page) + " " + w.storesTo(page));
        }
        return told;
    }

    @Test
    void shouldBeAllThatThereAre() {
        assertThat(Scenarios.names()).containsAll(NAMES);
        for (String name : Scenarios.names()) {
            ScenarioText text = Scenarios.text(name);
            assertThat(text.name()).isEqualTo(name);
            assertThat(text.problems()).isEmpty();
            assertThat(text.text()).as("story first").startsWith("# ");
            assertThat(text.text().lines().reduce((a, b) -> b).orElse(""))
                    .as("its command is at the end")
                    .startsWith("# gupfuzz ")
                    .contains(" --scenario " + name);
        }
    }
}
