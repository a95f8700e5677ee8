package dev.gupfuzz.simulator.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gupfuzz.simulator.BadInput;
import org.junit.jupiter.api.Test;

class KernelNamesTest {

    @Test
    void shouldListTheBuiltInKernelsOldestFirst() {
        assertThat(Kernels.names()).containsExactly("v5.9-rc4", "v5.9", "v5.11");
        assertThat(Kernels.all()).extracting(Kernel::generation).containsExactly("c", "d", "e");
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
        assertThat(Kernels.named("v5.11").alternatives()).isEmpty();
    }

    @Test
    void shouldDescribeEverySafeguardForReaders() {
        for (Rule rule : Rule.values()) {
            Safeguard safeguard = rule.safeguard();
            assertThat(safeguard.name()).matches("[a-z][a-z0-9]*(-[a-z0-9]+)*");
            assertThat(safeguard.summary()).hasSizeGreaterThan(20);
            assertThat(safeguard.source()).matches(".*\\(\\), (mm|kernel|arch)/.*\\.[ch].*");
        }
        assertThat(Rule.values()).extracting(r -> r.safeguard().name()).doesNotHaveDuplicates();
    }

    @Test
    void shouldRefuseAnUnknownKernelAndSuggestOne() {
        assertThatThrownBy(() -> Kernels.named("v5.12"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("unknown kernel 'v5.12'")
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
    void shouldRefuseWordsThatAreNoPairs() {
        for (String text : new String[] {"v5.11 pte-recheck", "v5.11 without", "v5.11 minus pte-recheck", "", "  "}) {
            assertThatThrownBy(() -> Kernels.named(text)).isInstanceOf(BadInput.class);
        }
    }
}
