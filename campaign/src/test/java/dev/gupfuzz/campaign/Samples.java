package dev.gupfuzz.campaign;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.gupfuzz.campaign.wire.CampaignRecord;
import dev.gupfuzz.campaign.wire.Control;
import dev.gupfuzz.campaign.wire.FindingRecord;
import dev.gupfuzz.campaign.wire.Job;
import dev.gupfuzz.campaign.wire.LedgerSegment;
import dev.gupfuzz.campaign.wire.RangeResult;
import dev.gupfuzz.campaign.wire.SeedInterval;
import dev.gupfuzz.campaign.wire.Started;

/** One message of every kind, the same in every test. */
final class Samples {
    static final String ENGINE = "0123456789abcdef".repeat(4);

    private Samples() {}

    /** A message and its codec. */
    record Sample<M extends Message>(Wire<M> wire, M message) {
        @Override
        public String toString() {
            return wire.name();
        }
    }

    static Job job() {
        return Job.newBuilder()
                .setVersion(1)
                .setCampaign("demo")
                .setGeneration(2)
                .setKind(Job.Kind.SEEDS)
                .setLane(Job.Lane.FUZZ)
                .setIndex(300)
                .setAttempt(1)
                .setKernel("v5.9")
                .setScenario("fork-vs-pin-fast")
                .setStrategy("pct:3,k=41")
                .setEngine(ENGINE)
                .setModel("1")
                .setStepBudget(1L << 29)
                .setSeeds(SeedInterval.newBuilder().setFirst(-2L).setCount(2))
                .build();
    }

    static Started started() {
        return Started.newBuilder()
                .setVersion(1)
                .setCampaign("demo")
                .setGeneration(2)
                .setIndex(300)
                .setAttempt(1)
                .setWorker("w-1")
                .build();
    }

    static RangeResult result() {
        return RangeResult.newBuilder()
                .setVersion(1)
                .setCampaign("demo")
                .setGeneration(2)
                .setIndex(300)
                .setAttempt(1)
                .setWorker("w-1")
                .setEngine(ENGINE)
                .setOutcome(RangeResult.Outcome.VIOLATION)
                .setTally(ByteString.copyFrom(new byte[] {1, 2, 3}))
                .setDigest(0x0102030405060708L)
                .setFindings(1)
                .setFindingsHash(-1L)
                .setDurationMs(1700)
                .build();
    }

    static FindingRecord finding() {
        return FindingRecord.newBuilder()
                .setVersion(1)
                .setCampaign("demo")
                .setGeneration(2)
                .setIndex(300)
                .setAttempt(1)
                .setWorker("w-1")
                .setInvariant("I1b")
                .setWhere("fork: set_pte_at(dst)")
                .setSeed(42)
                .setFile("finding\n")
                .setFingerprint(7)
                .build();
    }

    static Control control() {
        return Control.newBuilder()
                .setVersion(1)
                .setCampaign("demo")
                .setGeneration(2)
                .setAction(Control.Action.CANCEL)
                .setReason("asked for")
                .build();
    }

    static CampaignRecord campaign() {
        return CampaignRecord.newBuilder()
                .setVersion(1)
                .setCampaign("demo")
                .setGeneration(2)
                .setEngine(ENGINE)
                .setModel("1")
                .setSpec("{}")
                .addCells(CampaignRecord.PlannedCell.newBuilder()
                        .setKernel("v5.9")
                        .setScenario("fork-vs-pin-fast")
                        .setStrategy("random")
                        .setSeedsPerRange(1000)
                        .setStepBudget(8000))
                .setCreatedMs(5)
                .build();
    }

    static LedgerSegment segment() {
        return LedgerSegment.newBuilder()
                .setVersion(1)
                .setCampaign("demo")
                .setGeneration(2)
                .setSegment(3)
                .setStates(ByteString.copyFrom(new byte[] {0x24, 0x01}))
                .addDigests(9)
                .addDigests(0)
                .addDigests(-9)
                .addDigests(1)
                .addDigests(2)
                .addCells(LedgerSegment.CellTally.newBuilder().setCell(1).setTally(ByteString.copyFromUtf8("t")))
                .setJobsOffset(11)
                .setResultsOffset(12)
                .build();
    }
}
