package dev.gupfuzz.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * Schedules a second through Kafka, as a part of those of {@code gupfuzz fuzz} on the same cores. Pairs of both are run in
 * turn, each side in a new JVM; which side begins changes from pair to pair, so that a machine that drifts favours
 * neither.
 *
 * <p>Exit codes: 0 when the median ratio reaches the aim, 1 when it does not, 2 for bad usage, 6 when a side did not run.
 */
public final class ServiceThroughput {
    private static final double AIM = 0.95;
    private static final String USAGE = """
            usage: ServiceThroughput [--pairs 5] [--warm-up 20s] [--measure 60s] [--cores N] [--strategy pct:3]
                                     [--kernel v5.11] [--scenario fork-vs-pin-fast] [--launcher ./gupfuzz] [--json]
            """;

    private final Setting setting;
    private final int pairs;
    private final Duration warmUp;
    private final Duration window;
    private final boolean json;

    /** Both sides of one pair. */
    private record Pair(Side.Rate bare, Side.Rate service) {
        double ratio() {
            return service.perSecond() / bare.perSecond();
        }

        /** The same by processor time, which other work on the machine does not change. */
        double cpuRatio() {
            return service.perCpuSecond() / bare.perCpuSecond();
        }
    }

    private ServiceThroughput(TreeMap<String, String> options) {
        this.json = options.remove("--json") != null;
        this.pairs = Integer.parseInt(options.getOrDefault("--pairs", "5"));
        this.warmUp = duration(options.getOrDefault("--warm-up", "20s"));
        this.window = duration(options.getOrDefault("--measure", "60s"));
        this.setting = new Setting(
                Path.of(options.getOrDefault("--launcher", "./gupfuzz")).toAbsolutePath(),
                options.getOrDefault("--kernel", "v5.11"),
                options.getOrDefault("--scenario", "fork-vs-pin-fast"),
                options.getOrDefault("--strategy", "pct:3"),
                Integer.parseInt(options.getOrDefault(
                        "--cores", Integer.toString(Runtime.getRuntime().availableProcessors()))));
        if (pairs < 1 || setting.cores() < 1 || window.isZero()) {
            throw new IllegalArgumentException("--pairs, --cores and --measure must be positive");
        }
        if (!Files.isExecutable(setting.launcher())) {
            throw new IllegalArgumentException(
                    "no launcher at " + setting.launcher() + ": give it with --launcher, or run in the checkout");
        }
    }

    public static void main(String[] args) throws InterruptedException {
        ServiceThroughput run;
        try {
            run = new ServiceThroughput(options(args));
        } catch (RuntimeException bad) {
            System.err.println(bad.getMessage());
            System.err.print(USAGE);
            System.exit(2);
            return;
        }
        try {
            System.exit(run.run() ? 0 : 1);
        } catch (IOException broken) {
            System.err.println(broken.getMessage());
            System.exit(6);
        }
    }

    private static TreeMap<String, String> options(String[] args) {
        List<String> known = List.of(
                "--pairs", "--warm-up", "--measure", "--cores", "--strategy", "--kernel", "--scenario", "--launcher");
        TreeMap<String, String> options = new TreeMap<>();
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--json")) {
                options.put(args[i], "");
            } else if (known.contains(args[i]) && i + 1 < args.length) {
                options.put(args[i], args[++i]);
            } else {
                throw new IllegalArgumentException("unknown option, or one without its value: " + args[i]);
            }
        }
        return options;
    }

    /** {@code 20s}, {@code 500ms}, {@code 2m}. */
    private static Duration duration(String written) {
        if (written.endsWith("ms")) {
            return Duration.ofMillis(Long.parseLong(written.substring(0, written.length() - 2)));
        }
        return Duration.parse("PT" + written.toUpperCase(Locale.ROOT));
    }

    /** Whether the aim was reached. */
    private boolean run() throws IOException, InterruptedException {
        List<Pair> measured = new ArrayList<>();
        say(
                "%s, %s, %s on %d cores, %d s after %d s of warm-up%n",
                setting.kernel(),
                setting.scenario(),
                setting.strategy(),
                setting.cores(),
                window.toSeconds(),
                warmUp.toSeconds());
        say("pair    bare schedules/s  through Kafka      ratio  by CPU time%n");
        for (int number = 1; number <= pairs; number++) {
            Pair pair = pair(number % 2 == 1);
            measured.add(pair);
            say(
                    "%4d  %,18.0f %,14.0f      %.3f        %.3f%n",
                    number, pair.bare().perSecond(), pair.service().perSecond(), pair.ratio(), pair.cpuRatio());
        }
        double ratio = median(measured, Pair::ratio);
        boolean reached = ratio >= AIM;
        say(
                "median ratio %.3f, by CPU time %.3f; the aim of %.2f is %s%n",
                ratio, median(measured, Pair::cpuRatio), AIM, reached ? "reached" : "missed");
        if (json) {
            System.out.println(document(measured, ratio));
        }
        return reached;
    }

    private Pair pair(boolean bareFirst) throws IOException, InterruptedException {
        if (bareFirst) {
            Side.Rate bare = bare();
            return new Pair(bare, service());
        }
        Side.Rate service = service();
        return new Pair(bare(), service);
    }

    private Side.Rate bare() throws IOException, InterruptedException {
        try (Side side = BareSampling.start(setting)) {
            return side.measure(warmUp, window);
        }
    }

    private Side.Rate service() throws IOException, InterruptedException {
        try (Side side = ServiceSampling.start(setting)) {
            return side.measure(warmUp, window);
        }
    }

    /** To standard output, or beside it when that is to be a document. */
    private void say(String format, Object... values) {
        (json ? System.err : System.out).printf(Locale.ROOT, format, values);
    }

    private static double median(List<Pair> pairs, ToDoubleFunction<Pair> value) {
        double[] sorted = pairs.stream().mapToDouble(value).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private String document(List<Pair> measured, double ratio) {
        List<String> lines = new ArrayList<>();
        for (Pair pair : measured) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  {\"bare\": %s, \"service\": %s, \"ratio\": %.4f, \"cpuRatio\": %.4f}",
                    document(pair.bare()),
                    document(pair.service()),
                    pair.ratio(),
                    pair.cpuRatio()));
        }
        return String.format(
                Locale.ROOT,
                "{\"version\": 1, \"kernel\": \"%s\", \"scenario\": \"%s\", \"strategy\": \"%s\", \"cores\": %d,%n"
                        + " \"pairs\": [%n%s],%n \"medianRatio\": %.4f, \"medianCpuRatio\": %.4f, \"aim\": %.2f}",
                setting.kernel(),
                setting.scenario(),
                setting.strategy(),
                setting.cores(),
                String.join(",\n", lines),
                ratio,
                median(measured, Pair::cpuRatio),
                AIM);
    }

    private static String document(Side.Rate rate) {
        return String.format(
                Locale.ROOT,
                "{\"schedules\": %d, \"seconds\": %.3f, \"cpuSeconds\": %.3f, \"schedulesPerSecond\": %.0f}",
                rate.schedules(),
                rate.seconds(),
                rate.cpuSeconds(),
                rate.perSecond());
    }
}
