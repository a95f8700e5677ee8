package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Footprints are what reductions trust: they are held against every pair of steps there is. */
class FootprintTest {

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
}
