package dev.gupfuzz.simulator.museum;

import dev.gupfuzz.simulator.search.Blame;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an exhaustive exploration says to a question.
 *
 * @param reason one sentence; empty where the kind says everything
 * @param shown a schedule that shows what was asked for; empty where no invariant has to break for it
 * @param other the blame of something else that breaks
 * @param unreached goals that no schedule reaches, of a complete exploration
 * @param effort what was looked at; of several explorations the one that decided
 */
public record Answer(
        Question question,
        Kind kind,
        String reason,
        Optional<Shown> shown,
        Optional<Blame> other,
        List<String> unreached,
        Effort effort) {

    /** What came of it. */
    public enum Kind {
        /** Some schedule shows it. */
        REACHABLE,
        /** Every schedule was looked at and none does; every goal is reached. */
        UNREACHABLE,
        /** Every schedule was looked at and none does, but a goal is out of reach, so the question may be an empty one. */
        GOAL_UNREACHED,
        /** Every schedule was looked at and none does, but something else breaks. */
        OTHERWISE,
        /** A bound came first. */
        UNDECIDED,
        /** The kernel does not have what the scenario is about. */
        NOT_EXPRESSIBLE;

        /** As tables and documents spell it. */
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * The smallest schedule that was found.
     *
     * @param fewest whether it is proved that fewer preemptions show nothing
     */
    public record Shown(Finding finding, int preemptions, boolean fewest) {}

    /**
     * What an exploration looked at.
     *
     * @param ends different states in which runs ended
     * @param broken mask of the invariants that broke
     * @param complete whether nothing was left
     * @param reduced whether orders of independent steps were left out
     * @param trail which steps ran and which rules were asked for; null where nothing ran
     * @param seconds by the clock of the {@link Limits}
     */
    public record Effort(
            long states,
            long transitions,
            long ends,
            int broken,
            boolean complete,
            boolean reduced,
            @Nullable Trail trail,
            double seconds) {

        static final Effort NONE = new Effort(0, 0, 0, 0, false, false, null, 0);

        /** Whether two complete explorations looked at the same: then no step told the two kernels apart. */
        boolean isLike(Effort other) {
            return states == other.states
                    && transitions == other.transitions
                    && ends == other.ends
                    && reduced == other.reduced
                    && trail != null
                    && other.trail != null
                    && trail.labels().equals(other.trail.labels());
        }
    }

    static Answer notExpressible(Question question, String reason) {
        return new Answer(
                question, Kind.NOT_EXPRESSIBLE, reason, Optional.empty(), Optional.empty(), List.of(), Effort.NONE);
    }

    static Answer undecided(Question question, String reason) {
        return new Answer(question, Kind.UNDECIDED, reason, Optional.empty(), Optional.empty(), List.of(), Effort.NONE);
    }
}
