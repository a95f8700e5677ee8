package dev.gupfuzz.coordinator.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;

/**
 * One entry of the route table.
 *
 * @param path template, e.g. {@code /api/v1/campaigns/:name}; also the label of its metrics
 * @param scope what the caller must be allowed to do
 * @param bodyMax bytes that a request may carry; 0: none
 */
public record Route(HttpMethod method, String path, Scope scope, int bodyMax, Handler<RoutingContext> handler) {
    public Route {
        if (scope == Scope.OPEN && path.startsWith("/api/")) {
            throw new IllegalArgumentException("[coordinator bug] the API is not open: path=" + path);
        }
        if (scope != Scope.OPEN && !path.startsWith("/api/")) {
            throw new IllegalArgumentException("[coordinator bug] guarded routes are under /api: path=" + path);
        }
    }
}
