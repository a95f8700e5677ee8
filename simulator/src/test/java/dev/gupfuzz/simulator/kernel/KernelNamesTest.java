package dev.gupfuzz.simulator.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gupfuzz.simulator.BadInput;
import org.junit.jupiter.api.Test;

class KernelNamesTest {

    @Test
    void shouldListTheBuiltInKernelsOldestFirst() {
        assertThat(Kernels.names())
                .containsExactly(
                        ("v4.8 v4.14 v4.19 v5.7 v5.8 v5.9-rc4 v5.9-rc7 v5.9 v5.11 v5.12 v5.14 v5.18 v5.19 v6.1 v6.2"
                                        + " v6.4 v6.12")
                                .split(" "));
        assertThat(Kernels.all())
                .extracting(Kernel::generation)
                .containsExactly("a0 a a a' b c d0 d e e+ f f+ g g+ g++ g++ h".split(" "));
    }

    @Test
    void shouldReadEverySingleChangeBackFromItsName() {
        for (Kernel kernel : Kernels.all()) {
            for (Safeguard safeguard : kernel.safeguards()) {
                Kernel without = kernel.without(safeguard.name());
                assertThat(without.name()).isEqualTo(kernel.name() + " without " + safeguard.name());
                assertThat(Kernels.named(without.name())).isEqualTo(without).isNotEqualTo(kernel);
                assertThat(without.with(safeguard.name())).isEqualTo(kernel);
            }
            for (Safeguard alternative : kernel.alternatives()) {
                Kernel with = kernel.with(alternative.name());
                assertThat(with.name()).isEqualTo(kernel.name() + " with " + alternative.name());
                assertThat(Kernels.named(with.name())).isEqualTo(with).isNotEqualTo(kernel);
                assertThat(with.without(alternative.name())).isEqualTo(kernel);
            }
        }
    }

    @Test
    void shouldNameAKernelTheSameWhateverTheOrderOfItsChanges() {
        Kernel a = Kernels.named("v5.9 with seq-end without pte-recheck with write-protect-seq without gup-irq-off");
        Kernel b = Kernels.named("v5.9 without gup-irq-off without pte-recheck with write-protect-seq with seq-end");
        assertThat(a).isEqualTo(b).hasSameHashCodeAs(b);
        assertThat(a.name())
                .isEqualTo(b.name())
                .isEqualTo("v5.9 without pte-recheck without gup-irq-off with write-protect-seq with seq-end");
        assertThat(Kernels.named(a.name())).isEqualTo(a);
    }

    @Test
    void shouldKnowEverySafeguardAsPresentOrAbsent() {
        for (Kernel kernel : Kernels.all()) {
            assertThat(kernel.safeguards().size() + kernel.alternatives().size())
                    .isEqualTo(Rule.values().length);
            assertThat(kernel.safeguards()).noneMatch(kernel.alternatives()::contains);
        }
    }

    @Test
    void shouldRefuseAnUnknownKernelAndSuggestOne() {
        assertThatThrownBy(() -> Kernels.named("v5.13"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("unknown kernel 'v5.13'")
                .hasMessageContaining("did you mean 'v5.11'?");
    }

    @Test
    void shouldTellEveryUnknownSafeguardAtOnce() {
        BadInput bad = catchThrowableOfType(
                BadInput.class, () -> Kernels.named("v5.11 without pte-rechek without banana with fork-flush"));
        assertThat(bad.problems()).hasSize(3);
        assertThat(bad.problems().get(0)).contains("'pte-rechek'").contains("did you mean 'pte-recheck'?");
        assertThat(bad.problems().get(1)).contains("'banana'");
        assertThat(bad.problems().get(2)).contains("'fork-flush'");
        assertThat(bad).hasMessageContaining("'banana'").hasMessageContaining("'fork-flush'");
    }

    @Test
    void shouldRefuseToRemoveWhatIsNotThere() {
        assertThatThrownBy(() -> Kernels.named("v5.9 without write-protect-seq"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("v5.9 has no safeguard 'write-protect-seq'");
        assertThatThrownBy(() -> Kernels.named("v5.11 without pte-recheck without pte-recheck"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("has no safeguard 'pte-recheck'");
    }

    @Test
    void shouldRefuseToAddWhatIsThere() {
        assertThatThrownBy(() -> Kernels.named("v5.11 with pte-recheck"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("has the safeguard 'pte-recheck' already");
    }

    @Test
    void shouldRefuseTwoDesignsInOnePlaceInEitherOrder() {
        for (String text : new String[] {
            "v5.11 with spinning-reader with seq-end-check-only", "v5.11 with seq-end-check-only with spinning-reader"
        }) {
            assertThatThrownBy(() -> Kernels.named(text))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("'spinning-reader'")
                    .hasMessageContaining("'seq-end-check-only'")
                    .hasMessageContaining("both take the place of 'seq-odd-check'");
        }
    }

    @Test
    void shouldKnowWhatHasNothingToActOn() {
        Kernel kernel = Kernels.named("v5.11 without write-protect-seq");

        assertThat(kernel.has(Rule.SEQ_ODD_CHECK)).isTrue();
        assertThat(kernel.acts(Rule.SEQ_ODD_CHECK)).isFalse();
        assertThat(kernel.acts(Rule.UNPIN_ALL_ON_RETRY))
                .as("through unpin-on-retry and seq-retry-check")
                .isFalse();
        assertThat(kernel.lacksFor(Rule.SEQ_ODD_CHECK.safeguard())).containsExactly(Rule.WRITE_PROTECT_SEQ);
        assertThat(kernel.acts(Rule.PTE_RECHECK)).isTrue();
        assertThat(Kernels.named("v5.11 with recheck-before-grab").acts(Rule.PTE_RECHECK))
                .as("another design is in its place")
                .isFalse();
    }

    @Test
    void shouldRefuseWordsThatAreNoPairs() {
        for (String text : new String[] {"v5.11 pte-recheck", "v5.11 without", "v5.11 minus pte-recheck", "", "  "}) {
            assertThatThrownBy(() -> Kernels.named(text)).isInstanceOf(BadInput.class);
        }
    }
}
