package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Promise;
import dev.gupfuzz.simulator.kernel.Rule;

/**
 * What the machine's kernel does, as the routines ask for it: by the ordinal of a {@link Rule}, which each routine keeps as a
 * constant of its own. The rules are bits of a few ints: a field each would be loaded at every step by the compiled routines, a
 * bit of a long takes a shift, and an enum's ordinal is no constant to the compiler.
 */
public abstract class KernelRules {

    private static final int WORDS = Rule.MAX / Integer.SIZE;

    private final int first;
    private final int second;
    private final int third;
    private final int fourth;
    private final int fifth;
    private final int sixth;

    /** Read pins are promised, ... */
    final boolean promisesReads;
    /** ... long-term read pins of what was not yet copied, ... */
    final boolean promisesLongterm;
    /** ... plain references where nobody forks, ... */
    final boolean promisesGets;
    /** ... and that no other process maps what is pinned. */
    final boolean promisesNotShared;

    KernelRules(Kernel kernel) {
        int[] words = new int[WORDS];
        for (Rule rule : Rule.values()) {
            words[rule.ordinal() / Integer.SIZE] |= kernel.has(rule) ? 1 << rule.ordinal() : 0;
        }
        first = words[0];
        second = words[1];
        third = words[2];
        fourth = words[3];
        fifth = words[4];
        sixth = words[5];
        promisesReads = kernel.promises(Promise.READ_PIN);
        promisesLongterm = kernel.promises(Promise.LONGTERM_READ_PIN);
        promisesGets = kernel.promises(Promise.GET_WITHOUT_FORK);
        promisesNotShared = kernel.promises(Promise.NOT_SHARED);
    }

    /** Whether the kernel has a rule. @param rule its ordinal */
    public boolean has(int rule) {
        int word = rule < 32
                ? first
                : rule < 64 ? second : rule < 96 ? third : rule < 128 ? fourth : rule < 160 ? fifth : sixth;
        return (word & 1 << rule) != 0;
    }
}
