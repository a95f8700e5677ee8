package dev.gupfuzz.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The generator's golden vectors: every seed that anybody ever wrote down depends on them. */
class MixTest {

    private static final BigInteger TWO_64 = BigInteger.ONE.shiftLeft(64);

    @Test
    void shouldGiveTheStreamOfSeedZero() {
        assertThat(new long[] {Mix.at(0, 0), Mix.at(0, 1), Mix.at(0, 2), Mix.at(0, 3)})
                .containsExactly(0xe220a8397b1dcdafL, 0x6e789e6aa1b965f4L, 0x06c45d188009454fL, 0xf88bb8a8724c81ecL);
    }

    @Test
    void shouldGiveTheStreamOfALargeSeed() {
        long seed = 0x123456789ABCDEF0L;
        assertThat(new long[] {Mix.at(seed, 0), Mix.at(seed, 1), Mix.at(seed, 2)})
                .containsExactly(0x161922c645ce50e8L, 0xad760cafa1697b60L, 0x3501ff44902ca50dL);
    }

    @Test
    void shouldFoldKeysInOrder() {
        assertThat(Mix.keyed(42, 1, 2, 3)).isEqualTo(0xf100460c3273c2a0L);
        assertThat(Mix.keyed(42, 1, 2, 3)).isEqualTo(Mix.key(Mix.key(Mix.keyed(42, 1), 2), 3));
        assertThat(Mix.keyed(42, 2, 1, 3)).isNotEqualTo(Mix.keyed(42, 1, 2, 3));
    }

    @Test
    void shouldKeepLanesApart() {
        Set<Long> draws = new HashSet<>();
        for (long lane = 0; lane < 100; lane++) {
            for (long i = 0; i < 100; i++) {
                draws.add(Mix.at(Mix.lane(7, lane), i));
            }
        }
        assertThat(draws).hasSize(10_000);
    }

    @Test
    void shouldNameTextsAlwaysTheSame() {
        assertThat(Mix.name("forker")).isEqualTo(0xd9a6183330f3e35bL);
        assertThat(Mix.name("gup_pte_range.GRAB")).isEqualTo(0x768fae209c91eb10L);
        assertThat(Mix.name("ab")).isNotEqualTo(Mix.name("ba"));
        assertThat(Mix.name("")).isZero();
    }

    @Test
    void shouldMultiplyUnsigned() {
        long[] values = {0, 1, 2, 0x7fffffffffffffffL, 0x8000000000000000L, -1, Mix.GOLDEN, 0xC2B2AE3D27D4EB4FL};
        for (long a : values) {
            for (long b : values) {
                BigInteger product = unsigned(a).multiply(unsigned(b));
                assertThat(Mix.unsignedMultiplyHigh(a, b))
                        .isEqualTo(product.shiftRight(64).longValue());
            }
        }
    }

    @Test
    void shouldSpreadDrawsEvenlyBelowASmallNumber() {
        int n = 7;
        int draws = 70_000;
        int[] seen = new int[n];
        for (int i = 0; i < draws; i++) {
            seen[Mix.below(Mix.at(3, i), n)]++;
        }
        double chi = 0;
        for (int count : seen) {
            double off = count - draws / (double) n;
            chi += off * off / (draws / (double) n);
        }
        assertThat(chi)
                .as("chi-square with 6 degrees of freedom, 99.9 %% below 22.5")
                .isLessThan(22.5);
        assertThat(Mix.below(-1, 5)).isEqualTo(4);
        assertThat(Mix.below(0, 5)).isZero();
    }

    private static BigInteger unsigned(long value) {
        BigInteger number = BigInteger.valueOf(value);
        return value < 0 ? number.add(TWO_64) : number;
    }
}
