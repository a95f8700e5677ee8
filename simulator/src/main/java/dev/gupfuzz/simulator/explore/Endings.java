package dev.gupfuzz.simulator.explore;

import dev.gupfuzz.simulator.explore.Exploration.Move;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether every schedule comes to an end.
 *
 * @param lasso one that does not, where there is one that keeps nobody waiting
 */
public record Endings(Kind kind, @Nullable Lasso lasso) {

    /** It was not asked for, or there was no complete search to tell it from. */
    public static final Endings NOT_LOOKED_FOR = new Endings(Kind.NOT_LOOKED_FOR, null);

    /** Nothing goes round. */
    public static final Endings ALL = new Endings(Kind.ALL, null);

    /** Something goes round, but only while a thread that could go on is kept waiting for ever. */
    public static final Endings ALL_FAIR = new Endings(Kind.ALL_FAIR, null);

    /** A bound came first. */
    public static final Endings UNKNOWN = new Endings(Kind.UNKNOWN, null);

    /** What is known. */
    public enum Kind {
        NOT_LOOKED_FOR("notLookedFor"),
        ALL("all"),
        ALL_FAIR("allFair"),
        LIVELOCK("livelock"),
        UNKNOWN("unknown");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        /** As documents have it. */
        public String text() {
            return text;
        }
    }

    /**
     * A schedule without an end: from the start into a loop, and round it for ever. Every thread that can run somewhere in the
     * loop does run in it. Data choices are not asked to be fair.
     *
     * @param stem every step up to the loop
     * @param loop every step of it
     */
    public record Lasso(List<Move> stem, List<Move> loop) {}
}
