package dev.gupfuzz.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** gupfuzz in a JVM of its own, its output in files. */
final class GupfuzzProcess implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofSeconds(180);
    private static final Set<String> COMPUTING = Set.of("fuzz", "up", "worker");

    private final Process process;
    private final Path out;
    private final Path err;

    private GupfuzzProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    static GupfuzzProcess start(Path directory, Map<String, String> environment, String... args) throws IOException {
        // The signals' default answer is asked for: a build that runs in the background may have SIGINT ignored, and
        // children inherit that.
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+UseSerialGC");
        if (!COMPUTING.contains(args[0])) {
            command.add("-XX:TieredStopAtLevel=1"); // starts faster, computes more slowly
        }
        command.add("-cp");
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.add("dev.gupfuzz.cli.Main");
        command.addAll(List.of(args));
        Path out = Files.createTempFile(directory, "out", ".txt");
        Path err = Files.createTempFile(directory, "err", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("XDG_DATA_HOME", directory.toString());
        builder.environment().putAll(environment);
        return new GupfuzzProcess(builder.start(), out, err);
    }

    static GupfuzzProcess start(Path directory, String... args) throws IOException {
        return start(directory, Map.of(), args);
    }

    /** Sends a signal by its name, as kill(1) does. */
    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    /** The exit code. */
    int await() throws InterruptedException {
        if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("still running after " + DEADLINE + "\n" + out() + err());
        }
        return process.exitValue();
    }

    /** Waits for a condition while the process runs. */
    void await(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                throw new AssertionError("waited in vain for: " + what + "\n" + out() + err());
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    boolean alive() {
        return process.isAlive();
    }

    /** Processor time used so far. */
    long processorMillis() {
        return process.toHandle()
                .info()
                .totalCpuDuration()
                .orElse(Duration.ZERO)
                .toMillis();
    }

    String out() {
        return text(out);
    }

    String err() {
        return text(err);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException gone) {
            throw new AssertionError("the output of the process is gone", gone);
        }
    }
}
