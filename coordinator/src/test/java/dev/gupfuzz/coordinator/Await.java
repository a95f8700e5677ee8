package dev.gupfuzz.coordinator;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for a condition of other threads, with a deadline that only a failure reaches. */
public final class Await {
    private static final Duration DEADLINE = Duration.ofSeconds(40);

    private Await() {}

    /** What is waited for. */
    public interface Condition {
        boolean holds() throws Exception;
    }

    public static void until(String what, Condition condition) throws Exception {
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + DEADLINE.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }
}
