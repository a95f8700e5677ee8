package dev.gupfuzz.coordinator;

/** A request about a campaign that the coordinator does not carry out; the message is one sentence for the user. */
public final class CampaignRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Kind {
        /** There is no such campaign. */
        NOT_FOUND,
        /** It contradicts what is there. */
        CONFLICT,
        /** The coordinator cannot write now; asking again later may succeed. */
        UNAVAILABLE
    }

    private final Kind kind;

    public CampaignRefusedException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
