package dev.gupfuzz.benchmarks;

import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.search.Sampler;
import dev.gupfuzz.simulator.search.Tally;
import dev.gupfuzz.simulator.strategy.Strategy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How many schedules and steps each strategy needs to the first violation, and how the portfolio compares with the best of
 * them: the race for growing numbers of pages ({@code pages}), and kernels with a safeguard removed. Of those {@code planted}
 * and {@code further} took part in the choice of the portfolio, {@code heldout} did not. It counts and does not time, so the
 * figures are the same on every machine.
 *
 * <p>The means are those of all seeds that were run, schedules or steps for each violation; their 95 % intervals take the
 * violations as a Poisson count. Seeds are run until there are enough violations or the steps are used up.
 */
final class FirstViolation {

    private static final List<String> SINGLE =
            List.of("random", "pct:2", "pct:3", "icb:1", "icb:2", "pos", "urw", "surw", "rff", "hold");
    private static final int ENOUGH = 1_000;
    private static final long STEPS = 20_000_000;
    private static final int BATCH_STEPS = 200_000;
    /** Half the width of a 95 % interval, in standard deviations. */
    private static final double WIDE = 1.96;

    private record Case(String kernel, String scenario) {}

    /** What a strategy needs on a case. */
    private record Measured(long schedules, long steps, long violations) {

        double stepsToFirst() {
            return steps / (double) violations;
        }

        String text() {
            if (violations == 0) {
                return String.format(Locale.ROOT, "none in %,d (%,d)", schedules, steps);
            }
            double factor = Math.exp(WIDE / Math.sqrt(violations));
            return String.format(
                    Locale.ROOT,
                    "%s (%s, %s to %s)",
                    number(schedules / (double) violations),
                    number(stepsToFirst()),
                    number(stepsToFirst() / factor),
                    number(stepsToFirst() * factor));
        }

        /** Three digits. */
        private static String number(double value) {
            return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%,.0f", rounded(value));
        }

        private static double rounded(double value) {
            double unit = Math.pow(10, Math.max(0, Math.floor(Math.log10(value)) - 2));
            return value < 1_000 ? value : Math.round(value / unit) * unit;
        }
    }

    private FirstViolation() {}

    /** Which cases, {@code pages} when nothing is said, then the strategies to measure; all of them when none is named. */
    public static void main(String[] args) {
        List<Case> cases = switch (args.length == 0 ? "pages" : args[0]) {
            case "pages" -> pages();
            case "planted" -> planted();
            case "further" -> further();
            case "heldout" -> heldOut();
            default -> throw new IllegalArgumentException("pages, planted, further or heldout: " + args[0]);
        };
        List<String> strategies = new ArrayList<>(List.of(args).subList(Math.min(1, args.length), args.length));
        if (strategies.isEmpty()) {
            strategies.addAll(SINGLE);
            strategies.add(Strategy.PORTFOLIO);
        }
        System.out.println("| case | " + String.join(" | ", strategies) + " | last / best |");
        System.out.println("| --- |" + " --- |".repeat(strategies.size() + 1));
        for (Case one : cases) {
            StringBuilder line = new StringBuilder("| " + one.kernel() + ", " + one.scenario() + " |");
            double best = Double.MAX_VALUE;
            double last = 0;
            for (String strategy : strategies) {
                Measured measured = measure(one, strategy);
                line.append(' ').append(measured.text()).append(" |");
                last = measured.stepsToFirst();
                best = Math.min(best, last);
            }
            System.out.println(line + String.format(Locale.ROOT, " %.2f |", last / best));
        }
    }

    private static Measured measure(Case one, String name) {
        var kernel = Kernels.named(one.kernel());
        var scenario = Scenarios.named(one.scenario());
        Cell cell = new Cell(kernel, scenario, Strategy.named(name).freeze(kernel, scenario));
        Tally tally = Tally.empty(cell);
        long batch = 64;
        while (tally.violating() < ENOUGH && tally.steps() < STEPS) {
            tally = tally.merge(Sampler.sample(cell, tally.schedules() + 1, batch, 1, false, () -> false, done -> {}));
            batch = Math.max(64, BATCH_STEPS * tally.schedules() / tally.steps());
        }
        return new Measured(tally.schedules(), tally.steps(), tally.violating());
    }

    private static List<Case> pages() {
        return List.of(
                new Case("v5.9", "fork-vs-pin-fast"),
                new Case("v5.9", "fork-vs-pin-fast:pages=4"),
                new Case("v5.9", "fork-vs-pin-fast:pages=16"),
                new Case("v5.9", "fork-vs-pin-fast:pages=64"));
    }

    private static List<Case> planted() {
        String without = "v5.11 without ";
        return List.of(
                new Case(without + "write-protect-seq", "fork-vs-pin-fast"),
                new Case(without + "seq-odd-check", "fork-vs-pin-fast"),
                new Case(without + "seq-retry-check", "fork-vs-pin-fast"),
                new Case(without + "seq-retry-check", "fork-vs-pin-fast-writer:pages=4"),
                new Case(without + "seq-init", "two-forks-vs-pin-fast"),
                new Case(without + "unpin-on-retry", "fork-vs-pin-fast"),
                new Case(without + "unpin-all-on-retry", "fork-vs-pin-fast:pages=2"),
                new Case(without + "fast-gup-has-pinned", "fork-vs-pin-fast"),
                new Case(without + "gup-irq-restore", "fork-vs-pin-fast"),
                new Case(without + "slow-gup-mmap-lock", "fork-vs-pin-fast-writer"),
                new Case(without + "fork-mmap-write-lock", "two-forks-vs-pin-fast"),
                new Case(without + "fork-mmap-write-lock", "fork-vs-write"),
                new Case(without + "fork-tlb-flush", "fork-vs-pin-fast-writer"),
                new Case(without + "fork-wrprotect", "fork-vs-write"),
                new Case(without + "wp-pte-recheck", "fork-vs-pin-fast-writer"),
                new Case(without + "wp-pte-recheck", "fork-vs-write:pages=4"),
                new Case(without + "wp-clear-flush", "cow-vs-reader"),
                new Case(without + "wp-clear-flush", "cow-vs-reader:pages=4"),
                new Case(without + "zap-flush", "munmap-vs-access"),
                new Case(without + "pte-recheck without ipi-tlb-flush", "pin-fast-vs-munmap"));
    }

    /** Other scenarios and parameters, at first set aside; the shares of the portfolio are a compromise between these and the planted. */
    private static List<Case> further() {
        String without = "v5.11 without ";
        return List.of(
                new Case(without + "early-copy", "fork-vs-pin-fast"),
                new Case(without + "seq-end", "two-forks-vs-pin-fast"),
                new Case(without + "pte-recheck without gup-irq-off", "pin-fast-vs-munmap"),
                new Case(without + "gup-irq-restore", "fork-vs-pin-fast-writer:pages=2"),
                new Case(without + "seq-odd-check", "two-forks-vs-pin-fast"),
                new Case(without + "wp-clear-flush", "fork-vs-write:populated=0"),
                new Case(without + "fork-tlb-flush", "fork-vs-write"),
                new Case(without + "zap-flush", "munmap-vs-access:pages=4"),
                new Case(without + "seq-retry-check", "two-forks-vs-pin-fast"),
                new Case("v5.9", "two-forks-vs-pin-fast:pages=2"),
                new Case(without + "unpin-on-retry", "two-forks-vs-pin-fast"),
                new Case(without + "fork-mmap-write-lock", "fork-vs-pin-fast-writer"),
                new Case(without + "seq-init", "two-forks-vs-pin-fast:pages=4"),
                new Case(without + "fast-gup-has-pinned", "fork-vs-pin-fast-writer:pages=2"),
                new Case(without + "fork-tlb-flush", "fork-vs-pin-fast-writer:pages=4,stores=1"),
                new Case(without + "eagain-drops-ptl", "fork-vs-pin-fast"),
                new Case(without + "write-protect-seq", "fork-vs-pin-fast:noise=2"),
                new Case(without + "seq-retry-check", "fork-vs-pin-fast:pages=2,noise=1"),
                new Case(without + "seq-odd-check without seq-retry-check", "fork-vs-pin-fast-writer"),
                new Case(without + "fork-wrprotect", "fork-vs-pin-fast-writer"));
    }

    /** Written down before anything was measured on them, and nothing was chosen by them. */
    private static List<Case> heldOut() {
        String without = "v5.11 without ";
        return List.of(
                new Case(without + "write-protect-seq", "two-forks-vs-pin-fast"),
                new Case(without + "seq-odd-check", "fork-vs-pin-fast:pages=3"),
                new Case(without + "gup-irq-restore", "two-forks-vs-pin-fast"),
                new Case(without + "slow-gup-mmap-lock", "fork-vs-pin-fast-writer:pages=3"),
                new Case(without + "fork-mmap-write-lock", "fork-vs-write:pages=2"),
                new Case(without + "fork-tlb-flush", "fork-vs-write:pages=3"),
                new Case(without + "wp-clear-flush", "cow-vs-reader:pages=2"),
                new Case(without + "pte-recheck without ipi-tlb-flush", "pin-fast-vs-munmap:pages=2"),
                new Case(without + "zap-flush", "munmap-vs-access:pages=2"),
                new Case(without + "unpin-all-on-retry", "fork-vs-pin-fast-writer:pages=3"),
                new Case(without + "fast-gup-has-pinned", "two-forks-vs-pin-fast"),
                new Case(without + "wp-pte-recheck", "fork-vs-write:pages=2"));
    }
}
