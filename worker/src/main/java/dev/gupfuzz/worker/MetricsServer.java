package dev.gupfuzz.worker;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.gupfuzz.campaign.InfrastructureException;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;

/** {@code /metrics}, {@code /livez} and {@code /readyz}, for reading alone; each answers GET and HEAD. */
final class MetricsServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(2, task -> {
        Thread thread = new Thread(task, "gupfuzz-worker-metrics");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * @param port the port wanted; a free one is taken instead if it is in use
     * @throws InfrastructureException if the address is none of this machine
     */
    MetricsServer(String host, int port, PrometheusMeterRegistry registry, BooleanSupplier ready)
            throws InfrastructureException {
        try {
            server = bind(host, port);
        } catch (IOException e) {
            threads.shutdownNow();
            throw new InfrastructureException(
                    "cannot serve metrics on " + host + ":" + port + ": " + e.getMessage()
                            + "; choose an address of this machine",
                    e);
        }
        server.setExecutor(threads);
        server.createContext("/", exchange -> answer(exchange, 404, "text/plain; charset=utf-8", "not found\n"));
        server.createContext("/livez", exchange -> answer(exchange, 200, "text/plain; charset=utf-8", "alive\n"));
        server.createContext("/readyz", exchange -> {
            boolean isReady = ready.getAsBoolean();
            answer(
                    exchange,
                    isReady ? 200 : 503,
                    "text/plain; charset=utf-8",
                    isReady ? "ready\n" : "waiting for Kafka\n");
        });
        server.createContext("/metrics", exchange -> {
            String accept = exchange.getRequestHeaders().getFirst("Accept");
            boolean openMetrics = accept != null && accept.contains("application/openmetrics-text");
            String type = openMetrics
                    ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                    : "text/plain; version=0.0.4; charset=utf-8";
            answer(exchange, 200, type, registry.scrape(type));
        });
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static HttpServer bind(String host, int port) throws IOException {
        try {
            return HttpServer.create(new InetSocketAddress(host, port), 16);
        } catch (BindException e) {
            return HttpServer.create(new InetSocketAddress(host, 0), 16);
        }
    }

    private static void answer(HttpExchange exchange, int status, String type, String text) throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            boolean head = method.equals("HEAD");
            if (!head && !method.equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                exchange.sendResponseHeaders(405, -1);
                return;
            }
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(status, head ? -1 : body.length);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
        }
    }
}
