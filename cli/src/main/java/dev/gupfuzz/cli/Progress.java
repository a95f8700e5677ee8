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
    private static final String SCHEDULES = "schedules";

    private final Terminal terminal;
    private final String what;
    private final long total;
    private final String unit;
    private final LongSupplier clock;
    private final long startNanos;
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong nextNanos = new AtomicLong(FIRST_NANOS);
    private boolean drawn; // guarded by this

    Progress(Terminal terminal, String what, long total, LongSupplier clock) {
        this(terminal, what, total, SCHEDULES, clock);
    }

    private Progress(Terminal terminal, String what, long total, String unit, LongSupplier clock) {
        this.terminal = terminal;
        this.what = what;
        this.total = total;
        this.unit = unit;
        this.clock = clock;
        this.startNanos = clock.getAsLong();
    }

    /** Progress towards {@code total} schedules; 0 when the end is not known. */
    static Progress of(Terminal terminal, String what, long total) {
        return new Progress(terminal, what, total, System::nanoTime);
    }

    /** Progress towards so many of something that is not counted by the second. */
    static Progress of(Terminal terminal, String what, long total, String unit) {
        return new Progress(terminal, what, total, unit, System::nanoTime);
    }

    /** That many more are done. */
    void add(long more) {
        long now = done.addAndGet(more);
        if (!terminal.interactive()) {
            return;
        }
        long elapsed = clock.getAsLong() - startNanos;
        long next = nextNanos.get();
        if (elapsed >= next && nextNanos.compareAndSet(next, elapsed + EVERY_NANOS)) {
            draw(now, elapsed);
        }
    }

    private synchronized void draw(long reached, long elapsed) {
        StringBuilder line = new StringBuilder(what).append("  ");
        if (total > 0) {
            int full = (int) Math.min(BAR, reached * (double) BAR / total);
            line.append('[')
                    .append("#".repeat(full))
                    .append(" ".repeat(BAR - full))
                    .append("] ");
        }
        line.append(Quantities.grouped(reached)).append(' ').append(unit);
        if (unit.equals(SCHEDULES)) {
            line.append(", ")
                    .append(Quantities.grouped((long) (reached * 1e9 / elapsed)))
                    .append("/s");
        }
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
