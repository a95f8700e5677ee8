package dev.gupfuzz.simulator.kernel;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Nearest;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A protocol generation with its safeguards, as data: what the routines ask when two kernels differ. Values are immutable;
 * {@link #without} and {@link #with} give changed ones.
 */
public final class Kernel {

    private final Tables.Release release;
    private final EnumSet<Rule> present;
    private final EnumSet<Rule> original;
    private final EnumSet<Promise> promises;

    Kernel(Tables.Release release) {
        this(release, Tables.rules(release.name()), Tables.rules(release.name()));
    }

    private Kernel(Tables.Release release, EnumSet<Rule> present, EnumSet<Rule> original) {
        this.release = release;
        this.present = present;
        this.original = original;
        this.promises = Tables.promises(release.name());
    }

    /** The canonical name: the base, then what was removed, then what was added, each in the order of the list. */
    public String name() {
        StringBuilder name = new StringBuilder(base());
        for (Rule rule : Rule.values()) {
            if (original.contains(rule) && !present.contains(rule)) {
                name.append(" without ").append(rule.id());
            }
        }
        for (Rule rule : Rule.values()) {
            if (present.contains(rule) && !original.contains(rule)) {
                name.append(" with ").append(rule.id());
            }
        }
        return name.toString();
    }

    /** The release that this kernel was derived from. */
    public String base() {
        return release.name();
    }

    /** The generation's letter. */
    public String generation() {
        return release.generation();
    }

    public String summary() {
        return release.summary();
    }

    /** Whether this kernel has the safeguard. */
    public boolean has(Rule rule) {
        return present.contains(rule);
    }

    /**
     * Whether this kernel has the safeguard and everything that it builds on, and no other design in its place. A situation that
     * a safeguard makes is asked only of such kernels.
     */
    public boolean acts(Rule rule) {
        return has(rule)
                && rule.safeguard().buildsOn().stream().allMatch(this::acts)
                && present.stream()
                        .noneMatch(other -> other.safeguard().insteadOf().contains(rule));
    }

    /** What the safeguard builds on and does not act in this kernel: it has nothing to act on, then. */
    public List<Rule> lacksFor(Safeguard safeguard) {
        return safeguard.buildsOn().stream().filter(base -> !acts(base)).toList();
    }

    /** The designs that this kernel has in the safeguard's place. */
    public List<Rule> insteadOf(Safeguard safeguard) {
        return present.stream()
                .filter(other -> other.safeguard().insteadOf().stream()
                        .anyMatch(place -> place.id().equals(safeguard.name())))
                .toList();
    }

    /** The rules that this kernel has, in the order of the list. */
    public Set<Rule> rules() {
        return Collections.unmodifiableSet(present);
    }

    /** Whether this kernel's release gives a promise. */
    public boolean promises(Promise promise) {
        return promises.contains(promise);
    }

    /** What this kernel's release promises. */
    public Set<Promise> promises() {
        return Collections.unmodifiableSet(promises);
    }

    /** The safeguards that this kernel has and {@link #without} can remove. */
    public List<Safeguard> safeguards() {
        return list(present);
    }

    /** The safeguards that this kernel lacks and {@link #with} can add. */
    public List<Safeguard> alternatives() {
        return list(EnumSet.complementOf(present));
    }

    private static List<Safeguard> list(EnumSet<Rule> rules) {
        return rules.stream().map(Rule::safeguard).toList();
    }

    private Kernel changed(Rule rule, boolean add) {
        EnumSet<Rule> rules = EnumSet.copyOf(present);
        if (add) {
            rules.add(rule);
        } else {
            rules.remove(rule);
        }
        return new Kernel(release, rules, original);
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
        return changed(rule, false);
    }

    /**
     * This kernel with one safeguard added.
     *
     * @throws BadInput when there is no such safeguard, or this kernel has it already, or has another in the same place
     */
    public Kernel with(String safeguard) {
        Rule rule = rule(safeguard, alternatives());
        if (has(rule)) {
            throw new BadInput("kernel " + name() + " has the safeguard '" + safeguard + "' already"
                    + Nearest.hint(safeguard, names(alternatives())));
        }
        for (Rule place : rule.safeguard().insteadOf()) {
            for (Rule other : insteadOf(place.safeguard())) {
                throw new BadInput("kernel " + name() + " cannot have '" + rule.id() + "' beside '" + other.id()
                        + "': both take the place of '" + place.id() + "'");
            }
        }
        return changed(rule, true);
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
        return other instanceof Kernel k && k.release.equals(release) && k.present.equals(present);
    }

    @Override
    public int hashCode() {
        return name().hashCode();
    }

    @Override
    public String toString() {
        return name();
    }
}
