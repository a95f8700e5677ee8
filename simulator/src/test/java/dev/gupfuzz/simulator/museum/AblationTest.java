package dev.gupfuzz.simulator.museum;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.museum.Fate.Kind;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

        // the pinner stops once, behind its last look at the sequence; without a stop its call is over before fork or
        // begins behind it
        Answer.Shown late = fate(result, Rule.HAS_PINNED_AFTER_SEQ)
                .killed()
                .orElseThrow()
                .answer()
                .shown()
                .orElseThrow();
        assertThat(late.preemptions()).isEqualTo(1);
        assertThat(late.fewest()).isTrue();

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
                .contains(Rule.SEQ_END_CHECK_ONLY, Rule.ANON_EXCLUSIVE)
                .doesNotContain(Rule.WRITE_PROTECT_SEQ);
        Fate unshare = fate(result, Rule.GUP_UNSHARE);
        assertThat(unshare.kind()).isEqualTo(Kind.NOT_EXPRESSIBLE);
        assertThat(unshare.reason()).isEqualTo("has nothing to act on without anon-exclusive");
    }

    /** Each in the one small trial of the suite that is about it; what must break follows from what the rule is for. */
    @ParameterizedTest
    @CsvSource({
        "static-mm-pin, STATIC_SEQ_INIT, I9",
        "slow-pin-vs-fork, SLOW_GUP_HAS_PINNED, I1b",
        "slow-pin-vs-munmap, SLOW_GUP_MMAP_LOCK, I5",
        "pins-beside-unpins, HAS_PINNED_CLEARED, I1b",
        "pin-beyond-the-sign, PINNED_SIGNED, I1b",
        "refcount-overflow, TRY_GET_PAGE, I5",
        "dirty-cow, FOLL_COW, I8",
        "clear-refs-of-a-pin, CLEAR_REFS_SKIPS_PINNED, I1a",
        "clear-refs-vs-write, CLEAR_REFS_WRITE_LOCK, I4",
        "mprotect-vs-write, MPROTECT_FLUSH, I4",
        "munmap-of-two-tables-no-ipi, PGTABLE_GRACE, I7",
        "faults-in-a-new-table, PTE_ALLOC_RECHECK, I13",
        "mremap-vs-truncate, MREMAP_FLUSH, I4",
        "mremap-vs-store-no-flush, MREMAP_DIRTY_FLUSH, I4",
        "dontneed-vs-writeback-mapped, ZAP_DIRTY_FLUSH, I10",
        "numa-vs-pin, NUMA_KEEPS_WRITE, I1a",
        "swap-out-vs-store, SWAP_FLUSH, I4",
        "swap-out-of-a-pin, SWAPOUT_SKIPS_PINNED, I1a",
        "batched-flush-vs-munmap, BATCHED_FLUSH_PENDING, I4",
        "spin-vs-reclaim, SPINNING_READER_IRQ_OFF, I11",
        "spin-beside-writer, SPINNING_READER, I11",
        "cow-vs-secondary-mmu, WP_COPY_NOTIFIES, I13",
        "mprotect-vs-secondary-mmu, PROTECT_NOTIFIES, I4",
        "madv-free-vs-secondary-mmu, RMAP_NOTIFIES_AROUND, I10",
        "fork-vs-pin-two-pages, UNPIN_ALL_ON_RETRY, I5"
    })
    void shouldKillWhatATrialIsAbout(String id, Rule rule, String what) {
        Trial trial = trial(id);
        Kernel kernel = Kernels.named("v5.11");
        Kernel changed = kernel.has(rule) ? kernel.without(rule.id()) : kernel.with(rule.id());
        List<Question> questions = List.of(
                new Question(trial.changes().on(kernel), trial.scenario(), Shows.ANYTHING),
                new Question(trial.changes().on(changed), trial.scenario(), Shows.ANYTHING));
        List<Answer> answers = new Verdicts(2, Limits.NONE).answer(questions, answer -> {});
        assertThat(answers.get(0).kind()).isEqualTo(Answer.Kind.UNREACHABLE);
        assertThat(answers.get(1)
                        .shown()
                        .orElseThrow()
                        .finding()
                        .blame()
                        .invariant()
                        .id())
                .isEqualTo(what);
    }

    /** A system call that only the changed kernel has, or only the kernel as it is. */
    @Test
    void shouldTryWhatOneOfBothCannotRun() {
        List<Trial> trials = List.of(trial("dirty-cow-shmem"), trial("uffd-protect-vs-fork"));
        Ablation.Result result = Ablation.of(Kernels.named("v5.11"), trials, false, 2, Limits.NONE, answer -> {});

        assertThat(fate(result, Rule.UFFD_MINOR).kind()).isEqualTo(Kind.REDUNDANT);
        assertThat(fate(result, Rule.UFFD_MINOR).exercised()).containsExactly(trial("dirty-cow-shmem"));
        assertThat(fate(result, Rule.UFFD_WP).kind()).isEqualTo(Kind.NOT_EXPRESSIBLE);
        assertThat(fate(result, Rule.UFFD_WP).reason()).isEqualTo("a feature: there is no UFFDIO_WRITEPROTECT");
        assertThat(fate(result, Rule.FOLL_COW).kind()).isEqualTo(Kind.NOT_EXERCISED);
    }

    private static Trial trial(String id) {
        return AblationSuite.builtIn().stream()
                .filter(trial -> trial.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** What is left out because nobody asks for the rule would have run alike. */
    @Test
    void shouldLeaveOutOnlyWhatRunsAlike() {
        Trial trial = trial("pin-vs-munmap");
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
                """, Scenarios::named);
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
