package dev.gupfuzz.worker;

import dev.gupfuzz.campaign.Fingerprints;
import dev.gupfuzz.campaign.Wire;
import dev.gupfuzz.campaign.wire.FindingRecord;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.search.Tally;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The findings that a range's result is accompanied by: those of the lowest seeds of each cause. */
final class Witnesses {
    /** More are counted in the tally and not kept. */
    private static final int RANGE_MAX = 64;

    private Witnesses() {}

    /** Executes the witnesses of a tally again and writes each down; {@code blank} gives a record to complete. */
    static List<FindingRecord> of(Cell cell, Tally tally, Supplier<FindingRecord.Builder> blank) {
        List<FindingRecord> records = new ArrayList<>();
        tally.violations().forEach((blame, count) -> {
            for (long seed : count.lowestSeeds()) {
                if (records.size() < RANGE_MAX) {
                    records.add(record(Finding.witness(cell, seed), blank.get()));
                }
            }
        });
        return records;
    }

    private static FindingRecord record(Finding finding, FindingRecord.Builder blank) {
        String invariant = finding.blame().invariant().id();
        String where = finding.blame().where();
        String file = finding.toFile();
        FindingRecord whole = blank.setInvariant(invariant)
                .setWhere(where)
                .setSeed(finding.seed())
                .setFile(file)
                .setFingerprint(Fingerprints.of(invariant, where, finding.seed(), file))
                .build();
        return Wire.FINDING.fits(whole) ? whole : whole.toBuilder().clearFile().build();
    }
}
