package dev.gupfuzz.simulator.minimize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.Runs;
import dev.gupfuzz.simulator.explore.Exploration.Way;
import dev.gupfuzz.simulator.explore.MachineSystem;
import dev.gupfuzz.simulator.explore.StateSearch;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import dev.gupfuzz.simulator.search.Blame;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.search.Count;
import dev.gupfuzz.simulator.search.Tally;
import dev.gupfuzz.simulator.trace.Conductor;
import dev.gupfuzz.simulator.trace.Deviation;
import dev.gupfuzz.simulator.trace.Finding;
import dev.gupfuzz.simulator.trace.Replay;
import dev.gupfuzz.simulator.trace.StepOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MinimizerTest {

    private static final Bounds BOUNDS = new Bounds(200_000, 1L << 28, () -> false);

    /** The race needs a preemption of fork inside its check; pct:1, which has none, never finds it (KnownBugsTest). */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "fork-vs-pin-fast:noise=4",
                "fork-vs-pin-fast:pages=4,has-pinned=1,noise=2",
                "fork-vs-pin-fast-writer:pages=2,has-pinned=1",
                "two-forks-vs-pin-fast:pages=2",
            })
    void shouldComeToTheRaceWithItsOnePreemption(String scenario) {
        Cell cell = Runs.cell("v5.9", scenario, "random");
        Finding walked = Runs.sample(cell, 2_000).violations().entrySet().stream()
                .filter(found -> found.getKey().where().matches("forker[12]?, copy_present_pte: set_pte_at.*"))
                .map(found -> Finding.witness(cell, found.getValue().lowestSeeds()[0]))
                .findFirst()
                .orElseThrow();

        Minimized minimized = Minimizer.of(walked, 2, BOUNDS);

        Finding finding = minimized.finding();
        assertThat(finding.cell().scenario().name()).isEqualTo("fork-vs-pin-fast");
        assertThat(finding.preemptions()).isEqualTo(1);
        assertThat(finding.steps())
                .isEqualTo(18); // as the two columns of the commit message, counted in the model's steps
        assertThat(minimized.certificate().proved()).isTrue();
        assertThat(minimized.certificate().text()).startsWith("needs exactly 1 preemption; 0 is proved impossible");
        assertThat(minimized.before().steps()).isEqualTo(walked.steps()).isGreaterThan(18);
        assertThat(minimized.before().preemptions()).isEqualTo(walked.preemptions());
        assertThat(minimized.after()).isEqualTo(new Minimized.Size(18, finding.decisions(), 2, 1, 2, 1));
    }

    /**
     * A long random walk loses its pin at the other end of the same window: fork is stopped inside its check, the pin before it
     * returns, and fork goes on until its flush waits for the pin's interrupts.
     */
    @Test
    void shouldShrinkALongRandomWalk() {
        Cell cell = Runs.cell("v5.9", "fork-vs-pin-fast:pages=16", "random");
        Finding walked = Finding.witness(cell, 5);

        Minimized minimized = Minimizer.of(walked, 2, BOUNDS);

        assertThat(walked.steps()).isGreaterThan(100);
        assertThat(walked.preemptions()).isGreaterThan(50);
        assertThat(minimized.finding().cell().scenario().name()).isEqualTo("fork-vs-pin-fast");
        assertThat(minimized.certificate().proved()).isTrue();
        assertThat(minimized.after().preemptions()).isEqualTo(2).isEqualTo(fewest(minimized.finding()));
        assertThat(minimized.after().switches()).isEqualTo(3);
    }

    /** Whatever is found: the same failure comes out, replays by its token, and is no larger. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            v5.9-rc4                                                 | pin-fork-child-exits-write:pages=16
            v5.9                                                     | fork-vs-pin-fast:pages=4
            v5.11 without fork-tlb-flush                             | fork-vs-write:pages=4
            v5.11 without fork-mmap-write-lock without fork-tlb-flush | fork-vs-write
            v5.11 without unpin-on-retry                             | fork-vs-pin-fast
            v5.11 without unpin-all-on-retry                         | fork-vs-pin-fast:pages=4
            v5.11 without seq-init                                   | two-forks-vs-pin-fast
            v5.11 without eagain-drops-ptl                           | two-forks-vs-pin-fast
            v5.11 without gup-irq-restore                            | fork-vs-pin-fast:noise=1
            """)
    void shouldKeepTheFailure(String kernel, String scenario) {
        Cell cell = Runs.cell(kernel, scenario, "random");
        Tally tally = Runs.sample(cell, 500);
        assertThat(tally.violations()).isNotEmpty();
        for (Map.Entry<Blame, Count> found : tally.violations().entrySet()) {
            Finding walked = Finding.witness(cell, found.getValue().lowestSeeds()[0]);

            Minimized minimized = Minimizer.of(walked, 2, BOUNDS);

            String what = walked.cell().text() + " " + walked.blame().text();
            Finding finding = Finding.parse(minimized.finding().token());
            assertThat(Failure.of(finding)).as(what).isEqualTo(Failure.of(walked));
            assertThat(Replay.of(finding, finding.cell().kernel()).kind())
                    .as(what)
                    .isEqualTo(Replay.Kind.REPRODUCED);
            assertThat(finding.preemptions())
                    .as(what)
                    .isEqualTo(minimized.certificate().preemptions());
            assertThat(minimized.after().preemptions())
                    .as(what)
                    .isLessThanOrEqualTo(minimized.before().preemptions());
            assertThat(minimized.certificate().proved()).as(what).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "v5.9                          | fork-vs-pin-fast",
                "v5.9                          | fork-vs-pin-fast:pages=2",
                "v5.11 without seq-retry-check | fork-vs-pin-fast",
            })
    void shouldAgreeWithAnExplorationOfEverything(String kernel, String scenario) {
        Cell cell = Runs.cell(kernel, scenario, "random");
        for (Count found : Runs.sample(cell, 2_000).violations().values()) {
            Minimized minimized = Minimizer.of(Finding.witness(cell, found.lowestSeeds()[0]), 2, BOUNDS);
            assertThat(minimized.certificate().preemptions()).isEqualTo(fewest(minimized.finding()));
        }
    }

    /** Wrong counts have no place in an exploration, so samples speak: none may need fewer preemptions. */
    @Test
    void shouldPlaceWrongCountsAsRunsDo() {
        Map<Failure, Integer> sampled = new LinkedHashMap<>();
        Map<Failure, Integer> proved = new LinkedHashMap<>();
        for (String strategy : List.of("pct:2", "pct:3", "pct:4")) {
            Cell cell = Runs.cell("v5.11 without unpin-on-retry", "fork-vs-pin-fast", strategy);
            for (Count found : Runs.sample(cell, 20_000).violations().values()) {
                for (long seed : found.lowestSeeds()) {
                    Finding drawn = Finding.witness(cell, seed);
                    Failure failure = Failure.of(drawn);
                    sampled.merge(failure, drawn.preemptions(), Math::min);
                    proved.computeIfAbsent(
                            failure,
                            f -> Minimizer.of(drawn, 2, BOUNDS).certificate().preemptions());
                }
            }
        }
        assertThat(proved).hasSizeGreaterThan(2);
        proved.forEach((failure, fewest) ->
                assertThat(sampled.get(failure)).as(failure.toString()).isGreaterThanOrEqualTo(fewest));
        assertThat(proved.entrySet())
                .anyMatch(p -> p.getValue() > 0 && sampled.get(p.getKey()).equals(p.getValue()));
    }

    /** By an exploration of everything, which knows nothing of the failure that was asked for. */
    private static int fewest(Finding finding) {
        var explored = StateSearch.explore(
                () -> new MachineSystem(finding.cell().kernel(), finding.cell().scenario()),
                2,
                Bounds.NONE,
                new Plan(false, false, true));
        OptionalInt fewest = explored.broken().values().stream()
                .filter(way -> Failure.of(Finding.explored(
                                finding.cell().kernel(), finding.cell().scenario(), way.moves()))
                        .equals(Failure.of(finding)))
                .mapToInt(Way::preemptions)
                .min();
        return fewest.orElseThrow();
    }

    @Test
    void shouldSayWhenABoundComesBeforeTheProof() {
        Cell cell = Runs.cell("v5.9", "fork-vs-pin-fast", "random");
        long seed =
                Runs.sample(cell, 2_000).violations().values().iterator().next().lowestSeeds()[0];

        Minimized minimized = Minimizer.of(Finding.witness(cell, seed), 1, new Bounds(10, 1L << 28, () -> false));

        assertThat(minimized.certificate().proved()).isFalse();
        assertThat(minimized.certificate().text()).contains("not proved");
        assertThat(minimized.after().preemptions())
                .isLessThan(minimized.before().preemptions());
    }

    /** More states than the bound lie behind two preemptions, fewer behind none: that much is proved, and no more is said. */
    @Test
    void shouldProveAsManyPreemptionsTooFewAsItsBoundAllows() {
        Cell cell = Runs.cell("v5.11 without unpin-on-retry", "fork-vs-pin-fast", "random");
        Finding walked = Runs.sample(cell, 2_000).violations().entrySet().stream()
                .filter(found -> found.getKey().where().contains("put_compound_head(): put_page(page)"))
                .map(found -> Finding.witness(cell, found.getValue().lowestSeeds()[0]))
                .findFirst()
                .orElseThrow();
        int fewest = Minimizer.of(walked, 2, BOUNDS).certificate().preemptions();

        Certificate some = Minimizer.of(walked, 2, new Bounds(1_500, 1L << 28, () -> false))
                .certificate();

        assertThat(fewest).isEqualTo(3);
        assertThat(some.proved()).isFalse();
        assertThat(some.atLeast()).isBetween(1, fewest - 1);
        assertThat(some.text()).contains("proved impossible", "is not proved");
    }

    /** Without a look at the counts after every call the small run would go on, and break I13 first. */
    @Test
    void shouldKeepWrongCountsThatAnotherPromiseWouldHide() {
        Cell cell =
                Runs.cell("v5.11 without seq-odd-check without wp-pte-recheck", "fork-vs-write:populated=0", "random");
        Finding walked = Finding.witness(cell, 0x38f636f123d8e8a1L);

        Finding finding = Minimizer.of(walked, 2, new Bounds(30_000, 1L << 28, () -> false))
                .finding();

        assertThat(Failure.of(finding)).isEqualTo(Failure.of(walked));
    }

    /** Where nothing is proved: dropping deviations, reordering and slicing have all come to their end on what is shown. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            v5.9-rc4 without wp-sole-user  | fork-vs-write:pages=2
            v5.11 without seq-retry-check  | fork-vs-pin-fast:pages=2,noise=1
            v5.11 without unpin-on-retry   | fork-vs-pin-fast:pages=2,noise=1
            """)
    void shouldNotBeSmallerWithoutAnyOneDeviation(String kernel, String scenario) {
        Cell cell = Runs.cell(kernel, scenario, "random");
        int tried = 0;
        for (Count found : Runs.sample(cell, 2_000).violations().values()) {
            Finding walked = Finding.witness(cell, found.lowestSeeds()[0]);
            Minimized minimized = Minimizer.of(walked, 1, new Bounds(1, 1L << 28, () -> false));
            Finding finding = minimized.finding();
            Subject subject = new Subject(cell.kernel(), finding.cell().scenario(), Failure.of(walked));
            StepOrder order = Conductor.along(finding).order();
            Candidate shown = subject.follow(order).orElseThrow();
            List<Deviation> deviations = Deviation.of(subject.start(), order);
            for (Deviation dropped : deviations) {
                List<Deviation> rest = new ArrayList<>(deviations);
                rest.remove(dropped);
                Deviation.follow(subject.start(), rest);
                Optional<Candidate> without = subject.ended();
                assertThat(without.isPresent() && Candidate.SMALLER.compare(without.get(), shown) < 0)
                        .as("%s without %s", finding.token(), dropped)
                        .isFalse();
                tried++;
            }
        }
        assertThat(tried).isPositive();
    }

    @Test
    void shouldLeaveOutThreadsThatNoSearchWasNeededFor() {
        Cell cell = Runs.cell("v5.9", "fork-vs-pin-fast:noise=4", "random");
        long seed =
                Runs.sample(cell, 2_000).violations().values().iterator().next().lowestSeeds()[0];

        Minimized minimized = Minimizer.of(Finding.witness(cell, seed), 1, new Bounds(10, 1L << 28, () -> false));

        assertThat(minimized.certificate().proved()).isFalse();
        assertThat(minimized.finding().cell().scenario().name()).isEqualTo("fork-vs-pin-fast");
    }

    @Test
    void shouldNotDependOnTheNumberOfCores() {
        Cell cell = Runs.cell("v5.9", "fork-vs-pin-fast:pages=2,noise=1", "random");
        long seed =
                Runs.sample(cell, 2_000).violations().values().iterator().next().lowestSeeds()[0];
        List<String> tokens = java.util.stream.IntStream.of(1, 2, 3)
                .mapToObj(cores -> Minimizer.of(Finding.witness(cell, seed), cores, BOUNDS)
                        .finding()
                        .token())
                .toList();

        assertThat(tokens).containsOnly(tokens.get(0));
    }
}
