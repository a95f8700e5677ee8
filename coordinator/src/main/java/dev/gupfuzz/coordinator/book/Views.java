package dev.gupfuzz.coordinator.book;

import dev.gupfuzz.campaign.CampaignPlan.PlannedCell;
import dev.gupfuzz.coordinator.CampaignView;
import dev.gupfuzz.coordinator.CampaignView.Cell;
import dev.gupfuzz.coordinator.CampaignView.Conservation;
import dev.gupfuzz.coordinator.CampaignView.Ranges;
import dev.gupfuzz.coordinator.CampaignView.State;
import dev.gupfuzz.coordinator.CampaignView.Verdict;
import dev.gupfuzz.coordinator.CampaignView.Violation;
import dev.gupfuzz.coordinator.conservation.Balance;
import dev.gupfuzz.coordinator.ledger.RangeCounts;
import dev.gupfuzz.simulator.search.Tally;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/** Turns a campaign's book into an immutable view. */
final class Views {
    private Views() {}

    static CampaignView of(CampaignBook book) {
        Ranges ranges = ranges(book);
        State state = state(book);
        boolean finished = state == State.COMPLETE || state == State.CANCELLED;
        List<String> reasons = new ArrayList<>();
        List<Cell> cells = new ArrayList<>();
        for (PlannedCell planned : book.plan().cells()) {
            cells.add(cell(book, planned, finished, reasons));
        }
        reasons(book, state, ranges, reasons);
        Verdict verdict = Verdict.RUNNING;
        if (finished) {
            boolean violated = cells.stream().anyMatch(cell -> cell.verdict() == Verdict.VIOLATED);
            verdict = violated ? Verdict.VIOLATED : reasons.isEmpty() ? Verdict.CLEAN : Verdict.INCOMPLETE;
        }
        return new CampaignView(
                book.name(),
                book.generation(),
                book.accepted().getCreatedMs(),
                book.accepted().getEngine(),
                book.plan().spec().firstSeed(),
                book.plan().spec().seeds(),
                state,
                verdict,
                List.copyOf(reasons),
                ranges,
                conservation(book.balance()),
                book.quarantine(),
                List.copyOf(cells));
    }

    private static State state(CampaignBook book) {
        boolean finished = book.isFinished();
        if (book.isCancelled()) {
            return finished ? State.CANCELLED : State.CANCELLING;
        }
        if (finished) {
            return State.COMPLETE;
        }
        return book.isOurs() ? State.RUNNING : State.HELD;
    }

    private static void reasons(CampaignBook book, State state, Ranges ranges, List<String> reasons) {
        if (state == State.HELD) {
            reasons.add("it was started by another build of the simulator: engine="
                    + book.accepted().getEngine()
                    + "; run that build to go on, or cancel it and create it again under another name");
        }
        if (book.isCancelled()) {
            reasons.add(
                    "it was cancelled: ranges without a result=" + (ranges.planned() - ranges.done() - ranges.dead()));
        }
        if (ranges.dead() > 0) {
            reasons.add("the engine failed on ranges, which were given up: dead=" + ranges.dead());
        }
        if (ranges.budgetExhausted() > 0) {
            reasons.add("ranges reached their step budget before their last seed: budgetExhausted="
                    + ranges.budgetExhausted());
        }
    }

    private static Ranges ranges(CampaignBook book) {
        RangeCounts counts = book.ledger().counts();
        long planned = book.layout().ranges();
        long issued = book.order().issued();
        long leased = Math.min(book.outstanding(), book.startedRanges().cardinality());
        long unissued = planned - issued;
        return new Ranges(
                planned,
                book.isCancelled() ? 0 : unissued,
                book.isCancelled() ? unissued : 0,
                issued,
                book.outstanding() - leased,
                leased,
                counts.done(),
                counts.clean(),
                counts.violation(),
                counts.budgetExhausted(),
                counts.dead(),
                counts.cancelled(),
                counts.identical(),
                counts.divergent(),
                book.reissued());
    }

    private static Conservation conservation(Balance balance) {
        return new Conservation(
                balance.issued(),
                balance.queued(),
                balance.leased(),
                balance.done(),
                balance.dead(),
                balance.cancelled(),
                balance.imbalance());
    }

    private static Cell cell(CampaignBook book, PlannedCell planned, boolean finished, List<String> reasons) {
        Tally tally = book.ledger().total(planned.position());
        List<Violation> violations = new ArrayList<>();
        tally.violations()
                .forEach((blame, count) -> violations.add(new Violation(
                        blame.invariant().id(),
                        blame.where(),
                        count.count(),
                        Arrays.stream(count.lowestSeeds()).boxed().toList())));
        long done = book.ledger().done(planned.position());
        boolean complete = done == planned.ranges();
        boolean reached = tally.goals().values().stream().allMatch(schedules -> schedules > 0);
        String name =
                planned.cell().kernel().name() + " " + planned.cell().scenario().identity() + " "
                        + planned.cell().strategy().name();
        if (finished && complete && !reached) {
            tally.goals().forEach((goal, schedules) -> {
                if (schedules == 0) {
                    reasons.add("no schedule reached the goal '" + goal + "': " + name);
                }
            });
        }
        tally.selfCheckFailure()
                .ifPresent(seed -> reasons.add(
                        "two executions of one seed differed, a bug of gupfuzz: " + name + " seed=" + hex(seed)));
        if (tally.cut() > 0) {
            reasons.add("schedules were cut at the step limit and settle nothing: " + name + " cut=" + tally.cut());
        }
        Verdict verdict = Verdict.RUNNING;
        if (!violations.isEmpty()) {
            verdict = Verdict.VIOLATED;
        } else if (complete) {
            boolean sound =
                    reached && tally.cut() == 0 && tally.selfCheckFailure().isEmpty();
            verdict = sound ? Verdict.CLEAN : Verdict.INCOMPLETE;
        } else if (finished) {
            verdict = Verdict.INCOMPLETE;
        }
        return new Cell(
                planned.cell().kernel().name(),
                planned.cell().scenario().identity(),
                planned.cell().strategy().name(),
                planned.ranges(),
                done,
                tally.schedules(),
                tally.steps(),
                tally.decisions(),
                tally.evidence(),
                tally.coverage(),
                tally.digest(),
                new TreeMap<>(tally.goals()),
                List.copyOf(violations),
                tally.selfCheckFailure(),
                verdict);
    }

    static String hex(long value) {
        return String.format("0x%016x", value);
    }
}
