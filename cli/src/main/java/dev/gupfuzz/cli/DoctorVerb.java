package dev.gupfuzz.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gupfuzz doctor}: looks at this machine, and at Kafka, and says what to do about each problem. */
@Command(
        name = "doctor",
        description = {
            "Check what gupfuzz needs, and say what to do about each problem.",
            "",
            "Java, cores, memory, the data directory, ports, and Kafka when it is named by --bootstrap or $"
                    + KafkaOptions.ENVIRONMENT + ". Exit code 0 when all is well, 6 when something is not."
        },
        sortOptions = false)
final class DoctorVerb implements Verb {
    private static final int JAVA_MIN = 17;
    private static final long HEAP_MIN_MIB = 256;

    @Mixin
    KafkaOptions kafka = new KafkaOptions();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The data directory to look at. Default: $XDG_DATA_HOME/gupfuzz.")
    @Nullable
    String data;

    @Mixin
    OutputOptions output = new OutputOptions();

    /**
     * One line of the doctor's.
     *
     * @param what the thing looked at
     * @param well whether it is as it should be
     * @param found what was found; for a problem, with what to do
     */
    record Check(String what, boolean well, String found) {}

    @Override
    public int run(Session session) throws Exception {
        Map<String, String> environment = session.terminal().environment();
        boolean kafkaNamed = kafka.bootstrap != null || environment.containsKey(KafkaOptions.ENVIRONMENT);
        KafkaOptions.Kafka where = kafka.read(session);
        session.problems().throwIfAny();
        List<Check> checks = new ArrayList<>();
        checks.add(java());
        checks.add(cores());
        checks.add(memory());
        checks.add(directory(DataDirectory.chosen(data, environment)));
        checks.add(port("HTTP port", CampaignApi.DEFAULT_PORT, "--port"));
        checks.add(port("metrics port", WorkerVerb.METRICS_PORT, "--metrics-port"));
        if (kafkaNamed) {
            checks.addAll(KafkaChecks.of(where));
        } else {
            checks.add(new Check(
                    "Kafka", true, "none named with --bootstrap; `gupfuzz up` and `gupfuzz broker` bring their own"));
        }
        print(session.terminal(), checks);
        return checks.stream().allMatch(Check::well) ? ExitCode.CLEAN : ExitCode.INFRASTRUCTURE;
    }

    private void print(Terminal terminal, List<Check> checks) {
        if (output.json) {
            Map<String, Object> document = Json.document();
            document.put("verdict", checks.stream().allMatch(Check::well) ? "ok" : "problem");
            document.put("checks", checks.stream().map(DoctorVerb::document).toList());
            Json.print(terminal.out(), document);
            return;
        }
        for (Check check : checks) {
            String word = check.well() ? "ok     " : terminal.red("problem");
            terminal.out().printf("%s  %-15s %s%n", word, check.what(), check.found());
        }
    }

    private static Map<String, Object> document(Check check) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("what", check.what());
        document.put("well", check.well());
        document.put("found", check.found());
        return document;
    }

    private static Check java() {
        int feature = Runtime.version().feature();
        return feature >= JAVA_MIN
                ? new Check("Java", true, Runtime.version().toString())
                : new Check("Java", false, Runtime.version() + ": install " + JAVA_MIN + " or later");
    }

    private static Check cores() {
        int cores = Runtime.getRuntime().availableProcessors();
        return new Check(
                "cores", true, cores + (cores == 1 ? ": searches and the service will share it" : " for searches"));
    }

    private static Check memory() {
        long heap = Runtime.getRuntime().maxMemory() >> 20;
        return heap >= HEAP_MIN_MIB
                ? new Check("memory", true, heap + " MiB of heap")
                : new Check(
                        "memory",
                        false,
                        heap + " MiB of heap: `gupfuzz up` needs " + HEAP_MIN_MIB
                                + " MiB; raise -Xmx in JAVA_TOOL_OPTIONS");
    }

    private static Check directory(Path directory) {
        String what = "data directory";
        Path existing = directory;
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        if (existing == null || !Files.isDirectory(existing) || !Files.isWritable(existing)) {
            return new Check(
                    what, false, directory + " cannot be written: make " + existing + " writable or give --data DIR");
        }
        String state = existing.equals(directory) ? "writable" : "can be created";
        try {
            long free = Files.getFileStore(existing).getUsableSpace() >> 20;
            return free >= 512
                    ? new Check(what, true, directory + " " + state + ", " + free + " MiB free")
                    : new Check(
                            what, false, directory + " has only " + free + " MiB free: make room or give --data DIR");
        } catch (IOException unknown) {
            return new Check(what, false, directory + " cannot be looked at (" + unknown + "): give --data DIR");
        }
    }

    private static Check port(String what, int port, String option) {
        return new Check(
                what,
                true,
                Port.isFree(port)
                        ? port + " is free"
                        : port + " is taken: `gupfuzz up` will choose a free one; the cluster's processes need "
                                + option);
    }
}
