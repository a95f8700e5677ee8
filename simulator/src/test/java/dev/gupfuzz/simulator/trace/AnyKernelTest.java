package dev.gupfuzz.simulator.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.Runs;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.kernel.Safeguard;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.search.Count;
import dev.gupfuzz.simulator.search.Tally;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whatever safeguards a user takes out, two at a time, or puts in: runs end, and each thing that they break can be
 * witnessed, written, read and replayed.
 */
class AnyKernelTest {

    @ParameterizedTest
    @CsvSource({
        "two-forks-vs-pin-fast,           12",
        "'fork-vs-pin-fast-writer:pages=2', 12",
        "fork-vs-write,                   12",
        "pin-fast-vs-munmap,              800",
        "munmap-vs-access,                200"
    })
    void shouldWitnessAndReplayWhateverBreaks(String scenario, int seeds) {
        long witnesses = 0;
        for (Kernel kernel : kernels()) {
            Cell cell = Runs.cell(kernel.name(), scenario, "pct:3,k=80");
            Tally tally = Runs.sample(cell, 1, seeds, 1);
            assertThat(tally.cut()).isZero();
            assertThat(tally.selfCheckFailure()).isEmpty();
            for (var violation : tally.violations().entrySet()) {
                Count count = violation.getValue();
                Finding finding = Finding.witness(cell, count.lowestSeeds()[0]);
                assertThat(finding.blame()).isEqualTo(violation.getKey());
                Replay.Outcome outcome = Replay.of(Finding.parse(finding.token()), kernel);
                assertThat(outcome.kind())
                        .as("%s: %s", cell.text(), outcome.explanation())
                        .isEqualTo(Replay.Kind.REPRODUCED);
                witnesses++;
            }
        }
        assertThat(witnesses).isPositive();
    }

    private static List<Kernel> kernels() {
        List<Kernel> kernels = new ArrayList<>();
        for (Safeguard first : Kernels.named("v5.11").safeguards()) {
            Kernel without = Kernels.named("v5.11").without(first.name());
            kernels.add(without);
            for (Safeguard second : without.safeguards()) {
                if (second.name().compareTo(first.name()) > 0) {
                    kernels.add(without.without(second.name()));
                }
            }
        }
        for (String base : List.of("v5.9", "v5.9-rc4")) {
            for (Safeguard alternative : Kernels.named(base).alternatives()) {
                kernels.add(Kernels.named(base).with(alternative.name()));
            }
        }
        return kernels;
    }
}
