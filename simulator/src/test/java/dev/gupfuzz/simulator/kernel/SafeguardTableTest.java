package dev.gupfuzz.simulator.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.Runs;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What each line of the protocol is worth: the invariants that break, scenario by scenario, when it is taken out. Seeds
 * 1 ... 3,000 of the random walk and of PCT-3; the rarest entry shows at seed 2,788. A row that is empty says why nothing can
 * break.
 */
class SafeguardTableTest {

    private static final int SEEDS = 3_000;

    /** {@code breaks} is written "scenario=I1b, scenario=I4+I5". */
    record Row(String kernel, String breaks, String why) {

        @Override
        public String toString() {
            return kernel;
        }
    }

    static List<Row> rows() {
        return List.of(
                new Row(
                        "v5.11 without has-pinned",
                        "",
                        "only a filter: fork looks at the count of every page then, and copies early what has many references"),
                new Row(
                        "v5.11 without fast-gup-has-pinned",
                        "race=I1b, race2=I1b, writer=I1b, alone=I1b, two=I1b",
                        "fork finds has_pinned clear and never looks at the count; a process that pinned before is safe"),
                new Row(
                        "v5.11 without slow-gup-has-pinned",
                        "",
                        "every slow pin here was a fast one first, which has set the mark"),
                new Row(
                        "v5.11 without early-copy",
                        "race=I1b, race2=I1b, pinned=I1b, writer=I1b, alone=I1b, two=I1b",
                        "fork shares the pinned page with the child"),
                new Row(
                        "v5.11 without eagain-drops-ptl",
                        "race=I11, race2=I11, pinned=I11, writer=I11, alone=I11, two=I11",
                        "the allocation may sleep and would do so under both page-table locks"),
                new Row(
                        "v5.11 without write-protect-seq",
                        "race=I1b, race2=I1a+I1b, pinned=I1b, writer=I1b, two=I1b",
                        "the race that the sequence was made for; I1a where the child is gone when the pin returns"),
                new Row(
                        "v5.11 without seq-odd-check",
                        "race=I1b, race2=I1a+I1b, pinned=I1b, writer=I1b, two=I1b",
                        "the whole pin fits into the write section: the sequence is odd at both ends of it"),
                new Row(
                        "v5.11 without seq-retry-check",
                        "race=I1b, race2=I1a+I1b, pinned=I1b, writer=I1b, two=I1b",
                        "fork begins after the only test of the sequence"),
                new Row(
                        "v5.11 without seq-end",
                        "race=I9, race2=I9, pinned=I9, writer=I9, alone=I9, two=I9, fork-vs-write=I9, zeropage=I9",
                        "the sequence stays odd after the first fork, whatever else runs"),
                new Row(
                        "v5.11 without seq-init",
                        "two=I9",
                        "only a fork that copies the mm_struct while another is inside its section inherits an odd count"),
                new Row(
                        "v5.11 without unpin-on-retry",
                        "race=I5, race2=I5, pinned=I5, writer=I5, two=I5",
                        "the pins of the fast path leak when the slow path pins again"),
                new Row("v5.11 without unpin-all-on-retry", "race2=I5", "with one page the last page is every page"),
                new Row(
                        "v5.11 without pte-recheck",
                        "",
                        "redundant here: fork's changes are caught by the sequence, and zap frees a page only after its"
                                + " flush IPI was taken, which waits for GUP's interrupts to come back on"),
                new Row(
                        "v5.11 without gup-irq-off",
                        "",
                        "redundant here: the PTE re-check sees the cleared entry; freeing of page tables, the other thing"
                                + " that interrupts off hold back, is not modelled"),
                new Row(
                        "v5.11 without gup-irq-restore",
                        "race=I11, race2=I11, pinned=I11, writer=I11, two=I11",
                        "slow GUP sleeps on mmap_lock with interrupts off, and fork, which holds it, waits for its flush; munmap"
                                + " has downgraded the lock by then"),
                new Row("v5.11 without ipi-tlb-flush", "", "arm64: the PTE re-check does not need the IPI"),
                new Row(
                        "v5.11 without slow-gup-mmap-lock",
                        "writer=I4",
                        "slow GUP's write fault copies a page before fork's flush, and the writer stores through its TLB"),
                new Row(
                        "v5.11 without fork-mmap-write-lock",
                        "writer=I4, two=I9, fork-vs-write=I4, zeropage=I4+I5",
                        "a fault copies before the flush, as with per-VMA locks in 6.4; two forks share one sequence; the"
                                + " first fault gives the VMA its anon_vma when fork has given the child none"),
                new Row(
                        "v5.11 without fork-wrprotect",
                        "race=I2, race2=I2, pinned=I2, writer=I2, two=I2, fork-vs-write=I2, zeropage=I2",
                        "parent and child both keep a writable entry; a pinned page is copied, so alone stays clean"),
                new Row(
                        "v5.11 without fork-tlb-flush",
                        "writer=I4, fork-vs-write=I4, zeropage=I4",
                        "a right that the page table took back survives in a TLB; the pinner alone has no entry yet"),
                new Row(
                        "v5.11 without wp-sole-user",
                        "race=I2, race2=I2, pinned=I2, writer=I2, two=I2, fork-vs-write=I2, zeropage=I2",
                        "a write fault reuses a page that the other process still maps"),
                new Row(
                        "v5.11 without wp-page-count",
                        "",
                        "counting mappings tells that the other process maps the page; whom it misses is who holds a plain"
                                + " reference, and nobody does here"),
                new Row(
                        "v5.11 without wp-rmap-last",
                        "",
                        "redundant here: this kernel decides by references, and that of the mapping still goes last"),
                new Row(
                        "v5.11 without fault-pte-same",
                        "fork-vs-write=I2+I5, writer=I2+I5, zeropage=I13+I5",
                        "the fault makes a page writable, or maps it, that another fault has copied away meanwhile"),
                new Row(
                        "v5.11 without foll-pin",
                        "race=I1b, race2=I1b, pinned=I1b, writer=I1b, alone=I1b, two=I1b",
                        "a pin looks like any other reference, and fork shares its page"),
                new Row(
                        "v5.11 without grab-unless-zero",
                        "",
                        "redundant here: the page that a PTE mapped is freed only after a flush IPI, which waits for GUP-fast"),
                new Row("v5.11 without unpin-in-two", "", "one atomic is as good as two"),
                new Row("v5.11 without back-out-in-two", "", "one atomic is as good as two"),
                new Row(
                        "v5.11 without zap-breaks",
                        "",
                        "no safeguard: a zap that keeps its lock leaves out schedules, it makes none"),
                new Row("v5.11 without munmap-downgrade", "", "a lock that is held for write all along excludes more"),
                new Row(
                        "v5.11 without wp-pte-recheck",
                        "writer=I1a+I5, fork-vs-write=I5, zeropage=I12+I13+I5",
                        "two faults copy the same page, and each drops the mapping's reference"),
                new Row(
                        "v5.11 without wp-clear-flush",
                        "cow-vs-reader=I13, zeropage=I13",
                        "a reader's TLB entry still leads to the page that was copied away"),
                new Row(
                        "v5.11 without zap-flush",
                        "munmap-vs-access=I4",
                        "a store reaches the page through the TLB after it was freed"),
                new Row(
                        "v5.11 without fault-tlb-drop",
                        "",
                        "a livelock: a schedule that is drawn leaves it at the first walk, and only exploring tells that it need"
                                + " not come (LivelockTest)"),
                new Row(
                        "v5.11 without pte-recheck without ipi-tlb-flush",
                        "munmap=I6",
                        "nothing holds back the freeing of the page between GUP's read of the PTE and its grab"),
                new Row(
                        "v5.11 without pte-recheck without gup-irq-off",
                        "munmap=I6",
                        "the same: the IPI is taken at once"),
                new Row(
                        "v5.11 without pte-recheck without zap-flush",
                        "munmap=I6, munmap-vs-access=I4",
                        "the page is free before anybody waits for GUP"),
                new Row(
                        "v5.11 without gup-irq-off without ipi-tlb-flush",
                        "",
                        "interrupts off are for the IPI: with neither, the re-check is what is left, and it is enough"),
                new Row(
                        "v5.9 with write-protect-seq with seq-odd-check with seq-retry-check with seq-end with seq-init"
                                + " with unpin-on-retry with unpin-all-on-retry",
                        "",
                        "the whole fix on the kernel before it"),
                new Row(
                        "v5.9-rc4 without wp-page-count",
                        "race=I1a, race2=I1a, pinned=I1a, writer=I1a, two=I1a",
                        "as before 5.9-rc4: the owner keeps its page after the child's exit, so alone is clean, and leaves it"
                                + " while the child still maps it"));
    }

    private static Map<String, Scenario> scenarios() {
        Map<String, Scenario> map = new TreeMap<>();
        map.put("race", Scenarios.named("fork-vs-pin-fast"));
        map.put("race2", Scenarios.named("fork-vs-pin-fast:pages=2"));
        map.put("pinned", Scenarios.named("fork-vs-pin-fast:has-pinned=1"));
        map.put("writer", Scenarios.named("fork-vs-pin-fast-writer"));
        map.put("alone", Scenarios.named("pin-fork-child-exits-write"));
        map.put("two", Scenarios.named("two-forks-vs-pin-fast"));
        map.put("munmap", Scenarios.named("pin-fast-vs-munmap"));
        map.put("fork-vs-write", Scenarios.named("fork-vs-write"));
        map.put("zeropage", Scenarios.named("fork-vs-write:populated=0"));
        map.put("cow-vs-reader", Scenarios.named("cow-vs-reader"));
        map.put("munmap-vs-access", Scenarios.named("munmap-vs-access"));
        return map;
    }

    @Tag("slow")
    @ParameterizedTest
    @MethodSource("rows")
    void shouldBreakExactlyWhatTheTableSays(Row row) {
        Kernel kernel = Kernels.named(row.kernel);
        Map<String, String> found = new TreeMap<>();
        scenarios().forEach((key, scenario) -> {
            Set<String> ids = new TreeSet<>();
            for (String strategy : List.of("random", "pct:3")) {
                ids.addAll(Runs.broken(Runs.sample(Runs.cell(kernel, scenario, strategy), SEEDS)));
            }
            if (!ids.isEmpty()) {
                found.put(key, String.join("+", ids));
            }
        });
        assertThat(found).as(row.why).isEqualTo(expected(row));
    }

    /** What the scenarios above never come to: it has scenarios of its own. */
    private static final Set<Rule> ELSEWHERE = EnumSet.of(
            Rule.STATIC_SEQ_INIT,
            Rule.TRY_GET_PAGE,
            Rule.FOLL_COW,
            Rule.ADD_TO_SWAP_DIRTIES,
            Rule.SWAPOUT_SKIPS_PINNED,
            Rule.BATCHED_UNMAP_FLUSH,
            Rule.BATCHED_FLUSH_PENDING,
            Rule.SWAP_FLUSH,
            Rule.SWAP_SKIPS_CACHE,
            Rule.SWAP_SLOT_FREE_NOTIFY,
            Rule.SWAP_NOTIFY_LAST,
            Rule.MADV_FREE_MARKS,
            Rule.ZAP_DIRTY_FLUSH,
            Rule.PGTABLE_GRACE,
            Rule.PTE_ALLOC_RECHECK,
            Rule.MPROTECT_FLUSH,
            Rule.NUMA_KEEPS_WRITE,
            Rule.NUMA_SKIPS_SHARED,
            Rule.MREMAP_FLUSH,
            Rule.MREMAP_DIRTY_FLUSH,
            Rule.UFFD_WP,
            Rule.CLEAR_REFS_WRITE_LOCK,
            Rule.CLEAR_REFS_SKIPS_PINNED,
            Rule.FORK_NOTIFIES,
            Rule.WP_COPY_NOTIFIES,
            Rule.ZAP_NOTIFIES,
            Rule.PROTECT_NOTIFIES,
            Rule.RMAP_NOTIFIES,
            Rule.RMAP_NOTIFIES_AROUND,
            Rule.NOTIFIER_RETRY);

    @Test
    void shouldHaveARowForEverySafeguard() {
        List<String> singles = new ArrayList<>();
        for (Rule rule : Kernels.named("v5.11").rules()) {
            if (!ELSEWHERE.contains(rule) && rule.safeguard().needs().isEmpty()) {
                singles.add("v5.11 without " + rule.id());
            }
        }
        assertThat(rows().stream().map(Row::kernel).filter(name -> name.matches("v5.11 without \\S+")))
                .containsExactlyInAnyOrderElementsOf(singles);
        assertThat(rows()).extracting(Row::kernel).doesNotHaveDuplicates();
    }

    private static Map<String, String> expected(Row row) {
        Map<String, String> expected = new TreeMap<>();
        for (String pair : row.breaks.isEmpty() ? new String[0] : row.breaks.split(", ")) {
            String[] halves = pair.split("=");
            expected.put(halves[0], halves[1]);
        }
        return expected;
    }
}
