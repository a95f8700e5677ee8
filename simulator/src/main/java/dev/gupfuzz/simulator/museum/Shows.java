package dev.gupfuzz.simulator.museum;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Nearest;
import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.invariant.Invariant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What counts as an answer "yes": invariants that break, and goals that are reached where nothing has to break, such as the
 * accepted loss of a claim that the kernel does not promise.
 *
 * @param invariants mask of {@link Invariant#bit}
 * @param goals mask of {@link GoalPoint#bit}
 */
public record Shows(int invariants, long goals) {

    /** Whatever breaks. */
    public static final Shows ANYTHING = new Shows(-1, 0);

    /** Nothing: what breaks is told as something else. */
    static final Shows NOTHING = new Shows(0, 0);

    /** One invariant. */
    public static Shows only(Invariant invariant) {
        return new Shows(invariant.bit(), 0);
    }

    /** Every invariant but these. */
    static Shows allBut(int invariants) {
        return new Shows(~invariants, 0);
    }

    boolean counts(Invariant invariant) {
        return (invariants & invariant.bit()) != 0;
    }

    /**
     * Reads names of invariants and goals with spaces between them.
     *
     * @throws BadInput naming each that is not known
     */
    static Shows parse(String text) {
        List<String> valid = new ArrayList<>();
        Arrays.stream(Invariant.values()).map(Invariant::id).forEach(valid::add);
        Arrays.stream(GoalPoint.values()).map(GoalPoint::id).forEach(valid::add);
        List<String> problems = new ArrayList<>();
        int invariants = 0;
        long goals = 0;
        for (String name : text.split("\\s+")) {
            int at = valid.indexOf(name);
            if (at < 0) {
                problems.add("'" + name + "' is neither an invariant nor a goal" + Nearest.hint(name, valid));
            } else if (at < Invariant.values().length) {
                invariants |= Invariant.of(at).bit();
            } else {
                goals |= GoalPoint.of(at - Invariant.values().length).bit();
            }
        }
        if (!problems.isEmpty()) {
            throw new BadInput(problems);
        }
        return new Shows(invariants, goals);
    }

    /** The names, as {@link #parse} reads them. */
    public String text() {
        List<String> names = new ArrayList<>();
        for (Invariant invariant : Invariant.values()) {
            if (counts(invariant)) {
                names.add(invariant.id());
            }
        }
        for (GoalPoint goal : GoalPoint.values()) {
            if ((goals & goal.bit()) != 0) {
                names.add(goal.id());
            }
        }
        return String.join(" ", names);
    }
}
