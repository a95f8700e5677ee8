package dev.gupfuzz.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.explore.Exploration;
import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.explore.StateSearch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The counts of one page and one pin are known from hand-written programs, those of more are what SPIN 6.5.2 counts of
 * {@code spin/pin.pml} without reductions (its transitions include one into the start state).
 */
class PinModelTest {

    @ParameterizedTest
    @CsvSource({
        "1, 1, false, 91, 136",
        "1, 1, true, 150, 222",
        "2, 3, false, 12704, 39054",
        "2, 3, true, 57456, 160329",
        "3, 2, true, 6396, 14442",
    })
    void shouldHaveTheStatesThatAreKnown(int pages, int pinners, boolean fixed, long states, long transitions) {
        Exploration all = StateSearch.explore(
                () -> new PinModel(pages, pinners, fixed),
                1,
                StateSearch.Bounds.NONE,
                new StateSearch.Plan(false, true, false));
        assertThat(all.ended()).isEqualTo(Ended.COMPLETE);
        assertThat(all.states()).isEqualTo(states);
        assertThat(all.transitions()).isEqualTo(transitions);
        assertThat(all.broken().containsKey(PinModel.SHARED)).isEqualTo(!fixed);
    }
}
