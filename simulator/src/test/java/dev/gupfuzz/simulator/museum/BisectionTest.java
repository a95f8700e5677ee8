package dev.gupfuzz.simulator.museum;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.trace.Finding;
import dev.gupfuzz.simulator.trace.Replay;
import java.util.List;
import org.junit.jupiter.api.Test;

class BisectionTest {

    private static Finding found(String kernel, String scenario, String shows) {
        Question question = new Question(Kernels.named(kernel), Scenarios.named(scenario), Shows.parse(shows));
        Answer answer = new Verdicts(2, Limits.NONE)
                .answer(List.of(question), done -> {})
                .get(0);
        return answer.shown().orElseThrow().finding();
    }

    @Test
    void shouldFindWhenABugCameAndWent() {
        Finding finding = found("v5.9-rc4", "pin-fork-child-exits-write", "I1a");
        Bisection.Result result = Bisection.of(finding, 2, Limits.NONE, answer -> {});

        assertThat(result.decided()).isTrue();
        assertThat(result.rows()).hasSize(17);
        assertThat(result.first().map(Kernel::name)).contains("v5.9-rc4");
        assertThat(result.fixed().map(Kernel::name)).contains("v5.9-rc7");
        assertThat(result.again()).isEmpty();
        Bisection.Row own = result.rows().get(Kernels.names().indexOf("v5.9-rc4"));
        assertThat(own.replay()).isEqualTo(Replay.Kind.REPRODUCED);
        assertThat(result.rows().get(Kernels.names().indexOf("v5.11")).replay()).isNotEqualTo(Replay.Kind.REPRODUCED);
    }

    /** The kernels are changed as the finding's own is. */
    @Test
    void shouldKeepTheChangesOfTheKernel() {
        Finding finding = found("v5.11 without early-copy", "pin-fork-child-exits-write", "I1a I1b");
        Bisection.Result result = Bisection.of(finding, 2, Limits.NONE, answer -> {});
        assertThat(result.rows().stream().map(row -> row.kernel().name()))
                .contains("v5.8", "v5.9 without early-copy", "v5.11 without early-copy");
    }

    @Test
    void shouldNotDecideWithinABoundOfOneState() {
        Finding finding = found("v5.9", "fork-vs-pin-fast", "I1b");
        Bisection.Result result = Bisection.of(finding, 2, Limits.NONE.withStates(1), answer -> {});
        assertThat(result.decided()).isFalse();
        assertThat(result.first()).isEmpty();
    }
}
