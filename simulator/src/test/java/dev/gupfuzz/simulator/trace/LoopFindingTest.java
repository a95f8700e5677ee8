package dev.gupfuzz.simulator.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.explore.MachineSystem;
import dev.gupfuzz.simulator.explore.StateSearch;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Findings of schedules that go round for ever: kept, replayed, refused. */
class LoopFindingTest {

    private static final Kernel KEEPS_ENTRY = Kernels.named("v5.11 without fault-tlb-drop");
    private static final Scenario FORK = Scenarios.named("fork-vs-write:populated=0,writers=1");

    private static Finding planted() {
        return Finding.livelock(
                KEEPS_ENTRY,
                FORK,
                StateSearch.explore(
                                () -> new MachineSystem(KEEPS_ENTRY, FORK),
                                1,
                                StateSearch.Bounds.NONE,
                                StateSearch.Plan.FIRST.withEndings())
                        .endings()
                        .lasso());
    }

    @Test
    void shouldReplayItsLoop() {
        Finding finding = planted();
        for (Finding read : List.of(Finding.parse(finding.token()), Finding.parse(finding.toFile()))) {
            assertThat(read.loop()).isEqualTo(finding.loop());
            assertThat(read.token()).isEqualTo(finding.token());
            assertThat(read.toFile()).isEqualTo(finding.toFile());
            assertThat(Replay.of(read, KEEPS_ENTRY).kind()).isEqualTo(Replay.Kind.REPRODUCED);
            assertThat(Replay.of(read, Kernels.named("v5.11")).kind()).isEqualTo(Replay.Kind.DIVERGED);
        }
        assertThat(finding.token()).startsWith("gf2:");
        assertThat(finding.toFile()).startsWith("gupfuzz-finding 2\n");
    }

    /** Whoever says that the loop begins elsewhere is not believed. */
    @ParameterizedTest
    @CsvSource({"-1", "1"})
    void shouldNotReproduceALoopThatIsNone(int shift) {
        Finding finding = planted();
        Finding shifted = new Finding(
                finding.cell,
                finding.seed,
                finding.threads,
                finding.choices,
                finding.checks,
                finding.invariant,
                finding.where,
                finding.steps,
                finding.stateHash,
                new Finding.Loop(finding.loop.from() + shift, finding.loop.to()));
        assertThat(Replay.of(shifted, KEEPS_ENTRY).kind()).isNotEqualTo(Replay.Kind.REPRODUCED);
    }

    @ParameterizedTest
    @EnumSource(value = Replay.Mode.class, names = "STRICT", mode = EnumSource.Mode.EXCLUDE)
    void shouldRefuseLooseReplays(Replay.Mode mode) {
        Finding finding = planted();
        assertThatThrownBy(() -> Replay.of(finding, KEEPS_ENTRY, mode))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("strictly");
    }

    @Test
    void shouldRefuseALoopThatDoesNotEndTheFinding() {
        Finding finding = planted();
        for (String loop : List.of("3 3", "5 4", "0 " + (finding.steps() - 1), "0", "0 1 2", "x")) {
            String file = finding.toFile().replaceFirst("(?m)^loop .*$", "loop " + loop);
            assertThatThrownBy(() -> Finding.parse(FindingFileTest.signed(file)))
                    .as(loop)
                    .isInstanceOf(BadInput.class);
        }
        assertThat(Arrays.asList(finding.toFile().split("\n"))).anyMatch(line -> line.startsWith("loop "));
    }
}
