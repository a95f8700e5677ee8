package dev.gupfuzz.benchmarks;

import java.io.IOException;
import java.time.Duration;

/** One of the two that are compared: a process that samples, and counts what it has executed. */
interface Side extends AutoCloseable {
    /** Schedules executed since the process began. */
    long schedules() throws IOException, InterruptedException;

    ProcessHandle process();

    /** Fails when what was measured was not what it should be; called at the end of the window. */
    void check(Rate measured) throws IOException, InterruptedException;

    /** Ends the process. */
    @Override
    void close() throws IOException, InterruptedException;

    /**
     * What was executed in a window.
     *
     * @param schedules schedules executed in it
     * @param seconds its wall-clock time
     * @param cpuSeconds processor time that the process used in it, all of its threads
     */
    record Rate(long schedules, double seconds, double cpuSeconds) {
        double perSecond() {
            return schedules / seconds;
        }

        double perCpuSecond() {
            return schedules / cpuSeconds;
        }
    }

    /** Waits for the first schedules, then for the warm-up, then measures, from counter to counter and clock to clock. */
    default Rate measure(Duration warmUp, Duration window) throws IOException, InterruptedException {
        while (schedules() == 0) {
            if (!process().isAlive()) {
                throw new IOException("the process ended before it had executed a schedule");
            }
            Thread.sleep(20);
        }
        Thread.sleep(warmUp.toMillis());
        Reading begin = Reading.of(this);
        Thread.sleep(window.toMillis());
        Reading end = Reading.of(this);
        Rate rate = new Rate(
                end.schedules() - begin.schedules(),
                (end.nanos() - begin.nanos()) / 1e9,
                (end.cpu().minus(begin.cpu())).toNanos() / 1e9);
        check(rate);
        return rate;
    }

    /** A counter, and when it was read. */
    record Reading(long schedules, long nanos, Duration cpu) {
        static Reading of(Side side) throws IOException, InterruptedException {
            long before = System.nanoTime();
            long schedules = side.schedules();
            long after = System.nanoTime();
            Duration cpu = side.process().info().totalCpuDuration().orElse(Duration.ZERO);
            return new Reading(schedules, before + (after - before) / 2, cpu);
        }
    }
}
