package dev.gupfuzz.simulator.minimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClopperPearsonTest {

    /** Exact binomial limits as tables of confidence limits print them, four places. */
    @ParameterizedTest
    @CsvSource({
        "1, 10, 0.05, 0.0025, 0.4450",
        "5, 10, 0.05, 0.1871, 0.8129",
        "4, 20, 0.05, 0.0573, 0.4366",
        "10, 100, 0.05, 0.0490, 0.1762",
        "2, 8, 0.10, 0.0464, 0.5997",
    })
    void shouldAgreeWithPublishedTables(int hits, int runs, double error, double low, double high) {
        ClopperPearson interval = ClopperPearson.of(hits, runs, error);

        assertThat(interval.low()).isCloseTo(low, within(0.00006));
        assertThat(interval.high()).isCloseTo(high, within(0.00006));
    }

    /** With no hit or nothing but hits the limits have a closed form. */
    @ParameterizedTest
    @CsvSource({"1", "3", "10", "400", "100000"})
    void shouldAgreeWithTheClosedForms(int runs) {
        double tail = Math.pow(0.025, 1.0 / runs);

        assertThat(ClopperPearson.of(0, runs, 0.05).low()).isZero();
        assertThat(ClopperPearson.of(0, runs, 0.05).high()).isCloseTo(1 - tail, within(1e-12));
        assertThat(ClopperPearson.of(runs, runs, 0.05).low()).isCloseTo(tail, within(1e-12));
        assertThat(ClopperPearson.of(runs, runs, 0.05).high()).isEqualTo(1);
    }

    @Test
    void shouldMirrorHitsAndMisses() {
        for (int hits = 0; hits <= 50; hits++) {
            ClopperPearson one = ClopperPearson.of(hits, 50, 0.05);
            ClopperPearson other = ClopperPearson.of(50 - hits, 50, 0.05);
            assertThat(one.low()).isCloseTo(1 - other.high(), within(1e-12)).isLessThanOrEqualTo(hits / 50.0);
        }
    }

    @Test
    void shouldRefuseWhatIsNoShare() {
        assertThatThrownBy(() -> ClopperPearson.of(3, 2, 0.05)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ClopperPearson.of(0, 0, 0.05)).isInstanceOf(IllegalArgumentException.class);
    }
}
