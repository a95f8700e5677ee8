package dev.gupfuzz.simulator.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.kernel.Kernels;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScenarioNamesTest {

    @Test
    void shouldListTheBuiltInScenarios() {
        assertThat(Scenarios.raceNames())
                .contains(
                        "fork-vs-pin-fast",
                        "fork-vs-pin-fast-writer",
                        "pin-fork-child-exits-write",
                        "two-forks-vs-pin-fast",
                        "pin-fast-vs-munmap",
                        "fork-vs-write");
    }

    @Test
    void shouldReadEveryParameterBackFromTheName() {
        for (Scenario scenario : Scenarios.races()) {
            assertThat(Scenarios.named(scenario.name())).isEqualTo(scenario);
            for (Parameter p : scenario.parameters()) {
                for (int value : new int[] {p.min(), p.max()}) {
                    Scenario other = Scenarios.named(scenario.name(), Map.of(p.name(), value));
                    assertThat(Scenarios.named(other.name()))
                            .isEqualTo(other)
                            .hasSameHashCodeAs(other)
                            .hasToString(other.name());
                    assertThat(other.name().contains(p.name())).isEqualTo(value != p.defaultValue());
                }
            }
        }
    }

    @Test
    void shouldLeaveDefaultsOutOfTheCanonicalName() {
        assertThat(Scenarios.named("fork-vs-pin-fast:has-pinned=0,pages=4").name())
                .isEqualTo("fork-vs-pin-fast:pages=4");
        assertThat(Scenarios.named("fork-vs-pin-fast:has-pinned=1,pages=4").name())
                .isEqualTo("fork-vs-pin-fast:pages=4,has-pinned=1");
        assertThat(Scenarios.named("fork-vs-pin-fast:pages=1").name()).isEqualTo("fork-vs-pin-fast");
    }

    @Test
    void shouldStateGoalsAndAWindowForEveryKernel() {
        for (Scenario scenario : Scenarios.races()) {
            for (String kernel : Kernels.names()) {
                assertThat(scenario.goals(Kernels.named(kernel))).isNotEmpty().allSatisfy(goal -> {
                    assertThat(goal.id()).matches("[a-z-]+");
                    assertThat(goal.summary()).isNotBlank();
                });
                assertThat(scenario.goals(Kernels.named(kernel)))
                        .extracting(Goal::bit)
                        .contains(scenario.window().bit());
            }
            assertThat(scenario.threads()).doesNotHaveDuplicates();
        }
    }

    @Test
    void shouldAskSeqGoalsOnlyOfKernelsThatHaveTheSequence() {
        Scenario race = Scenarios.named("fork-vs-pin-fast");
        assertThat(race.goals(Kernels.named("v5.11"))).extracting(Goal::id).contains("seq-odd", "seq-changed");
        assertThat(race.goals(Kernels.named("v5.9")))
                .extracting(Goal::id)
                .doesNotContain("seq-odd", "seq-changed")
                .contains("early-copy");
        assertThat(race.goals(Kernels.named("v5.9-rc4"))).extracting(Goal::id).doesNotContain("early-copy");
    }

    @Test
    void shouldRefuseAnUnknownScenarioAndSuggestOne() {
        assertThatThrownBy(() -> Scenarios.named("fork-vs-pinfast"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("unknown scenario 'fork-vs-pinfast'")
                .hasMessageContaining("did you mean 'fork-vs-pin-fast'?");
    }

    @Test
    void shouldTellEveryProblemOfTheParametersAtOnce() {
        BadInput bad = catchThrowableOfType(
                BadInput.class,
                () -> Scenarios.named("fork-vs-pin-fast:pages=65,has-pinned=2,page=3,depth,pages=4,x=y"));
        assertThat(bad.problems())
                .anySatisfy(p -> assertThat(p).contains("'depth' is not of the form parameter=number"))
                .anySatisfy(p -> assertThat(p).contains("'x=y' is not of the form"))
                .anySatisfy(p -> assertThat(p).contains("'pages' is given twice"))
                .anySatisfy(p -> assertThat(p).contains("has-pinned must be from 0 to 1: has-pinned=2"))
                .anySatisfy(p -> assertThat(p).contains("no parameter 'page'").contains("did you mean 'pages'?"))
                .hasSizeGreaterThanOrEqualTo(5);
    }

    @Test
    void shouldRefuseNumbersOutOfRange() {
        for (String text : new String[] {"pages=0", "pages=-1", "pages=65", "pages=999999999"}) {
            assertThatThrownBy(() -> Scenarios.named("fork-vs-pin-fast:" + text))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("pages must be from 1 to 64: " + text);
        }
        assertThatThrownBy(() -> Scenarios.named("fork-vs-pin-fast:pages=99999999999"))
                .isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> Scenarios.named("fork-vs-pin-fast:")).isInstanceOf(BadInput.class);
    }
}
