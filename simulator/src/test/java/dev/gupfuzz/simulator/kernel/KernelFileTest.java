package dev.gupfuzz.simulator.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Mix;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelFileTest {

    private static final String GOOD = """
            # What if the reader looked only once?
            kernel   my-idea
            summary  the sequence, read at the end only
            base     v5.11

            without  pte-recheck            # M10
            with     seq-end-check-only
            """;

    @Test
    void shouldReadAKernelWithItsChanges() {
        KernelFile file = KernelFile.parse("my.kernel", GOOD);

        assertThat(file.name()).isEqualTo("my-idea");
        assertThat(file.summary()).isEqualTo("the sequence, read at the end only");
        assertThat(file.kernel().name()).isEqualTo("v5.11 without pte-recheck with seq-end-check-only");
        assertThat(Kernels.named(file.kernel().name())).isEqualTo(file.kernel());
    }

    @Test
    void shouldTakeItsLinesInAnyOrderAndWindowsLineEnds() {
        KernelFile file = KernelFile.parse("f", "with seq-for-get\r\n\tbase v5.11\r\nkernel k");

        assertThat(file.summary()).isEmpty();
        assertThat(file.kernel()).isEqualTo(Kernels.named("v5.11 with seq-for-get"));
    }

    @Test
    void shouldTellEveryProblemWithItsPlace() {
        BadInput bad = problems("""
                kernel  v5.11
                base    v5.13
                wihtout pte-recheck
                without pte-rechek
                  with  spinning-reader now
                kernel  twice
                without
                """);

        assertThat(bad.problems())
                .hasSize(7)
                .anyMatch(p -> p.startsWith("f:1:9: 'v5.11' is the name of a kernel that there is already"))
                .anyMatch(p -> p.startsWith("f:2:9: unknown kernel 'v5.13' (did you mean 'v5.11'?"))
                .anyMatch(p -> p.startsWith("f:3:1: unknown word 'wihtout' (did you mean 'without'?"))
                .anyMatch(p -> p.startsWith("f:4:9: unknown safeguard 'pte-rechek' (did you mean 'pte-recheck'?"))
                .anyMatch(p -> p.startsWith("f:5:25: one word behind 'with', not 'spinning-reader now'"))
                .anyMatch(p -> p.startsWith("f:6:1: 'kernel' was given in line 1"))
                .anyMatch(p -> p.startsWith("f:7:8: 'without' needs a word behind it"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            base v5.11                                         | f:1:1: there is no line 'kernel NAME'
            kernel k                                           | f:1:1: there is no line 'base KERNEL'
            kernel a/b;base v5.11                              | f:1:8: 'a/b' is no name
            kernel k;base v5.9;without write-protect-seq       | f:3:9: kernel v5.9 has no safeguard 'write-protect-seq'
            kernel k;base v5.11;with pte-recheck               | f:3:6: kernel v5.11 has the safeguard 'pte-recheck' already
            kernel k;base v5.11;with seq-end;with seq-end      | f:4:6: 'seq-end' was given in line 3
            kernel k;base v5.11;with spinning-reader;with spinning-reader-irq-off | f:4:6: kernel v5.11 with spinning-reader cannot have 'spinning-reader-irq-off'
            kernel k;base v5.11;bas~                           | f:3:4: the character U+0007 has no place here
            """)
    void shouldNameTheMistake(String lines, String sentence) {
        assertThat(problems(lines.replace(';', '\n').replace('~', '\u0007')).problems())
                .anyMatch(problem -> problem.startsWith(sentence));
    }

    @Test
    void shouldTellBothLinesThatAreMissing() {
        assertThat(problems("# nothing\n").problems())
                .containsExactly("f:1:1: there is no line 'kernel NAME'", "f:1:1: there is no line 'base KERNEL'");
    }

    @Test
    void shouldStayShortOnMuchNonsense() {
        BadInput bad = problems("nonsense\n".repeat(7_000));
        assertThat(bad.problems()).hasSize(50).last().isEqualTo("f: more problems are not shown");

        String word = "w".repeat(60_000);
        assertThat(problems(word + "\nkernel " + word + "\nbase " + word + "\nwith " + word)
                        .problems())
                .hasSize(4)
                .allMatch(problem -> problem.length() < 200);
    }

    /** Texts made of pieces of good ones: a kernel comes out, or problems, and nothing else. */
    @Test
    void shouldTakeAnyTextOrTellItsProblems() {
        List<String> pieces = List.of(
                "kernel",
                "base",
                "with",
                "without",
                "summary",
                " ",
                "\n",
                "\t",
                "#",
                "v5.11",
                "v4.8",
                "pte-recheck",
                "spinning-reader",
                "k",
                "\r",
                "\u0000",
                "\u20ac",
                ":",
                "seq-end-check-only",
                "\n",
                " ",
                "anon-exclusive");
        int kernels = 0;
        for (int seed = 0; seed < 20_000; seed++) {
            StringBuilder text = new StringBuilder(seed % 2 == 0 ? "kernel k\nbase v5.11\n" : "");
            for (int i = 0; i < seed % 17; i++) {
                text.append(pieces.get(Mix.below(Mix.at(seed, i), pieces.size())));
            }
            try {
                KernelFile file = KernelFile.parse("f", text.toString());
                assertThat(Kernels.named(file.kernel().name())).isEqualTo(file.kernel());
                kernels++;
            } catch (BadInput bad) {
                assertThat(bad.problems()).isNotEmpty().allMatch(problem -> problem.startsWith("f:"));
            }
        }
        assertThat(kernels).isPositive();
    }

    private static BadInput problems(String text) {
        return catchThrowableOfType(BadInput.class, () -> KernelFile.parse("f", text));
    }
}
