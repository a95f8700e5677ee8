package dev.gupfuzz.coordinator.http;

import java.time.Duration;

/** Told about requests; for metrics. */
public interface HttpEvents {
    /**
     * A response was sent.
     *
     * @param method of the route, or {@code other}
     * @param route the route's template, or {@code unmatched}
     */
    void served(String method, String route, int status, Duration took);

    /** A request was turned away; {@code reason} is from a closed set. */
    void rejected(String reason);

    /** The metrics page; {@code accept} is the header of that name, or empty. */
    Scrape scrape(String accept);

    /** A body with its type. */
    record Scrape(String contentType, String body) {}
}
