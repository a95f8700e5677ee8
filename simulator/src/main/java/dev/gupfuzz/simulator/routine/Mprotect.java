package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Locks;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Tlb;
import dev.gupfuzz.simulator.machine.Vmas;
import dev.gupfuzz.simulator.scenario.Op;
import dev.gupfuzz.simulator.scenario.Region;

/**
 * mprotect(2), and the part of NUMA balancing that takes the access rights away.
 *
 * <p>Source: mm/mprotect.c, do_mprotect_pkey(), mprotect_fixup(), v4.8 to v6.12: mmap_lock for write, from v6.4 on the VMA's lock
 * too; kernel/sched/fair.c, task_numa_work(), and mm/mempolicy.c, change_prot_numa(): mmap_lock for read. Not modelled: merging of
 * VMAs (neighbours stay apart), memory accounting, that one flush serves all VMAs of a call from v5.19 on, the VMAs that
 * task_numa_work() leaves alone (read-only mappings of files, VM_MIXEDMAP).
 */
final class Mprotect {

    private static final int VMA_LOCK = Rule.VMA_LOCK.ordinal();

    private static final String CALL = "do_mprotect_pkey";
    private static final String FIXUP = "mprotect_fixup";
    private static final String WORK = "task_numa_work";

    static final int LOCK = Pc.MPROTECT | 20 | Pc.ON_MMAP_WRITE;
    static final int FIND_VMA = Pc.MPROTECT | 21;
    static final int WRITE_VMA = Pc.MPROTECT | 22 | Pc.ON_VMA;
    static final int SET_FLAGS = Pc.MPROTECT | 23;
    static final int UNLOCK = Pc.MPROTECT | 24;
    static final int NUMA_LOCK = Pc.MPROTECT | 25 | Pc.ON_MMAP_READ;
    static final int NUMA_FIND = Pc.MPROTECT | 26;
    static final int NUMA_UNLOCK = Pc.MPROTECT | 27;

    private Mprotect() {}

    static void declare() {
        ChangeProtection.declare();
        Labels.define(LOCK, CALL, "LOCK", Target.MMAP_LOCK, "mmap_write_lock_killable(mm)", new Lock());
        Labels.define(FIND_VMA, CALL, "FIND_VMA", Target.VMA, "vma = find_vma(mm, start)", new FindVma());
        Labels.define(WRITE_VMA, FIXUP, "WRITE_VMA", Target.VMA_LOCK, "vma_start_write(vma)", new WriteVma());
        Labels.define(SET_FLAGS, FIXUP, "SET_FLAGS", Target.VMA, "vma->vm_flags = newflags", new SetFlags());
        Labels.define(UNLOCK, CALL, "UNLOCK", Target.MMAP_LOCK, "mmap_write_unlock(mm)", new Unlock());
        Labels.define(NUMA_LOCK, WORK, "LOCK", Target.MMAP_LOCK, "mmap_read_lock(mm)", new NumaLock());
        Labels.define(NUMA_FIND, WORK, "FIND_VMA", Target.VMA, "vma = find_vma(mm, start)", new NumaFind());
        Labels.define(NUMA_UNLOCK, WORK, "UNLOCK", Target.MMAP_LOCK, "mmap_read_unlock(mm)", new NumaUnlock());
        Labels.pending(PendingAccess.rmw(Places.mm(Layout.MMAP_LOCK)), LOCK, UNLOCK, NUMA_LOCK, NUMA_UNLOCK);
        Labels.pending(PendingAccess.read(Places.mm(Layout.VMA_COUNT)), FIND_VMA, NUMA_FIND);
        Labels.pending(PendingAccess.rmw(Places.LOCK), WRITE_VMA);
        Labels.pending(PendingAccess.write(Places.mm(Layout.VMA_COUNT)), SET_FLAGS);
    }

    /** The first step of an mprotect() or of NUMA balancing's work. */
    static int begin(Machine m, int f) {
        m.s[f + Frame.START] = Program.operand(m, f, 1);
        m.s[f + Frame.NR_ALL] = Program.operand(m, f, 2);
        m.s[f + Frame.CURSOR] = m.s[f + Frame.START]; // how far it is
        m.s[f + Frame.ABORT] = 0; // 1 when it left a VMA as it was
        return Program.operand(m, f, 0) == Op.MPROTECT ? LOCK : NUMA_LOCK;
    }

    private static int end(Machine m, int f) {
        return m.s[f + Frame.START] + m.s[f + Frame.NR_ALL];
    }

    private static final class Lock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.enter(t);
            Locks.mmapWriteLock(m, t);
            return FIND_VMA;
        }
    }

    /** The next VMA of the range; a hole ends the call, as the end does. */
    private static final class FindVma extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int page = s[f + Frame.CURSOR];
            int slot = Vmas.find(m, m.mmOf(f), page);
            if (page >= end(m, f) || slot < 0) {
                return UNLOCK;
            }
            int vma = Vmas.at(m.mmOf(f), slot);
            int wanted = Program.operand(m, f, 3);
            int flags = s[vma + Layout.VMA_FLAGS];
            if ((wanted & Region.WRITE) != 0 && (flags & Region.MAYWRITE) == 0) {
                return UNLOCK; // EACCES
            }
            if ((flags & (Region.READ | Region.WRITE)) == wanted) {
                s[f + Frame.CURSOR] = s[vma + Layout.VMA_END];
                s[f + Frame.ABORT] = 1;
                return FIND_VMA;
            }
            Locks.aimVma(m, f, vma);
            return m.has(VMA_LOCK) ? WRITE_VMA : SET_FLAGS;
        }
    }

    private static final class WriteVma extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.vmaStartWrite(m, t);
            return SET_FLAGS;
        }
    }

    private static final class SetFlags extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int mm = m.mmOf(f);
            int page = s[f + Frame.CURSOR];
            int wanted = Program.operand(m, f, 3);
            m.write(mm + Layout.VMA_COUNT, s[mm + Layout.VMA_COUNT]);
            Vmas.split(m, mm, page);
            Vmas.split(m, mm, end(m, f));
            int vma = Vmas.at(mm, Vmas.lookup(m, mm, page));
            s[vma + Layout.VMA_FLAGS] = (s[vma + Layout.VMA_FLAGS] & ~(Region.READ | Region.WRITE)) | wanted;
            return ChangeProtection.begin(m, t, f, vma, page, s[vma + Layout.VMA_END], wanted, FIND_VMA);
        }
    }

    private static final class Unlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            // reclaim and writeback flush on their own, perhaps later; what it left alone it does not flush
            if (!m.layout.hasRmap && m.s[f + Frame.ABORT] == 0) {
                Tlb.checkAtUnlock(m, t, m.threadMm[t], m.s[f + Frame.START], end(m, f));
            }
            Locks.mmapWriteUnlock(m, t);
            return Program.next(m, t);
        }
    }

    private static final class NumaLock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.enter(t);
            Locks.mmapReadLock(m, t);
            return NUMA_FIND;
        }
    }

    private static final class NumaFind extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int page = s[f + Frame.CURSOR];
            int slot = Vmas.find(m, m.mmOf(f), page);
            if (page >= end(m, f) || slot < 0) {
                return NUMA_UNLOCK;
            }
            int vma = Vmas.at(m.mmOf(f), slot);
            int end = Math.min(end(m, f), s[vma + Layout.VMA_END]);
            return ChangeProtection.begin(m, t, f, vma, page, end, ChangeProtection.NUMA, NUMA_FIND);
        }
    }

    private static final class NumaUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.mmapReadUnlock(m, t);
            return Program.next(m, t);
        }
    }
}
