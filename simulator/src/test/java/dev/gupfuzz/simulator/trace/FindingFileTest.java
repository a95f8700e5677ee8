package dev.gupfuzz.simulator.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Model;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The many-line form, which a person can read and a checksum protects. */
class FindingFileTest {

    @Test
    void shouldReadEveryFileBack() {
        for (Finding finding : Findings.all()) {
            Finding back = Finding.parse(finding.toFile());
            assertThat(back.toFile()).isEqualTo(finding.toFile());
            assertThat(back.token()).isEqualTo(finding.token());
        }
    }

    @Test
    void shouldSayInWordsWhatTheTokenSaysInBytes() {
        Finding race = Findings.race();
        assertThat(race.toFile().lines())
                .startsWith("gupfuzz-finding 1", "model " + Model.version(), "engine " + Model.engine())
                .contains(
                        "kernel v5.9",
                        "scenario fork-vs-pin-fast",
                        "strategy random",
                        "invariant I1b",
                        "where " + race.blame().where(),
                        "steps " + race.steps())
                .anyMatch(line -> line.matches("seed 0x[0-9a-f]{16}"))
                .anyMatch(line -> line.matches("state 0x[0-9a-f]{16}"))
                .anyMatch(line -> line.matches("decide (forker|pinner|child)\\*[0-9]+( .*)?"))
                .anyMatch(line -> line.startsWith("deviate "));
        assertThat(race.toFile().lines().reduce((a, b) -> b).orElseThrow()).matches("sum [0-9a-f]{16}");
    }

    @Test
    void shouldRefuseEveryDamagedCharacter() {
        String file = Findings.race().toFile();
        for (int i = 0; i < file.length() - 1; i++) {
            for (char other : new char[] {'x', '7', ' ', '\n'}) {
                if (file.charAt(i) != other) {
                    String damaged = file.substring(0, i) + other + file.substring(i + 1);
                    assertThat(catchThrowable(() -> Finding.parse(damaged)))
                            .as("character %d of '%s' is %d", i, file, (int) other)
                            .isInstanceOf(BadInput.class);
                }
            }
        }
    }

    @Test
    void shouldRefuseAFileThatWasCut() {
        String file = Findings.race().toFile();
        for (int length = 0; length < file.length() - 1; length++) {
            String cut = file.substring(0, length);
            assertThat(catchThrowable(() -> Finding.parse(cut)))
                    .as("%d characters", length)
                    .isInstanceOf(BadInput.class);
        }
    }

    @Test
    void shouldIgnoreWordsThatALaterReleaseAdds() {
        Finding race = Findings.race();
        String later = race.toFile().replace("\nmodel ", "\nweather sunny\nmodel ");
        assertThat(Finding.parse(signed(later)).token()).isEqualTo(race.token());
    }

    @Test
    void shouldRefuseAnotherFormatAndAnotherModel() {
        String file = Findings.race().toFile();
        assertThatThrownBy(() -> Finding.parse(signed(file.replace("gupfuzz-finding 1", "gupfuzz-finding 9"))))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("format 9");
        String other = file.replace("\nmodel " + Model.version() + "\n", "\nmodel 999\n");
        assertThatThrownBy(() -> Finding.parse(signed(other)))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("made by model 999");
    }

    @Test
    void shouldNameTheLineThatIsMissing() {
        String file = Findings.race().toFile();
        for (String word : new String[] {"kernel", "scenario", "strategy", "seed", "invariant", "decide", "state"}) {
            String without = file.replaceAll("(?m)^" + word + " .*\n", "");
            assertThatThrownBy(() -> Finding.parse(signed(without)))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("'" + word + "'");
        }
    }

    @Test
    void shouldRefuseLinesThatMakeNoSense() {
        String file = Findings.race().toFile();
        for (String[] change : new String[][] {
            {"kernel v5.9", "kernel v5.10"},
            {"seed 0x", "seed zz"},
            {"seed 0x[0-9a-f]*", "seed "},
            {"seed 0x[0-9a-f]*", "seed 7"},
            {"steps ", "steps many"},
            {"invariant I1b", "invariant I99"},
            {"decide ", "decide nobody*3 "},
            {"decide ", "decide forker*x "},
            {"decide ", "decide forker*-1 "},
            {"decide ", "decide forker*2000000000 "},
            {"strategy random", "strategy pct:3"},
            {"choose", "choose -1"},
            {"choose", "choose x"},
        }) {
            String wrong = file.replaceFirst("(?m)^" + change[0], change[1]);
            assertThat(wrong).isNotEqualTo(file);
            assertThat(catchThrowable(() -> Finding.parse(signed(wrong))))
                    .as(change[1])
                    .isInstanceOf(BadInput.class);
        }
    }

    /** The text with the checksum that belongs to it. */
    static String signed(String text) {
        String body = text.substring(0, text.lastIndexOf("\nsum ") + 1);
        byte[] sum = Token.sum(body.getBytes(StandardCharsets.UTF_8));
        return body + "sum " + HexFormat.of().formatHex(sum, 0, 8) + "\n";
    }
}
