package dev.gupfuzz.coordinator.book;

import dev.gupfuzz.campaign.CampaignPlan.PlannedCell;
import dev.gupfuzz.campaign.CanonicalExport.CellAccount;
import dev.gupfuzz.campaign.MerkleRoot;
import dev.gupfuzz.campaign.wire.FindingRecord;
import dev.gupfuzz.coordinator.FindingView;
import dev.gupfuzz.coordinator.ledger.RangeState;
import dev.gupfuzz.simulator.search.Cell;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A campaign's results in the forms in which they are handed out. */
final class Accounts {
    private Accounts() {}

    /** What the canonical export says of each cell. */
    static List<CellAccount> of(CampaignBook book) {
        List<CellAccount> accounts = new ArrayList<>();
        for (PlannedCell planned : book.plan().cells()) {
            MerkleRoot digests = new MerkleRoot();
            int end = book.layout().firstRange(planned.position() + 1);
            for (int i = book.layout().firstRange(planned.position()); i < end; i++) {
                if (book.ledger().state(i) == RangeState.DONE) {
                    digests.add(i, book.ledger().digest(i));
                }
            }
            accounts.add(new CellAccount(planned, book.ledger().total(planned.position()), digests));
        }
        return accounts;
    }

    static List<FindingView> findings(CampaignBook book) {
        List<FindingView> views = new ArrayList<>();
        for (Map.Entry<Integer, FindingRecord> witness : book.findings().witnesses()) {
            Cell cell = book.plan().cells().get(witness.getKey()).cell();
            FindingRecord finding = witness.getValue();
            views.add(new FindingView(
                    cell.kernel().name(),
                    cell.scenario().identity(),
                    cell.strategy().name(),
                    finding.getIndex(),
                    finding.getInvariant(),
                    finding.getWhere(),
                    finding.getSeed(),
                    finding.getFingerprint(),
                    finding.getFile()));
        }
        return views;
    }
}
