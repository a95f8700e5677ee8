package dev.gupfuzz.worker;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A worker in a process of its own, so that it can be killed. */
final class WorkerProcess {
    private WorkerProcess() {}

    /** Arguments: Kafka's address, the worker's id. */
    public static void main(String[] args) throws Exception {
        Worker.start(new Worker.Config(args[0], 1, args[1], 0, Map.of())).awaitStopped();
    }

    static Process start(String bootstrap, String id, String failpoint) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                WorkerProcess.class.getName(),
                bootstrap,
                id));
        builder.environment().put(Failpoint.VARIABLE, failpoint);
        return builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
