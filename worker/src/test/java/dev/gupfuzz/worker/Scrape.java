package dev.gupfuzz.worker;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** A worker's HTTP surface, as Prometheus and a health check see it. */
final class Scrape {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private Scrape() {}

    /** The value of one series, given as it is written in the scrape. */
    static double metric(Worker worker, String series) throws Exception {
        return get(worker, "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no such series: " + series));
    }

    static int status(Worker worker, String path) throws Exception {
        return get(worker, path).statusCode();
    }

    private static HttpResponse<String> get(Worker worker, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + worker.metricsPort() + path);
        return HTTP.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
