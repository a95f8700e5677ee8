package dev.gupfuzz.simulator.museum;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Nearest;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.kernel.Safeguard;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Safeguards to take out and to put in, for kernels of which some have them and some do not: another processor's TLB flush, or
 * the kernel of a finding on its neighbours.
 */
public final class Changes {

    /** None. */
    public static final Changes NONE = new Changes(List.of(), List.of());

    private final List<String> without;
    private final List<String> with;

    private Changes(List<String> without, List<String> with) {
        this.without = without;
        this.with = with;
    }

    /**
     * Reads {@code without A with B ...}.
     *
     * @throws BadInput naming everything that is wrong
     */
    public static Changes parse(String text) {
        String[] words = text.strip().split("\\s+");
        List<String> known = Arrays.stream(Rule.values()).map(Rule::id).toList();
        List<String> without = new ArrayList<>();
        List<String> with = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < words.length; i += 2) {
            if (i + 1 == words.length || !(words[i].equals("without") || words[i].equals("with"))) {
                problems.add("'" + text + "': pairs of 'without' or 'with' and a safeguard are expected, not '"
                        + words[i] + "'");
                break;
            }
            if (!known.contains(words[i + 1])) {
                problems.add("unknown safeguard '" + words[i + 1] + "'" + Nearest.hint(words[i + 1], known));
            }
            (words[i].equals("with") ? with : without).add(words[i + 1]);
        }
        if (!problems.isEmpty()) {
            throw new BadInput(problems);
        }
        return new Changes(List.copyOf(without), List.copyOf(with));
    }

    /** How a kernel differs from its release. */
    public static Changes of(Kernel kernel) {
        String text = kernel.name().substring(kernel.base().length());
        return text.isBlank() ? NONE : parse(text);
    }

    /** The kernel with what it has of the one taken out, and what it lacks of the other put in. */
    public Kernel on(Kernel kernel) {
        Kernel changed = kernel;
        for (String name : without) {
            changed = has(changed, name) ? changed.without(name) : changed;
        }
        for (String name : with) {
            changed = has(changed, name) ? changed : changed.with(name);
        }
        return changed;
    }

    private static boolean has(Kernel kernel, String name) {
        return kernel.safeguards().stream().map(Safeguard::name).anyMatch(name::equals);
    }

    /** As {@link #parse} reads it; empty for none. */
    public String text() {
        List<String> words = new ArrayList<>();
        without.forEach(name -> words.add("without " + name));
        with.forEach(name -> words.add("with " + name));
        return String.join(" ", words);
    }
}
