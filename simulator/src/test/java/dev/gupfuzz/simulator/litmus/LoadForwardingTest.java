package dev.gupfuzz.simulator.litmus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.memory.MemoryModel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A load that its own CPU's buffer fulfils is executed no earlier than the store there can be and than its own address is known, and
 * what depends on it is executed later still.
 */
class LoadForwardingTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // what the store's value or address depends on
                "WRITE_ONCE(*z, r0);     r1 = READ_ONCE(*z);       int *p = x + (r1 & 0); r2 = READ_ONCE(*p); | NEVER",
                "q = z + (r0 & 0); WRITE_ONCE(*q, 1); r1 = READ_ONCE(*z); int *p = x + (r1 & 0); r2 = READ_ONCE(*p); | NEVER",
                "WRITE_ONCE(*z, r0);     r1 = smp_load_acquire(z);                         r2 = READ_ONCE(*x); | NEVER",
                // what the load's own address depends on
                "q = z + (r0 & 0); WRITE_ONCE(*z, 1); r1 = READ_ONCE(*q); int *p = x + (r1 & 0); r2 = READ_ONCE(*p); | NEVER",
                "q = z + (r0 & 0); WRITE_ONCE(*z, 1); r1 = smp_load_acquire(q);            r2 = READ_ONCE(*x); | NEVER",
                // a branch does not hold the load back, nor does anything here
                "if (r0) WRITE_ONCE(*z, 1); r1 = READ_ONCE(*z); int *p = x + (r1 & 0); r2 = READ_ONCE(*p); | SOMETIMES",
                "WRITE_ONCE(*z, 1);      r1 = smp_load_acquire(z);                         r2 = READ_ONCE(*x); | SOMETIMES",
            })
    void shouldKeepWhatDependsOnItBehindIt(String second, Observation expected) {
        String test = """
                C MP+wmb+rfi
                {}
                P0(int *x, int *y) { WRITE_ONCE(*x, 1); smp_wmb(); WRITE_ONCE(*y, 1); }
                P1(int *x, int *y, int *z) { int r0; int r1; int r2; int *q; r0 = READ_ONCE(*y); %s }
                exists (1:r0=1 /\\ 1:r2=0)
                """.formatted(second);

        Litmus litmus = Litmus.read("rfi.litmus", test.getBytes(StandardCharsets.UTF_8));

        assertThat(litmus.run(MemoryModel.WEAK).observation()).as(second).isEqualTo(expected);
    }
}
