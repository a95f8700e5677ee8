package dev.gupfuzz.coordinator.ledger;

/** What is known about a range. The ordinal is the two bits that a ledger segment stores. */
public enum RangeState {
    /** No end yet. In a closed segment: never issued, because its campaign was cancelled first. */
    OPEN,
    /** A worker ran it and its counts are in. */
    DONE,
    /** Given up after repeated errors of the engine: quarantined, visible, not counted. */
    DEAD,
    /** A worker gave it up because its campaign was cancelled. */
    CANCELLED;

    private static final RangeState[] VALUES = values();

    static RangeState of(int bits) {
        return VALUES[bits & 3];
    }
}
