package dev.gupfuzz.benchmarks;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.search.Sampler;
import dev.gupfuzz.simulator.strategy.Strategy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Samples as {@code gupfuzz fuzz} does, in a JVM of its own, and tells the count whenever it is given a line. */
final class BareSampling implements Side {
    /** Those that the launcher gives to {@code fuzz}. */
    private static final List<String> JVM_FLAGS = List.of("-XX:+UseSerialGC", "-Xshare:auto", "-XX:-UsePerfData");

    /** More than can be executed; the process is ended. */
    private static final long SEEDS = 1L << 50;

    private final Process process;
    private final BufferedReader answers;

    private BareSampling(Process process) {
        this.process = process;
        this.answers = process.inputReader(StandardCharsets.US_ASCII);
    }

    static BareSampling start(Setting setting) throws IOException {
        ProcessBuilder builder = new ProcessBuilder();
        builder.command()
                .add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        builder.command().addAll(JVM_FLAGS);
        builder.command().addAll(List.of("-cp", System.getProperty("java.class.path"), BareSampling.class.getName()));
        builder.command().addAll(List.of(setting.kernel(), setting.scenario(), setting.strategy()));
        builder.command().add(Integer.toString(setting.cores()));
        return new BareSampling(builder.redirectError(Redirect.INHERIT).start());
    }

    @Override
    public long schedules() throws IOException {
        OutputStream question = process.getOutputStream();
        question.write('\n');
        question.flush();
        String answer = answers.readLine();
        if (answer == null) {
            throw new IOException("the bare sampler ended: what it said is above");
        }
        return Long.parseLong(answer);
    }

    @Override
    public ProcessHandle process() {
        return process.toHandle();
    }

    @Override
    public void check(Rate measured) throws IOException {
        if (measured.schedules() < 1) {
            throw new IOException("the bare sampler executed nothing in the window: it found a violation or is stuck");
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.getOutputStream().close(); // the end of its input ends it
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }

    /** The sampling process: kernel, scenario, strategy and cores as arguments. */
    public static void main(String[] args) throws IOException {
        Kernel kernel = Kernels.named(args[0]);
        Scenario scenario = Scenarios.named(args[1]);
        Cell cell = new Cell(kernel, scenario, Strategy.named(args[2]).freeze(kernel, scenario));
        int cores = Integer.parseInt(args[3]);
        AtomicLong executed = new AtomicLong();
        Thread sampling = new Thread(
                () -> {
                    var unused = Sampler.sample(cell, 1, SEEDS, cores, true, () -> false, executed::addAndGet);
                },
                "sampling");
        sampling.setDaemon(true);
        sampling.start();
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        while (questions.readLine() != null) {
            System.out.println(executed.get());
        }
    }
}
