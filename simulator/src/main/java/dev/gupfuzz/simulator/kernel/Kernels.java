package dev.gupfuzz.simulator.kernel;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Nearest;
import java.util.ArrayList;
import java.util.List;

/** The named kernels, each the mainline release or release candidate without stable backports. */
public final class Kernels {

    private static final List<Kernel> ALL =
            Tables.kernels().stream().map(Kernel::new).toList();

    private Kernels() {}

    /** The names of the built-in kernels, oldest first. */
    public static List<String> names() {
        return ALL.stream().map(Kernel::base).toList();
    }

    /** The built-in kernels, oldest first. */
    public static List<Kernel> all() {
        return ALL;
    }

    /**
     * The kernel of a canonical name: {@code v5.11}, or {@code v5.11 without pte-recheck with ...}.
     *
     * @throws BadInput naming every word that is not known
     */
    public static Kernel named(String canonicalName) {
        String[] words = canonicalName.trim().split("\\s+");
        Kernel kernel = ALL.stream()
                .filter(k -> k.base().equals(words[0]))
                .findFirst()
                .orElseThrow(() -> new BadInput("unknown kernel '" + words[0] + "'" + Nearest.hint(words[0], names())));
        List<String> problems = new ArrayList<>();
        for (int i = 1; i < words.length; i += 2) {
            String verb = words[i];
            if (i + 1 == words.length || !(verb.equals("without") || verb.equals("with"))) {
                problems.add("kernel '" + canonicalName + "': after the name come pairs of 'without' or 'with' and a"
                        + " safeguard, not '" + verb + "'");
                break;
            }
            try {
                kernel = verb.equals("without") ? kernel.without(words[i + 1]) : kernel.with(words[i + 1]);
            } catch (BadInput bad) {
                problems.addAll(bad.problems());
            }
        }
        if (!problems.isEmpty()) {
            throw new BadInput(problems);
        }
        return kernel;
    }
}
