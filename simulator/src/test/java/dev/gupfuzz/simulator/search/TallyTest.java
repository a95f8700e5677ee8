package dev.gupfuzz.simulator.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.Runs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TallyTest {

    private static final Cell CELL = Runs.cell("v5.9", "fork-vs-pin-fast:pages=2", "random");
    private static final Cell DATA = Runs.cell("v5.11 without wp-pte-recheck", "fork-vs-write:pages=4", "random");

    @Test
    void shouldMergeInAnyOrderAndGrouping() {
        for (Cell cell : List.of(CELL, DATA)) {
            List<Tally> parts = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                parts.add(Runs.sample(cell, i * 1_000L, 1_000, 1));
            }
            Tally a = parts.get(0).merge(parts.get(1));
            Tally b = parts.get(2).merge(parts.get(3));
            Tally c = parts.get(4).merge(parts.get(5));
            byte[] all = a.merge(b).merge(c).toBytes();
            assertThat(a.merge(b.merge(c)).toBytes()).isEqualTo(all);
            assertThat(c.merge(a).merge(b).toBytes()).isEqualTo(all);
            assertThat(b.merge(a).merge(c).merge(Tally.empty(cell)).toBytes()).isEqualTo(all);
            assertThat(Tally.empty(cell).merge(c.merge(b.merge(a))).toBytes()).isEqualTo(all);
        }
    }

    @Test
    void shouldNotChangeWhatItMerges() {
        Tally a = Runs.sample(CELL, 0, 500, 1);
        Tally b = Runs.sample(CELL, 500, 500, 1);
        byte[] before = a.toBytes();
        a.merge(b);
        assertThat(a.toBytes()).isEqualTo(before);
    }

    @Test
    void shouldRefuseToMergeDifferentCells() {
        assertThatThrownBy(() -> Tally.empty(CELL).merge(Tally.empty(DATA)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldKeepTheThreeLowestSeedsOfEachBlame() {
        Tally tally = Runs.sample(CELL, 5_000);
        assertThat(tally.violations()).isNotEmpty();
        long violating = 0;
        for (Count count : tally.violations().values()) {
            violating += count.count();
            long[] seeds = count.lowestSeeds();
            assertThat(seeds).hasSize((int) Math.min(3, count.count())).isSorted();
        }
        assertThat(tally.violating()).isEqualTo(violating);
        for (var violation : tally.violations().entrySet()) {
            for (long seed : violation.getValue().lowestSeeds()) {
                assertThat(Runs.sample(CELL, seed, 1, 1).violations()).containsOnlyKeys(violation.getKey());
            }
        }
    }

    @Test
    void shouldOrderSeedsAsUnsignedNumbers() {
        Tally tally = Runs.sample(CELL, -2_000, 4_000, 2);
        for (Count count : tally.violations().values()) {
            long[] seeds = count.lowestSeeds();
            for (int i = 1; i < seeds.length; i++) {
                assertThat(Long.compareUnsigned(seeds[i - 1], seeds[i])).isNegative();
            }
            assertThat(count.count() < 20 || seeds[0] >= 0).isTrue();
        }
    }

    /** The pin is lost whoever comes first, so every seed breaks the promise: the largest there is, too. */
    @Test
    void shouldKeepTheLargestSeedAsAnyOther() {
        Cell cell = Runs.cell("v5.9-rc4", "pin-fork-child-exits-write", "random");
        for (int seeds = 1; seeds <= 5; seeds++) {
            long[] last = LongStream.range(-seeds, 0).limit(3).toArray();
            Tally tally = Runs.sample(cell, -seeds, seeds, 1);
            assertThat(tally.violating()).isEqualTo(seeds);
            assertThat(onlyCount(tally).lowestSeeds()).containsExactly(last);
            Tally back = Tally.fromBytes(cell, tally.toBytes());
            assertThat(onlyCount(back).lowestSeeds()).containsExactly(last);
            assertThat(onlyCount(back.merge(Tally.empty(cell))).lowestSeeds()).containsExactly(last);
        }
        Tally both = Runs.sample(cell, -1, 1, 1).merge(Runs.sample(cell, 0, 2, 1));
        assertThat(onlyCount(both).lowestSeeds()).containsExactly(0, 1, -1);
    }

    private static Count onlyCount(Tally tally) {
        assertThat(tally.violations()).hasSize(1);
        return tally.violations().get(tally.violations().firstKey());
    }

    @Test
    void shouldReadItsBytesBack() {
        for (Cell cell : List.of(CELL, DATA)) {
            Tally tally = Runs.sample(cell, 3_000);
            Tally back = Tally.fromBytes(cell, tally.toBytes());
            assertThat(back.toBytes()).isEqualTo(tally.toBytes());
            assertThat(back.violations().keySet()).isEqualTo(tally.violations().keySet());
            assertThat(back.goals()).isEqualTo(tally.goals());
            assertThat(back.coverage()).isEqualTo(tally.coverage()).isNotZero();
            assertThat(List.of(back.schedules(), back.steps(), back.decisions(), back.evidence(), back.digest()))
                    .isEqualTo(List.of(
                            tally.schedules(), tally.steps(), tally.decisions(), tally.evidence(), tally.digest()));
        }
    }

    @Test
    void shouldRefuseBytesThatAreCutShortOrTooLong() {
        byte[] bytes = Runs.sample(CELL, 500).toBytes();
        for (int length = 0; length < bytes.length; length++) {
            byte[] head = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> Tally.fromBytes(CELL, head)).isInstanceOf(BadInput.class);
        }
        assertThatThrownBy(() -> Tally.fromBytes(CELL, Arrays.copyOf(bytes, bytes.length + 1)))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("behind its end");
    }

    @Test
    void shouldRefuseAnotherFormat() {
        byte[] bytes = Tally.empty(CELL).toBytes();
        bytes[0]++;
        assertThatThrownBy(() -> Tally.fromBytes(CELL, bytes))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("unknown format: format=" + bytes[0]);
    }

    /** Whatever one flipped bit makes of a tally, it is refused as input or can be used; nothing else is thrown. */
    @Test
    void shouldTakeOrRefuseEveryDamagedTally() {
        byte[] bytes = Runs.sample(DATA, 2_000).toBytes();
        int refused = 0;
        for (int i = 0; i < bytes.length; i++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] damaged = bytes.clone();
                damaged[i] ^= (byte) (1 << bit);
                Throwable thrown = catchThrowable(() -> use(Tally.fromBytes(DATA, damaged)));
                if (thrown != null) {
                    assertThat(thrown).as("byte %d bit %d", i, bit).isInstanceOf(BadInput.class);
                    refused++;
                }
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void shouldTakeOrRefuseRandomBytes() {
        for (int i = 0; i < 2_000; i++) {
            byte[] noise = new byte[1 + Mix.below(Mix.at(1, i), 600)];
            for (int j = 0; j < noise.length; j++) {
                noise[j] = (byte) Mix.at(i, j);
            }
            noise[0] = 3;
            Throwable thrown = catchThrowable(() -> use(Tally.fromBytes(CELL, noise)));
            assertThat(thrown).isInstanceOf(BadInput.class);
        }
    }

    private static void use(Tally tally) {
        tally.violations();
        tally.goals();
        tally.coverage();
        tally.merge(tally).toBytes();
        assertThat(RiskLine.of(tally)).startsWith("risk: ");
    }
}
