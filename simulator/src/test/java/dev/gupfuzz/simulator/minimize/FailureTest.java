package dev.gupfuzz.simulator.minimize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.search.Blame;
import org.junit.jupiter.api.Test;

class FailureTest {

    private static final Scenario ONE = Scenarios.named("fork-vs-pin-fast");
    private static final Scenario TWO = Scenarios.named("two-forks-vs-pin-fast");
    private static final String SET = ", copy_present_pte: set_pte_at(dst_mm, addr, dst_pte, pte)";

    @Test
    void shouldTakeOneForkerOfTwoForTheOne() {
        assertThat(of(TWO, Invariant.I1B, "forker2" + SET)).isEqualTo(of(ONE, Invariant.I1B, "forker" + SET));
        assertThat(of(TWO, Invariant.I1B, "forker2" + SET)).isEqualTo(of(TWO, Invariant.I1B, "forker1" + SET));
    }

    @Test
    void shouldNotTakeAnotherInvariantRoleOrStepForIt() {
        Failure race = of(ONE, Invariant.I1B, "forker" + SET);

        assertThat(of(ONE, Invariant.I1A, "forker" + SET)).isNotEqualTo(race);
        assertThat(of(ONE, Invariant.I1B, "pinner" + SET)).isNotEqualTo(race);
        assertThat(of(ONE, Invariant.I1B, "forker, copy_present_pte: get_page(page)"))
                .isNotEqualTo(race);
    }

    @Test
    void shouldAskWhoseStoreWasLostAndNotWhichOfThem() {
        Scenario writers = Scenarios.named("fork-vs-write");
        String where = "child, cpu: access: child's page shows %s, not %s; separated by x";
        Failure lost = of(writers, Invariant.I13, String.format(where, "zero", "writer1's store 1"));

        assertThat(of(writers, Invariant.I13, String.format(where, "zero", "writer2's store 2")))
                .isEqualTo(lost);
        assertThat(of(writers, Invariant.I13, String.format(where, "initial", "writer1's store 1")))
                .isNotEqualTo(lost);
        assertThat(of(writers, Invariant.I13, String.format(where, "zero", "child's store")))
                .isNotEqualTo(lost);
    }

    /** The 1 in the kernel's own words is no number of a thread. */
    @Test
    void shouldLeaveTheKernelsWordsAlone() {
        assertThat(of(ONE, Invariant.I5, "pinner, gup_pte_range: try_grab_compound_head(page, 1, flags)")
                        .where())
                .isEqualTo("pinner, gup_pte_range: try_grab_compound_head(page, 1, flags)");
    }

    private static Failure of(Scenario scenario, Invariant invariant, String where) {
        return Failure.of(new Blame(invariant, where), scenario);
    }
}
