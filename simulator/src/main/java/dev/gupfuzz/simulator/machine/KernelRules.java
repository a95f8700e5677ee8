package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.kernel.Generation;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Rule;

/**
 * What the machine's kernel does, rule by rule, as the routines ask for it. The rules are bits of one word: a field each would be
 * loaded at every step by the compiled routines.
 */
abstract class KernelRules {

    private static final int WRPROTECT_FIRST = 1 << 30;
    private static final int UNPIN_IN_TWO = 1 << 29;

    private final int rules;

    KernelRules(Kernel kernel) {
        int bits = 0;
        for (Rule rule : Rule.values()) {
            bits |= kernel.has(rule) ? 1 << rule.ordinal() : 0;
        }
        bits |= kernel.gen() == Generation.C ? WRPROTECT_FIRST : 0;
        bits |= kernel.gen() == Generation.E ? UNPIN_IN_TWO : 0;
        rules = bits;
    }

    public boolean hasPinned() {
        return (rules & (1 << 0)) != 0;
    }

    public boolean earlyCopy() {
        return (rules & (1 << 1)) != 0;
    }

    public boolean eagainDropsPtl() {
        return (rules & (1 << 2)) != 0;
    }

    public boolean writeProtectSeq() {
        return (rules & (1 << 3)) != 0;
    }

    public boolean seqOddCheck() {
        return (rules & (1 << 4)) != 0;
    }

    public boolean seqRetryCheck() {
        return (rules & (1 << 5)) != 0;
    }

    public boolean seqEnd() {
        return (rules & (1 << 6)) != 0;
    }

    public boolean seqInit() {
        return (rules & (1 << 7)) != 0;
    }

    public boolean unpinOnRetry() {
        return (rules & (1 << 8)) != 0;
    }

    public boolean unpinAllOnRetry() {
        return (rules & (1 << 9)) != 0;
    }

    public boolean pteRecheck() {
        return (rules & (1 << 10)) != 0;
    }

    public boolean gupIrqOff() {
        return (rules & (1 << 11)) != 0;
    }

    public boolean gupIrqRestore() {
        return (rules & (1 << 12)) != 0;
    }

    public boolean ipiTlbFlush() {
        return (rules & (1 << 13)) != 0;
    }

    public boolean slowGupMmapLock() {
        return (rules & (1 << 14)) != 0;
    }

    public boolean forkMmapWriteLock() {
        return (rules & (1 << 15)) != 0;
    }

    public boolean forkWrprotect() {
        return (rules & (1 << 16)) != 0;
    }

    public boolean forkTlbFlush() {
        return (rules & (1 << 17)) != 0;
    }

    public boolean wpPageCount() {
        return (rules & (1 << 18)) != 0;
    }

    public boolean wpPteRecheck() {
        return (rules & (1 << 19)) != 0;
    }

    public boolean wpClearFlush() {
        return (rules & (1 << 20)) != 0;
    }

    public boolean zapFlush() {
        return (rules & (1 << 21)) != 0;
    }

    public boolean faultTlbDrop() {
        return (rules & (1 << 22)) != 0;
    }

    /** Generation c: fork write-protects before it takes its reference. */
    public boolean wrprotectFirst() {
        return (rules & WRPROTECT_FIRST) != 0;
    }

    /** Generation c: do_wp_page() unlocks a page that it reuses after the page-table lock. */
    public boolean pageUnlockLate() {
        return (rules & WRPROTECT_FIRST) != 0;
    }

    /** From v5.11 unpin_user_page() is two atomics (put_compound_head()); before, one. */
    public boolean unpinInTwo() {
        return (rules & UNPIN_IN_TWO) != 0;
    }
}
