package dev.gupfuzz.worker;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for a condition of other threads and processes, with a deadline that only a failure reaches. */
final class Await {
    private Await() {}

    interface Condition {
        boolean holds() throws Exception;
    }

    static void until(String what, Condition condition) throws Exception {
        until(what, Duration.ofSeconds(40), condition);
    }

    static void until(String what, Duration deadline, Condition condition) throws Exception {
        long end = System.nanoTime() + deadline.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + deadline.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }
}
