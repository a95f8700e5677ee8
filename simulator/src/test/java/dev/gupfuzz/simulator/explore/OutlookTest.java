package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OutlookTest {

    /** Binomial coefficients are as good as a bell: their sum is known. */
    @Test
    void shouldGuessTheRestOfABell() {
        int n = 40;
        long[] row = new long[n + 1];
        row[0] = 1;
        for (int i = 1; i <= n; i++) {
            row[i] = Math.round(row[i - 1] * (double) (n - i + 1) / i);
        }
        for (int done : new int[] {17, 20, 30}) {
            List<Long> widths = IntStream.range(0, done).mapToObj(i -> row[i]).toList();
            double rest =
                    IntStream.rangeClosed(done, n).mapToDouble(i -> row[i]).sum();
            assertThat(Outlook.rest(widths) / rest).isCloseTo(1, within(0.75));
        }
    }

    @Test
    void shouldNotGuessWhereNothingBends() {
        assertThat(Outlook.rest(IntStream.range(0, 40).mapToObj(i -> 1L << i).toList()))
                .isNegative();
        assertThat(Outlook.rest(List.of(1L, 5L, 9L))).isNegative();
    }
}
