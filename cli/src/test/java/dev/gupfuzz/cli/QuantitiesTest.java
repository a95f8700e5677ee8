package dev.gupfuzz.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gupfuzz.simulator.BadInput;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantitiesTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0x0000000000000000",
        "1, 0x0000000000000001",
        "0x2A, 0x000000000000002a",
        "0Xff, 0x00000000000000ff",
        "1_000, 0x00000000000003e8",
        "9223372036854775808, 0x8000000000000000",
        "18446744073709551615, 0xffffffffffffffff",
        "0xffffffffffffffff, 0xffffffffffffffff"
    })
    void shouldReadSeedsOverAll64BitsAndPrintThemInOneForm(String written, String printed) {
        assertThat(Quantities.hex(Quantities.seed("--seed", written))).isEqualTo(printed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " 1",
                "-1",
                "+1",
                "1.5",
                "1e3",
                "0x",
                "0x-1",
                "0x1_0",
                "_1",
                "1__0",
                "18446744073709551616",
                "0x10000000000000000",
                "seven",
                "٣"
            })
    void shouldRefuseWhatIsNoSeedAndNameIt(String written) {
        assertThatThrownBy(() -> Quantities.seed("--seed", written))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("--seed '" + written + "'")
                .hasMessageContaining("18446744073709551615");
    }

    @ParameterizedTest
    @CsvSource({"500ms, 500", "10s, 10000", "2m, 120000", "1h, 3600000"})
    void shouldReadDurations(String written, long millis) {
        assertThat(Quantities.duration("--for", written)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "s", "-1s", "0s", "0ms", "1.5s", "1d", "10 s", "1S", "9999999999s", "999999h"})
    void shouldRefuseWhatIsNoDurationAndNameIt(String written) {
        assertThatThrownBy(() -> Quantities.duration("--for", written))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("--for '" + written + "'");
    }

    @ParameterizedTest
    @CsvSource({
        "0, is too small",
        "-1, is negative",
        "-99999999999999999999, is negative",
        "9223372036854775808, is not a number in range",
        "many, is not a number in range"
    })
    void shouldRefuseCountsBelowOneAndWhatIsNoNumber(String written, String why) {
        assertThatThrownBy(() -> Quantities.count("--seeds", written))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("--seeds '" + written + "' " + why);
    }

    @Test
    void shouldSpellOutControlCharactersOfRefusedValues() {
        assertThatThrownBy(() -> Quantities.count("--seeds", "\u001b[2J"))
                .hasMessageContaining("'\\x1b[2J'")
                .hasMessageNotContaining("\u001b");
    }
}
