package dev.gupfuzz.simulator.minimize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.Runs;
import dev.gupfuzz.simulator.search.Tally;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.List;
import org.junit.jupiter.api.Test;

class RewindCurveTest {

    private static final int RUNS = 400;

    @Test
    void shouldRiseFromTheRateOfAllRunsToCertainty() {
        Finding finding = Explored.finding("v5.9", "fork-vs-pin-fast:has-pinned=1");

        List<RewindCurve.Point> curve = RewindCurve.of(finding, RUNS);

        // From the start a continuation is a random walk: 20,000 of them, drawn by another class, say how often one
        // fails.
        Tally walks = Runs.sample(Runs.cell("v5.9", "fork-vs-pin-fast:has-pinned=1", "random"), 20_000);
        double rate = (double) walks.violating() / walks.schedules();
        assertThat(rate)
                .isBetween(curve.get(0).share().low(), curve.get(0).share().high());
        RewindCurve.Point last = curve.get(curve.size() - 1);
        assertThat(last.fails()).isEqualTo(RUNS); // the pin has returned, and only fork's set_pte_at() is left to come
        assertThat(last.share().high()).isEqualTo(1);
    }

    /** The state before a critical pair's second step decides more than the one before its first. */
    @Test
    void shouldJumpWhereTheReasonIs() {
        Finding finding = Explored.finding("v5.9", "fork-vs-pin-fast:has-pinned=1");
        List<RewindCurve.Point> curve = RewindCurve.of(finding, RUNS);

        for (CriticalPair pair : CriticalPairs.of(finding)) {
            assertThat(curve.get(pair.second().index() + 1).fails())
                    .isGreaterThan(curve.get(pair.first().index()).fails());
        }
    }

    @Test
    void shouldPlaceWrongCountsToo() {
        Finding finding = Explored.finding("v5.11 without unpin-on-retry", "fork-vs-pin-fast");
        List<RewindCurve.Point> curve = RewindCurve.of(finding, 50);

        assertThat(curve.get(curve.size() - 1).fails()).isPositive();
        assertThat(RewindCurve.of(finding, 50)).isEqualTo(curve);
    }
}
