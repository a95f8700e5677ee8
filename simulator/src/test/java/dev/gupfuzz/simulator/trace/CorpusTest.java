package dev.gupfuzz.simulator.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.trace.Replay.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tokens and files that people have: they replay bit for bit, or are refused with a sentence. The corpus is never made anew;
 * a release that cannot replay it has another model, and the corpus of that model stands beside this one.
 */
class CorpusTest {

    private static final Path CORPUS =
            Path.of("src", "test", "resources", "dev", "gupfuzz", "simulator", "trace", "corpus", "model2");

    static TreeMap<String, String> tokens() throws IOException {
        TreeMap<String, String> tokens = new TreeMap<>();
        for (String line : Files.readAllLines(CORPUS.resolve("tokens"))) {
            tokens.put(line.substring(0, line.indexOf(' ')), line.substring(line.indexOf(' ') + 1));
        }
        return tokens;
    }

    @Test
    void shouldReplayEveryOldFindingBitForBit() throws IOException {
        Set<Invariant> invariants = EnumSet.noneOf(Invariant.class);
        Set<String> kernels = new TreeSet<>();
        Set<String> scenarios = new TreeSet<>();
        int choices = 0;
        for (var entry : tokens().entrySet()) {
            String text = Files.readString(CORPUS.resolve(entry.getKey() + ".finding"));
            Finding ofToken = Finding.parse(entry.getValue());
            Finding ofFile = Finding.parse(text);
            assertThat(ofToken.token()).as(entry.getKey()).isEqualTo(entry.getValue());
            assertThat(ofFile.token()).as(entry.getKey()).isEqualTo(entry.getValue());
            // The engine's identity is of the program that writes; everything else is written as it was.
            assertThat(withoutEngine(ofToken.toFile())).as(entry.getKey()).isEqualTo(withoutEngine(text));
            for (Mode mode : List.of(Mode.STRICT, Mode.TOLERANT)) {
                Replay.Outcome outcome = Replay.of(ofToken, ofToken.cell().kernel(), mode);
                assertThat(outcome.kind())
                        .as(entry.getKey() + outcome.explanation())
                        .isEqualTo(Replay.Kind.REPRODUCED);
                assertThat(outcome.stateHash()).as(entry.getKey()).isEqualTo(ofToken.stateHash());
            }
            invariants.add(ofToken.blame().invariant());
            kernels.add(ofToken.cell().kernel().name());
            scenarios.add(ofToken.cell().scenario().name());
            choices += ofToken.choices.length;
        }
        assertThat(invariants).containsExactlyInAnyOrder(Invariant.values());
        assertThat(kernels).hasSizeGreaterThan(10);
        assertThat(scenarios).hasSizeGreaterThan(10);
        assertThat(choices).isPositive();
    }

    /** The wide machine is another model: what the first one found is refused, and not replayed into something else. */
    @Test
    void shouldRefuseTheFindingsOfTheFirstModel() throws IOException {
        Path first = CORPUS.resolveSibling("model1");
        int refused = 0;
        for (String line : Files.readAllLines(first.resolve("tokens"))) {
            String id = line.substring(0, line.indexOf(' '));
            for (String text :
                    List.of(line.substring(line.indexOf(' ') + 1), Files.readString(first.resolve(id + ".finding")))) {
                assertThatThrownBy(() -> Finding.parse(text))
                        .as(id)
                        .isInstanceOf(BadInput.class)
                        .hasMessageContaining("made by model 1 and this program has model 2");
                refused++;
            }
        }
        assertThat(refused).isEqualTo(2 * 24);
    }

    private static String withoutEngine(String file) {
        return file.replaceFirst("(?m)^engine .*$", "").replaceFirst("(?m)^sum .*$", "");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            token-of-another-model      | made by model 7 and this program has model 2: replay it with the gupfuzz release
            token-of-another-format     | is of a format that this program does not know: it reads gf1: and gf2:
            token-truncated             | the token was truncated or damaged
            token-damaged               | the token was truncated or damaged
            token-of-an-unknown-kernel  | unknown kernel 'v9.9'
            file-of-another-model       | made by model 7 and this program has model 2: replay it with the gupfuzz release
            file-of-another-format      | finding file of format 9: this program reads formats 1 and 2
            file-truncated              | the finding file was truncated
            file-damaged                | the finding file was damaged
            """)
    void shouldRefuseByName(String name, String message) throws IOException {
        String text = Files.readString(CORPUS.resolve("refused").resolve(name));

        assertThatThrownBy(() -> Finding.parse(text))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining(message);
    }

    /** What a later release adds behind the fields of a token, or as a word of a file, does not keep this one from replaying. */
    @Test
    void shouldOverlookFieldsOfLaterReleases() throws IOException {
        String token = tokens().get("01");

        assertThat(Finding.parse(Files.readString(CORPUS.resolve("later-field.token")))
                        .token())
                .isEqualTo(token);
        assertThat(Finding.parse(Files.readString(CORPUS.resolve("later-field.finding")))
                        .token())
                .isEqualTo(token);
    }
}
