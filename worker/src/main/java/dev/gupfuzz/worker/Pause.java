package dev.gupfuzz.worker;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waiting that ends at once when the worker stops. */
final class Pause {
    private Pause() {}

    /** Waits for the given time, or until {@code stopping} is counted down; true in the latter case. */
    static boolean unless(CountDownLatch stopping, Duration time) {
        try {
            return stopping.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            // Nobody interrupts our threads but a JVM that is being torn down around them.
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
