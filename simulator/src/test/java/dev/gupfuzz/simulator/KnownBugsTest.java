package dev.gupfuzz.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.search.Blame;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.search.Tally;
import dev.gupfuzz.simulator.strategy.Strategy;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** History as the model has to retell it: what each kernel breaks, and what the next one no longer does. */
class KnownBugsTest {

    private static final List<String> STRATEGIES = List.of("random", "pct:3");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fork-vs-pin-fast",
                "fork-vs-pin-fast:has-pinned=1",
                "fork-vs-pin-fast:pages=4",
                "fork-vs-pin-fast:pages=16",
                "fork-vs-pin-fast:noise=2",
                "fork-vs-pin-fast-writer",
                "fork-vs-pin-fast-writer:pages=4,has-pinned=1",
                "two-forks-vs-pin-fast",
                "two-forks-vs-pin-fast:pages=4"
            })
    void shouldFindTheRaceOfForkAgainstPinFast(String scenario) {
        for (String strategy : STRATEGIES) {
            Tally tally = Runs.sample(Runs.cell("v5.9", scenario, strategy), scenario.contains("16") ? 2_000 : 10_000);
            assertThat(tally.violations().keySet())
                    .as(strategy)
                    .extracting(Blame::invariant)
                    .contains(Invariant.I1B);
            assertThat(Runs.broken(tally)).isSubsetOf("I1a", "I1b");
        }
    }

    @Test
    void shouldBreakThePinOfAParentThatForkedWithOneSeed() {
        for (long seed : new long[] {1, 0, -1, 0x123456789ABCDEF0L}) {
            for (String strategy : STRATEGIES) {
                Cell cell = Runs.cell("v5.9-rc4", "pin-fork-child-exits-write", strategy);
                Tally tally = Runs.sample(cell, seed, 1, 1);
                assertThat(tally.violations())
                        .containsOnlyKeys(new Blame(
                                Invariant.I1A, "parent, wp_page_copy: ptep_clear_flush(): ptep_get_and_clear()"));
            }
        }
    }

    /** Faults that copy a page again and again, each losing one: the frames are used up before the run can end. */
    @Test
    void shouldCallAnExhaustedMemoryALeak() {
        Tally tally = Runs.sample(
                Runs.cell(
                        "v5.9 without wp-pte-recheck without fault-tlb-drop",
                        "fork-vs-write:pages=4,populated=0",
                        "surw"),
                2_000);

        assertThat(tally.selfCheckFailure()).isEmpty();
        assertThat(Runs.broken(tally)).contains("I5");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 16, 64})
    void shouldBreakThePinOfAParentThatForkedInEverySchedule(int pages) {
        Tally tally = Runs.sample(Runs.cell("v5.9-rc4", "pin-fork-child-exits-write:pages=" + pages, "random"), 500);
        assertThat(tally.violating()).isEqualTo(500);
        assertThat(Runs.broken(tally)).containsExactly("I1a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pin-fork-child-exits-write",
                "pin-fork-child-exits-write:pages=4",
                "pin-fast-vs-munmap",
                "pin-fast-vs-munmap:pages=4",
                "fork-vs-write",
                "fork-vs-write:pages=4",
                "fork-vs-write:populated=0",
                "cow-vs-reader",
                "munmap-vs-access"
            })
    void shouldNotBreakAnythingElseBeforeTheFix(String scenario) {
        shouldBeClean("v5.9", scenario, 20_000);
        if (!scenario.startsWith("pin-fork")) {
            shouldBeClean("v5.9-rc4", scenario, 20_000);
        }
    }

    /** Fewer seeds where MachineExplorationTest goes through all schedules. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    fork-vs-pin-fast                               |  20000
                    fork-vs-pin-fast:has-pinned=1                  |  20000
                    fork-vs-pin-fast:pages=4                       |  100000
                    fork-vs-pin-fast:pages=4,has-pinned=1          |  100000
                    fork-vs-pin-fast:pages=16                      |   20000
                    fork-vs-pin-fast:pages=16,has-pinned=1         |   20000
                    fork-vs-pin-fast:pages=64                      |    1500
                    fork-vs-pin-fast:pages=64,has-pinned=1         |    1500
                    fork-vs-pin-fast:noise=2                       |  20000
                    fork-vs-pin-fast-writer                        | 200000
                    fork-vs-pin-fast-writer:has-pinned=1           | 100000
                    fork-vs-pin-fast-writer:pages=4                |  40000
                    fork-vs-pin-fast-writer:pages=16,has-pinned=1  |   20000
                    fork-vs-pin-fast-writer:stores=8               |  40000
                    two-forks-vs-pin-fast                          | 200000
                    two-forks-vs-pin-fast:has-pinned=1             | 100000
                    two-forks-vs-pin-fast:pages=4                  |  20000
                    two-forks-vs-pin-fast:pages=16                 |   2000
                    pin-fork-child-exits-write                     | 100000
                    pin-fork-child-exits-write:pages=64            |   1000
                    pin-fast-vs-munmap                             |  20000
                    pin-fast-vs-munmap:pages=4                     |  40000
                    fork-vs-write                                  | 200000
                    fork-vs-write:pages=4                          |  40000
                    fork-vs-write:populated=0                      | 100000
                    fork-vs-write:populated=0,pages=4              |  10000
                    cow-vs-reader                                  |  20000
                    cow-vs-reader:pages=4                          |  40000
                    munmap-vs-access                               |  20000
                    munmap-vs-access:pages=4                       |  40000
                    """)
    void shouldNotBreakAnythingAfterTheFix(String scenario, int seeds) {
        shouldBeClean("v5.11", scenario, seeds);
    }

    /** No violation with either strategy, evidence with each, and every goal reached by one of them. */
    private static void shouldBeClean(String kernel, String scenario, int seeds) {
        Set<String> unreached = null;
        for (String strategy : STRATEGIES) {
            Tally tally = Runs.sample(Runs.cell(kernel, scenario, strategy), seeds);
            assertThat(tally.violations())
                    .as("%s, %s", kernel, tally.cell().text())
                    .isEmpty();
            assertThat(tally.schedules()).isEqualTo(seeds);
            assertThat(tally.cut()).isZero();
            assertThat(tally.selfCheckFailure()).isEmpty();
            assertThat(tally.evidence()).isPositive();
            if (unreached == null) {
                unreached = Runs.unreached(tally);
            } else {
                unreached.retainAll(Runs.unreached(tally));
            }
        }
        assertThat(unreached).as("goals that neither strategy reached").isEmpty();
    }

    @Test
    void shouldNeedAPreemptionForTheRace() {
        Cell cell = Runs.cell("v5.9", "fork-vs-pin-fast", "pct:1");
        assertThat(cell.strategy()).isNotEqualTo(Strategy.named("pct:1"));
        assertThat(Runs.sample(cell, 20_000).violations()).isEmpty();
    }
}
