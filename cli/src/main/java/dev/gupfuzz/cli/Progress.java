package dev.gupfuzz.cli;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A line on the terminal that says how far a search is; nothing at all when nobody watches, and nothing for the first
 * second. Any thread may add.
 */
final class Progress implements AutoCloseable {
    private static final long FIRST_NANOS = 1_000_000_000L;
    private static final long EVERY_NANOS = 200_000_000L;
    private static final int BAR = 24;

    private final Terminal terminal;
    private final String what;
    private final long total;
    private final LongSupplier clock;
    private final long startNanos;
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong nextNanos = new AtomicLong(FIRST_NANOS);
    private boolean drawn; // guarded by this

    Progress(Terminal terminal, String what, long total, LongSupplier clock) {
        this.terminal = terminal;
        this.what = what;
        this.total = total;
        this.clock = clock;
        this.startNanos = clock.getAsLong();
    }

    /** Progress towards {@code total} schedules; 0 when the end is not known. */
    static Progress of(Terminal terminal, String what, long total) {
        return new Progress(terminal, what, total, System::nanoTime);
    }

    /** That many schedules more are done. */
    void add(long schedules) {
        long now = done.addAndGet(schedules);
        if (!terminal.interactive()) {
            return;
        }
        long elapsed = clock.getAsLong() - startNanos;
        long next = nextNanos.get();
        if (elapsed >= next && nextNanos.compareAndSet(next, elapsed + EVERY_NANOS)) {
            draw(now, elapsed);
        }
    }

    private synchronized void draw(long schedules, long elapsed) {
        StringBuilder line = new StringBuilder(what).append("  ");
        if (total > 0) {
            int full = (int) Math.min(BAR, schedules * (double) BAR / total);
            line.append('[')
                    .append("#".repeat(full))
                    .append(" ".repeat(BAR - full))
                    .append("] ");
        }
        line.append(Quantities.grouped(schedules)).append(" schedules, ");
        line.append(Quantities.grouped((long) (schedules * 1e9 / elapsed))).append("/s");
        String text = line.length() >= terminal.width() ? line.substring(0, terminal.width() - 1) : line.toString();
        terminal.err().print("\r" + text + "\u001b[K");
        terminal.err().flush();
        drawn = true;
    }

    /** Wipes the line. */
    @Override
    public synchronized void close() {
        if (drawn) {
            terminal.err().print("\r\u001b[K");
            terminal.err().flush();
        }
    }
}
