package dev.gupfuzz.cli;

import dev.gupfuzz.campaign.InfrastructureException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ctrl-C and SIGTERM as a request to stop, and the verb's answer as the exit code of the process.
 *
 * <p>The JVM answers a signal by running its shutdown hooks while the verb still runs. The hook here asks the verb to
 * stop, waits a bounded time for it to finish, and ends the process with the verb's own exit code.
 */
final class Interrupts {
    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile int exitCode;
    private volatile int exitCodeWhenLate = ExitCode.INTERRUPTED;
    private volatile Duration grace = Duration.ZERO;
    private volatile @Nullable InfrastructureException gaveUp;

    /** A start was given up because a stop was asked for. */
    static final class StoppedException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** Waits for the end of a part of a service, and tells whether it ended by itself. */
    interface Ending {
        boolean await() throws InterruptedException, InfrastructureException;
    }

    /** Those of this process: a signal asks for the stop. */
    static Interrupts ofProcess() {
        Interrupts interrupts = new Interrupts();
        Runtime.getRuntime().addShutdownHook(new Thread(interrupts::stopBySignal, "stop"));
        return interrupts;
    }

    /**
     * Says how a signal ends this verb: it gets {@code grace} to finish by itself, after which the process ends with
     * {@code exitCodeWhenLate}. Without this call a signal ends the process at once.
     */
    void allow(Duration grace, int exitCodeWhenLate) {
        this.grace = grace;
        this.exitCodeWhenLate = exitCodeWhenLate;
    }

    boolean requested() {
        return requested.getCount() == 0;
    }

    void request() {
        requested.countDown();
    }

    /** Throws when a stop was asked for: between two steps of a start. */
    void throwIfRequested() throws StoppedException {
        if (requested()) {
            throw new StoppedException();
        }
    }

    /** Waits for a request to stop; false when there was none within {@code limit}. */
    boolean await(Duration limit) {
        try {
            return requested.await(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Waits for a request to stop, as long as it takes. */
    void awaitRequest() throws InterruptedException {
        requested.await();
    }

    /**
     * Asks for the stop when a part of the service ends by itself, before anybody asked: the process must not wait for
     * ever for work that nobody does.
     */
    void watch(String part, Ending ending) {
        Thread thread = new Thread(() -> ended(part, ending), "watch-" + part);
        thread.setDaemon(true);
        thread.start();
    }

    private void ended(String part, Ending ending) {
        try {
            if (ending.await() && !requested()) {
                gaveUp = new InfrastructureException("the " + part + " stopped by itself: the log above says why");
                request();
            }
        } catch (InfrastructureException why) {
            gaveUp = why;
            request();
        } catch (InterruptedException processEnds) {
            Thread.currentThread().interrupt();
        }
    }

    /** Throws when the stop was asked for because a part of the service ended by itself. */
    void throwIfGaveUp() throws InfrastructureException {
        InfrastructureException why = gaveUp;
        if (why != null) {
            throw why;
        }
    }

    /** Ends the process with the verb's exit code. */
    void exit(int code) {
        exitCode = code;
        finished.countDown();
        System.exit(code); // when a signal came first this waits for the hook, which ends the process
    }

    private void stopBySignal() {
        if (finished.getCount() == 0) {
            return; // an ordinary end
        }
        request();
        boolean inTime;
        try {
            inTime = finished.await(grace.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            inTime = false;
        }
        Runtime.getRuntime().halt(inTime ? exitCode : exitCodeWhenLate);
    }
}
