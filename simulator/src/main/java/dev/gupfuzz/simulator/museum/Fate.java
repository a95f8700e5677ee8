package dev.gupfuzz.simulator.museum;

import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.search.Blame;
import java.util.List;
import java.util.Optional;

/**
 * What becomes of a kernel when it is changed.
 *
 * @param rules what is changed, one rule or two
 * @param added whether they are put in; else they are taken out
 * @param kernel the changed kernel's name
 * @param reason one sentence; empty where the kind says everything
 * @param killed where something breaks
 * @param exercised trials that run differently with the change, in the order of the suite
 * @param open trials that a bound ended
 */
public record Fate(
        List<Rule> rules,
        boolean added,
        String kernel,
        Kind kind,
        String reason,
        Optional<Kill> killed,
        List<Trial> exercised,
        List<Trial> open) {

    /** What it means. */
    public enum Kind {
        /** Something breaks that did not, or a goal is out of reach that was not. */
        KILLED("killed"),
        /** Every schedule of every trial was looked at, some run differently, and nothing breaks. */
        REDUNDANT("redundant"),
        /** Every schedule of every trial was looked at, and none runs differently. */
        NOT_EXERCISED("not-exercised"),
        /** A bound came first. */
        UNKNOWN("unknown"),
        /** It needs a model that there is not yet, or another rule, or the trials cannot run without it. */
        NOT_EXPRESSIBLE("not-expressible");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        /** As tables and documents spell it. */
        public String text() {
            return text;
        }

        /** Whether the question of what the safeguard is for has an answer here, or none is asked. */
        public boolean decided() {
            return this == KILLED || this == REDUNDANT || this == NOT_EXPRESSIBLE;
        }
    }

    /**
     * Where something breaks.
     *
     * @param answer with the schedule, where an invariant breaks
     * @param goals goals that are out of reach, where none does
     */
    public record Kill(Trial trial, Answer answer, List<String> goals) {

        /** The blame, or the goals. */
        public String text() {
            Optional<Blame> blame = answer.shown().map(shown -> shown.finding().blame());
            return blame.map(Blame::text).orElseGet(() -> "no schedule reaches " + String.join(", ", goals));
        }

        /** The invariant, or the first goal. */
        public String what() {
            return answer.shown()
                    .map(shown -> shown.finding().blame().invariant().id())
                    .orElseGet(() -> goals.get(0));
        }
    }
}
