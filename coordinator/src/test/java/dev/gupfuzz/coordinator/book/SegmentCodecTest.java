package dev.gupfuzz.coordinator.book;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gupfuzz.campaign.CampaignPlan;
import dev.gupfuzz.campaign.CampaignPlan.PlannedCell;
import dev.gupfuzz.campaign.CampaignSpec;
import dev.gupfuzz.campaign.Decoded;
import dev.gupfuzz.campaign.Wire;
import dev.gupfuzz.campaign.wire.LedgerSegment;
import dev.gupfuzz.campaign.wire.RangeResult.Outcome;
import dev.gupfuzz.coordinator.ledger.ClosedSegment;
import dev.gupfuzz.coordinator.ledger.RangeState;
import dev.gupfuzz.simulator.search.Sampler;
import dev.gupfuzz.simulator.search.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A closed segment survives its way through the topic. */
class SegmentCodecTest {
    private final CampaignPlan plan = CampaignPlan.of(new CampaignSpec(
            CampaignSpec.VERSION,
            "codec",
            List.of("v5.9", "v5.11"),
            List.of("fork-vs-pin-fast"),
            List.of("random"),
            1,
            100_000,
            1 << 12));

    private ClosedSegment<Tally> segment() {
        List<RangeState> states = new ArrayList<>();
        List<Long> digests = new ArrayList<>();
        for (int i = 0; i < 1023; i++) {
            states.add(RangeState.values()[i % 4]);
            digests.add(i % 4 == 1 ? -1L - i : 0L);
        }
        TreeMap<Integer, Tally> tallies = new TreeMap<>();
        for (PlannedCell planned : plan.cells()) {
            tallies.put(
                    planned.position(), Sampler.sample(planned.cell(), 1, 3_000, 1, false, () -> false, done -> {}));
        }
        return new ClosedSegment<>(
                7, states, digests, tallies, Map.of(Outcome.CLEAN, 200, Outcome.VIOLATION, 56, Outcome.CANCELLED, 255));
    }

    @Test
    void shouldBeReadAsItWasWritten() {
        ClosedSegment<Tally> written = segment();
        byte[] bytes = Wire.SEGMENT.encode(SegmentCodec.encode("codec", 1, written));
        assertThat(Wire.SEGMENT.decode(bytes)).isInstanceOfSatisfying(Decoded.Message.class, message -> {
            ClosedSegment<Tally> read = SegmentCodec.decode(plan, (LedgerSegment) message.value());
            assertThat(read.segment()).isEqualTo(7);
            assertThat(read.states()).isEqualTo(written.states());
            assertThat(read.digests()).isEqualTo(written.digests());
            assertThat(read.outcomes()).isEqualTo(written.outcomes());
            assertThat(read.tallies().keySet()).isEqualTo(written.tallies().keySet());
            written.tallies()
                    .forEach((cell, tally) ->
                            assertThat(read.tallies().get(cell).toBytes()).isEqualTo(tally.toBytes()));
        });
    }

    @Test
    void shouldRefuseACellThatIsNotInThePlan() {
        LedgerSegment stranger = SegmentCodec.encode("codec", 1, segment()).toBuilder()
                .addCells(LedgerSegment.CellTally.newBuilder().setCell(2))
                .build();
        assertThatThrownBy(() -> SegmentCodec.decode(plan, stranger))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cell=2");
    }
}
