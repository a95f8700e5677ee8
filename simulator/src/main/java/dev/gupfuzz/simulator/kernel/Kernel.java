package dev.gupfuzz.simulator.kernel;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Nearest;
import java.util.ArrayList;
import java.util.List;

/**
 * A protocol generation with its safeguards, as data: what the routines ask when two kernels differ. Values are immutable;
 * {@link #without} and {@link #with} give changed ones.
 */
public final class Kernel {

    private final String base;
    private final Generation generation;
    private final String summary;
    private final long present;
    private final long original;

    Kernel(String base, Generation generation, String summary, long present) {
        this(base, generation, summary, present, present);
    }

    private Kernel(String base, Generation generation, String summary, long present, long original) {
        this.base = base;
        this.generation = generation;
        this.summary = summary;
        this.present = present;
        this.original = original;
    }

    /** The canonical name: the base, then what was removed, then what was added, each in the order of the list. */
    public String name() {
        StringBuilder name = new StringBuilder(base);
        for (Rule rule : Rule.values()) {
            if ((original & ~present & rule.bit()) != 0) {
                name.append(" without ").append(rule.safeguard().name());
            }
        }
        for (Rule rule : Rule.values()) {
            if ((present & ~original & rule.bit()) != 0) {
                name.append(" with ").append(rule.safeguard().name());
            }
        }
        return name.toString();
    }

    /** The release that this kernel was derived from. */
    public String base() {
        return base;
    }

    /** The generation's letter. */
    public String generation() {
        return generation.key();
    }

    /** The generation, for routines that differ by more than a safeguard. */
    public Generation gen() {
        return generation;
    }

    public String summary() {
        return summary;
    }

    /** Whether this kernel has the safeguard. */
    public boolean has(Rule rule) {
        return (present & rule.bit()) != 0;
    }

    /** The safeguards that this kernel has and {@link #without} can remove. */
    public List<Safeguard> safeguards() {
        return list(present);
    }

    /** The safeguards that this kernel lacks and {@link #with} can add. */
    public List<Safeguard> alternatives() {
        return list(~present);
    }

    private static List<Safeguard> list(long mask) {
        List<Safeguard> list = new ArrayList<>();
        for (Rule rule : Rule.values()) {
            if ((mask & rule.bit()) != 0) {
                list.add(rule.safeguard());
            }
        }
        return list;
    }

    /**
     * This kernel with one safeguard removed.
     *
     * @throws BadInput when there is no such safeguard, or this kernel does not have it
     */
    public Kernel without(String safeguard) {
        Rule rule = rule(safeguard, safeguards());
        if (!has(rule)) {
            throw new BadInput("kernel " + name() + " has no safeguard '" + safeguard + "' to remove"
                    + Nearest.hint(safeguard, names(safeguards())));
        }
        return new Kernel(base, generation, summary, present & ~rule.bit(), original);
    }

    /**
     * This kernel with one safeguard added.
     *
     * @throws BadInput when there is no such safeguard, or this kernel has it already
     */
    public Kernel with(String safeguard) {
        Rule rule = rule(safeguard, alternatives());
        if (has(rule)) {
            throw new BadInput("kernel " + name() + " has the safeguard '" + safeguard + "' already"
                    + Nearest.hint(safeguard, names(alternatives())));
        }
        return new Kernel(base, generation, summary, present | rule.bit(), original);
    }

    private static Rule rule(String name, List<Safeguard> valid) {
        Rule rule = Rule.named(name);
        if (rule == null) {
            List<String> names = valid.isEmpty() ? Rule.allNames() : names(valid);
            throw new BadInput("unknown safeguard '" + name + "'" + Nearest.hint(name, names));
        }
        return rule;
    }

    private static List<String> names(List<Safeguard> list) {
        return list.stream().map(Safeguard::name).toList();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Kernel k && k.base.equals(base) && k.present == present;
    }

    @Override
    public int hashCode() {
        return base.hashCode() * 31 + Long.hashCode(present);
    }

    @Override
    public String toString() {
        return name();
    }
}
