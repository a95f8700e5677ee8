package dev.gupfuzz.simulator.kernel;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Nearest;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** The named kernels, each the mainline release or release candidate without stable backports. */
public final class Kernels {

    private static final EnumSet<Rule> SEQ = EnumSet.of(
            Rule.WRITE_PROTECT_SEQ,
            Rule.SEQ_ODD_CHECK,
            Rule.SEQ_RETRY_CHECK,
            Rule.SEQ_END,
            Rule.SEQ_INIT,
            Rule.UNPIN_ON_RETRY,
            Rule.UNPIN_ALL_ON_RETRY);
    private static final EnumSet<Rule> PINNED = EnumSet.of(Rule.HAS_PINNED, Rule.EARLY_COPY, Rule.EAGAIN_DROPS_PTL);

    private static final List<Kernel> ALL = List.of(
            new Kernel(
                    "v5.9-rc4",
                    Generation.C,
                    "copy if in doubt (09854ba94c6a): any extra reference makes a write fault copy, fork ignores pins",
                    bits(EnumSet.complementOf(union(SEQ, PINNED)))),
            new Kernel(
                    "v5.9",
                    Generation.D,
                    "fork copies maybe-pinned pages early (70e806e4e645, f3c64eda3e50); GUP-fast can race with it",
                    bits(EnumSet.complementOf(SEQ))),
            new Kernel(
                    "v5.11",
                    Generation.E,
                    "write_protect_seq orders fork and GUP-fast (57efa1fe5957)",
                    bits(EnumSet.allOf(Rule.class))));

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

    private static EnumSet<Rule> union(EnumSet<Rule> a, EnumSet<Rule> b) {
        EnumSet<Rule> union = EnumSet.copyOf(a);
        union.addAll(b);
        return union;
    }

    private static long bits(EnumSet<Rule> rules) {
        long bits = 0;
        for (Rule rule : rules) {
            bits |= rule.bit();
        }
        return bits;
    }
}
