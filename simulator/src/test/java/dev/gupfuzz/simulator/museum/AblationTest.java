package dev.gupfuzz.simulator.museum;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.museum.Fate.Kind;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.List;
import org.junit.jupiter.api.Test;

class AblationTest {

    private static final List<Trial> QUICK =
            AblationSuite.builtIn().stream().filter(Trial::quick).toList();

    private static Fate fate(Ablation.Result result, Rule rule) {
        return result.fates().stream()
                .filter(fate -> fate.rules().equals(List.of(rule)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldTellWhatEachSafeguardIsFor() {
        Ablation.Result result = Ablation.of(Kernels.named("v5.11"), QUICK, false, 2, Limits.NONE, answer -> {});

        assertThat(result.unsound()).isEmpty();
        Fate seq = fate(result, Rule.WRITE_PROTECT_SEQ);
        assertThat(seq.kind()).isEqualTo(Kind.KILLED);
        assertThat(seq.killed().orElseThrow().what()).isEqualTo("I1b");
        assertThat(seq.kernel()).isEqualTo("v5.11 without write-protect-seq");
        Finding finding =
                seq.killed().orElseThrow().answer().shown().orElseThrow().finding();
        assertThat(finding.cell().kernel().name()).isEqualTo(seq.kernel());

        // an IPI cannot come in between, so the second look at the PTE is needed only where a flush waits for nobody
        Fate recheck = fate(result, Rule.PTE_RECHECK);
        assertThat(recheck.killed().orElseThrow().trial().id()).isEqualTo("pin-vs-munmap-no-ipi");
        assertThat(recheck.killed().orElseThrow().what()).isEqualTo("I6");

        assertThat(fate(result, Rule.GUP_IRQ_OFF).kind()).isEqualTo(Kind.REDUNDANT);
        assertThat(fate(result, Rule.GUP_IRQ_OFF).exercised()).isNotEmpty();
        assertThat(fate(result, Rule.MREMAP_FLUSH).kind()).isEqualTo(Kind.NOT_EXERCISED);
        assertThat(fate(result, Rule.SEQ_BEGIN_WMB).kind()).isEqualTo(Kind.NOT_EXPRESSIBLE);
        assertThat(fate(result, Rule.SEQ_BEGIN_WMB).reason()).isEqualTo("needs a model of weak memory");
        assertThat(result.fates()).allMatch(fate -> fate.rules().size() == 1);
        assertThat(result.fates().stream().filter(Fate::added).flatMap(fate -> fate.rules().stream()))
                .contains(Rule.SEQ_END_CHECK_ONLY)
                .doesNotContain(Rule.ANON_EXCLUSIVE);
    }

    /** What is left out because nobody asks for the rule would have run alike. */
    @Test
    void shouldLeaveOutOnlyWhatRunsAlike() {
        Trial trial = AblationSuite.builtIn().stream()
                .filter(t -> t.id().equals("pin-vs-munmap"))
                .findFirst()
                .orElseThrow();
        Verdicts verdicts = new Verdicts(2, Limits.NONE);
        Question base = new Question(Kernels.named("v5.11"), trial.scenario(), Shows.ANYTHING);
        Answer before = verdicts.answer(List.of(base.asWatched()), answer -> {}).get(0);
        Trail trail = before.effort().trail();
        assertThat(trail).isNotNull();
        int alike = 0;
        int different = 0;
        for (Rule rule : Rule.values()) {
            if (!base.kernel().has(rule) || rule.safeguard().needs().isPresent()) {
                continue;
            }
            Question changed = new Question(base.kernel().without(rule.id()), trial.scenario(), Shows.ANYTHING);
            Answer after = verdicts.answer(List.of(changed), answer -> {}).get(0);
            if (!trail.asks(rule)) {
                assertThat(after.effort().isLike(before.effort())).as(rule.id()).isTrue();
                assertThat(after.kind()).isEqualTo(before.kind());
                alike++;
            } else {
                different += after.effort().isLike(before.effort()) ? 0 : 1;
            }
        }
        assertThat(alike).isPositive();
        assertThat(different).isPositive();
    }

    @Test
    void shouldTryPairs() {
        List<Trial> trials = AblationSuite.parse("t", """
                munmap
                  scenario  pin-fast-vs-munmap
                """);
        Ablation.Result result = Ablation.of(Kernels.named("v5.11"), trials, true, 2, Limits.NONE, answer -> {});
        Fate pair = result.fates().stream()
                .filter(fate -> fate.rules().equals(List.of(Rule.PTE_RECHECK, Rule.IPI_TLB_FLUSH)))
                .findFirst()
                .orElseThrow();
        assertThat(fate(result, Rule.PTE_RECHECK).kind()).isEqualTo(Kind.REDUNDANT);
        assertThat(pair.kind()).isEqualTo(Kind.KILLED);
        assertThat(pair.killed().orElseThrow().what()).isEqualTo("I6");
    }

    @Test
    void shouldDecideNothingWithinABoundOfOneState() {
        Ablation.Result result =
                Ablation.of(Kernels.named("v5.11"), QUICK, false, 2, Limits.NONE.withStates(1), answer -> {});
        assertThat(fate(result, Rule.MREMAP_FLUSH).kind()).isEqualTo(Kind.UNKNOWN);
        assertThat(fate(result, Rule.MREMAP_FLUSH).kind().decided()).isFalse();
    }
}
