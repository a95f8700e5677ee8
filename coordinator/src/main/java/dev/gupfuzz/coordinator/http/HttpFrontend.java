package dev.gupfuzz.coordinator.http;

import dev.gupfuzz.campaign.InfrastructureException;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.net.BindException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves the API over HTTP. Guards come before everything else: host, token, scope, size. */
public final class HttpFrontend implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpFrontend.class);

    private static final int IDLE_SECONDS = 60;
    private static final long BIND_SECONDS = 10;
    private static final String ROUTE = "route";
    private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "::1", "[::1]");

    private final AccessTokens tokens;
    private final HttpEvents events;
    private final List<Route> routes;
    private final Set<String> hosts;
    private final Vertx vertx;
    private HttpServer server;

    /**
     * Where to listen.
     *
     * @param port 0: any free one
     * @param anyPort take a free port when {@code port} is in use, instead of failing
     * @param hosts names, beside those of loopback, that requests may use for this server; when it listens on loopback or
     *     when any are given, requests for other names are refused, so that a web page cannot reach it under a name of
     *     its own
     */
    public record Address(String host, int port, boolean anyPort, List<String> hosts) {}

    private HttpFrontend(AccessTokens tokens, Campaigns campaigns, HttpEvents events, Address address) {
        this.tokens = tokens;
        this.events = events;
        this.routes = new Api(campaigns, events).routes();
        this.hosts = allowedHosts(address);
        // One event loop serves this little traffic; the cores are for the workers. No file is served, and the file
        // cache would add a shutdown hook, which throws once a signal has come.
        this.vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(2)
                .setInternalBlockingPoolSize(2)
                .setFileSystemOptions(new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false)));
        this.server = vertx.createHttpServer();
    }

    /**
     * Starts to serve.
     *
     * @throws InfrastructureException if it cannot listen there
     */
    public static HttpFrontend start(AccessTokens tokens, Campaigns campaigns, HttpEvents events, Address address)
            throws InfrastructureException, InterruptedException {
        HttpFrontend frontend = new HttpFrontend(tokens, campaigns, events, address);
        boolean started = false;
        try {
            frontend.listen(address);
            started = true;
            return frontend;
        } finally {
            if (!started) {
                frontend.close();
            }
        }
    }

    private void listen(Address address) throws InfrastructureException, InterruptedException {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(address.host())
                .setIdleTimeout(IDLE_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setReuseAddress(true)
                // One protocol, one set of rules for bodies.
                .setHttp2ClearTextEnabled(false);
        Router router = router();
        int port = address.port();
        while (true) {
            try {
                server = vertx.createHttpServer(options.setPort(port)).requestHandler(router);
                server.listen().toCompletionStage().toCompletableFuture().get(BIND_SECONDS, TimeUnit.SECONDS);
                return;
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof BindException) || port == 0 || !address.anyPort()) {
                    throw new InfrastructureException(
                            "cannot serve HTTP on " + address.host() + ":" + port + ": "
                                    + e.getCause().getMessage() + "; give another --port, or stop what uses it",
                            e.getCause());
                }
                port = 0;
            } catch (TimeoutException e) {
                throw new InfrastructureException(
                        "cannot serve HTTP on " + address.host() + ":" + port + ": no answer from the system", e);
            }
        }
    }

    /** The port that it listens on. */
    public int port() {
        return server.actualPort();
    }

    /** The table of routes, for the test that walks it. */
    List<Route> routes() {
        return routes;
    }

    private Router router() {
        Router router = Router.router(vertx);
        router.route().handler(this::observe);
        router.route().handler(this::checkHost);
        router.route("/api/*").handler(ctx -> authorize(ctx, null));
        for (Route route : routes) {
            // One entry for each: a single one would have to read the body before it looks at the token.
            router.route(route.method(), route.path()).handler(ctx -> {
                ctx.put(ROUTE, route);
                authorize(ctx, route.scope());
            });
            router.route(route.method(), route.path())
                    .handler(
                            route.bodyMax() > 0
                                    ? BodyHandler.create(false).setBodyLimit(route.bodyMax())
                                    : HttpFrontend::refuseBody);
            router.route(route.method(), route.path()).handler(route.handler());
        }
        router.errorHandler(400, ctx -> turnAway(ctx, 400, "bad_request", "the request is malformed"));
        router.errorHandler(404, ctx -> turnAway(ctx, 404, "not_found", "there is nothing at this path"));
        router.errorHandler(405, this::wrongMethod);
        router.errorHandler(413, ctx -> {
            events.rejected("body_too_large");
            turnAway(ctx, 413, "body_too_large", "the request's body is larger than this path accepts");
        });
        router.errorHandler(500, ctx -> {
            LOG.error("request=failed path={}", ctx.normalizedPath(), ctx.failure());
            turnAway(ctx, 500, "internal", "the coordinator failed: its log says how");
        });
        return router;
    }

    private void observe(RoutingContext ctx) {
        long began = System.nanoTime();
        ctx.response()
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("Cache-Control", "no-store");
        ctx.addEndHandler(end -> {
            Route route = ctx.get(ROUTE);
            events.served(
                    route == null ? "other" : route.method().name(),
                    route == null ? "unmatched" : route.path(),
                    ctx.response().getStatusCode(),
                    Duration.ofNanos(System.nanoTime() - began));
        });
        ctx.next();
    }

    private void checkHost(RoutingContext ctx) {
        HostAndPort authority = ctx.request().authority();
        String host = authority == null ? "" : authority.host().toLowerCase(Locale.ROOT);
        if (!hosts.isEmpty() && !hosts.contains(host)) {
            events.rejected("host");
            turnAway(ctx, 403, "host_not_allowed", "this server does not answer to that host name");
            return;
        }
        ctx.next();
    }

    private static Set<String> allowedHosts(Address address) {
        String host = address.host().toLowerCase(Locale.ROOT);
        boolean loopback = LOOPBACK_NAMES.contains(host) || host.startsWith("127.");
        if (!loopback && address.hosts().isEmpty()) {
            return Set.of();
        }
        Set<String> names = new HashSet<>(LOOPBACK_NAMES);
        names.add(host);
        address.hosts().forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
        return Set.copyOf(names);
    }

    /** Lets the caller pass if it has the scope; without one asked for, any known caller passes. */
    private void authorize(RoutingContext ctx, @Nullable Scope scope) {
        if (scope == Scope.OPEN) {
            ctx.next();
            return;
        }
        Set<Scope> scopes = tokens.scopes(ctx.request().getHeader("Authorization"));
        if (scopes.isEmpty()) {
            events.rejected("unauthenticated");
            ctx.response().putHeader("WWW-Authenticate", "Bearer realm=\"gupfuzz\"");
            turnAway(
                    ctx,
                    401,
                    "unauthenticated",
                    "send 'Authorization: Bearer TOKEN' with the token of the coordinator's data directory");
        } else if (scope != null && !scopes.contains(scope)) {
            events.rejected("forbidden");
            turnAway(ctx, 403, "forbidden", "this token lacks the scope '" + scope.label() + "'");
        } else {
            ctx.next();
        }
    }

    private static void refuseBody(RoutingContext ctx) {
        String length = ctx.request().getHeader("Content-Length");
        if (ctx.request().getHeader("Transfer-Encoding") != null || (length != null && !length.equals("0"))) {
            ctx.fail(413);
            return;
        }
        ctx.next();
    }

    private void wrongMethod(RoutingContext ctx) {
        Set<String> allowed = new TreeSet<>();
        for (Route route : routes) {
            String pattern = route.path().replaceAll(":[a-z]+", "[^/]+");
            if (ctx.normalizedPath().matches(pattern)) {
                allowed.add(route.method().name());
            }
        }
        ctx.response().putHeader("Allow", String.join(", ", allowed));
        turnAway(ctx, 405, "method_not_allowed", "this path accepts " + String.join(", ", allowed));
    }

    private static void turnAway(RoutingContext ctx, int status, String error, String problem) {
        Api.refuse(ctx, status, error, List.of(problem));
    }

    @Override
    public void close() {
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("http=close why=\"{}\"", e.toString());
        }
    }
}
