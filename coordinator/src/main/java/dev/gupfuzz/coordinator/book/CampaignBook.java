package dev.gupfuzz.coordinator.book;

import dev.gupfuzz.campaign.CampaignPlan;
import dev.gupfuzz.campaign.RangeId;
import dev.gupfuzz.campaign.wire.CampaignRecord;
import dev.gupfuzz.campaign.wire.FindingRecord;
import dev.gupfuzz.campaign.wire.Job;
import dev.gupfuzz.campaign.wire.RangeResult;
import dev.gupfuzz.campaign.wire.RangeResult.Outcome;
import dev.gupfuzz.coordinator.Faults;
import dev.gupfuzz.coordinator.conservation.Balance;
import dev.gupfuzz.coordinator.dispatch.IssueOrder;
import dev.gupfuzz.coordinator.ledger.ClosedSegment;
import dev.gupfuzz.coordinator.ledger.Folded;
import dev.gupfuzz.coordinator.ledger.RangeLedger;
import dev.gupfuzz.coordinator.ledger.RangeReport;
import dev.gupfuzz.coordinator.ledger.RangeState;
import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Model;
import dev.gupfuzz.simulator.search.Tally;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Everything the coordinator holds about one campaign's generation. Belongs to the bookkeeper's thread. */
final class CampaignBook {
    private static final int ERRORS_KEPT = 64;
    private static final int ERROR_CHARACTERS_MAX = 500;

    private final CampaignRecord accepted;
    private final boolean ours;
    private final CampaignPlan plan;
    private final PlanLayout layout;
    private final RangeLedger<Tally> ledger;
    private final FindingsFold findings = new FindingsFold();

    /** What has been sent, as the dispatcher believes it. */
    private final IssueOrder order;

    /** Latest attempt sent, for ranges sent more than once. */
    private final Map<Integer, Integer> attempts = new HashMap<>();

    /** Who said that it began a range that has not ended. */
    private final TreeMap<Integer, String> startedBy = new TreeMap<>();

    private final BitSet started = new BitSet();

    /** What the engine said about the first ranges that it failed on. */
    private final TreeMap<Integer, String> errors = new TreeMap<>();

    private Balance balance = Balance.NONE;

    /** Ranges that the last check found gone and that have not been issued again since. */
    private final BitSet gone = new BitSet();

    /** Ranges issued again since the check that is under way began: its findings about them are out of date. */
    private final BitSet sentAgain = new BitSet();

    private boolean cancelled;
    private long reissued;
    private boolean changed = true;
    private boolean unchecked = true;

    /** Why a result was not folded; a closed set, fit for a metric's label. */
    enum Refusal {
        NONE,
        UNKNOWN_RANGE,
        FOREIGN_ENGINE,
        DAMAGED_TALLY,
        IMPLAUSIBLE;

        String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    CampaignBook(CampaignRecord accepted, CampaignPlan plan, Faults faults) {
        this.accepted = accepted;
        this.ours = accepted.getEngine().equals(Model.engine());
        this.plan = plan;
        this.layout = new PlanLayout(plan);
        this.ledger = new RangeLedger<>(layout, layout);
        this.order = new IssueOrder(layout);
        ledger.plantDoubleFold(index -> faults.foldTwice(accepted.getCampaign(), index));
    }

    String name() {
        return accepted.getCampaign();
    }

    int generation() {
        return accepted.getGeneration();
    }

    /** Names the campaign and its generation. */
    String key() {
        return RangeId.campaignKey(name(), generation());
    }

    CampaignRecord accepted() {
        return accepted;
    }

    CampaignPlan plan() {
        return plan;
    }

    PlanLayout layout() {
        return layout;
    }

    RangeLedger<Tally> ledger() {
        return ledger;
    }

    FindingsFold findings() {
        return findings;
    }

    IssueOrder order() {
        return order;
    }

    Balance balance() {
        return balance;
    }

    boolean isCancelled() {
        return cancelled;
    }

    long reissued() {
        return reissued;
    }

    /** Whether this build of the simulator may add to the campaign. */
    boolean isOurs() {
        return ours;
    }

    void cancel() {
        cancelled = true;
        touch();
    }

    /** Whether every range has ended, or never will be issued. */
    boolean isFinished() {
        return ledger.ended() == layout.ranges() || (cancelled && outstanding() == 0);
    }

    /** Issued ranges that have not ended. */
    int outstanding() {
        return Math.max(0, order.issued() - ledger.ended());
    }

    /** Latest attempt sent; 0 when the range has not been issued. */
    int attempt(int index) {
        return order.isIssued(index) ? attempts.getOrDefault(index, 1) : 0;
    }

    Job job(int index, int attempt) {
        return plan.job(generation(), index, attempt);
    }

    /** The job has been sent. */
    void sent(int index, int attempt) {
        order.observe(index);
        if (attempt > 1) {
            attempts.merge(index, attempt, Math::max);
        }
        touch();
    }

    /** The job was sent once more. */
    void sentAgain(int index, int attempt) {
        sent(index, attempt);
        sentAgain.set(index);
        gone.clear(index);
        started.clear(index);
        startedBy.remove(index);
    }

    /** The record of a job was read back. */
    void found(int index, int attempt) {
        sent(index, attempt);
        if (attempt > 1) {
            reissued++;
        }
    }

    void started(int index, String worker) {
        if (index < layout.ranges() && !ledger.isTerminal(index)) {
            started.set(index);
            startedBy.put(index, worker);
            touch();
        }
    }

    /** Workers that began a range which has not ended. */
    Map<Integer, String> startedBy() {
        return startedBy;
    }

    BitSet startedRanges() {
        return started;
    }

    /** Folds a result, unless it cannot be one of this campaign's. */
    Refusal fold(RangeResult result) {
        if (result.getIndex() >= layout.ranges()) {
            return Refusal.UNKNOWN_RANGE;
        }
        if (!result.getEngine().equals(accepted.getEngine())) {
            return Refusal.FOREIGN_ENGINE;
        }
        int index = (int) result.getIndex();
        Tally tally = null;
        if (!result.getTally().isEmpty()) {
            try {
                tally = Tally.fromBytes(
                        plan.cellOf(index).cell(), result.getTally().toByteArray());
            } catch (BadInput | IllegalArgumentException e) {
                return Refusal.DAMAGED_TALLY;
            }
            if (!isPlausible(result.getOutcome(), index, tally)) {
                return Refusal.IMPLAUSIBLE;
            }
        }
        if (result.getOutcome() == Outcome.ENGINE_ERROR && errors.size() < ERRORS_KEPT) {
            errors.put(index, printable(result.getError()));
        }
        Folded folded = ledger.fold(
                new RangeReport<>(index, result.getAttempt(), result.getOutcome(), result.getDigest(), tally));
        if (folded == Folded.COUNTED) {
            started.clear(index);
            startedBy.remove(index);
            gone.clear(index);
        }
        touch();
        return Refusal.NONE;
    }

    /** Ranges given up, with what the engine said about them; the first of them. */
    SortedMap<Integer, String> quarantine() {
        TreeMap<Integer, String> dead = new TreeMap<>();
        errors.forEach((index, error) -> {
            if (ledger.state(index) == RangeState.DEAD) {
                dead.put(index, error);
            }
        });
        return dead;
    }

    /** A worker's text on one line, without control characters. */
    static String printable(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ");
        return line.substring(0, Math.min(line.length(), ERROR_CHARACTERS_MAX));
    }

    private boolean isPlausible(Outcome outcome, int index, Tally tally) {
        long planned = plan.range(index).count();
        boolean countFits =
                outcome == Outcome.BUDGET_EXHAUSTED ? tally.schedules() <= planned : tally.schedules() == planned;
        boolean outcomeFits = outcome == Outcome.BUDGET_EXHAUSTED
                || (outcome == Outcome.VIOLATION) == !tally.violations().isEmpty();
        return countFits && outcomeFits;
    }

    void fold(FindingRecord finding) {
        if (finding.getIndex() < layout.ranges() && findings.add(layout.cellOf((int) finding.getIndex()), finding)) {
            touch();
        }
    }

    /** Closes the segments that are complete. */
    List<ClosedSegment<Tally>> closeFinished() {
        return ledger.closeFinished(index -> cancelled && !order.isIssued(index));
    }

    /** Ranges whose latest attempt failed: they wait for another issue. */
    BitSet failedRanges() {
        BitSet failed = new BitSet();
        ledger.failedAttempts().forEach((index, attempt) -> failed.set(index, attempt >= attempt(index)));
        return failed;
    }

    /** Ranges to issue again: those that were lost and those whose latest attempt failed. */
    BitSet toReissue() {
        BitSet again = failedRanges();
        again.or(gone);
        again.andNot(ledger.terminalRanges());
        return again;
    }

    /** Takes over what a check of the accounts found. */
    void checked(Balance found) {
        balance = found;
        gone.clear();
        gone.or(found.gone());
        gone.andNot(sentAgain);
        changed = true;
    }

    private void touch() {
        changed = true;
        unchecked = true;
    }

    /** Whether a view made before is stale; the next call says no until something changes. */
    boolean takeChanged() {
        boolean was = changed;
        changed = false;
        return was;
    }

    /** A check was abandoned: it is due again. */
    void recheck() {
        unchecked = true;
    }

    /**
     * Whether a check that begins now must look at this campaign. One that has not ended always needs it: a job can be
     * lost without a trace in any record.
     */
    boolean beginCheck() {
        boolean due = unchecked || balance.imbalance() != 0 || !isFinished();
        unchecked = false;
        sentAgain.clear();
        return due;
    }
}
