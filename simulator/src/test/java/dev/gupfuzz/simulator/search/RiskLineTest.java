package dev.gupfuzz.simulator.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.Runs;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class RiskLineTest {

    @Test
    void shouldBoundTheChanceOfWhatWasNotSeen() {
        Tally tally = Runs.sample(Runs.cell("v5.11", "fork-vs-pin-fast", "random"), 2_000);
        double bound = 1 - Math.pow(0.05, 1.0 / tally.evidence());
        // the rule of three: with n clean schedules the share is below 3 / n at 95 %
        assertThat(bound * tally.evidence()).isBetween(2.9, 3.0);
        assertThat(RiskLine.of(tally))
                .contains("of 2000 schedules " + tally.evidence()
                        + " entered the window (pin-overlaps-fork), none failed")
                .contains(String.format(Locale.ROOT, "fewer than %.2g of such schedules fail", bound))
                .doesNotContain("a bug of depth");
    }

    @Test
    void shouldSayWhatPctPromisesForItsDepth() {
        Tally tally = Runs.sample(Runs.cell("v5.11", "fork-vs-pin-fast", "pct:2,k=50"), 1_000);
        double missed = Math.pow(1 - 1 / (3.0 * 50), 1_000);
        assertThat(RiskLine.of(tally))
                .contains(String.format(
                        Locale.ROOT, "a bug of depth 2 or less was missed with probability at most %.2g", missed));
    }

    @Test
    void shouldClaimNothingWithoutEvidence() {
        Cell cell = Runs.cell("v5.11", "fork-vs-pin-fast", "random");
        assertThat(RiskLine.of(Tally.empty(cell)))
                .isEqualTo("risk: none of 0 schedules entered the window (pin-overlaps-fork), so they say nothing");
    }

    @Test
    void shouldCountViolationsInsteadOfBoundingThem() {
        Tally tally = Runs.sample(Runs.cell("v5.9-rc4", "pin-fork-child-exits-write", "random"), 50);
        assertThat(RiskLine.of(tally)).isEqualTo("risk: 50 of 50 schedules broke an invariant");
    }
}
