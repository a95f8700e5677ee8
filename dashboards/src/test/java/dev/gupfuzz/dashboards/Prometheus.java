package dev.gupfuzz.dashboards;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A Prometheus server of the machine, started for one test on a free loopback port. */
final class Prometheus implements AutoCloseable {

    /** One element of an instant vector. */
    record Sample(Map<String, String> labels, double value) {}

    private final Process process;
    private final URI base;
    private final Path log;
    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();

    private Prometheus(Process process, URI base, Path log) {
        this.process = process;
        this.base = base;
        this.log = log;
    }

    /** Whether the machine has one; decided by the search path, as starting it would. */
    static boolean installed() {
        for (String folder : System.getenv("PATH").split(":", -1)) {
            if (Files.isExecutable(Path.of(folder, "prometheus"))) {
                return true;
            }
        }
        return false;
    }

    /** Starts the server and waits until it answers. */
    static Prometheus start(Path folder, String configuration) throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("prometheus.yml"), configuration);
        Path log = folder.resolve("prometheus.log");
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        String address = "127.0.0.1:" + port;
        Process process = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + file,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=" + address)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Prometheus prometheus = new Prometheus(process, URI.create("http://" + address), log);
        Await.until(() -> "prometheus is ready, see " + log, Duration.ofSeconds(30), prometheus::ready);
        return prometheus;
    }

    private boolean ready() throws InterruptedException, IOException {
        if (!process.isAlive()) {
            throw new IOException("prometheus exited with " + process.exitValue() + ":\n" + Files.readString(log));
        }
        try {
            return get("/-/ready").statusCode() == 200;
        } catch (ConnectException starting) {
            return false; // not yet listening; the caller's deadline ends this
        }
    }

    /** Evaluates an expression now. @throws IOException naming the expression, if Prometheus refuses it */
    List<Sample> query(String expression) throws IOException, InterruptedException {
        HttpResponse<String> response =
                get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
        JsonNode answer = json.readTree(response.body());
        if (!answer.path("status").asText().equals("success")) {
            throw new IOException(expression + ": " + answer.path("error").asText());
        }
        List<Sample> samples = new ArrayList<>();
        for (JsonNode element : answer.path("data").path("result")) {
            Map<String, String> labels = new TreeMap<>();
            element.path("metric")
                    .properties()
                    .forEach(
                            label -> labels.put(label.getKey(), label.getValue().asText()));
            samples.add(new Sample(
                    labels, Double.parseDouble(element.path("value").get(1).asText())));
        }
        return samples;
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(base.resolve(path))
                        .timeout(Duration.ofSeconds(10))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
