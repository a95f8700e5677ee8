package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.machine.Claims;
import dev.gupfuzz.simulator.machine.Discards;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Locks;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Vmas;
import dev.gupfuzz.simulator.scenario.Op;

/**
 * madvise(2) with MADV_DONTNEED, and with MADV_FREE, whose walk is {@link MadvFree}'s: both under mmap_lock for read.
 *
 * <p>Source: mm/madvise.c, do_madvise(), madvise_dontneed_single_vma(), madvise_free_single_vma(); v4.8 to v6.12. What a thread
 * stores while MADV_DONTNEED or MADV_FREE is at work may stay or be lost. Not modelled: lru_add_drain(), that each VMA has an
 * mmu_gather of its own and is told to notifiers by itself.
 */
final class Madvise {

    private static final String CALL = "do_madvise";

    static final int LOCK = Pc.MADVISE | Pc.ON_MMAP_READ;
    static final int FIND_VMA = Pc.MADVISE | 1;
    static final int UNLOCK = Pc.MADVISE | 2;

    private Madvise() {}

    static void declare() {
        MadvFree.declare();
        Labels.define(LOCK, CALL, "LOCK", Target.MMAP_LOCK, "mmap_read_lock(mm)", new Lock());
        Labels.define(FIND_VMA, CALL, "FIND_VMA", Target.VMA, "vma = find_vma_prev(mm, start, &prev)", new FindVma());
        Labels.define(UNLOCK, CALL, "UNLOCK", Target.MMAP_LOCK, "mmap_read_unlock(mm)", new Unlock());
        Labels.pending(PendingAccess.rmw(Places.mm(Layout.MMAP_LOCK)), LOCK, UNLOCK);
        Labels.pending(PendingAccess.read(Places.mm(Layout.VMA_COUNT)), FIND_VMA);
    }

    static int begin(Machine m, int f) {
        m.s[f + Frame.START] = Program.operand(m, f, 1);
        m.s[f + Frame.NR_ALL] = Program.operand(m, f, 2);
        return LOCK;
    }

    private static boolean discards(Machine m, int f) {
        return Program.operand(m, f, 0) == Op.DONTNEED;
    }

    private static int end(Machine m, int f) {
        return Program.operand(m, f, 1) + Program.operand(m, f, 2);
    }

    private static final class Lock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.enter(t);
            if (discards(m, f)) {
                Zap.overlapsPin(m, m.threadMm[t]);
                Claims.discardBegins(m, m.threadMm[t], m.s[f + Frame.START], end(m, f));
            } else {
                Discards.freeBegins(m, m.threadMm[t], m.s[f + Frame.START], end(m, f));
            }
            Locks.mmapReadLock(m, t);
            return FIND_VMA;
        }
    }

    private static final class FindVma extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int start = m.s[f + Frame.START];
            int slot = Vmas.find(m, m.mmOf(f), start);
            if (discards(m, f)) { // a hole costs the call its success; what lies behind it is discarded all the same
                return Zap.discard(m, t, f, m.threadMm[t], Zap.DISCARD, start, end(m, f), UNLOCK);
            } else if (slot < 0) {
                return UNLOCK; // ENOMEM
            } else {
                return MadvFree.begin(m, t, f, Vmas.at(m.mmOf(f), slot), UNLOCK);
            }
        }
    }

    private static final class Unlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int start = Program.operand(m, f, 1);
            if (discards(m, f)) {
                Claims.discardEnds(m, m.threadMm[t], start, end(m, f));
                Discards.discarded(m, m.threadMm[t], start, end(m, f));
            } else {
                Discards.freeEnds(m, m.threadMm[t], start, end(m, f));
            }
            Locks.mmapReadUnlock(m, t);
            return Program.next(m, t);
        }
    }
}
