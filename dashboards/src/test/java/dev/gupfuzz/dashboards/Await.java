package dev.gupfuzz.dashboards;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for a condition of another process, asking again every 50 ms until a generous deadline. */
final class Await {

    private Await() {}

    static void until(Supplier<String> what, Duration deadline, Callable<Boolean> condition) {
        long end = System.nanoTime() + deadline.toNanos();
        try {
            while (!condition.call()) {
                if (System.nanoTime() - end > 0) {
                    throw new AssertionError("not within " + deadline.toSeconds() + " s: " + what.get());
                }
                LockSupport.parkNanos(50_000_000L);
            }
        } catch (RuntimeException unchecked) {
            throw unchecked;
        } catch (Exception failed) {
            throw new AssertionError(what.get(), failed);
        }
    }
}
