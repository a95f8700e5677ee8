package dev.gupfuzz.campaign;

import dev.gupfuzz.campaign.wire.RangeResult.Outcome;
import java.util.Locale;

/** What each outcome of a delivery means for the accounts. */
public final class Outcomes {
    private Outcomes() {}

    /** Whether the outcome carries a tally that is added to the campaign's counts, once per range. */
    public static boolean counted(Outcome outcome) {
        return switch (outcome) {
            case CLEAN, VIOLATION, BUDGET_EXHAUSTED -> true;
            case ENGINE_ERROR, CANCELLED, RETURNED, OUTCOME_UNSPECIFIED, UNRECOGNIZED -> false;
        };
    }

    /** Whether the range needs no further delivery; an engine error leaves that to the coordinator's retry limit. */
    public static boolean terminal(Outcome outcome) {
        return counted(outcome) || outcome == Outcome.CANCELLED;
    }

    /** The lower-case spelling used as a label value, e.g. {@code budget_exhausted}. */
    public static String label(Outcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT);
    }
}
