package dev.gupfuzz.coordinator.book;

import com.google.protobuf.ByteString;
import dev.gupfuzz.campaign.CampaignPlan;
import dev.gupfuzz.campaign.Wire;
import dev.gupfuzz.campaign.wire.LedgerSegment;
import dev.gupfuzz.campaign.wire.RangeResult.Outcome;
import dev.gupfuzz.coordinator.ledger.ClosedSegment;
import dev.gupfuzz.coordinator.ledger.RangeState;
import dev.gupfuzz.simulator.search.Tally;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Closed segments as they are stored in the ledger's topic. */
final class SegmentCodec {
    private static final RangeState[] STATES = RangeState.values();

    private SegmentCodec() {}

    static LedgerSegment encode(String campaign, int generation, ClosedSegment<Tally> segment) {
        byte[] states = new byte[(segment.states().size() * 2 + 7) / 8];
        for (int i = 0; i < segment.states().size(); i++) {
            states[i / 4] |= (byte) (segment.states().get(i).ordinal() << (i % 4 * 2));
        }
        LedgerSegment.Builder message = LedgerSegment.newBuilder()
                .setVersion(Wire.VERSION)
                .setCampaign(campaign)
                .setGeneration(generation)
                .setSegment(segment.segment())
                .setStates(ByteString.copyFrom(states))
                .addAllDigests(segment.digests());
        segment.tallies()
                .forEach((cell, tally) -> message.addCells(LedgerSegment.CellTally.newBuilder()
                        .setCell(cell)
                        .setTally(ByteString.copyFrom(tally.toBytes()))));
        segment.outcomes()
                .forEach((outcome, ranges) -> message.addOutcomes(LedgerSegment.OutcomeCount.newBuilder()
                        .setOutcome(outcome)
                        .setRanges(ranges)));
        return message.build();
    }

    /** @throws IllegalArgumentException if a cell is not in the plan or a tally is damaged */
    static ClosedSegment<Tally> decode(CampaignPlan plan, LedgerSegment message) {
        byte[] packed = message.getStates().toByteArray();
        List<RangeState> states = new ArrayList<>();
        for (int i = 0; i < message.getDigestsCount(); i++) {
            states.add(STATES[packed[i / 4] >>> (i % 4 * 2) & 3]);
        }
        TreeMap<Integer, Tally> tallies = new TreeMap<>();
        for (LedgerSegment.CellTally stored : message.getCellsList()) {
            if (stored.getCell() < 0 || stored.getCell() >= plan.cells().size()) {
                throw new IllegalArgumentException("ledger segment names a cell that is not in the plan: segment="
                        + message.getSegment() + " cell=" + Integer.toUnsignedString(stored.getCell()));
            }
            tallies.put(
                    stored.getCell(),
                    Tally.fromBytes(
                            plan.cells().get(stored.getCell()).cell(),
                            stored.getTally().toByteArray()));
        }
        Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
        message.getOutcomesList().forEach(stored -> outcomes.put(stored.getOutcome(), stored.getRanges()));
        return new ClosedSegment<>(
                Math.toIntExact(message.getSegment()), states, message.getDigestsList(), tallies, outcomes);
    }
}
