package dev.gupfuzz.coordinator.ledger;

/** What one result record did to the ledger. */
public enum Folded {
    /** It ended its range: counted. */
    COUNTED,
    /** The record that the ledger already holds, read again after a restart. */
    REPLAYED,
    /** A second execution with the same digest: what at-least-once delivery leads to. */
    IDENTICAL,
    /** A second execution with another digest: somebody computed a wrong result. */
    DIVERGENT,
    /** It came after its range had ended without counts (dead or cancelled). */
    LATE,
    /** An engine error below the limit: the range must be issued again. */
    ERROR,
    /** It says that the job went back to the queue: nothing ended. */
    RETURNED,
    /** No such range in the plan. */
    UNKNOWN_RANGE
}
