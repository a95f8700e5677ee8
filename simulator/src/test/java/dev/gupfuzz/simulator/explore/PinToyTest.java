package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.explore.Exploration.Ended;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers that are known of the toy, counted by hand-written programs elsewhere. */
class PinToyTest {

    @ParameterizedTest
    @CsvSource({
        "false, false, 458, 52, 91, 136",
        "true, true, 1168, 0, 150, 222",
        "true, false, 1168, 90, 0, 0",
    })
    void shouldCountSchedulesAndStates(
            boolean sequence, boolean recheck, long schedules, long violating, long states, long transitions) {
        SmallProgram.Text text = PinToy.text(sequence, recheck);
        BruteForce all = new BruteForce(new SmallProgram(text), 10_000);
        assertThat(all.schedules).isEqualTo(schedules);
        assertThat(all.broken.getOrDefault(SmallProgram.BAD_END, 0L)).isEqualTo(violating);

        Exploration explored = StateSearch.explore(
                () -> new SmallProgram(text), 1, StateSearch.Bounds.NONE, new StateSearch.Plan(false, true, false));
        assertThat(explored.ended()).isEqualTo(Ended.COMPLETE);
        assertThat(explored.states()).isEqualTo(all.states.size());
        if (states > 0) {
            assertThat(explored.states()).isEqualTo(states);
            assertThat(explored.transitions()).isEqualTo(transitions);
        }
        assertThat(explored.broken().containsKey(SmallProgram.BAD_END)).isEqualTo(violating > 0);
    }
}
