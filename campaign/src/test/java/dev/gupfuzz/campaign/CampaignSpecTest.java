package dev.gupfuzz.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gupfuzz.simulator.BadInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The campaign document: what is read, and that every problem of a bad one is named. */
class CampaignSpecTest {
    private static final String SOUND = """
            {"version": 1, "name": "demo", "kernels": ["v5.9", "v5.11"], "scenarios": ["fork-vs-pin-fast"],
             "strategies": ["random", "pct:3"], "firstSeed": "0xffffffffffffff00", "seeds": 256}
            """;

    @Test
    void shouldReadADocumentAndWriteItBack() {
        CampaignSpec spec = CampaignSpec.parse(SOUND);
        assertThat(spec)
                .isEqualTo(new CampaignSpec(
                        1,
                        "demo",
                        List.of("v5.9", "v5.11"),
                        List.of("fork-vs-pin-fast"),
                        List.of("random", "pct:3"),
                        -256,
                        256,
                        CampaignSpec.STEPS_PER_RANGE));
        assertThat(CampaignSpec.parse(spec.toJson())).isEqualTo(spec);
    }

    @Test
    void shouldNameEveryProblemAtOnce() {
        assertThat(problems("""
                        {"version": 2, "name": "No Name", "kernels": ["v5.9", "v5.9", "v9.9"], "scenarios": [],
                         "strategies": "random", "seeds": -5, "stepsPerRange": 0, "seeeds": {"a": [1]}, "name": 3}
                        """))
                .anyMatch(problem -> problem.contains("version=2"))
                .anyMatch(problem -> problem.contains("'No Name'"))
                .anyMatch(problem -> problem.contains("kernels names 'v5.9' twice"))
                .anyMatch(problem -> problem.contains("v9.9"))
                .anyMatch(problem -> problem.equals("scenarios must name at least one"))
                .anyMatch(problem -> problem.equals("field 'strategies' must be a list of strings"))
                .noneMatch(problem -> problem.equals("strategies must name at least one"))
                .anyMatch(problem -> problem.contains("seeds=-5"))
                .anyMatch(problem -> problem.contains("stepsPerRange=0"))
                .anyMatch(problem -> problem.contains("unknown field 'seeeds'"))
                .anyMatch(problem -> problem.equals("the campaign document has the field 'name' twice"))
                .anyMatch(problem -> problem.equals("field 'name' must be a string"));
    }

    @Test
    void shouldNameEveryFieldThatIsMissing() {
        assertThat(problems("{}"))
                .containsExactlyInAnyOrder(
                        "the campaign document lacks the field 'version'",
                        "the campaign document lacks the field 'name'",
                        "the campaign document lacks the field 'kernels'",
                        "the campaign document lacks the field 'scenarios'",
                        "the campaign document lacks the field 'strategies'",
                        "the campaign document lacks the field 'seeds'");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    "firstSeed": "0x10000000000000000" | field 'firstSeed' must be a number or 0x
                    "firstSeed": "0xffffffffffffffff" | runs past the last 64-bit seed
                    "firstSeed": -1 | firstSeed=-1
                    "stepsPerRange": 1.5 | field 'stepsPerRange' must be a whole number
                    "stepsPerRange": 9223372036854775807 | stepsPerRange must be from 1 to
                    "stepsPerRange": 99999999999999999999 | stepsPerRange=99999999999999999999
                    "stepsPerRange": null | field 'stepsPerRange' must be a whole number
                    """)
    void shouldRefuseNumbersOutOfRange(String field, String problem) {
        String document = SOUND.replace("\"firstSeed\": \"0xffffffffffffff00\"", field);
        assertThat(problems(document)).singleElement().asString().contains(problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "1", "null", "{", "{\"a\"", "not json", "{} {}", "\u0000"})
    void shouldRefuseWhatIsNoDocument(String text) {
        assertThat(problems(text)).isNotEmpty();
    }

    @Test
    void shouldRefuseADocumentThatIsTooLargeOrTooDeep() {
        assertThat(problems(" ".repeat(CampaignSpecJson.BYTES_MAX + 1)))
                .containsExactly("a campaign document may have at most 32768 bytes");
        assertThat(problems("{\"x\": " + "[".repeat(1000) + "]".repeat(1000) + "}"))
                .isNotEmpty();
    }

    @Test
    void shouldNeverFailOtherThanByNamingProblems() {
        Random random = new Random(3);
        for (int round = 0; round < 3_000; round++) {
            StringBuilder text = new StringBuilder(SOUND);
            for (int i = random.nextInt(3); i >= 0; i--) {
                text.setCharAt(random.nextInt(text.length()), (char) (1 + random.nextInt(126)));
            }
            String document = text.toString();
            try {
                CampaignSpec spec = CampaignSpec.parse(document);
                assertThat(CampaignSpec.parse(spec.toJson())).isEqualTo(spec);
            } catch (BadInput e) {
                assertThat(e.problems()).isNotEmpty();
            }
        }
    }

    private static List<String> problems(String document) {
        List<String> problems = new ArrayList<>();
        assertThatThrownBy(() -> CampaignSpec.parse(document))
                .isInstanceOfSatisfying(BadInput.class, e -> problems.addAll(e.problems()));
        return problems;
    }
}
