package dev.gupfuzz.benchmarks.lincheck;

import java.util.Locale;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckAssertionError;

/**
 * Gives {@link PinRace} to Lincheck's model checker, and prints {@code executions seconds violated}, the seconds by the clock;
 * with a fifth argument also what Lincheck shows. {@code compare} runs it.
 *
 * <p>Lincheck does not say how many executions it made, and it resets what the tested code could count in. Each execution
 * makes the threads of the race, so they are counted. The one that is repeated for the report is among them.
 *
 * <p>Exit codes: 0 whether a violation was found or not, 2 for bad usage.
 */
public final class PinRaceCheck {
    private static final String USAGE = "usage: PinRaceCheck PAGES PINNERS (fixed | original) INVOCATIONS [show]";

    private PinRaceCheck() {}

    public static void main(String[] args) {
        int pages;
        int pinners;
        int invocations;
        boolean fixed;
        try {
            pages = Integer.parseInt(args[0]);
            pinners = Integer.parseInt(args[1]);
            fixed = args[2].equals("fixed");
            invocations = Integer.parseInt(args[3]);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException bad) {
            System.err.println(USAGE);
            System.exit(2);
            return;
        }
        long began = System.nanoTime();
        long before = unnamed();
        String shown = "";
        try {
            Lincheck.runConcurrentTest(invocations, () -> execute(pages, pinners, fixed));
        } catch (LincheckAssertionError found) {
            shown = String.valueOf(found.getMessage());
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        long threads = unnamed() - before - 1;
        if (threads % (pinners + 1) != 0) {
            throw new IllegalStateException("threads that are not the race's: " + threads);
        }
        System.out.printf(Locale.ROOT, "%d %.3f %b%n", threads / (pinners + 1), seconds, !shown.isEmpty());
        if (args.length > 4) {
            System.out.println(shown);
        }
    }

    private static void execute(int pages, int pinners, boolean fixed) {
        boolean shares;
        try {
            shares = new PinRace(pages, pinners, fixed).shares();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        if (shares) {
            throw new IllegalStateException("a page is pinned and the child has it");
        }
    }

    /** Threads without a name of their own that were made before: the JDK numbers them. Lincheck's have names. */
    private static long unnamed() {
        String name = new Thread(() -> {}).getName();
        return Long.parseLong(name.substring(name.indexOf('-') + 1));
    }
}
