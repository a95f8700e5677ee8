package dev.gupfuzz.simulator.minimize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.Runs;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.trace.Finding;
import dev.gupfuzz.simulator.trace.StepOrder;
import dev.gupfuzz.simulator.trace.Trace;
import dev.gupfuzz.simulator.trace.TraceStep;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CriticalPairsTest {

    /** The race of kernel commit 57efa1fe5957 as its message tells it: one pair on each side of the window. */
    @Test
    void shouldTellTheRaceAsTheCommitMessageDoes() {
        List<CriticalPair> pairs = CriticalPairs.of(Explored.finding("v5.9", "fork-vs-pin-fast:has-pinned=1"));

        assertThat(pairs)
                .extracting(pair -> told(pair.firstStep()) + " < " + told(pair.secondStep()) + " over " + pair.object())
                .containsExactly(
                        "forker page_maybe_dma_pinned(page) < pinner try_grab_compound_head(page, 1, flags)"
                                + " over page[1].refcount",
                        "pinner pte_val(pte) != pte_val(*ptep) < forker ptep_set_wrprotect(src_mm, addr, src_pte)"
                                + " over parent.pte[0]");
    }

    /** The two pairs are the race: of 4,000 drawn schedules those break I1b, and only those, that have both in this order. */
    @Test
    void shouldBeWhatTellsFailingSchedulesFromPassingOnes() {
        int failing = 0;
        for (String strategy : List.of("random", "pct:3")) {
            Cell cell = Runs.cell("v5.9", "fork-vs-pin-fast:has-pinned=1", strategy);
            for (int seed = 1; seed <= 2_000; seed++) {
                Trace trace = Trace.ofSeed(cell, seed);
                int check = first(trace, "copy_present_page.MAYBE_DMA_PINNED");
                int grab = first(trace, "gup_pte_range.GRAB");
                int recheck = first(trace, "gup_pte_range.RECHECK_PTE");
                int wrprotect = first(trace, "copy_present_pte.WRPROTECT");
                boolean both = check < grab && recheck < wrprotect && recheck < Integer.MAX_VALUE;
                boolean broken = trace.violation()
                        .filter(blame -> blame.invariant() == Invariant.I1B)
                        .isPresent();
                assertThat(broken).as("%s, seed %d", strategy, seed).isEqualTo(both);
                failing += broken ? 1 : 0;
            }
        }
        assertThat(failing).isGreaterThan(100);
    }

    private static int first(Trace trace, String step) {
        return trace.steps().stream()
                .filter(s -> (s.routine() + "." + s.label()).equals(step))
                .mapToInt(TraceStep::index)
                .findFirst()
                .orElse(Integer.MAX_VALUE);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            v5.9                                            | fork-vs-pin-fast:has-pinned=1 | 2
            v5.9                                            | fork-vs-pin-fast              | 2
            v5.9-rc4                                        | fork-vs-pin-fast              | 1
            v5.11 without seq-odd-check                     | fork-vs-pin-fast              | 1
            v5.11 without seq-retry-check                   | fork-vs-pin-fast              | 1
            v5.11 without unpin-on-retry                    | fork-vs-pin-fast              | 1
            v5.11 without gup-irq-restore                   | fork-vs-pin-fast              | 1
            v5.11 without zap-flush                         | munmap-vs-access              | 1
            v5.11 without seq-init                          | two-forks-vs-pin-fast         | 2
            v5.11 without wp-clear-flush                    | cow-vs-reader                 | 1
            v5.11 without wp-pte-recheck                    | fork-vs-write                 | 1
            v5.11 without fork-tlb-flush                    | fork-vs-write                 | 1
            v5.11 without pte-recheck without ipi-tlb-flush | pin-fast-vs-munmap            | 1
            """)
    void shouldPassWithEachPairTheOtherWayRound(String kernel, String scenario, int atLeast) {
        Finding finding = Explored.finding(kernel, scenario);

        List<CriticalPair> pairs = CriticalPairs.of(finding);

        assertThat(pairs).hasSizeGreaterThanOrEqualTo(atLeast);
        for (CriticalPair pair : pairs) {
            String what = finding.cell().text() + ": " + told(pair.firstStep()) + " < " + told(pair.secondStep());
            assertThat(pair.first().index()).as(what).isLessThan(pair.second().index());
            assertThat(pair.firstStep().thread())
                    .as(what)
                    .isNotEqualTo(pair.secondStep().thread());
            List<String> ran = run(
                    finding.cell().kernel(),
                    finding.cell().scenario(),
                    pair.passing().order());
            int first = ran.indexOf(step(finding, pair.first()));
            int second = ran.indexOf(step(finding, pair.second()));
            assertThat(second).as(what).isNotNegative();
            assertThat(first < 0 || second < first).as(what).isTrue();
        }
    }

    /** Without a race there is no pair: the pin is lost whoever comes first. */
    @Test
    void shouldFindNoPairWhereNothingRuns() {
        assertThat(CriticalPairs.of(Explored.finding("v5.9-rc4", "pin-fork-child-exits-write")))
                .isEmpty();
    }

    @Test
    void shouldTellTheSameOfALongerSchedule() {
        Explanation explanation = Explanation.of(Explored.finding("v5.9", "fork-vs-pin-fast:pages=4"));

        assertThat(explanation.narration())
                .hasSizeBetween(3, Narration.SENTENCES)
                .allMatch(s -> s.endsWith("."));
        assertThat(explanation.nearest()).isPresent();
        assertThat(explanation.nearest().orElseThrow().moved())
                .isEqualTo(explanation.pairs().stream()
                        .mapToInt(CriticalPair::moved)
                        .min()
                        .orElseThrow());
    }

    /** Two forkers, four pages, another seed: one cause, one signature. */
    @Test
    void shouldSignOneCauseAlike() {
        String signature =
                Explanation.of(Explored.finding("v5.9", "fork-vs-pin-fast")).signature();

        assertThat(signature)
                .isEqualTo("I1b at forker, copy_present_pte: set_pte_at(dst_mm, addr, dst_pte, pte):"
                        + " forker copy_present_page.READ_HAS_PINNED < pinner internal_get_user_pages_fast.SET_HAS_PINNED,"
                        + " pinner gup_pte_range.RECHECK_PTE < forker copy_present_pte.WRPROTECT");
        assertThat(Explanation.of(Explored.finding("v5.9", "two-forks-vs-pin-fast"))
                        .signature())
                .isEqualTo(signature);
        assertThat(Explanation.of(Explored.finding("v5.9", "fork-vs-pin-fast:has-pinned=1"))
                        .signature())
                .isNotEqualTo(signature);
    }

    private static String told(TraceStep step) {
        return step.thread() + " " + step.text();
    }

    /** A step by its thread, how many the thread took before, and its label. */
    private static String step(Finding finding, dev.gupfuzz.simulator.trace.Event event) {
        return finding.cell().scenario().threads().get(event.thread()) + " " + event.ordinal() + " " + event.label();
    }

    /** Runs an order to its end on a machine of its own, and sees that nothing breaks. */
    private static List<String> run(Kernel kernel, Scenario scenario, StepOrder order) {
        Machine m = Step.machine(kernel, scenario);
        List<String> ran = new ArrayList<>();
        int[] taken = new int[m.threads];
        for (int i = 0; i < order.length(); i++) {
            int t = order.threads()[i];
            assertThat(m.s[Sched.ENABLED] >> t & 1).isEqualTo(1);
            int pending = Pc.label(m.s[m.frame(t)]);
            m.choices.explore(order.choices()[i]);
            Step.run(m, t, 1);
            ran.add(scenario.threads().get(t) + " " + taken[t]++ + " " + pending);
        }
        assertThat(m.s[Sched.ENABLED]).isZero();
        m.finish();
        assertThat(m.violated).isNegative();
        return ran;
    }
}
