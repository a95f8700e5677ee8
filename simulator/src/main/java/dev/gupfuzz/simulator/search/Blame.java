package dev.gupfuzz.simulator.search;

import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.machine.Blames;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.World;
import java.util.ArrayList;
import java.util.List;

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
            return new Blame(Invariant.I11, stuck(scenario, role, step, detail));
        }
        if (Invariant.of(invariant) == Invariant.EXPECTED && Blames.isValue(detail)) {
            String seen = scenario.world().tokenName(Blames.value(detail));
            return new Blame(Invariant.EXPECTED, role + ", " + step + ": it shows " + seen);
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

    private static String stuck(Scenario scenario, String role, String step, long detail) {
        if (Blames.stuck(detail) == 0) {
            return role + ", " + step + ": may sleep while it holds a spinlock";
        }
        List<String> waits = new ArrayList<>();
        int i = 0;
        for (int rest = Blames.stuck(detail); rest != 0; rest &= rest - 1) {
            String stuckRole = scenario.threads().get(Integer.numberOfTrailingZeros(rest));
            int label = Blames.stuckAt(detail, i++);
            waits.add(stuckRole
                    + (Blames.isLivelock(detail) ? " goes round through " : " waits at ")
                    + (label < 0 ? "..." : Labels.routine(label) + ": " + Labels.text(label)));
        }
        return String.join("; ", waits);
    }

    private static String store(World world, int page, int number) {
        return number == 255 ? "unmapped memory" : world.storeName(page, number);
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
