package dev.gupfuzz.benchmarks;

import dev.gupfuzz.simulator.Model;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * {@code gupfuzz up} on a data directory of its own, with one campaign. Its count is that of the worker, which moves with
 * every chunk; the coordinator counts whole ranges, and is only asked whether it counts what the worker executes.
 */
final class ServiceSampling implements Side {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Pattern READY = Pattern.compile("(?m)^ready +(http://\\S+)$");
    private static final Pattern WORKER = Pattern.compile("the worker's at (http://\\S+)");

    /** At most some three ranges, of one or two seconds each, are executed and not counted yet. */
    private static final double COUNTED_MIN = 0.5;

    private final Process process;
    private final Path directory;
    private final String coordinatorMetrics;
    private final String workerMetrics;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private long countedBefore = -1;
    private long executedBefore;

    private ServiceSampling(Process process, Path directory, String coordinatorMetrics, String workerMetrics) {
        this.process = process;
        this.directory = directory;
        this.coordinatorMetrics = coordinatorMetrics;
        this.workerMetrics = workerMetrics;
    }

    /** Starts the service and gives it the campaign. */
    static ServiceSampling start(Setting setting) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("gupfuzz-throughput");
        Path data = directory.resolve("data");
        Path said = directory.resolve("said");
        Process process = new ProcessBuilder(
                        setting.launcher().toString(),
                        "up",
                        "--no-demo",
                        "--cores",
                        Integer.toString(setting.cores()),
                        "--port",
                        "0",
                        "--metrics-port",
                        "0",
                        "--data",
                        data.toString())
                .redirectOutput(said.toFile())
                .redirectError(directory.resolve("log").toFile())
                .start();
        boolean started = false;
        try {
            String text = awaitReady(process, directory);
            ServiceSampling service =
                    new ServiceSampling(process, directory, found(READY, text) + "/metrics", found(WORKER, text));
            service.checkEngine();
            Path campaign = Files.writeString(directory.resolve("campaign.json"), campaign(setting));
            Process create = new ProcessBuilder(
                            setting.launcher().toString(),
                            "campaign",
                            "create",
                            campaign.toString(),
                            "--data",
                            data.toString())
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.INHERIT)
                    .start();
            if (create.waitFor() != 0) {
                throw new IOException("the campaign was not accepted: what the coordinator said is above");
            }
            started = true;
            return service;
        } finally {
            if (!started) {
                end(process, directory);
            }
        }
    }

    @Override
    public long schedules() throws IOException, InterruptedException {
        long executed = sum(get(workerMetrics), "gupfuzz_worker_schedules_executed_total");
        if (executed > 0 && countedBefore < 0) {
            executedBefore = executed;
            countedBefore = counted();
        }
        return executed;
    }

    @Override
    public ProcessHandle process() {
        return process.toHandle();
    }

    /** Executed is not enough: what the worker executes must come back through Kafka and be counted. */
    @Override
    public void check(Rate measured) throws IOException, InterruptedException {
        long executed = schedules() - executedBefore;
        long counted = counted() - countedBefore;
        if (executed < 1 || counted < COUNTED_MIN * executed) {
            throw new IOException("the coordinator does not count what the worker executes: executed=" + executed
                    + " counted=" + counted + "; take a longer window, or see " + directory.resolve("log"));
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        end(process, directory);
    }

    private static void end(Process process, Path directory) throws IOException, InterruptedException {
        process.destroy(); // SIGTERM
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        List<Path> files;
        try (Stream<Path> walk = Files.walk(directory)) {
            files = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
    }

    private static String campaign(Setting setting) {
        return """
                {"version": 1, "name": "throughput", "kernels": ["%s"], "scenarios": ["%s"], "strategies": ["%s"],
                 "firstSeed": "0x0000000000000001", "seeds": 10000000000}
                """.formatted(setting.kernel(), setting.scenario(), setting.strategy());
    }

    private static String awaitReady(Process process, Path directory) throws IOException, InterruptedException {
        long end = System.nanoTime() + START_LIMIT.toNanos();
        while (true) {
            String text = Files.readString(directory.resolve("said"));
            if (text.contains("\nstop ")) {
                return text;
            }
            if (!process.isAlive() || System.nanoTime() > end) {
                throw new IOException("the service does not start:\n" + Files.readString(directory.resolve("log")));
            }
            Thread.sleep(50);
        }
    }

    private static String found(Pattern pattern, String text) throws IOException {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IOException("the service does not say where it is (" + pattern + "):\n" + text);
        }
        return matcher.group(1);
    }

    /** The service and the bare sampler must be of the same sources. */
    private void checkEngine() throws IOException, InterruptedException {
        String ours = Model.engine().substring(0, 12);
        if (!get(workerMetrics).contains("revision=\"" + ours + "\"")) {
            throw new IOException("the launcher runs another engine than this benchmark, " + ours
                    + ": build both from the same sources");
        }
    }

    private long counted() throws IOException, InterruptedException {
        return sum(get(coordinatorMetrics), "gupfuzz_schedules_executed_total");
    }

    private String get(String url) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .timeout(Duration.ofSeconds(10))
                .build();
        HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(url + " answers " + response.statusCode());
        }
        return response.body();
    }

    /** The sum of a counter over all its labels; 0 where there is none yet. */
    private static long sum(String metrics, String name) {
        return metrics.lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
