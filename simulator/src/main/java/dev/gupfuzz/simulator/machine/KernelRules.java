package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Promise;
import dev.gupfuzz.simulator.kernel.Rule;

/**
 * What the machine's kernel does, as the routines ask for it: by the ordinal of a {@link Rule}, which each routine keeps as a
 * constant of its own. The rules are bits of two words: a field each would be loaded at every step by the compiled routines, and
 * an enum's ordinal is no constant to the compiler.
 */
abstract class KernelRules {

    private final long low;
    private final long high;

    /** Read pins are promised, ... */
    final boolean promisesReads;
    /** ... long-term read pins of what was not yet copied, ... */
    final boolean promisesLongterm;
    /** ... plain references where nobody forks, ... */
    final boolean promisesGets;
    /** ... and that no other process maps what is pinned. */
    final boolean promisesNotShared;

    KernelRules(Kernel kernel) {
        long first = 0;
        long second = 0;
        for (Rule rule : Rule.values()) {
            long bit = kernel.has(rule) ? 1L << rule.ordinal() : 0;
            first |= rule.ordinal() < Long.SIZE ? bit : 0;
            second |= rule.ordinal() < Long.SIZE ? 0 : bit;
        }
        low = first;
        high = second;
        promisesReads = kernel.promises(Promise.READ_PIN);
        promisesLongterm = kernel.promises(Promise.LONGTERM_READ_PIN);
        promisesGets = kernel.promises(Promise.GET_WITHOUT_FORK);
        promisesNotShared = kernel.promises(Promise.NOT_SHARED);
    }

    /** Whether the kernel has a rule. @param rule its ordinal */
    public boolean has(int rule) {
        return ((rule < Long.SIZE ? low : high) >> rule & 1) != 0;
    }
}
