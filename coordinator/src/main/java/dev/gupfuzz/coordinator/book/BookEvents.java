package dev.gupfuzz.coordinator.book;

/** Told what the bookkeeper does, on its thread; for counters. */
public interface BookEvents {
    /** A record was not folded. {@code reason} is from a closed set. */
    void refused(String topic, String reason);

    /** A write ended: {@code committed}, {@code failed} or {@code fenced}. */
    void written(String result);

    /** A new snapshot becomes visible when this returns, so that whoever sees it finds the counters up to date. */
    void published(Snapshot snapshot);
}
