package dev.gupfuzz.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gupfuzz.campaign.CampaignPlan.PlannedCell;
import dev.gupfuzz.campaign.CampaignPlan.PlannedRange;
import dev.gupfuzz.campaign.wire.CampaignRecord;
import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.search.StepsPerSchedule;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Cells and ranges: every seed of every cell exactly once, and the same plan every time. */
class CampaignPlanTest {
    private static final CampaignSpec SPEC = new CampaignSpec(
            1,
            "plan",
            List.of("v5.9", "v5.11"),
            List.of("fork-vs-pin-fast"),
            List.of("random", "pct:3"),
            -1000,
            1000,
            1 << 12);

    @Test
    void shouldCoverEverySeedOfEveryCellExactlyOnceInOrder() {
        CampaignPlan plan = CampaignPlan.of(SPEC);
        assertThat(plan.cells()).hasSize(4);
        long index = 0;
        for (PlannedCell planned : plan.cells()) {
            assertThat(planned.firstIndex()).isEqualTo(index);
            assertThat(planned.ranges()).isGreaterThan(1);
            long next = SPEC.firstSeed();
            for (long i = 0; i < planned.ranges(); i++, index++) {
                PlannedRange range = plan.range(index);
                assertThat(range.planned()).isEqualTo(planned);
                assertThat(range.firstSeed()).isEqualTo(next);
                assertThat(range.count()).isBetween(1L, planned.seedsPerRange());
                next += range.count();
            }
            assertThat(next).isEqualTo(SPEC.firstSeed() + SPEC.seeds());
        }
        assertThat(plan.ranges()).isEqualTo(index);
    }

    @Test
    void shouldOrderCellsByKernelThenScenarioThenStrategyWithFrozenStrategies() {
        List<PlannedCell> cells = CampaignPlan.of(SPEC).cells();
        assertThat(cells)
                .extracting(planned -> planned.cell().kernel().name())
                .containsExactly("v5.9", "v5.9", "v5.11", "v5.11");
        assertThat(cells)
                .allSatisfy(planned ->
                        assertThat(planned.cell().strategy().frozen()).isTrue());
        assertThat(cells.get(1).cell().strategy().name()).matches("pct:3,k=[0-9]+");
        assertThat(cells).extracting(PlannedCell::position).containsExactly(0, 1, 2, 3);
    }

    @Test
    void shouldSizeRangesByCountedSteps() {
        for (PlannedCell planned : CampaignPlan.of(SPEC).cells()) {
            assertThat(planned.seedsPerRange())
                    .isEqualTo(Math.max(1, SPEC.stepsPerRange() / StepsPerSchedule.mean(planned.cell())));
        }
        CampaignSpec tiny =
                new CampaignSpec(1, "tiny", List.of("v5.9"), List.of("fork-vs-pin-fast"), List.of("random"), 0, 3, 1);
        assertThat(CampaignPlan.of(tiny).ranges()).isEqualTo(3);
    }

    @Test
    void shouldBeTheSameEveryTimeAndAfterItWasStored() {
        CampaignPlan plan = CampaignPlan.of(SPEC);
        CampaignRecord record = plan.toRecord(3, 0);
        assertThat(CampaignPlan.of(SPEC).toRecord(3, 0)).isEqualTo(record);
        byte[] stored = Wire.CAMPAIGN.encode(record);
        CampaignPlan restored =
                CampaignPlan.of(((Decoded.Message<CampaignRecord>) Wire.CAMPAIGN.decode(stored)).value());
        assertThat(restored.toRecord(3, 0)).isEqualTo(record);
        for (long index = 0; index < plan.ranges(); index++) {
            assertThat(restored.job(3, index, 1)).isEqualTo(plan.job(3, index, 1));
            assertThat(Wire.JOB.decode(Wire.JOB.encode(plan.job(3, index, 1)))).isInstanceOf(Decoded.Message.class);
        }
    }

    @Test
    void shouldRefuseAnIndexThatItDoesNotHave() {
        CampaignPlan plan = CampaignPlan.of(SPEC);
        assertThatThrownBy(() -> plan.range(plan.ranges())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> plan.range(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldRefuseACampaignOfTooManyRanges() {
        CampaignSpec huge = new CampaignSpec(
                1, "huge", List.of("v5.9"), List.of("fork-vs-pin-fast"), List.of("random"), 0, Long.MAX_VALUE, 1);
        assertThatThrownBy(() -> CampaignPlan.of(huge))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("too many ranges");
    }
}
