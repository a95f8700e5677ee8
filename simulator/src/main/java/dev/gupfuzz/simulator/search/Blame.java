package dev.gupfuzz.simulator.search;

import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.machine.Blames;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.World;

/**
 * What makes two failures the same: the invariant, and in kernel words who broke it where. Page numbers and frame numbers
 * are left out on purpose.
 */
public record Blame(Invariant invariant, String where) implements Comparable<Blame> {

    /** The blame of a violation as the machine recorded it. */
    public static Blame of(Scenario scenario, int invariant, int label, int thread, int page, long detail) {
        String role = scenario.threads().get(thread);
        String step = Labels.routine(label) + ": " + Labels.text(label);
        if (Invariant.of(invariant) == Invariant.I11) {
            StringBuilder stuck = new StringBuilder(role + " waits at " + step);
            for (long rest = detail & ~(1L << thread); rest != 0; rest &= rest - 1) {
                stuck.append(", ").append(scenario.threads().get(Long.numberOfTrailingZeros(rest)));
            }
            return new Blame(
                    Invariant.I11,
                    stuck.append(stuck.indexOf(",") > 0 ? " wait too" : "").toString());
        }
        if (!Blames.isData(detail)) {
            return new Blame(Invariant.of(invariant), role + ", " + step);
        }
        World world = scenario.world();
        int separated = Blames.separatedAt(detail);
        String by = separated == 0 ? "" : "; separated by " + Labels.routine(separated) + ": " + Labels.text(separated);
        return new Blame(
                Invariant.of(invariant),
                role + ", " + step + ": " + world.processes.get(Blames.mm(detail)) + "'s page shows "
                        + store(world, page, Blames.seen(detail)) + ", not "
                        + store(world, page, Blames.expected(detail)) + by);
    }

    private static String store(World world, int page, int number) {
        return number == 255 ? "unmapped memory" : world.tokenName(page << 8 | number);
    }

    /** One line: {@code I1b at forker, copy_present_pte: set_pte_at(...)}. */
    public String text() {
        return invariant.id() + " at " + where;
    }

    @Override
    public int compareTo(Blame other) {
        int byInvariant = invariant.compareTo(other.invariant);
        return byInvariant != 0 ? byInvariant : where.compareTo(other.where);
    }
}
