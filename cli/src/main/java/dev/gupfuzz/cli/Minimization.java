package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.explore.StateSearch;
import dev.gupfuzz.simulator.minimize.Minimized;
import dev.gupfuzz.simulator.minimize.Minimizer;
import dev.gupfuzz.simulator.trace.Finding;
import java.time.Duration;

/** Makes a finding small within bounds, and says on the terminal that it does when it takes long. */
final class Minimization {
    /** Pairs of state and last thread that one search keeps, where nothing else is said. */
    static final long DEFAULT_STATES = 500_000;

    private static final long SAY_SO_NANOS = 1_000_000_000L;
    /** Of the heap, what states may take. */
    private static final double HEAP_SHARE = 0.6;

    private static final long STATES_BESIDE = 200_000;
    private static final Duration TIME_BESIDE = Duration.ofSeconds(3);

    private final Session session;
    private final long startNanos = System.nanoTime();
    private final long limitNanos;
    private volatile boolean said;

    private Minimization(Session session, Duration limit) {
        this.session = session;
        limitNanos = limit.toNanos();
    }

    /** A finding that is to be shown beside what found it: in less time and states than {@code minimize} takes. */
    static Minimized beforeItIsShown(Finding finding, Session session, int cores) {
        return of(finding, session, cores, STATES_BESIDE, TIME_BESIDE);
    }

    /** @param limit time after which what there is by then is the result */
    static Minimized of(Finding finding, Session session, int cores, long states, Duration limit) {
        Minimization minimization = new Minimization(session, limit);
        long bytes = (long) (HEAP_SHARE * Runtime.getRuntime().maxMemory());
        Minimized result = Minimizer.of(finding, cores, new StateSearch.Bounds(states, bytes, minimization::stop));
        minimization.wipe();
        return result;
    }

    private boolean stop() {
        long elapsed = System.nanoTime() - startNanos;
        Terminal terminal = session.terminal();
        if (!said && terminal.interactive() && elapsed > SAY_SO_NANOS) {
            said = true;
            terminal.err().print("\rminimising the finding, " + limitNanos / SAY_SO_NANOS + " s at most\u001b[K");
            terminal.err().flush();
        }
        return session.interrupts().requested() || elapsed > limitNanos;
    }

    private void wipe() {
        if (said) {
            session.terminal().err().print("\r\u001b[K");
            session.terminal().err().flush();
        }
    }
}
