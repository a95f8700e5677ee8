package dev.gupfuzz.coordinator.dispatch;

/**
 * How many ranges may be outstanding at once. Small enough that cancelling and ordering act within seconds, large enough
 * that no worker waits for the coordinator.
 */
public final class IssueWindow {
    /** One range that computes, one that waits for the cores and one on its way. */
    public static final int RANGES_PER_MEMBER = 3;

    /** With no worker known: enough for the first one to begin at once. */
    public static final int RANGES_MIN = 8;

    private IssueWindow() {}

    /** Ranges that may be issued now. */
    public static int room(int members, long outstanding) {
        long window = Math.max(RANGES_MIN, (long) members * RANGES_PER_MEMBER);
        return (int) Math.max(0, window - outstanding);
    }
}
