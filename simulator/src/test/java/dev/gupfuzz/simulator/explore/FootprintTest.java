package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.ForkScenarios;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Footprints are what reductions trust: they are held against every pair of steps there is. */
class FootprintTest {

    private static final int STATES = 5_000;

    @Test
    void shouldCommuteWhereSmallProgramsSaySo() {
        long independent = 0;
        long dependent = 0;
        for (int seed = 0; seed < 300; seed++) {
            Diamonds diamonds = Diamonds.check("program " + seed, new SmallProgram(Corpus.program(seed)), 2_000);
            independent += diamonds.independent;
            dependent += diamonds.dependent;
        }
        assertThat(independent).isPositive();
        assertThat(dependent).isPositive();
    }

    @ParameterizedTest
    @CsvSource({
        "v5.9-rc4, fork-vs-pin-fast",
        "v5.9, fork-vs-pin-fast",
        "v5.11, fork-vs-pin-fast",
        "v5.11, fork-vs-pin-fast:has-pinned=1",
        "v5.9, fork-vs-pin-fast-writer",
        "v5.11, two-forks-vs-pin-fast",
        "v5.11, fork-vs-pin-fast:pages=2",
        "v5.11, pin-fast-vs-munmap",
        "v5.11, munmap-vs-access",
        "v5.9, cow-vs-reader",
        "v5.11, fork-vs-write:populated=0",
        "v5.11 without seq-end without gup-irq-restore, fork-vs-pin-fast",
        "v5.11 without slow-gup-mmap-lock without fork-mmap-write-lock, fork-vs-pin-fast",
        "v5.11 without zap-flush without wp-clear-flush, cow-vs-reader",
    })
    void shouldCommuteWhereTheMachineSaysSo(String kernel, String scenario) {
        Diamonds diamonds = Diamonds.check(
                kernel + " " + scenario, new MachineSystem(Kernels.named(kernel), Scenarios.named(scenario)), STATES);
        assertThat(diamonds.independent).isGreaterThan(diamonds.dependent);
        assertThat(diamonds.dependent).isPositive();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "v4.8",
                "v5.8",
                "v5.9-rc7",
                "v5.11",
                "v5.11 with seq-under-ptl",
                "v5.11 without fork-mmap-write-lock",
                "v6.1",
                "v6.12"
            })
    void shouldCommuteInForks(String kernel) {
        for (Scenario scenario : ForkScenarios.all()) {
            Diamonds.check(kernel + " " + scenario, new MachineSystem(Kernels.named(kernel), scenario), STATES);
        }
    }

    /** A model that keeps quiet about some of what it touches is found out. */
    @Test
    void shouldNoticeFootprintsThatAreTooSmall() {
        assertThatThrownBy(
                        () -> Diamonds.check("blind", new Blind(new SmallProgram(PinToy.text(false, false))), STATES))
                .isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> Diamonds.check(
                        "blind",
                        new Blind(new MachineSystem(Kernels.named("v5.11"), Scenarios.named("fork-vs-pin-fast"))),
                        STATES))
                .isInstanceOf(AssertionError.class);
    }

    /** Touches nothing, it says. */
    private static final class Blind extends Delegate {
        private final Footprint nothing;

        Blind(TransitionSystem model) {
            super(model);
            nothing = new Footprint(model.objects());
        }

        @Override
        public Footprint footprint() {
            return nothing;
        }
    }
}
