package dev.gupfuzz.coordinator.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gupfuzz.campaign.Outcomes;
import dev.gupfuzz.campaign.wire.RangeResult.Outcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The fold counts each range once, whatever the order, the repetitions and the restarts. */
class RangeLedgerTest {
    /** Three cells over three segments, the last one short; cell borders lie inside segments. */
    private static final Cells CELLS = new Cells(700, 900, 600);

    private static RangeReport<String> done(int index, int attempt) {
        Outcome outcome =
                index % 5 == 0 ? Outcome.VIOLATION : index % 7 == 0 ? Outcome.BUDGET_EXHAUSTED : Outcome.CLEAN;
        return new RangeReport<>(index, attempt, outcome, index * 31L, Cells.tally(index));
    }

    private static RangeReport<String> ended(int index, int attempt, Outcome outcome) {
        return new RangeReport<>(index, attempt, outcome, 0, null);
    }

    private static RangeLedger<String> ledger() {
        return new RangeLedger<>(CELLS, CELLS);
    }

    private static List<String> totals(RangeLedger<String> ledger) {
        return IntStream.range(0, CELLS.cells()).mapToObj(ledger::total).toList();
    }

    private static String expectedTotal(int cell, java.util.function.IntPredicate counted) {
        return IntStream.range(CELLS.firstRange(cell), CELLS.firstRange(cell + 1))
                .filter(counted)
                .mapToObj(Cells::tally)
                .collect(Collectors.joining());
    }

    /** Everything that a reader of the ledger sees. */
    private static List<Object> accounts(RangeLedger<String> ledger) {
        List<Object> seen = new ArrayList<>(totals(ledger));
        seen.add(ledger.counts());
        for (int i = 0; i < CELLS.ranges(); i++) {
            seen.add(ledger.state(i));
            seen.add(ledger.digest(i));
        }
        return seen;
    }

    static Stream<Long> seeds() {
        return new Random(20261122).longs(200).boxed();
    }

    /** A log as workers leave it: duplicates, failed attempts, deaths, cancellations, late records, returned jobs. */
    private static List<RangeReport<String>> log(Random random) {
        List<List<RangeReport<String>>> byRange = new ArrayList<>();
        for (int index = 0; index < CELLS.ranges(); index++) {
            List<RangeReport<String>> records = new ArrayList<>();
            switch (random.nextInt(12)) {
                case 0 -> {
                    for (int attempt = 1; attempt <= 3; attempt++) {
                        records.add(ended(index, attempt, Outcome.ENGINE_ERROR));
                        records.add(ended(index, attempt, Outcome.ENGINE_ERROR));
                    }
                    records.add(done(index, 1));
                }
                case 1 -> {
                    records.add(ended(index, 1, Outcome.ENGINE_ERROR));
                    records.add(done(index, 2));
                    records.add(ended(index, 1, Outcome.ENGINE_ERROR));
                }
                case 2 -> {
                    records.add(ended(index, 1, Outcome.CANCELLED));
                    records.add(done(index, 1));
                }
                case 3 -> {
                    records.add(ended(index, 1, Outcome.RETURNED));
                    records.add(done(index, 1));
                    records.add(done(index, 2));
                }
                case 4 -> {
                    records.add(done(index, 1));
                    records.add(new RangeReport<>(index, 2, Outcome.CLEAN, 7L, "wrong"));
                    records.add(done(index, 3));
                }
                default -> records.add(done(index, 1));
            }
            byRange.add(records);
        }
        return interleave(byRange, random);
    }

    /** Any order of ranges; the records of one range stay in theirs, as their common partition keeps them. */
    private static List<RangeReport<String>> interleave(List<List<RangeReport<String>>> byRange, Random random) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < byRange.size(); i++) {
            order.addAll(Collections.nCopies(byRange.get(i).size(), i));
        }
        Collections.shuffle(order, random);
        Map<Integer, Integer> taken = new HashMap<>();
        List<RangeReport<String>> log = new ArrayList<>();
        for (int range : order) {
            log.add(byRange.get(range).get(taken.merge(range, 1, Integer::sum) - 1));
        }
        return log;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldGiveTheSameAccountsInAnyOrderAndAfterARestartAnywhere(long seed) {
        Random random = new Random(seed);
        List<RangeReport<String>> log = log(random);
        RangeLedger<String> whole = ledger();
        log.forEach(whole::fold);

        TreeMap<Integer, List<RangeReport<String>>> byRange = new TreeMap<>();
        log.forEach(report ->
                byRange.computeIfAbsent(report.index(), i -> new ArrayList<>()).add(report));
        RangeLedger<String> shuffled = ledger();
        interleave(List.copyOf(byRange.values()), random).forEach(shuffled::fold);
        assertThat(accounts(shuffled)).isEqualTo(accounts(whole));

        RangeLedger<String> before = ledger();
        List<ClosedSegment<String>> stored = new ArrayList<>();
        int stop = random.nextInt(log.size() + 1);
        for (RangeReport<String> report : log.subList(0, stop)) {
            before.fold(report);
            stored.addAll(before.closeFinished(index -> false));
        }
        RangeLedger<String> after = ledger();
        stored.forEach(after::restore);
        for (RangeReport<String> report : log) {
            after.fold(report);
            after.closeFinished(index -> false);
        }
        assertThat(accounts(after)).isEqualTo(accounts(whole));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldCountHonestRepetitionsWithoutAddingThem(long seed) {
        Random random = new Random(seed);
        List<RangeReport<String>> log = new ArrayList<>();
        for (int index = 0; index < CELLS.ranges(); index++) {
            for (int copy = 0; copy <= random.nextInt(3); copy++) {
                log.add(done(index, 1 + copy));
            }
        }
        Collections.shuffle(log, random);
        RangeLedger<String> ledger = ledger();
        log.forEach(ledger::fold);

        assertThat(totals(ledger))
                .containsExactly(expectedTotal(0, i -> true), expectedTotal(1, i -> true), expectedTotal(2, i -> true));
        assertThat(ledger.counts().done()).isEqualTo(CELLS.ranges());
        assertThat(ledger.counts().identical()).isEqualTo(log.size() - CELLS.ranges());
        assertThat(ledger.counts().divergent()).isZero();
    }

    @Test
    void shouldKeepTheFirstOfTwoDivergentResultsAndRaiseTheAlarm() {
        RangeLedger<String> ledger = ledger();
        assertThat(ledger.fold(done(3, 1))).isEqualTo(Folded.COUNTED);
        assertThat(ledger.fold(new RangeReport<>(3, 2, Outcome.CLEAN, 4L, "other")))
                .isEqualTo(Folded.DIVERGENT);
        assertThat(ledger.fold(done(3, 2))).isEqualTo(Folded.IDENTICAL);
        assertThat(ledger.total(0)).isEqualTo(Cells.tally(3));
        assertThat(ledger.counts().divergent()).isEqualTo(1);
    }

    @Test
    void shouldGiveUpARangeAfterErrorsOfThreeAttempts() {
        RangeLedger<String> ledger = ledger();
        assertThat(ledger.fold(ended(5, 1, Outcome.ENGINE_ERROR))).isEqualTo(Folded.ERROR);
        assertThat(ledger.fold(ended(5, 1, Outcome.ENGINE_ERROR))).isEqualTo(Folded.ERROR);
        assertThat(ledger.fold(ended(5, 2, Outcome.ENGINE_ERROR))).isEqualTo(Folded.ERROR);
        assertThat(ledger.failedAttempts()).containsExactly(Map.entry(5, 2));
        assertThat(ledger.fold(ended(5, 3, Outcome.ENGINE_ERROR))).isEqualTo(Folded.COUNTED);
        assertThat(ledger.state(5)).isEqualTo(RangeState.DEAD);
        assertThat(ledger.failedAttempts()).isEmpty();
        assertThat(ledger.fold(done(5, 1))).isEqualTo(Folded.LATE);
        assertThat(ledger.total(0)).isEmpty();
    }

    @Test
    void shouldNeitherEndNorLoseARangeThatWasReturned() {
        RangeLedger<String> ledger = ledger();
        assertThat(ledger.fold(ended(9, 1, Outcome.RETURNED))).isEqualTo(Folded.RETURNED);
        assertThat(ledger.isTerminal(9)).isFalse();
        assertThat(ledger.failedAttempts()).isEmpty();
    }

    @Test
    void shouldRefuseRangesOutsideThePlan() {
        RangeLedger<String> ledger = ledger();
        assertThat(ledger.fold(ended(CELLS.ranges(), 1, Outcome.CANCELLED))).isEqualTo(Folded.UNKNOWN_RANGE);
        assertThat(ledger.fold(ended(-1, 1, Outcome.CANCELLED))).isEqualTo(Folded.UNKNOWN_RANGE);
        assertThat(ledger.counts().terminal()).isZero();
    }

    @Test
    void shouldCloseASegmentOfACancelledCampaignWithItsUnissuedRanges() {
        RangeLedger<String> ledger = ledger();
        IntStream.range(0, 10).forEach(i -> ledger.fold(done(i, 1)));
        assertThat(ledger.closeFinished(index -> false)).isEmpty();
        List<ClosedSegment<String>> closed = ledger.closeFinished(index -> index >= 10);
        assertThat(closed).hasSize(1);
        assertThat(closed.get(0).states().get(9)).isEqualTo(RangeState.DONE);
        assertThat(closed.get(0).states().get(10)).isEqualTo(RangeState.OPEN);

        RangeLedger<String> restored = ledger();
        closed.forEach(restored::restore);
        assertThat(restored.counts()).isEqualTo(ledger.counts());
        assertThat(restored.terminalRanges().cardinality()).isEqualTo(10);
        assertThat(totals(restored)).isEqualTo(totals(ledger));
    }

    @Test
    void shouldShowAPlantedDoubleFoldInTheCountsAndNotInTheSet() {
        RangeLedger<String> ledger = ledger();
        ledger.plantDoubleFold(index -> index == 2);
        IntStream.range(0, 4).forEach(i -> ledger.fold(done(i, 1)));
        assertThat(ledger.counts().terminal()).isEqualTo(5);
        assertThat(ledger.terminalRanges().cardinality()).isEqualTo(4);
    }

    @Test
    void shouldRefuseSegmentsThatDoNotFitThePlan() {
        RangeLedger<String> ledger = ledger();
        ClosedSegment<String> tooShort =
                new ClosedSegment<>(0, List.of(RangeState.DONE), List.of(1L), new TreeMap<>(), Map.of());
        assertThatThrownBy(() -> ledger.restore(tooShort)).hasMessageContaining("does not fit the plan");
    }

    @Test
    void shouldTakeTalliesFromCountedOutcomesAlone() {
        for (Outcome outcome : List.of(Outcome.CLEAN, Outcome.ENGINE_ERROR)) {
            String wrong = Outcomes.counted(outcome) ? null : "tally";
            assertThatThrownBy(() -> new RangeReport<>(0, 1, outcome, 0, wrong))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
