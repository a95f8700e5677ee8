package dev.gupfuzz.coordinator.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gupfuzz.coordinator.CampaignRefusedException;
import dev.gupfuzz.coordinator.CampaignView;
import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Nearest;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The route table and what each route does. Every GET only reads. */
final class Api {
    private static final Logger LOG = LoggerFactory.getLogger(Api.class);

    /** A campaign document is a few hundred bytes; lists of kernels and scenarios may make it some thousand. */
    private static final int SPEC_BYTES_MAX = 64 * 1024;

    /** The bookkeeper answers within one blocked write; longer means that it is stuck. */
    private static final long ANSWER_SECONDS = 10;

    private static final String TEXT = "text/plain; charset=utf-8";

    private final Campaigns campaigns;
    private final HttpEvents events;

    Api(Campaigns campaigns, HttpEvents events) {
        this.campaigns = campaigns;
        this.events = events;
    }

    List<Route> routes() {
        return List.of(
                open("/", this::index),
                open("/livez", ctx -> text(ctx, 200, "alive\n")),
                open("/readyz", this::readyz),
                open("/metrics", this::metrics),
                get("/api/v1/campaigns", ctx -> json(ctx, 200, Documents.list(campaigns.list()))),
                new Route(HttpMethod.POST, "/api/v1/campaigns", Scope.CAMPAIGN, SPEC_BYTES_MAX, this::create),
                get("/api/v1/campaigns/:name", this::show),
                get("/api/v1/campaigns/:name/export", this::export),
                get("/api/v1/campaigns/:name/findings", this::findings),
                new Route(HttpMethod.POST, "/api/v1/campaigns/:name/cancel", Scope.CAMPAIGN, 0, this::cancel));
    }

    private static Route open(String path, Handler<RoutingContext> handler) {
        return new Route(HttpMethod.GET, path, Scope.OPEN, 0, handler);
    }

    private static Route get(String path, Handler<RoutingContext> handler) {
        return new Route(HttpMethod.GET, path, Scope.READ, 0, handler);
    }

    private void index(RoutingContext ctx) {
        text(ctx, 200, """
                gupfuzz coordinator

                /livez              the process works
                /readyz             the ledger is replayed and Kafka answers
                /metrics            for Prometheus
                /api/v1/campaigns   with "Authorization: Bearer TOKEN"; the token lies in the data directory
                """);
    }

    private void readyz(RoutingContext ctx) {
        boolean ready = campaigns.replayed() && campaigns.reachable();
        json(ctx, ready ? 200 : 503, Documents.readiness(campaigns.replayed(), campaigns.reachable()));
    }

    private void metrics(RoutingContext ctx) {
        HttpEvents.Scrape scrape = events.scrape(
                Optional.ofNullable(ctx.request().getHeader("Accept")).orElse(""));
        ctx.response().putHeader("Content-Type", scrape.contentType()).end(scrape.body());
    }

    private void show(RoutingContext ctx) {
        String name = ctx.pathParam("name");
        List<CampaignView> all = campaigns.list();
        all.stream()
                .filter(campaign -> campaign.name().equals(name))
                .findFirst()
                .ifPresentOrElse(campaign -> json(ctx, 200, Documents.campaign(campaign)), () -> {
                    List<String> names = all.stream().map(CampaignView::name).toList();
                    refuse(
                            ctx,
                            404,
                            "not_found",
                            List.of("there is no campaign '" + name + "'" + Nearest.hint(name, names)));
                });
    }

    private void create(RoutingContext ctx) {
        String document = Optional.ofNullable(ctx.body().asString()).orElse("");
        // Planning calibrates strategies, which runs the simulator for a while.
        answer(ctx, () -> campaigns.create(document), campaign -> {
            ctx.response().putHeader("Location", "/api/v1/campaigns/" + campaign.name());
            json(ctx, 201, Documents.campaign(campaign));
        });
    }

    private void cancel(RoutingContext ctx) {
        answer(
                ctx,
                () -> campaigns.cancel(ctx.pathParam("name")),
                campaign -> json(ctx, 200, Documents.campaign(campaign)));
    }

    private void export(RoutingContext ctx) {
        answer(ctx, () -> campaigns.export(ctx.pathParam("name")), export -> text(ctx, 200, export));
    }

    private void findings(RoutingContext ctx) {
        String name = ctx.pathParam("name");
        answer(
                ctx,
                () -> campaigns.findings(name).thenApplyAsync(found -> Documents.findings(name, found)),
                document -> json(ctx, 200, document));
    }

    /** Runs the question off the event loop and answers on it. */
    private static <T> void answer(RoutingContext ctx, Callable<CompletableFuture<T>> question, Handler<T> onSuccess) {
        ctx.vertx()
                .executeBlocking(question)
                .compose(asked -> Future.fromCompletionStage(
                        asked.orTimeout(ANSWER_SECONDS, TimeUnit.SECONDS),
                        ctx.vertx().getOrCreateContext()))
                .onSuccess(onSuccess)
                .onFailure(e -> refuse(ctx, e));
    }

    private static void refuse(RoutingContext ctx, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof BadInput bad) {
            refuse(ctx, 400, "bad_input", bad.problems());
        } else if (cause instanceof CampaignRefusedException refused) {
            switch (refused.kind()) {
                case NOT_FOUND -> refuse(ctx, 404, "not_found", List.of(refused.getMessage()));
                case CONFLICT -> refuse(ctx, 409, "conflict", List.of(refused.getMessage()));
                case UNAVAILABLE -> refuse(ctx, 503, "unavailable", List.of(refused.getMessage()));
            }
        } else if (cause instanceof TimeoutException) {
            refuse(ctx, 503, "unavailable", List.of("no answer within " + ANSWER_SECONDS + " s: try again"));
        } else {
            LOG.error("request=failed route={}", ctx.normalizedPath(), cause);
            refuse(ctx, 500, "internal", List.of("the coordinator failed: its log says how"));
        }
    }

    static void refuse(RoutingContext ctx, int status, String error, List<String> problems) {
        json(ctx, status, Documents.refusal(error, problems));
    }

    private static void json(RoutingContext ctx, int status, JsonNode document) {
        end(ctx, status, "application/json; charset=utf-8", document.toString());
    }

    private static void text(RoutingContext ctx, int status, String text) {
        end(ctx, status, TEXT, text);
    }

    private static void end(RoutingContext ctx, int status, String contentType, String body) {
        if (!ctx.response().ended() && !ctx.response().closed()) {
            ctx.response()
                    .setStatusCode(status)
                    .putHeader("Content-Type", contentType)
                    .end(body);
        }
    }
}
