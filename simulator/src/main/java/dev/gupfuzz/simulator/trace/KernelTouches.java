package dev.gupfuzz.simulator.trace;

import dev.gupfuzz.simulator.machine.AccessLog;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.Sched;

/**
 * What the kernel and the CPUs touch: the word of the access, and what else of the protocol's state the step changes. An access
 * to another thread's registers (a flush that waits for its CPU, the step that wakes a child) counts against all steps of that
 * thread. Checks count only where the promise breaks, which depends on all that it speaks of, and where wrong counts are
 * looked for: whether anybody else is inside the kernel.
 */
final class KernelTouches extends Touches {

    private final int[] before;
    /** Whether a word is protocol state outside the threads' registers. */
    private final boolean[] shared;
    /** The threads whose end the step waited for, as a mask. */
    private int awaited;

    KernelTouches(Machine machine) {
        super(machine);
        before = new int[m.s.length];
        shared = new boolean[m.s.length];
        Names names = new Names(m);
        for (int word = m.layout.mmBase; word < m.layout.ghosts; word++) {
            shared[word] = names.name(word) != null;
        }
    }

    @Override
    void before(int t) {
        super.before(t);
        System.arraycopy(m.s, 0, before, 0, before.length);
        int f = m.frame(t);
        int pc = m.s[f + Frame.PC];
        boolean waits = (m.s[Sched.BLOCKING] >> t & 1) != 0 && Pc.waitKind(pc) == Pc.WAIT_THREADS;
        awaited = waits ? m.code[m.s[f + Frame.OP] + 1] : 0;
    }

    @Override
    void tell(int t) {
        touch(registers(t), AccessLog.SEEN);
        for (int i = 0; i < log.count(); i++) {
            touch(thing(log.word(i), t), effect(log.word(i), log.kind(i)));
        }
        for (int i = 0; i < log.touches(); i++) {
            if (log.touchedWord(i) == Sched.INSIDE) {
                touch(Sched.INSIDE, log.effect(i));
            }
        }
        for (int rest = awaited; rest != 0; rest &= rest - 1) {
            touch(registers(Integer.numberOfTrailingZeros(rest)), AccessLog.MARKED);
        }
        for (int word = m.layout.mmBase; word < before.length; word++) {
            if (before[word] != m.s[word] && (shared[word] || isSpokenOf(word))) {
                touch(word, shared[word] ? effect(word, AccessLog.WRITE) : AccessLog.BUMPED);
            }
        }
        if (m.violated >= 0) {
            promise();
        }
    }

    /** Atomic adds whose sum nobody looks at may change places: get_page() and GUP-fast's grab. */
    private int effect(int word, int kind) {
        boolean bumped = false;
        for (int i = 0; i < log.touches(); i++) {
            if (log.touchedWord(i) == word && log.effect(i) != AccessLog.BUMPED) {
                return kind == AccessLog.READ ? AccessLog.SEEN : AccessLog.MARKED;
            }
            bumped |= log.touchedWord(i) == word;
        }
        return bumped ? AccessLog.BUMPED : kind == AccessLog.READ ? AccessLog.SEEN : AccessLog.MARKED;
    }

    /** All registers of a thread are one thing, behind the last word. */
    private int registers(int thread) {
        return m.s.length + thread;
    }

    private int thing(int word, int t) {
        int thread = (word - m.layout.threadBase) >> Frame.SHIFT;
        boolean register = word >= m.layout.threadBase && word < m.layout.mmBase;
        return register && thread != t ? registers(thread) : word;
    }

    /** Whether promises speak of a ghost: the reference memory, the claims. */
    private boolean isSpokenOf(int word) {
        Layout l = m.layout;
        return (word >= l.refBase && word < l.historyBase) || (word >= l.claimBase && word < l.remapBase);
    }

    /** What the promise that broke speaks of. */
    private void promise() {
        Layout l = m.layout;
        int page = m.violatedPage;
        touch(l.claimBase + page, AccessLog.SEEN);
        for (int mm = 0; mm < l.mms; mm++) {
            touch(l.pte(mm, page), AccessLog.SEEN);
            touch(l.ref(mm, page), AccessLog.SEEN);
        }
        for (int word = l.pinBase; word < l.ghosts; word++) {
            touch(word, AccessLog.SEEN);
        }
    }
}
