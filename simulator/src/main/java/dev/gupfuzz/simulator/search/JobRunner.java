package dev.gupfuzz.simulator.search;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Runs one job on several cores, and waits. */
public final class JobRunner {

    private JobRunner() {}

    /**
     * Calls {@code job} with 0 on this thread and with 1 ... {@code cores - 1} on threads of their own, and returns when all
     * have. An interrupt does not end a job, which is expected to be short or to ask for itself; it is passed on.
     *
     * @param failed set by the first job that throws; jobs ask it, to stop early
     * @throws IllegalStateException when a job threw; but its OutOfMemoryError is passed on
     */
    public static void run(int cores, String name, AtomicReference<@Nullable Throwable> failed, IntConsumer job) {
        List<Thread> others = new ArrayList<>();
        for (int i = 1; i < cores; i++) {
            int core = i;
            Thread thread = new Thread(() -> guarded(job, core, failed), "gupfuzz-" + name + "-" + i);
            thread.setDaemon(true);
            thread.start();
            others.add(thread);
        }
        guarded(job, 0, failed);
        boolean interrupted = false;
        for (Thread thread : others) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Throwable thrown = failed.get();
        if (thrown instanceof OutOfMemoryError full) {
            throw full; // no bug: whoever asked knows what may be given up
        }
        if (thrown != null) {
            throw new IllegalStateException("[simulator bug] a run failed: " + thrown.getMessage(), thrown);
        }
    }

    private static void guarded(IntConsumer job, int core, AtomicReference<@Nullable Throwable> failed) {
        try {
            job.accept(core);
        } catch (RuntimeException | Error e) {
            failed.compareAndSet(null, e);
        }
    }
}
