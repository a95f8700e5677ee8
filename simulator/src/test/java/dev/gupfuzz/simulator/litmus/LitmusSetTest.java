package dev.gupfuzz.simulator.litmus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.memory.MemoryModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The litmus tests of docs/litmus against the table of docs/memory-models.md. */
@Tag("one-jdk")
class LitmusSetTest {

    private static final Path DOCS = Path.of("..", "docs");
    private static final Pattern ROW = Pattern.compile(
            "\\| \\[(\\S+)]\\(litmus/\\S+\\.litmus\\) \\| (\\w+) \\| (\\w+) \\| (\\w+) \\| (\\w+) \\| ?([a-z ]*) ?\\|");

    /** What the page says of a test. */
    private record Row(String name, Observation lkmm, List<Observation> models, String reason) {}

    private static Observation observation(String text) {
        return Observation.of(text).orElseThrow();
    }

    private static Map<String, Row> table() throws IOException {
        Map<String, Row> rows = new TreeMap<>();
        for (String line : Files.readAllLines(DOCS.resolve("memory-models.md"))) {
            var row = ROW.matcher(line);
            if (row.matches()) {
                List<Observation> models =
                        List.of(observation(row.group(3)), observation(row.group(4)), observation(row.group(5)));
                rows.put(
                        row.group(1),
                        new Row(
                                row.group(1),
                                observation(row.group(2)),
                                models,
                                row.group(6).strip()));
            }
        }
        return rows;
    }

    private static Litmus read(Path file, UnaryOperator<String> change) throws IOException {
        String text = change.apply(Files.readString(file));
        return Litmus.read(file.getFileName().toString(), text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(DOCS.resolve("litmus"))) {
            return files.sorted().toList();
        }
    }

    private static List<Observation> run(Litmus test) {
        return Stream.of(MemoryModel.values())
                .map(model -> test.run(model).observation())
                .toList();
    }

    @Test
    void shouldBeAsTheTableSays() throws IOException {
        Map<String, Row> table = table();
        List<String> names = new ArrayList<>();
        for (Path file : files()) {
            Litmus test = read(file, text -> text);
            names.add(test.name());
            assertThat(file.getFileName()).hasToString(test.name() + ".litmus");
            Row row = table.get(test.name());
            assertThat(row).as(test.name()).isNotNull();
            assertThat(test.expected()).as(test.name()).contains(row.lkmm());
            assertThat(run(test)).as(test.name()).isEqualTo(row.models());
            boolean less = row.lkmm() != row.models().get(MemoryModel.WEAK.ordinal());
            assertThat(row.reason().isEmpty()).as(test.name()).isEqualTo(!less);
            assertThat(less).as(test.name()).isIn(false, row.lkmm() == Observation.SOMETIMES);
        }
        assertThat(names).containsExactlyInAnyOrderElementsOf(table.keySet());
        assertThat(names).hasSizeGreaterThanOrEqualTo(40);
    }

    /** A model that does not know one kind of order is not the one of the table. */
    @ParameterizedTest
    @CsvSource({
        "smp_wmb(), ''",
        "smp_rmb(), ''",
        "smp_mb(), ''",
        "smp_mb__before_atomic(), ''",
        "smp_mb__after_atomic(), ''",
        "smp_mb__after_spinlock(), ''",
        "smp_load_acquire(, READ_ONCE(*",
        "smp_store_release(, WRITE_ONCE(*",
        "xchg(, xchg_relaxed(",
        "xchg_acquire(, xchg_relaxed(",
        "xchg_release(, xchg_relaxed(",
        "rcu_assign_pointer(, WRITE_ONCE("
    })
    void shouldNoticeAnOrderThatIsIgnored(String order, String without) throws IOException {
        Map<String, Row> table = table();
        List<String> noticed = new ArrayList<>();
        for (Path file : files()) {
            if (!Files.readString(file).contains(order)) {
                continue;
            }
            Litmus test = read(file, text -> text.replace(order, without));
            Litmus.Result result = test.run(MemoryModel.WEAK);
            if (result.observation() != table.get(test.name()).models().get(MemoryModel.WEAK.ordinal())) {
                noticed.add(test.name());
            }
        }
        assertThat(noticed).isNotEmpty();
    }
}
