package dev.gupfuzz.simulator.litmus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.memory.MemoryModel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is no litmus test is told with its place, and nothing hangs on it. */
class LitmusErrorsTest {

    private static final String GOOD = """
            C test
            { x = 0; int *p = &x; 0:r7 = 2; }
            P0(int *x, int *y)
            {
            \tint r0;
            \tr0 = READ_ONCE(*x);
            \tif (r0 == 1 && r7 == 2) { WRITE_ONCE(*y, r0 + 1); } else smp_mb();
            }
            P1(int *x, int *y) { /* a comment */ WRITE_ONCE(*x, 1); // another
            }
            locations [x; 0:r0;]
            exists (0:r0=1 /\\ y=2 (* a third *))
            """;

    private static Litmus read(String text) {
        return Litmus.read("t.litmus", text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void shouldReadWhatIsRight() {
        Litmus.Result result = read(GOOD).run(MemoryModel.SC);
        assertThat(result.observation()).isEqualTo(Observation.SOMETIMES);
        assertThat(result.states()).containsExactly("[x]=1; 0:r0=0; [y]=0;", "[x]=1; 0:r0=1; [y]=2;");
        assertThat(read(GOOD).condition()).isEqualTo("exists (0:r0=1 /\\ y=2)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            C test                | X test                   | t.litmus:1:1: a litmus test begins with a line 'C NAME'
            P1(int                | P2(int                   | t.litmus:9:1: expected thread P1, found 'P2'
            READ_ONCE(*x)         | *x                       | t.litmus:6:7: plain accesses are not in the subset
            READ_ONCE(*x)         | REED_ONCE(*x)            | t.litmus:6:7: 'REED_ONCE' is not in the subset (did you mean 'READ_ONCE'?
            r0 == 1               | q == 1                   | t.litmus:7:6: there is no register or location 'q'
            r7 == 2               | READ_ONCE(*y)            | t.litmus:7:17: behind && and || nothing may reach memory
            smp_mb();             | smp_mb()                 | t.litmus:8:1: expected ';', found '}'
            smp_mb();             | while (r0) { }           | t.litmus:7:59: 'while' is not in the subset
            smp_mb();             | spin_lock(z);            | t.litmus:7:69: there is no register or location 'z'
            0:r0=1                | 0:r5=1                   | t.litmus:12:11: P0 has no register 'r5'
            0:r0=1                | 4:r0=1                   | t.litmus:12:9: there is no thread 4
            y=2                   | z=2                      | t.litmus:12:19: there is no location 'z'
            exists                | exist                    | t.litmus:12:1: expected 'exists', '~exists' or 'forall', found 'exist'
            /* a comment          | /* a comment *           | t.litmus:9:22: this comment is not closed
            x = 0;                | x = 99999999999;         | t.litmus:2:7: '99999999999' is not a number
            x = 0;                | x = 2000000;             | t.litmus:2:7: numbers go up to 1000000
            { x = 0;              | { x = 0 @;               | t.litmus:2:9: '@' belongs to no statement of a litmus test
            """)
    void shouldPointAtTheMistake(String good, String bad, String sentence) {
        String text = GOOD.replace(good, bad);
        if (good.startsWith("/*")) {
            text = text.substring(0, text.indexOf("*/"));
        }
        String wrong = text;
        assertThat(wrong).isNotEqualTo(GOOD);
        assertThatThrownBy(() -> read(wrong)).isInstanceOf(BadInput.class).hasMessageStartingWith(sentence);
    }

    @Test
    void shouldRefuseWhatIsNoAddress() {
        Litmus test = read(
                "C t\n{}\nP0(int *x) { int r0; int r1; r0 = READ_ONCE(*x); r1 = READ_ONCE(*r0); }\nexists (0:r1=0)");
        assertThatThrownBy(() -> test.run(MemoryModel.SC)).hasMessageContaining("which is none of a location");
    }

    /** Locks that are never given back: the other thread waits for ever, and no final state is made of that. */
    @Test
    void shouldTellWhatNeverEnds() {
        Litmus.Result result = read("""
                        C stuck
                        {}
                        P0(spinlock_t *s, int *x) { int r0; spin_lock(s); r0 = READ_ONCE(*x); if (r0 == 0) spin_unlock(s); }
                        P1(spinlock_t *s, int *x) { WRITE_ONCE(*x, 1); spin_lock(s); spin_unlock(s); }
                        exists (0:r0=1)
                        """).run(MemoryModel.WEAK);
        assertThat(result.stuck()).isTrue();
        assertThat(result.states()).contains("0:r0=0;", "0:r0=1;");
    }

    @Test
    void shouldSurviveGarbage() {
        String[] words = {
            "{", "}", "(", ")", "P0", "P1", "int", "*", "x", "r0", "=", ";", ",", "READ_ONCE", "WRITE_ONCE", "smp_mb",
            "if", "else", "exists", "/\\", "\\/", "~", "0", "1", ":", "[", "]", "locations", "&", "&&", "xchg",
                    "spin_lock",
            "atomic_inc", "forall", "filter", "-", "!", "(*", "*)", "true"
        };
        int read = 0;
        for (int seed = 0; seed < 20_000; seed++) {
            StringBuilder text = new StringBuilder(seed % 2 == 0 ? "C t\n{}\nP0(int *x) {" : "C t\n");
            int length = (int) (Mix.mix64(seed) & 63);
            for (int i = 0; i < length; i++) {
                text.append(words[(int) Long.remainderUnsigned(Mix.mix64(seed * 1000L + i), words.length)])
                        .append(' ');
            }
            try {
                read(text.toString());
                read++;
            } catch (BadInput expected) {
                assertThat(expected).hasMessageContaining("t.litmus:");
            }
        }
        assertThat(read).isLessThan(20_000);
        String deep = "C t\n{}\nP0(int *x) { int r0; r0 = " + "(".repeat(10_000) + "1;\n}\nexists (0:r0=1)";
        assertThatThrownBy(() -> read(deep)).hasMessageContaining("within one another");
        assertThatThrownBy(() -> Litmus.read("t.litmus", new byte[100_000])).hasMessageContaining("bytes at most");
    }
}
