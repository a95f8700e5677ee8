package dev.gupfuzz.simulator.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gupfuzz.simulator.Mix;
import org.junit.jupiter.api.Test;

class ExponentialTest {

    @Test
    void shouldBeMinusTheBinaryLogarithmOfTheUniformNumber() {
        for (int i = 0; i < 100_000; i++) {
            long draw = Mix.at(3, i) >>> (i % 60); // small numbers, whose logarithms are large, too
            double uniform = ((draw >>> 11) + 1) * 0x1p-53;
            assertThat(Exponential.of(draw))
                    .as("draw %d", draw)
                    .isCloseTo(-StrictMath.log(uniform) / StrictMath.log(2), within(2e-7));
        }
        assertThat(Exponential.of(0)).isEqualTo(53);
        assertThat(Exponential.of(-1)).isZero();
        assertThat(Exponential.of(1L << 63)).isCloseTo(1, within(1e-12));
    }

    @Test
    void shouldHaveTheMeanOfAnExponential() {
        double sum = 0;
        int n = 1_000_000;
        for (int i = 0; i < n; i++) {
            sum += Exponential.of(Mix.at(4, i));
        }
        double mean = 1 / StrictMath.log(2);
        assertThat(sum / n).isCloseTo(mean, within(3.3 * mean / 1_000));
    }
}
